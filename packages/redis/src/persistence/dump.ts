import { binaryOf, bytesOf } from '../resp/binary.ts'
import type { Entry } from '../store/keyspace.ts'
import { RdbError, readValue } from './rdb-reader.ts'
import { RDB_TYPE, RDB_VERSION, RdbWriter } from './rdb-writer.ts'

/** DUMP's payload: the value as in a dump file, the format's version, no checksum. */
export function dumpValue(entry: Entry): string {
  const out = new RdbWriter()
  out.byte(RDB_TYPE[entry.kind])
  out.value(entry)
  return binaryOf(out.done()) + String.fromCharCode(RDB_VERSION, 0) + '\0'.repeat(8)
}

/** @returns undefined for what is no payload */
export function restoreValue(payload: string): Entry | undefined {
  if (payload.length < 12) return undefined
  try {
    return readValue(bytesOf(payload.slice(0, -10)))
  } catch (error) {
    if (error instanceof RdbError) return undefined
    throw error
  }
}
