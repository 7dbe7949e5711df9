import { decodeUtf8, encodeUtf8 } from './bytes.ts'

/** RFC 4648; text goes as UTF-8. @param urlSafe the alphabet of section 5, which X-Registry-Auth and tokens use */
export function encodeBase64(data: Uint8Array | string, urlSafe = false): string {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  const text = btoa(binary)
  return urlSafe ? text.replaceAll('+', '-').replaceAll('/', '_') : text
}
export const encodeBase64Url = (data: Uint8Array | string): string => encodeBase64(data, true)
export const toBase64 = encodeBase64

/** Reads both alphabets, with and without padding. @returns undefined for what is no base64 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  const digits = plain.replaceAll(/[\s=]+/g, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  return Uint8Array.from(atob(digits), (c) => c.charCodeAt(0))
}

/** The same for UTF-8 text. */
export function decodeBase64Text(text: string): string | undefined {
  const bytes = decodeBase64(text)
  return bytes && decodeUtf8(bytes)
}

/** @throws Error for what is no base64 */
export function fromBase64(text: string): Uint8Array {
  const bytes = decodeBase64(text)
  if (!bytes) throw new Error('illegal base64 data')
  return bytes
}
