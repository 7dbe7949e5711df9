const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text)
/** Bytes that are no UTF-8 become U+FFFD. */
export const decodeUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes)

/** @returns one array with all of it; the only part itself when there is one */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only) return only
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A source of bytes in pieces: what bodies, files and connections have in common. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Everything a source has to give. */
export async function collectBytes(source: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return concatBytes(parts)
}
