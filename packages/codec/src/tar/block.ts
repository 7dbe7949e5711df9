import { concatBytes, decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { TarError, type TarHeader, type TarType, tarHeader } from './header.ts'
import { encodePax } from './pax.ts'

/** Everything in an archive is padded to blocks of so many bytes. */
export const BLOCK = 512

const FLAGS: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}
/** Flags of members; those of extension headers (x, g, L, K) are the reader's. `7` is a contiguous file. */
export const TYPES: ReadonlyMap<string, TarType> = new Map<string, TarType>([
  ...Object.entries(FLAGS).map(([type, flag]): [string, TarType] => [flag, type as TarType]),
  ['\0', 'file'],
  ['7', 'file'],
])

/** Offsets and lengths of the fields. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  flag: [156, 1],
  linkName: [157, 100],
  magic: [257, 6],
  uname: [265, 32],
  gname: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [number, number]>
type Field = keyof typeof FIELD

function textField(block: Uint8Array, field: Field): string {
  const [at, length] = FIELD[field]
  const bytes = block.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Octal digits, or GNU's base 256 when the first bit is set. */
function numberField(block: Uint8Array, field: Field): number {
  const [at, length] = FIELD[field]
  const first = block[at] ?? 0
  if ((first & 0x80) !== 0) {
    let value = first === 0xff ? -1 : first & 0x7f
    for (let i = 1; i < length; i++) value = value * 256 + (block[at + i] ?? 0)
    return value
  }
  const digits = String.fromCharCode(...block.subarray(at, at + length))
    .replace(/[\0 ]+/g, ' ')
    .trim()
  if (digits === '') return 0
  if (!/^[0-7]+$/.test(digits)) throw new TarError('archive/tar: invalid tar header')
  return Number.parseInt(digits, 8)
}

/** The sum of all bytes with the checksum's own taken as blanks. */
function checksum(block: Uint8Array): number {
  const [from, length] = FIELD.checksum
  let sum = 32 * length
  for (let i = 0; i < BLOCK; i++) if (i < from || i >= from + length) sum += block[i] ?? 0
  return sum
}

/** One block as it stands, extension headers not yet applied. */
export interface RawHeader {
  readonly flag: string
  readonly header: TarHeader
}

/** @throws TarError when the checksum is wrong */
export function decodeBlock(block: Uint8Array): RawHeader {
  if (numberField(block, 'checksum') !== checksum(block)) throw new TarError('archive/tar: invalid tar header')
  const flag = textField(block, 'flag') || '\0'
  const ustar = textField(block, 'magic').startsWith('ustar')
  const gnu = ustar && block[262] === 0x20
  const prefix = ustar && !gnu ? textField(block, 'prefix') : ''
  const name = prefix === '' ? textField(block, 'name') : `${prefix}/${textField(block, 'name')}`
  const type = TYPES.get(flag) ?? 'file'
  const header = tarHeader(name, {
    // Before ustar a directory was a file whose name ended in a slash.
    type: type === 'file' && name.endsWith('/') ? 'directory' : type,
    mode: numberField(block, 'mode') & 0o7777,
    uid: numberField(block, 'uid'),
    gid: numberField(block, 'gid'),
    size: numberField(block, 'size'),
    mtimeMs: numberField(block, 'mtime') * 1000,
    linkName: textField(block, 'linkName'),
    ...(ustar && { uname: textField(block, 'uname'), gname: textField(block, 'gname') }),
    ...(ustar && { major: numberField(block, 'major'), minor: numberField(block, 'minor') }),
  })
  return { flag, header }
}

const isAscii = (text: string): boolean => !/[^\x01-\x7f]/.test(text)

/** Splits a long name at a slash so that both halves fit. @returns undefined when there is no such slash */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (!isAscii(name) || name.length > 256) return undefined
  if (name.length <= 100) return { name, prefix: '' }
  const slash = name.indexOf('/', name.length - 101)
  if (slash <= 0 || slash > 155 || slash === name.length - 1) return undefined
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) }
}

const OCTAL_7 = 0o7777777
const OCTAL_11 = 0o77777777777

/** The pax records that a header needs because its fields are too small. */
function paxOf(header: TarHeader): Map<string, string> {
  const records = new Map(header.pax)
  const seconds = header.mtimeMs / 1000
  if (!Number.isInteger(seconds) || seconds < 0) records.set('mtime', String(seconds))
  if (!splitName(header.name)) records.set('path', header.name)
  if (!isAscii(header.linkName) || header.linkName.length > 100) records.set('linkpath', header.linkName)
  if (header.size > OCTAL_11) records.set('size', String(header.size))
  if (header.uid > OCTAL_7) records.set('uid', String(header.uid))
  if (header.gid > OCTAL_7) records.set('gid', String(header.gid))
  if (!isAscii(header.uname)) records.set('uname', header.uname)
  if (!isAscii(header.gname)) records.set('gname', header.gname)
  return records
}

/** `ustar`, a zero and the version 00, which is a field of its own. */
const MAGIC = encodeUtf8('ustar\x0000')

function encodeBlock(header: TarHeader, flag: string): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const text = (field: Field, value: string): void => {
    const [at, length] = FIELD[field]
    if (isAscii(value)) for (let i = 0; i < value.length && i < length; i++) block[at + i] = value.charCodeAt(i)
    else block.set(encodeUtf8(value).subarray(0, length), at)
  }
  const octal = (field: Field, value: number, limit: number): void =>
    text(field, `${(value >= 0 && value <= limit ? value : 0).toString(8).padStart(FIELD[field][1] - 1, '0')}\0`)
  const split = splitName(header.name) ?? { name: header.name.replace(/[^\x01-\x7f]/g, '_'), prefix: '' }
  text('name', split.name)
  text('prefix', split.prefix)
  octal('mode', header.mode & 0o177777, OCTAL_7)
  octal('uid', header.uid, OCTAL_7)
  octal('gid', header.gid, OCTAL_7)
  octal('size', header.size, OCTAL_11)
  octal('mtime', Math.floor(header.mtimeMs / 1000), OCTAL_11)
  text('flag', flag)
  text('linkName', header.linkName.replace(/[^\x01-\x7f]/g, '_'))
  block.set(MAGIC, FIELD.magic[0])
  text('uname', header.uname)
  text('gname', header.gname)
  octal('major', header.major, OCTAL_7)
  octal('minor', header.minor, OCTAL_7)
  text('checksum', `${checksum(block).toString(8).padStart(6, '0')}\0 `)
  return block
}

/** Zeroes from the end of `size` bytes of content to the next block. */
export const tarPadding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
/** What ends an archive: two blocks of zeroes. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * BLOCK)

/** The blocks that stand before a member's content: a pax header where the fields are too small, then the header. */
export function encodeTarHeader(header: TarHeader): Uint8Array {
  const records = paxOf(header)
  const block = encodeBlock(header, FLAGS[header.type])
  if (records.size === 0) return block
  const body = encodePax(records)
  const base = header.name.replace(/\/+$/, '').split('/').pop() ?? ''
  const extension = tarHeader(`PaxHeaders.0/${base}`.replace(/[^\x01-\x7f]/g, '_').slice(0, 100), { size: body.length })
  return concatBytes([encodeBlock(extension, 'x'), body, tarPadding(body.length), block])
}
