/** Comes before any script of the page. */
const SCRIPT = new TextEncoder().encode('<script src="/drydock-page.js"></script>')
/** How far a page is looked at for its head. */
const LOOKED_AT = 4096

/** A page with the shim in its head; the rest streams on. */
export function withShim(page: Uint8Array | ReadableStream<Uint8Array>): Uint8Array | ReadableStream<Uint8Array> {
  if (page instanceof Uint8Array) return spliced(page)
  let held: Uint8Array | undefined = new Uint8Array(0)
  const flush = (controller: TransformStreamDefaultController<Uint8Array>, bytes: Uint8Array): void => {
    const at = placeIn(bytes)
    held = undefined
    for (const part of [bytes.subarray(0, at), SCRIPT, bytes.subarray(at)])
      if (part.length > 0) controller.enqueue(part)
  }
  return page.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (!held) return controller.enqueue(chunk)
        const joined = new Uint8Array(held.length + chunk.length)
        joined.set(held)
        joined.set(chunk, held.length)
        held = joined
        if (joined.length >= LOOKED_AT || HEAD.test(latin1(joined))) flush(controller, joined)
      },
      flush(controller) {
        if (held) flush(controller, held)
      },
    }),
  )
}

const HEAD = /<head(\s[^>]*)?>/i

function spliced(page: Uint8Array): Uint8Array {
  const at = placeIn(page)
  const whole = new Uint8Array(page.length + SCRIPT.length)
  whole.set(page.subarray(0, at))
  whole.set(SCRIPT, at)
  whole.set(page.subarray(at), at + SCRIPT.length)
  return whole
}

/** Behind the head's tag; without one behind that of the page, or behind its doctype. */
function placeIn(bytes: Uint8Array): number {
  const text = latin1(bytes)
  for (const pattern of [HEAD, /<html(\s[^>]*)?>/i, /<!doctype[^>]*>/i]) {
    const found = pattern.exec(text)
    if (found) return found.index + found[0].length
  }
  return 0
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, LOOKED_AT))
