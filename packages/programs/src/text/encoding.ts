import { encodeText } from '@drydock/libc'

/**
 * Text that keeps every byte: UTF-8 where it is valid, and a lone surrogate U+DC80…U+DCFF for each byte that is not.
 * What was read and is written again is the same bytes, as with a C program.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const decodeText = (bytes: Uint8Array): string => decodeValid(bytes) ?? decodeBroken(bytes)

/** The text of bytes that are UTF-8 as a whole; undefined where they are not. */
export function decodeValid(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Length in bytes of the valid UTF-8 sequence at `at`; 0 when there is none. RFC 3629 section 4. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  if (length === 0 || lead >= 0xf5 || at + length > bytes.length) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  const second = bytes[at + 1] ?? 0
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0
  return length
}

function decodeBroken(bytes: Uint8Array): string {
  let text = ''
  let start = 0
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    text += strict.decode(bytes.subarray(start, at)) + String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
    at += 1
    start = at
  }
  return text + strict.decode(bytes.subarray(start))
}

/** One character a byte, for what counts bytes. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
export const byteLength = (text: string): number => encodeText(text).length

export { encodeText }
