import { toHex } from '../hash.ts'

/** 16 bytes as `8-4-4-4-12`. RFC 9562 */
export const uuidText = (bytes: Uint8Array): string => toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** @returns undefined for what is no UUID */
export function parseUuid(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined
  const digits = text.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16))
}

/** A version 4 UUID of 16 bytes of chance. RFC 9562, section 5.4 */
export function randomUuid(chance: Uint8Array): Uint8Array {
  const bytes = chance.slice(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
}
