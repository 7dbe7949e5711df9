import type { Sys } from '@drydock/abi'
import {
  type Partition,
  type PartitionTable,
  randomUuid,
  SECTOR_BYTES,
  usableSectors,
  uuidText,
} from '@drydock/codec/disk'
import { shortSize } from '../short-size.ts'

/** Types of partitions of an MBR by their byte in hexadecimal. libfdisk, pt-mbr-partnames.h */
export const MBR_TYPES: ReadonlyMap<string, string> = new Map([
  ['0', 'Empty'],
  ['1', 'FAT12'],
  ['4', 'FAT16 <32M'],
  ['5', 'Extended'],
  ['6', 'FAT16'],
  ['7', 'HPFS/NTFS/exFAT'],
  ['b', 'W95 FAT32'],
  ['c', 'W95 FAT32 (LBA)'],
  ['e', 'W95 FAT16 (LBA)'],
  ['f', "W95 Ext'd (LBA)"],
  ['82', 'Linux swap / Solaris'],
  ['83', 'Linux'],
  ['85', 'Linux extended'],
  ['8e', 'Linux LVM'],
  ['ee', 'GPT'],
  ['ef', 'EFI (FAT-12/16/32)'],
  ['fd', 'Linux raid autodetect'],
])

/** Types of a GPT. UEFI 2.10, and the Discoverable Partitions Specification */
export const GPT_TYPES: ReadonlyMap<string, string> = new Map([
  ['C12A7328-F81F-11D2-BA4B-00A0C93EC93B', 'EFI System'],
  ['0FC63DAF-8483-4772-8E79-3D69D8477DE4', 'Linux filesystem'],
  ['0657FD6D-A4AB-43C4-84E5-0933C84B4F4F', 'Linux swap'],
  ['933AC7E1-2EB4-4F13-B844-0E14E2AEF915', 'Linux home'],
  ['4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709', 'Linux root (x86-64)'],
  ['E6D6D379-F507-44C2-A23C-238F2A3DF928', 'Linux LVM'],
  ['A19D880F-05FC-4D3B-A006-743F0F84911E', 'Linux RAID'],
  ['21686148-6449-6E6F-744E-656564454649', 'BIOS boot'],
  ['EBD0A0A2-B9E5-4433-87C0-68B6B72699C7', 'Microsoft basic data'],
])

/** Short names that fdisk and sfdisk take for a type. */
const ALIASES: Readonly<Record<PartitionTable['label'], ReadonlyMap<string, string>>> = {
  dos: new Map([
    ['linux', '83'],
    ['L', '83'],
    ['swap', '82'],
    ['S', '82'],
    ['extended', '5'],
    ['E', '5'],
    ['uefi', 'ef'],
    ['U', 'ef'],
    ['raid', 'fd'],
    ['R', 'fd'],
    ['lvm', '8e'],
    ['V', '8e'],
  ]),
  gpt: new Map([
    ['linux', '0FC63DAF-8483-4772-8E79-3D69D8477DE4'],
    ['L', '0FC63DAF-8483-4772-8E79-3D69D8477DE4'],
    ['swap', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F'],
    ['S', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F'],
    ['home', '933AC7E1-2EB4-4F13-B844-0E14E2AEF915'],
    ['H', '933AC7E1-2EB4-4F13-B844-0E14E2AEF915'],
    ['uefi', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
    ['U', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'],
    ['raid', 'A19D880F-05FC-4D3B-A006-743F0F84911E'],
    ['R', 'A19D880F-05FC-4D3B-A006-743F0F84911E'],
    ['lvm', 'E6D6D379-F507-44C2-A23C-238F2A3DF928'],
    ['V', 'E6D6D379-F507-44C2-A23C-238F2A3DF928'],
  ]),
}

export const typesOf = (label: PartitionTable['label']): ReadonlyMap<string, string> =>
  label === 'dos' ? MBR_TYPES : GPT_TYPES
export const typeName = (label: PartitionTable['label'], type: string): string => typesOf(label).get(type) ?? 'unknown'

/** @returns undefined for no type of that label */
export function typeNamed(label: PartitionTable['label'], word: string): string | undefined {
  const alias = ALIASES[label].get(word) ?? ALIASES[label].get(word.toLowerCase())
  if (alias !== undefined) return alias
  if (label === 'dos') {
    const digits = word
      .toLowerCase()
      .replace(/^0x/, '')
      .replace(/^0(?=.)/, '')
    return /^[0-9a-f]{1,2}$/.test(digits) ? digits : undefined
  }
  if (/^\d+$/.test(word)) return [...GPT_TYPES.keys()][Number(word) - 1]
  return /^[0-9a-f-]{36}$/i.test(word) ? word.toUpperCase() : undefined
}

/** `f.img1`, `/dev/loop0p1` */
export const nodeOf = (path: string, number: number): string => `${path}${/\d$/.test(path) ? 'p' : ''}${number}`

export const newGuid = (sys: Sys): string => uuidText(randomUuid(sys.entropy.bytes(16))).toUpperCase()
export function newTable(sys: Sys, label: PartitionTable['label']): PartitionTable {
  if (label === 'gpt') return { label, id: newGuid(sys), partitions: [] }
  const [a = 0, b = 0, c = 0, d = 0] = sys.entropy.bytes(4)
  return { label, id: `0x${[a, b, c, d].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`, partitions: [] }
}

/** Partitions begin at whole mebibytes. */
export const GRAIN = 2048

/** Runs of sectors that no partition has. */
export function freeRuns(table: PartitionTable, sectors: number): (readonly [start: number, end: number])[] {
  const [first, last] = usableSectors(table.label, sectors)
  const taken = table.partitions.toSorted((a, b) => a.start - b.start)
  const runs: (readonly [number, number])[] = []
  let at = Math.max(first, GRAIN)
  for (const { start, end } of taken) {
    if (start > at) runs.push([at, start - 1])
    at = Math.max(at, end + 1)
  }
  if (at <= last) runs.push([at, last])
  return runs.filter(([start, end]) => alignUp(start) <= end)
}
export const alignUp = (sector: number): number => Math.ceil(sector / GRAIN) * GRAIN

/** A GPT's last partition ends at a whole mebibyte, where there is room for one. */
export const defaultEnd = (label: PartitionTable['label'], start: number, last: number): number => {
  if (label === 'dos') return last
  const end = Math.floor((last + 1) / GRAIN) * GRAIN - 1
  return end > start ? end : last
}

const UNITS = 'KMGTP'
/** A size such as `+300M`, in sectors. */
export function sectorsOf(text: string): number | undefined {
  const [, digits, unit, binary] = /^\+?(\d+(?:\.\d+)?)([KMGTPkmgtp]?)(iB|B)?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  if (!unit) return Number(digits)
  const base = binary === 'B' ? 1000 : 1024
  return Math.round((Number(digits) * base ** (UNITS.indexOf(unit.toUpperCase()) + 1)) / SECTOR_BYTES)
}

const LONG_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
function longSize(bytes: number): string {
  const text = shortSize(bytes)
  const power = 'BKMGT'.indexOf(text.at(-1) ?? 'B')
  const exact = bytes / 1024 ** power
  return `${Number.isInteger(exact) ? exact : exact.toFixed(2).replace(/0$/, '')} ${LONG_UNITS[power]}`
}

/** What stands above the list of partitions. */
export function diskText(
  path: string,
  bytes: number,
  model: string | undefined,
  table: PartitionTable | undefined,
): string {
  const lines = [
    `Disk ${path}: ${longSize(bytes)}, ${bytes} bytes, ${Math.floor(bytes / SECTOR_BYTES)} sectors`,
    ...(model ? [`Disk model: ${model.padEnd(16)}`] : []),
    `Units: sectors of 1 * ${SECTOR_BYTES} = ${SECTOR_BYTES} bytes`,
    `Sector size (logical/physical): 512 bytes / 512 bytes`,
    `I/O size (minimum/optimal): 512 bytes / 512 bytes`,
    ...(table ? [`Disklabel type: ${table.label}`, `Disk identifier: ${table.id}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

interface Column {
  readonly name: string
  readonly right?: boolean
  readonly least?: number
  readonly cell: (partition: Partition, path: string) => string
}
const COLUMNS: Readonly<Record<PartitionTable['label'], readonly Column[]>> = {
  dos: [
    { name: 'Device', least: 10, cell: ({ number }, path) => nodeOf(path, number) },
    { name: 'Boot', cell: ({ bootable }) => (bootable ? '*' : '') },
    { name: 'Start', right: true, cell: ({ start }) => String(start) },
    { name: 'End', right: true, cell: ({ end }) => String(end) },
    { name: 'Sectors', right: true, cell: ({ start, end }) => String(end - start + 1) },
    { name: 'Size', right: true, least: 5, cell: (partition) => sizeOf(partition) },
    { name: 'Id', right: true, cell: ({ type }) => type },
    { name: 'Type', cell: ({ type }) => typeName('dos', type) },
  ],
  gpt: [
    { name: 'Device', least: 10, cell: ({ number }, path) => nodeOf(path, number) },
    { name: 'Start', right: true, cell: ({ start }) => String(start) },
    { name: 'End', right: true, cell: ({ end }) => String(end) },
    { name: 'Sectors', right: true, cell: ({ start, end }) => String(end - start + 1) },
    { name: 'Size', right: true, least: 5, cell: (partition) => sizeOf(partition) },
    { name: 'Type', cell: ({ type }) => typeName('gpt', type) },
  ],
}
export const sizeOf = ({ start, end }: Partition): string => shortSize((end - start + 1) * SECTOR_BYTES)

/** The list of partitions; nothing where there are none. */
export function partitionsText(path: string, table: PartitionTable): string {
  const { partitions } = table
  if (partitions.length === 0) return ''
  const columns = COLUMNS[table.label]
  const rows = [
    columns.map(({ name }) => name),
    ...partitions.map((each) => columns.map(({ cell }) => cell(each, path))),
  ]
  const widths = columns.map(({ least = 0 }, at) => Math.max(least, ...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => {
          const width = widths[at] ?? 0
          return columns[at]?.right ? cell.padStart(width) : at === columns.length - 1 ? cell : cell.padEnd(width)
        })
        .join(' '),
    )
    .map((line) => `${line}\n`)
    .join('')
}

export const listText = (
  path: string,
  bytes: number,
  model: string | undefined,
  table: PartitionTable | undefined,
): string => {
  const rows = table ? partitionsText(path, table) : ''
  return diskText(path, bytes, model, table) + (rows && `\n${rows}`)
}
