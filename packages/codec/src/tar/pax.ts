import { concatBytes, decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { TarError, type TarHeader } from './header.ts'

/** A record tells its own length, the digits of the length included. POSIX.1-2024 pax, "pax Header Block". */
function encodeRecord(key: string, value: string): Uint8Array {
  const bytes = encodeUtf8(` ${key}=${value}\n`)
  let length = bytes.length + 1
  while (String(length).length + bytes.length !== length) length = String(length).length + bytes.length
  return concatBytes([encodeUtf8(String(length)), bytes])
}

/** Records in the order of their keys, so that equal headers give equal bytes. */
export function encodePax(records: ReadonlyMap<string, string>): Uint8Array {
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return concatBytes(sorted.map(([key, value]) => encodeRecord(key, value)))
}

/** @throws TarError */
export function decodePax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at)
    const length = Number(decodeUtf8(bytes.subarray(at, Math.max(at, blank))))
    const text = decodeUtf8(bytes.subarray(blank + 1, at + length - 1))
    const equals = text.indexOf('=')
    if (blank < 0 || !Number.isInteger(length) || at + length > bytes.length || length < 5 || equals < 1)
      throw new TarError('archive/tar: invalid tar header')
    records.set(text.slice(0, equals), text.slice(equals + 1))
    at += length
  }
  return records
}

type Apply = (value: string) => Partial<TarHeader>
/** The records that a header field holds. */
const APPLY: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['path', (name) => ({ name })],
  ['linkpath', (linkName) => ({ linkName })],
  ['uname', (uname) => ({ uname })],
  ['gname', (gname) => ({ gname })],
  ['size', (value) => ({ size: Number(value) })],
  ['uid', (value) => ({ uid: Number(value) })],
  ['gid', (value) => ({ gid: Number(value) })],
  ['mtime', (value) => ({ mtimeMs: Math.round(Number(value) * 1e6) / 1e3 })],
  ['atime', () => ({})],
  ['ctime', () => ({})],
])

/** The header with extension records laid over it; unknown ones are kept in `pax`. */
export function applyPax(header: TarHeader, records: ReadonlyMap<string, string>): TarHeader {
  if (records.size === 0) return header
  const pax = new Map<string, string>()
  const fields: Partial<TarHeader>[] = []
  for (const [key, value] of records) {
    const apply = APPLY.get(key)
    if (apply) fields.push(apply(value))
    else pax.set(key, value)
  }
  const merged = Object.assign({ ...header }, ...fields, { pax }) as TarHeader
  return merged.type === 'file' && merged.name.endsWith('/') ? { ...merged, type: 'directory' } : merged
}
