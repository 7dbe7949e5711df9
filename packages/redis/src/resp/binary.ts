const PIECE = 8192

/** Bytes as a string with a character a byte. */
export function binaryOf(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (to - from < 24) {
    let text = ''
    for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] ?? 0)
    return text
  }
  let text = ''
  for (let i = from; i < to; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, Math.min(to, i + PIECE)))
  return text
}

export function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Text of a terminal or a command line as the protocol carries it: UTF-8. */
export const binaryOfText = (text: string): string =>
  /^[\0-\x7f]*$/.test(text) ? text : binaryOf(encoder.encode(text))

export const textOfBinary = (binary: string): string =>
  /^[\0-\x7f]*$/.test(binary) ? binary : decoder.decode(bytesOf(binary))
