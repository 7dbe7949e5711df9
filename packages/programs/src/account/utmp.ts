import { isErrno, type Sys } from '@drydock/abi'
import { readFile } from '@drydock/libc'

/** A record of /run/utmp or /var/log/wtmp. utmp(5): 384 bytes on x86-64. */
export interface LoginRecord {
  readonly type: number
  readonly pid: number
  readonly line: string
  readonly user: string
  readonly host: string
  readonly timeMs: number
}
export const BOOT_TIME = 2
export const USER_PROCESS = 7
export const DEAD_PROCESS = 8
const RECORD_BYTES = 384

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

/** All records of the file; none when it does not exist, as in most images. */
export async function readLoginRecords(sys: Sys, path: string): Promise<LoginRecord[]> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: LoginRecord[] = []
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES)
    records.push({
      type: view.getInt16(at, true),
      pid: view.getInt32(at + 4, true),
      line: text(bytes, at + 8, 32),
      user: text(bytes, at + 44, 32),
      host: text(bytes, at + 76, 256),
      timeMs: view.getInt32(at + 340, true) * 1000,
    })
  return records
}
