import { crc32 } from '../xz/checks.ts'
import { parseUuid } from './uuid.ts'

export const SECTOR_BYTES = 512

/** Sectors from `start` to `end`, both included. */
export interface Partition {
  readonly number: number
  readonly start: number
  readonly end: number
  /** `83` of an MBR; the UUID of the type, in capitals, of a GPT. */
  readonly type: string
  readonly bootable?: boolean
  /** Of a GPT: its own UUID, in capitals, and its name. */
  readonly uuid?: string
  readonly name?: string
}
export interface PartitionTable {
  readonly label: 'dos' | 'gpt'
  /** `0x1a2b3c4d`, or a UUID in capitals. */
  readonly id: string
  readonly partitions: readonly Partition[]
}

/** Sectors a GPT takes at each end: header and 128 entries; the MBR that protects it besides. UEFI 2.10, chapter 5 */
const GPT_SECTORS = 33
const ENTRIES = 128
const ENTRY_BYTES = 128
const PROTECTIVE = 0xee

/** First and last sector that a partition may have. */
export const usableSectors = (
  label: PartitionTable['label'],
  sectors: number,
): readonly [first: number, last: number] =>
  label === 'gpt' ? [GPT_SECTORS + 1, sectors - GPT_SECTORS - 1] : [1, sectors - 1]

/** UUIDs of a GPT have their first three fields in little endian. */
function swapFields(bytes: Uint8Array): Uint8Array {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
  return Uint8Array.from(order, (at) => bytes[at] ?? 0)
}
const guidAt = (bytes: Uint8Array, at: number): string => {
  const digits = [...swapFields(bytes.subarray(at, at + 16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.toUpperCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
const putGuid = (bytes: Uint8Array, at: number, text: string): void =>
  bytes.set(swapFields(parseUuid(text) ?? new Uint8Array(16)), at)

/** @param read  bytes of the disk at an offset */
export function readPartitions(read: (offset: number, length: number) => Uint8Array): PartitionTable | undefined {
  const mbr = read(0, SECTOR_BYTES)
  if (mbr.length < SECTOR_BYTES || mbr[510] !== 0x55 || mbr[511] !== 0xaa) return undefined
  const view = new DataView(mbr.buffer, mbr.byteOffset, SECTOR_BYTES)
  const rows = [0, 1, 2, 3].map((at) => 446 + at * 16)
  if (rows.some((at) => mbr[at + 4] === PROTECTIVE)) return readGpt(read)
  // A boot sector of a file system ends alike: whatever is no flag of a partition says so.
  if (rows.some((at) => ![0, 0x80].includes(mbr[at] ?? 0))) return undefined
  const partitions = rows.flatMap((at, index): Partition[] => {
    const count = view.getUint32(at + 12, true)
    const start = view.getUint32(at + 8, true)
    if (count === 0) return []
    const type = (mbr[at + 4] ?? 0).toString(16)
    return [{ number: index + 1, start, end: start + count - 1, type, bootable: mbr[at] === 0x80 }]
  })
  const id = view.getUint32(440, true)
  return { label: 'dos', id: `0x${id.toString(16).padStart(8, '0')}`, partitions }
}

function readGpt(read: (offset: number, length: number) => Uint8Array): PartitionTable | undefined {
  const header = read(SECTOR_BYTES, SECTOR_BYTES)
  if (new TextDecoder().decode(header.subarray(0, 8)) !== 'EFI PART') return undefined
  const table = read(2 * SECTOR_BYTES, ENTRIES * ENTRY_BYTES)
  const view = new DataView(table.buffer, table.byteOffset, table.length)
  const partitions: Partition[] = []
  for (let at = 0; at < ENTRIES; at++) {
    const offset = at * ENTRY_BYTES
    const start = Number(view.getBigUint64(offset + 32, true))
    if (start === 0) continue
    const end = Number(view.getBigUint64(offset + 40, true))
    const name = new TextDecoder('utf-16le').decode(table.subarray(offset + 56, offset + 128)).replace(/\0[^]*$/, '')
    partitions.push({ number: at + 1, start, end, type: guidAt(table, offset), uuid: guidAt(table, offset + 16), name })
  }
  return { label: 'gpt', id: guidAt(header, 56), partitions }
}

/** Puts a table onto a disk of so many sectors. */
export function writePartitions(
  table: PartitionTable,
  sectors: number,
  read: (offset: number, length: number) => Uint8Array,
  write: (offset: number, bytes: Uint8Array) => void,
): void {
  const mbr = read(0, SECTOR_BYTES).slice()
  mbr.fill(0, 446, 510)
  mbr[510] = 0x55
  mbr[511] = 0xaa
  const view = new DataView(mbr.buffer)
  if (table.label === 'dos') {
    view.setUint32(440, Number(table.id) >>> 0, true)
    for (const partition of table.partitions.filter(({ number }) => number <= 4))
      putRow(
        mbr,
        partition.number - 1,
        partition.start,
        partition.end,
        Number.parseInt(partition.type, 16),
        partition.bootable,
      )
    write(0, mbr)
    return
  }
  putRow(mbr, 0, 1, Math.min(sectors - 1, 0xffffffff), PROTECTIVE)
  write(0, mbr)
  writeGpt(table, sectors, write)
}

function putRow(mbr: Uint8Array, at: number, start: number, end: number, type: number, bootable = false): void {
  const offset = 446 + at * 16
  const view = new DataView(mbr.buffer)
  mbr[offset] = bootable ? 0x80 : 0
  mbr.set([0xfe, 0xff, 0xff], offset + 1)
  mbr[offset + 4] = type
  mbr.set([0xfe, 0xff, 0xff], offset + 5)
  view.setUint32(offset + 8, start, true)
  view.setUint32(offset + 12, end - start + 1, true)
}

function writeGpt(table: PartitionTable, sectors: number, write: (offset: number, bytes: Uint8Array) => void): void {
  const entries = new Uint8Array(ENTRIES * ENTRY_BYTES)
  const view = new DataView(entries.buffer)
  for (const { number, start, end, type, uuid = '', name = '' } of table.partitions) {
    const offset = (number - 1) * ENTRY_BYTES
    putGuid(entries, offset, type)
    putGuid(entries, offset + 16, uuid)
    view.setBigUint64(offset + 32, BigInt(start), true)
    view.setBigUint64(offset + 40, BigInt(end), true)
    for (let at = 0; at < Math.min(36, name.length); at++)
      view.setUint16(offset + 56 + at * 2, name.charCodeAt(at), true)
  }
  const last = sectors - 1
  const header = (own: number, other: number, entriesAt: number): Uint8Array => {
    const bytes = new Uint8Array(SECTOR_BYTES)
    const fields = new DataView(bytes.buffer)
    const [first, end] = usableSectors('gpt', sectors)
    bytes.set(new TextEncoder().encode('EFI PART'), 0)
    fields.setUint32(8, 0x10000, true)
    fields.setUint32(12, 92, true)
    fields.setBigUint64(24, BigInt(own), true)
    fields.setBigUint64(32, BigInt(other), true)
    fields.setBigUint64(40, BigInt(first), true)
    fields.setBigUint64(48, BigInt(end), true)
    putGuid(bytes, 56, table.id)
    fields.setBigUint64(72, BigInt(entriesAt), true)
    fields.setUint32(80, ENTRIES, true)
    fields.setUint32(84, ENTRY_BYTES, true)
    fields.setUint32(88, crc32(entries), true)
    fields.setUint32(16, crc32(bytes.subarray(0, 92)), true)
    return bytes
  }
  write(SECTOR_BYTES, header(1, last, 2))
  write(2 * SECTOR_BYTES, entries)
  write((last - 32) * SECTOR_BYTES, entries)
  write(last * SECTOR_BYTES, header(last, 1, last - 32))
}
