import { concatBytes } from './bytes.ts'
import { inflateAny } from './gzip.ts'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_SIZE = 22
const CENTRAL_SIZE = 46
const LOCAL_SIZE = 30
/** Extra fields: times since 1970 in seconds, and numbers of owner and group. */
const TIMES = 0x5455
const OWNERS = 0x7875
const UNIX = 3
const WRITTEN_BY = 30

/** A member as the archive's directory has it. PKWARE APPNOTE.TXT section 4.3.12 */
export interface ZipEntry {
  readonly name: string
  /** 0 stores, 8 deflates. */
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly size: number
  readonly mtimeMs: number
  /** st_mode; 0 where the archive was not made on Unix. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** The maker took it for text. */
  readonly text: boolean
  readonly packed: Uint8Array
}

/** The bytes are no zip archive, or a damaged one. */
export class ZipError extends Error {}

/** Members in the order of the directory. @throws ZipError */
export function readZip(archive: Uint8Array): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  let end = archive.length - END_SIZE
  while (end >= 0 && view.getUint32(end, true) !== END) end--
  if (end < 0) throw new ZipError('not a zip archive')
  const entries: ZipEntry[] = []
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL) throw new ZipError('damaged zip directory')
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    entries.push(entryAt(view, archive, at, name, extra))
    at += CENTRAL_SIZE + name + extra + comment
  }
  return entries
}

function entryAt(view: DataView, archive: Uint8Array, at: number, nameLength: number, extraLength: number): ZipEntry {
  const local = view.getUint32(at + 42, true)
  const from = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  const fields = extraFields(
    archive.subarray(at + CENTRAL_SIZE + nameLength, at + CENTRAL_SIZE + nameLength + extraLength),
  )
  const times = fields.get(TIMES)
  const owners = fields.get(OWNERS)
  return {
    name: new TextDecoder().decode(archive.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength)),
    method: view.getUint16(at + 10, true),
    flags: view.getUint16(at + 8, true),
    crc: view.getUint32(at + 16, true),
    size: view.getUint32(at + 24, true),
    mtimeMs:
      times && times.byteLength >= 5 ? times.getInt32(1, true) * 1000 : fromDosTime(view.getUint32(at + 12, true)),
    mode: view.getUint8(at + 5) === UNIX ? view.getUint16(at + 40, true) : 0,
    uid: owners?.byteLength === 11 ? owners.getUint32(2, true) : 0,
    gid: owners?.byteLength === 11 ? owners.getUint32(7, true) : 0,
    text: (view.getUint16(at + 36, true) & 1) === 1,
    packed: archive.subarray(from, from + view.getUint32(at + 20, true)),
  }
}

function extraFields(bytes: Uint8Array): ReadonlyMap<number, DataView> {
  const fields = new Map<number, DataView>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = Math.min(view.getUint16(at + 2, true), bytes.length - at - 4)
    fields.set(view.getUint16(at, true), new DataView(bytes.buffer, bytes.byteOffset + at + 4, size))
    at += 4 + size
  }
  return fields
}

/** A member's contents. @throws GzipError when they are damaged */
export const zipContents = ({ method, packed }: ZipEntry): Uint8Array => (method === 0 ? packed : inflateAny(packed))

/** The files of a zip archive. @throws ZipError for what is none */
export const unzip = (archive: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] =>
  readZip(archive)
    .filter(({ name }) => !name.endsWith('/'))
    .map((entry) => ({ name: entry.name, bytes: zipContents(entry) }))

/** An archive of these members, in the form of Info-ZIP's zip 3.0 on Unix. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const entry of entries) {
    const name = new TextEncoder().encode(entry.name)
    const extra = localExtra(entry)
    const head = localHeader(entry, name.length, extra.length)
    parts.push(head, name, extra, entry.packed)
    directory.push(centralHeader(entry, name.length, offset), name, centralExtra(entry))
    offset += head.length + name.length + extra.length + entry.packed.length
  }
  const central = concatBytes(directory)
  return concatBytes([...parts, central, endRecord(entries.length, central.length, offset)])
}

function record(size: number, fields: readonly (readonly [at: number, size: 1 | 2 | 4, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  for (const [at, width, value] of fields) {
    if (width === 1) view.setUint8(at, value)
    else if (width === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
  }
  return bytes
}

/** Fields that both headers have in one order. */
const shared = ({ name, method, flags, mtimeMs, crc, packed, size }: ZipEntry, at: number, nameLength: number) =>
  [
    [at, 2, method === 8 || name.endsWith('/') ? 20 : 10],
    [at + 2, 2, flags],
    [at + 4, 2, method],
    [at + 6, 4, toDosTime(mtimeMs)],
    [at + 10, 4, crc],
    [at + 14, 4, packed.length],
    [at + 18, 4, size],
    [at + 22, 2, nameLength],
  ] as const

const localHeader = (entry: ZipEntry, nameLength: number, extraLength: number): Uint8Array =>
  record(LOCAL_SIZE, [[0, 4, LOCAL], ...shared(entry, 4, nameLength), [28, 2, extraLength]])

const centralHeader = (entry: ZipEntry, nameLength: number, offset: number): Uint8Array =>
  record(CENTRAL_SIZE, [
    [0, 4, CENTRAL],
    [4, 1, WRITTEN_BY],
    [5, 1, UNIX],
    ...shared(entry, 6, nameLength),
    [30, 2, centralExtra(entry).length],
    [36, 2, entry.text ? 1 : 0],
    [38, 2, entry.name.endsWith('/') ? 0x10 : 0],
    [40, 2, entry.mode],
    [42, 4, offset],
  ])

const endRecord = (count: number, size: number, offset: number): Uint8Array =>
  record(END_SIZE, [
    [0, 4, END],
    [8, 2, count],
    [10, 2, count],
    [12, 4, size],
    [16, 4, offset],
  ])

const ownersField = ({ uid, gid }: ZipEntry): Uint8Array =>
  record(15, [
    [0, 2, OWNERS],
    [2, 2, 11],
    [4, 1, 1],
    [5, 1, 4],
    [6, 4, uid],
    [10, 1, 4],
    [11, 4, gid],
  ])

/** Times of change and of access are told to be there; the directory has the first only. */
const BOTH_TIMES = 3

function localExtra(entry: ZipEntry): Uint8Array {
  const seconds = Math.floor(entry.mtimeMs / 1000)
  const times = record(13, [
    [0, 2, TIMES],
    [2, 2, 9],
    [4, 1, BOTH_TIMES],
    [5, 4, seconds],
    [9, 4, seconds],
  ])
  return concatBytes([times, ownersField(entry)])
}

function centralExtra(entry: ZipEntry): Uint8Array {
  const times = record(9, [
    [0, 2, TIMES],
    [2, 2, 5],
    [4, 1, BOTH_TIMES],
    [5, 4, Math.floor(entry.mtimeMs / 1000)],
  ])
  return concatBytes([times, ownersField(entry)])
}

/** Two seconds are the least that MS-DOS knows, 1980 its first year. */
function toDosTime(ms: number): number {
  const date = new Date(Math.max(ms, Date.UTC(1980, 0, 1)))
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)
  return ((day << 16) | time) >>> 0
}

function fromDosTime(stamp: number): number {
  const [day, time] = [stamp >>> 16, stamp & 0xffff]
  const date = [1980 + (day >> 9), ((day >> 5) & 15) - 1, day & 31] as const
  return Date.UTC(...date, time >> 11, (time >> 5) & 63, (time & 31) * 2)
}
