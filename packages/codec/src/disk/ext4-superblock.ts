import { type Ext4Geometry, hasBackup } from './ext4-geometry.ts'

/** Where it stands, and its length. ext4(5) of Linux's documentation: "The Super Block" */
export const EXT4_OFFSET = 1024
export const EXT4_BYTES = 1024
const MAGIC = 0xef53
const INODE_BYTES = 256

/** What the superblock says that changes in the life of a file system. Times are seconds since the epoch. */
export interface Ext4State {
  readonly uuid: Uint8Array
  readonly hashSeed: Uint8Array
  readonly label: string
  readonly lastMounted: string
  readonly created: number
  readonly mounted: number
  readonly written: number
  readonly mounts: number
  readonly freeBlocks: number
  readonly freeInodes: number
  readonly kilobytesWritten: number
}
export interface Ext4Superblock extends Ext4Geometry, Ext4State {}

/** Bits of the three sets of features: name, set, bit. */
const FEATURES: readonly (readonly [name: string, set: 0 | 1 | 2, bit: number])[] = [
  ['has_journal', 0, 0x4],
  ['ext_attr', 0, 0x8],
  ['resize_inode', 0, 0x10],
  ['dir_index', 0, 0x20],
  ['filetype', 1, 0x2],
  ['extent', 1, 0x40],
  ['64bit', 1, 0x80],
  ['flex_bg', 1, 0x200],
  ['sparse_super', 2, 0x1],
  ['large_file', 2, 0x2],
  ['huge_file', 2, 0x8],
  ['dir_nlink', 2, 0x20],
  ['extra_isize', 2, 0x40],
  ['metadata_csum', 2, 0x400],
]
const ONLY_EXT4: ReadonlySet<string> = new Set([
  ...['extent', '64bit', 'flex_bg', 'huge_file', 'dir_nlink', 'extra_isize', 'metadata_csum'],
])

/** In the order tune2fs lists them. */
export function ext4Features({ kind, journalBlocks, reservedDescriptors }: Ext4Geometry): string[] {
  const missing = new Set([
    ...(kind === 'ext4' ? [] : ONLY_EXT4),
    ...(journalBlocks > 0 ? [] : ['has_journal']),
    ...(reservedDescriptors > 0 ? [] : ['resize_inode']),
  ])
  return FEATURES.map(([name]) => name).filter((name) => !missing.has(name))
}

const encoder = new TextEncoder()
const putText = (bytes: Uint8Array, at: number, length: number, text: string): void =>
  bytes.subarray(at, at + length).set(encoder.encode(text).subarray(0, length))
const textAt = (bytes: Uint8Array, at: number, length: number): string => {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

/** Offset -> value of the 32 bit fields. */
const words = (block: Ext4Superblock): readonly (readonly [offset: number, value: number])[] => [
  [0x0, block.inodes],
  [0x4, block.blocks],
  [0x8, block.reservedBlocks],
  [0xc, block.freeBlocks],
  [0x10, block.freeInodes],
  [0x14, block.firstBlock],
  [0x18, Math.log2(block.blockSize) - 10],
  [0x1c, Math.log2(block.blockSize) - 10],
  [0x20, block.blocksPerGroup],
  [0x24, block.blocksPerGroup],
  [0x28, block.inodesPerGroup],
  [0x2c, block.mounted],
  [0x30, block.written],
  [0x40, block.created],
  [0x4c, 1],
  [0x54, 11],
  [0xe0, block.journalBlocks > 0 ? 8 : 0],
  [0x100, 0x0c],
  [0x108, block.created],
  [0x160, 1],
  [0x178, block.kilobytesWritten],
  [0x248, block.overhead],
]
/** Those of 16 bits. */
const halves = (block: Ext4Superblock): readonly (readonly [offset: number, value: number])[] => [
  [0x34, block.mounts],
  [0x36, 0xffff],
  [0x38, MAGIC],
  [0x3a, 1],
  [0x3c, 1],
  [0x58, INODE_BYTES],
  [0xce, block.reservedDescriptors],
  [0xfe, block.descriptorBytes === 64 ? 64 : 0],
  [0x15c, 32],
  [0x15e, 32],
]

/** The 1024 bytes. */
export function writeExt4(block: Ext4Superblock): Uint8Array {
  const bytes = new Uint8Array(EXT4_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [offset, value] of words(block)) view.setUint32(offset, value >>> 0, true)
  for (const [offset, value] of halves(block)) view.setUint16(offset, value, true)
  const has = new Set(ext4Features(block))
  for (const [name, set, bit] of FEATURES)
    if (has.has(name)) view.setUint32(0x5c + set * 4, view.getUint32(0x5c + set * 4, true) | bit, true)
  bytes.set(block.uuid, 0x68)
  putText(bytes, 0x78, 16, block.label)
  putText(bytes, 0x88, 64, block.lastMounted)
  bytes.set(block.hashSeed, 0xec)
  bytes[0xfc] = 1
  bytes[0xfd] = 1
  bytes[0x174] = 4
  bytes[0x175] = block.kind === 'ext4' ? 1 : 0
  // What the standard has no field for: how long the journal is, in the reserved tail.
  view.setUint32(0x3f0, block.journalBlocks, true)
  view.setUint32(0x3f4, block.usedAtFirst, true)
  if (block.kind === 'ext4') view.setUint32(0x3fc, crc32c(bytes.subarray(0, 0x3fc)), true)
  return bytes
}

/** @param bytes  the 1024 from EXT4_OFFSET @returns undefined when there is none */
export function readExt4(bytes: Uint8Array): Ext4Superblock | undefined {
  if (bytes.length < EXT4_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, EXT4_BYTES)
  const word = (offset: number): number => view.getUint32(offset, true)
  const half = (offset: number): number => view.getUint16(offset, true)
  if (half(0x38) !== MAGIC) return undefined
  const has = new Set(FEATURES.filter(([, set, bit]) => word(0x5c + set * 4) & bit).map(([name]) => name))
  const blockSize = 1024 * 2 ** word(0x18)
  const firstBlock = word(0x14)
  const blocksPerGroup = word(0x20)
  const blocks = word(0x4)
  const groups = Math.ceil((blocks - firstBlock) / Math.max(1, blocksPerGroup))
  return {
    kind: has.has('extent') ? 'ext4' : has.has('has_journal') ? 'ext3' : 'ext2',
    ...{ blockSize, blocks, firstBlock, blocksPerGroup, groups },
    inodes: word(0x0),
    inodesPerGroup: word(0x28),
    inodeBlocks: Math.ceil((word(0x28) * INODE_BYTES) / blockSize),
    descriptorBytes: half(0xfe) || 32,
    reservedDescriptors: half(0xce),
    reservedBlocks: word(0x8),
    journalBlocks: word(0x3f0),
    overhead: word(0x248),
    usedAtFirst: word(0x3f4),
    backups: Array.from({ length: groups }, (_, group) => group)
      .filter((group) => group > 0 && hasBackup(group))
      .map((group) => firstBlock + group * blocksPerGroup),
    uuid: bytes.slice(0x68, 0x78),
    hashSeed: bytes.slice(0xec, 0xfc),
    label: textAt(bytes, 0x78, 16),
    lastMounted: textAt(bytes, 0x88, 64),
    created: word(0x108),
    mounted: word(0x2c),
    written: word(0x30),
    mounts: half(0x34),
    freeBlocks: word(0xc),
    freeInodes: word(0x10),
    kilobytesWritten: word(0x178),
  }
}

/** Checksum that stands in a superblock. */
export const ext4Checksum = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, EXT4_BYTES).getUint32(0x3fc, true)

/** Castagnoli's polynomial, without the last inversion. RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array, seed = 0xffffffff): number {
  let crc = seed
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return crc >>> 0
}
