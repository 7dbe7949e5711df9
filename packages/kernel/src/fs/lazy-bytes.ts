import type { LazyContent } from '@drydock/abi'

/** A word of the made-up part: a finaliser that scatters the position and the seed over 32 bits. */
function word(seed: number, index: number): number {
  let x = (Math.imul(index + 1, 0x9e3779b1) ^ seed) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Fills `into` with the lazy file's bytes from `offset` on; positions past its size stay as they are. */
export function fillLazy(content: LazyContent, offset: number, into: Uint8Array): void {
  const end = Math.min(content.size, offset + into.length)
  const { prefix, seed } = content
  let at = offset
  if (at < prefix.length) {
    const part = prefix.subarray(at, Math.min(prefix.length, end))
    into.set(part, 0)
    at += part.length
  }
  while (at < end) {
    let bits = word(seed, at >>> 2) >>> ((at & 3) * 8)
    const stop = Math.min(end, (Math.floor(at / 4) + 1) * 4)
    for (; at < stop; at++) {
      into[at - offset] = bits & 0xff
      bits >>>= 8
    }
  }
}
