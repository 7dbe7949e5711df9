import { concatBytes, encodeUtf8, inflateAny, zlibDeflate } from '@drydock/codec'
import { ArchiveError, ArchiveReader, ArchiveWriter } from './binary.ts'
import { type Archive, type ArchiveFormat, SECTION, type Section, type TocEntry } from './toc.ts'

const MAGIC = 'PGDMP'
/** The table of contents of a directory says that it is of a tar, so that one can be made of the other. */
const FORMATS: Readonly<Record<ArchiveFormat, number>> = { CUSTOM: 1, TAR: 3, DIRECTORY: 3 }
const BLOCK_DATA = 1
const GZIP = 1
/** Pieces of packed rows. */
const CHUNK = 4096

/** `relkind` is told since 1.16, the way of packing since 1.15. */
const RELKIND_SINCE = 16
const ALGORITHM_SINCE = 15
const ACCESS_METHOD_SINCE = 14
const RELKINDS: Readonly<Record<string, string>> = { TABLE: 'r', VIEW: 'v', 'MATERIALIZED VIEW': 'm', SEQUENCE: 'S' }

/** The file in which a directory or tar has an entry's rows. */
export const dataFile = ({ id }: TocEntry): string => `${id}.dat`

/** Head and table of contents: the whole of `toc.dat`. src/bin/pg_dump/pg_backup_archiver.c, WriteHead and WriteToc */
export function writeToc(archive: Archive): Uint8Array {
  const out = new ArchiveWriter()
  writeHead(out, archive)
  out.int(archive.entries.length)
  for (const entry of archive.entries) writeEntry(out, archive, entry)
  return concatBytes(out.parts)
}

function writeHead(out: ArchiveWriter, archive: Archive): void {
  out.bytes(encodeUtf8(MAGIC))
  for (const byte of [1, archive.minor, 0, 4, 8, FORMATS[archive.format]]) out.byte(byte)
  if (archive.minor >= ALGORITHM_SINCE) out.byte(archive.compressed ? GZIP : 0)
  else out.int(archive.compressed ? -1 : 0)
  const date = new Date(archive.createdMs)
  const [time, day] = [
    [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours()],
    [date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear() - 1900],
  ]
  for (const value of [...time, ...day, 0]) out.int(value)
  for (const text of [archive.database, archive.serverVersion, archive.dumpVersion]) out.text(text)
}

function writeEntry(out: ArchiveWriter, { format, minor }: Archive, entry: TocEntry): void {
  const hasData = entry.data !== undefined
  out.int(entry.id)
  out.int(hasData ? 1 : 0)
  for (const text of [entry.catalogue, entry.oid, entry.tag, entry.kind]) out.text(text)
  out.int(SECTION[entry.section])
  const schema = entry.schema === '' ? undefined : entry.schema
  for (const text of [entry.definition, entry.drop, entry.copy, schema]) out.text(text)
  const isTable = entry.kind === 'TABLE'
  out.text(isTable ? '' : undefined)
  if (minor >= ACCESS_METHOD_SINCE) out.text(isTable ? 'heap' : undefined)
  if (minor >= RELKIND_SINCE) out.int(RELKINDS[entry.kind]?.charCodeAt(0) ?? 0)
  out.text(entry.owner)
  out.text('false')
  for (const id of entry.dependencies) out.text(String(id))
  out.text(undefined)
  if (format === 'CUSTOM') out.offset(hasData)
  else out.text(hasData ? dataFile(entry) : '')
}

/** One file with everything: the custom format. src/bin/pg_dump/pg_backup_custom.c */
export function writeCustom(archive: Archive): Uint8Array {
  const out = new ArchiveWriter()
  out.bytes(writeToc(archive))
  for (const { id, data } of archive.entries) {
    if (data === undefined) continue
    out.byte(BLOCK_DATA)
    out.int(id)
    const packed = archive.compressed ? zlibDeflate(data) : data
    for (let at = 0; at < packed.length; at += CHUNK) {
      const piece = packed.subarray(at, at + CHUNK)
      out.int(piece.length)
      out.bytes(piece)
    }
    out.int(0)
  }
  return concatBytes(out.parts)
}

type Contents = Omit<TocEntry, 'data'> & { readonly hasData: boolean; readonly file: string }

/**
 * Reads what any of the three formats begins with, and the rows of a custom one.
 * @param rowsOf the rows that lie in a file beside it, as they are there
 * @param folder it is the table of contents of a directory
 * @throws ArchiveError
 */
export function readArchive(
  source: Uint8Array,
  rowsOf: (file: string) => Uint8Array | undefined,
  folder = false,
): Archive {
  const input = new ArchiveReader(source)
  const head = readHead(input)
  const entries = Array.from({ length: input.int() }, () => readEntry(input, head))
  const blocks = head.format === 'CUSTOM' ? readBlocks(input, head.compressed) : new Map<number, Uint8Array>()
  const rows = ({ id, file, hasData }: Contents): Uint8Array | undefined =>
    head.format === 'CUSTOM' ? blocks.get(id) : hasData ? rowsOf(file) : undefined
  return {
    ...head,
    format: folder ? 'DIRECTORY' : head.format,
    entries: entries.map(({ hasData, file, ...entry }) => ({
      ...entry,
      data: rows({ ...entry, hasData, file }),
    })),
  }
}

function readHead(input: ArchiveReader): Omit<Archive, 'entries'> {
  if (new TextDecoder().decode(input.bytes(5)) !== MAGIC)
    throw new ArchiveError('input file does not appear to be a valid archive')
  const [major, minor, revision] = [input.byte(), input.byte(), input.byte()]
  if (major !== 1 || minor < 10 || minor > RELKIND_SINCE)
    throw new ArchiveError(`unsupported version (${major}.${minor}) in file header`)
  void revision
  input.sizes(input.byte(), input.byte())
  const code = input.byte()
  const format = (Object.keys(FORMATS) as ArchiveFormat[]).find((name) => FORMATS[name] === code) ?? 'CUSTOM'
  const packing = minor >= ALGORITHM_SINCE ? input.byte() : input.int()
  if (minor >= ALGORITHM_SINCE && packing > GZIP)
    throw new ArchiveError('archive is compressed, but this installation does not support compression')
  const [second = 0, minute = 0, hour = 0, day = 1, month = 0, year = 0] = Array.from({ length: 7 }, () => input.int())
  const text = (): string => input.text() ?? ''
  return {
    format,
    minor,
    compressed: packing !== 0,
    createdMs: Date.UTC(1900 + year, month, day, hour, minute, second),
    database: text(),
    serverVersion: text(),
    dumpVersion: text(),
  }
}

function readEntry(input: ArchiveReader, { minor, format }: Omit<Archive, 'entries'>): Contents {
  const id = input.int()
  const hasData = input.int() !== 0
  const text = (): string => input.text() ?? ''
  const [catalogue, oid, tag, kind] = [text(), text(), text(), text()]
  const code = input.int()
  const section = (Object.keys(SECTION) as Section[]).find((name) => SECTION[name] === code) ?? 'none'
  const [definition, drop, copy, schema] = [text(), text(), text(), text()]
  text()
  if (minor >= ACCESS_METHOD_SINCE) text()
  if (minor >= RELKIND_SINCE) input.int()
  const owner = text()
  text()
  const dependencies: number[] = []
  for (let word = input.text(); word !== undefined; word = input.text()) dependencies.push(Number(word))
  let file = ''
  if (format === 'CUSTOM') input.offset()
  else file = text()
  return {
    ...{ id, hasData, catalogue, oid, tag, kind, section, definition, drop, copy, schema, owner },
    dependencies,
    file,
  }
}

function readBlocks(input: ArchiveReader, compressed: boolean): Map<number, Uint8Array> {
  const blocks = new Map<number, Uint8Array>()
  while (!input.isOver) {
    if (input.byte() !== BLOCK_DATA) throw new ArchiveError('large objects are not restored here')
    const id = input.int()
    const pieces: Uint8Array[] = []
    for (let length = input.int(); length > 0; length = input.int()) pieces.push(input.bytes(length))
    const packed = concatBytes(pieces)
    blocks.set(id, compressed && packed.length > 0 ? inflateAny(packed) : packed)
  }
  return blocks
}
