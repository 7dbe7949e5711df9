const SIMPLE: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }),
)
const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|([^]))/g

/**
 * A byte that is no text of its own stands in our strings as a lone surrogate U+DC80…U+DCFF (as in PEP 383), which the
 * encoder turns back into the byte.
 */
export const byteCharacter = (byte: number): string => String.fromCharCode(byte < 128 ? byte : 0xdc00 + byte)

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')

/** Text of $'…'. A NUL ends the text, as it does in bash. */
export function ansiEscapes(text: string): string {
  const whole = text.replace(ESCAPE, (match, hex, short, long, octal, control, other) => {
    if (hex) return byteCharacter(Number.parseInt(hex, 16))
    if (short ?? long) return codePoint(Number.parseInt(short ?? long, 16))
    if (octal) return byteCharacter(Number.parseInt(octal, 8) & 0xff)
    if (control) return String.fromCharCode(control.charCodeAt(0) & 0x1f)
    if (other === '\\' || other === "'" || other === '"' || other === '?') return other
    return SIMPLE.get(other) ?? match
  })
  const end = whole.indexOf('\0')
  return joinBytes(end < 0 ? whole : whole.slice(0, end))
}

/** Byte characters that together are UTF-8 become the characters they mean. */
export function joinBytes(text: string): string {
  if (!/[\udc80-\udcff]/.test(text)) return text
  return text.replace(/[\udc80-\udcff]+/g, (run, at: number) => {
    const before = text.charCodeAt(at - 1)
    if (before >= 0xd800 && before <= 0xdbff) return run
    return decodeBytes(Uint8Array.from(run, (c) => c.charCodeAt(0) & 0xff))
  })
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Shorter texts are mostly ASCII, and quicker made by hand. */
const SHORT = 256

/** UTF-8 to text; bytes that are no UTF-8 become byte characters. */
export function decodeBytes(bytes: Uint8Array): string {
  const { length } = bytes
  if (length < SHORT) {
    let at = 0
    while (at < length && (bytes[at] ?? 0) < 128) at++
    if (at === length) return String.fromCharCode.apply(undefined, bytes as unknown as number[])
  }
  const text = decoder.decode(bytes)
  if (!text.includes('\ufffd')) return text
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length === 0) out += byteCharacter(bytes[at++] ?? 0)
    else {
      out += decoder.decode(bytes.subarray(at, at + length))
      at += length
    }
  }
  return out
}

/** Length of the valid UTF-8 sequence at a place, or 0. RFC 3629. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  const length =
    first < 0x80
      ? 1
      : first >= 0xc2 && first < 0xe0
        ? 2
        : first >= 0xe0 && first < 0xf0
          ? 3
          : first >= 0xf0 && first < 0xf5
            ? 4
            : 0
  if (length === 0 || at + length > bytes.length) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

export { encodeText } from '@drydock/libc'
