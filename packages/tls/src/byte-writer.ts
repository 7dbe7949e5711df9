import { concatBytes } from '@drydock/codec'

export const u8 = (value: number): Uint8Array => Uint8Array.of(value)
export const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255)
export const u24 = (value: number): Uint8Array => Uint8Array.of(value >> 16, (value >> 8) & 255, value & 255)

/** Vectors with their length in front, of one, two or three bytes. RFC 8446 section 3.4. */
export const vector8 = (...parts: readonly Uint8Array[]): Uint8Array => framed(u8, parts)
export const vector16 = (...parts: readonly Uint8Array[]): Uint8Array => framed(u16, parts)
export const vector24 = (...parts: readonly Uint8Array[]): Uint8Array => framed(u24, parts)

function framed(length: (value: number) => Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(parts.length === 0 ? [new Uint8Array(0)] : parts)
  return concatBytes([length(body.length), body])
}
