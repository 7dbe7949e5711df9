import { concatBytes } from '@drydock/codec'
import type { ByteReader } from './byte-reader.ts'
import { u16, vector16 } from './byte-writer.ts'

/** An extension with its type in front. RFC 8446 section 4.2 */
export const extension = (type: number, value: Uint8Array): Uint8Array => concatBytes([u16(type), vector16(value)])

/** The extensions at the end of a message; there may be none. */
export function* extensionsOf(reader: ByteReader): Generator<[number, ByteReader], void, void> {
  if (reader.done) return
  const list = reader.vector(2)
  while (!list.done) yield [list.number(2), list.vector(2)]
}

/** Numbers of two bytes, up to the end: versions, suites, schemes. */
export function numbersOf(reader: ByteReader): number[] {
  const list: number[] = []
  while (!reader.done) list.push(reader.number(2))
  return list
}
