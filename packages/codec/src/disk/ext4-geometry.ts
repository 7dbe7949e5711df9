/** What a new ext2, ext3 or ext4 is asked to be. mke2fs(8) */
export interface Ext4Wish {
  readonly kind: 'ext2' | 'ext3' | 'ext4'
  readonly bytes: number
  readonly blockSize?: number | undefined
  readonly inodeRatio?: number | undefined
  readonly inodes?: number | undefined
  readonly reservedPercent?: number | undefined
  readonly journal?: boolean | undefined
}

/** Where everything of it lies, in blocks. */
export interface Ext4Geometry {
  readonly kind: Ext4Wish['kind']
  readonly blockSize: number
  readonly blocks: number
  readonly firstBlock: number
  readonly blocksPerGroup: number
  readonly groups: number
  readonly inodes: number
  readonly inodesPerGroup: number
  readonly inodeBlocks: number
  readonly descriptorBytes: number
  readonly reservedDescriptors: number
  readonly reservedBlocks: number
  readonly journalBlocks: number
  /** Blocks that no file can have. */
  readonly overhead: number
  /** Overhead and what a new file system has in it: its root, lost+found and the resize inode. */
  readonly usedAtFirst: number
  /** First blocks of the groups that keep a copy of the superblock. */
  readonly backups: readonly number[]
}

const INODE_BYTES = 256
const MEBIBYTE = 2 ** 20
const FLOPPY = 3 * MEBIBYTE
const SMALL = 512 * MEBIBYTE

const isPowerOf = (base: number, value: number): boolean => {
  let power = base
  while (power < value) power *= base
  return power === value
}
/** Groups 0, 1 and the powers of 3, 5 and 7. ext4(5), sparse_super */
export const hasBackup = (group: number): boolean => group <= 1 || [3, 5, 7].some((base) => isPowerOf(base, group))

/** ext2fs_default_journal_size() of e2fsprogs 1.47: up to so many blocks a journal of so many. */
const JOURNALS: readonly (readonly [below: number, blocks: number])[] = [
  [2048, 0],
  [32768, 1024],
  [256 * 1024, 4096],
  [512 * 1024, 8192],
  [4096 * 1024, 16384],
  [8192 * 1024, 32768],
  [16384 * 1024, 65536],
  [32768 * 1024, 131072],
  [Infinity, 262144],
]

/** As mke2fs 1.47 lays it out. @returns undefined where there is no room for one */
export function ext4Geometry(wish: Ext4Wish): Ext4Geometry | undefined {
  const { kind, bytes } = wish
  const blockSize = wish.blockSize ?? (bytes < SMALL ? 1024 : 4096)
  const ratio = wish.inodeRatio ?? (bytes < FLOPPY ? 8192 : bytes < SMALL ? 4096 : 16384)
  const firstBlock = blockSize === 1024 ? 1 : 0
  const blocksPerGroup = blockSize * 8
  const descriptorBytes = kind === 'ext4' ? 64 : 32
  let blocks = Math.floor(bytes / blockSize)
  for (;;) {
    const groups = Math.ceil((blocks - firstBlock) / blocksPerGroup)
    if (groups < 1) return undefined
    const wanted = wish.inodes ?? Math.floor((blocks * blockSize) / Math.max(ratio, blockSize))
    const { inodesPerGroup, inodeBlocks } = inodeTable(Math.ceil(wanted / groups), blockSize)
    const descriptorBlocks = Math.ceil((groups * descriptorBytes) / blockSize)
    const reserved = reservedDescriptors(
      { blocks, firstBlock, blocksPerGroup, blockSize, descriptorBytes },
      descriptorBlocks,
    )
    const copy = 1 + descriptorBlocks + reserved
    const last = groups - 1
    const lastBlocks = blocks - firstBlock - last * blocksPerGroup
    const needs = 2 + inodeBlocks + (hasBackup(last) ? copy : 0)
    // A last group that could hold hardly anything is left out.
    if (lastBlocks < needs + 50) {
      if (last === 0) return undefined
      blocks -= lastBlocks
      continue
    }
    const withCopy = Array.from({ length: groups }, (_, group) => group).filter(hasBackup)
    const wantsJournal = wish.journal ?? kind !== 'ext2'
    const journalBlocks = wantsJournal ? (JOURNALS.find(([below]) => blocks < below)?.[1] ?? 0) : 0
    const overhead = firstBlock + withCopy.length * copy + groups * (2 + inodeBlocks) + journalBlocks
    const lostAndFound = Math.max(Math.ceil(16384 / blockSize) > 12 ? 12 : Math.ceil(16384 / blockSize), 1)
    return {
      ...{ kind, blockSize, blocks, firstBlock, blocksPerGroup, groups, inodesPerGroup, inodeBlocks },
      ...{ descriptorBytes, reservedDescriptors: reserved, journalBlocks, overhead },
      inodes: inodesPerGroup * groups,
      reservedBlocks: Math.floor((blocks * (wish.reservedPercent ?? 5)) / 100),
      usedAtFirst: overhead + 1 + lostAndFound + (reserved > 0 ? 1 : 0),
      backups: withCopy.slice(1).map((group) => firstBlock + group * blocksPerGroup),
    }
  }
}

/** Whole blocks of the table, and a multiple of eight in each group. */
function inodeTable(atLeast: number, blockSize: number): { inodesPerGroup: number; inodeBlocks: number } {
  const perBlock = blockSize / INODE_BYTES
  const filled = Math.ceil((Math.max(atLeast, 16) * INODE_BYTES) / blockSize) * perBlock
  const inodesPerGroup = Math.min(filled, blockSize * 8) & ~7
  return { inodesPerGroup, inodeBlocks: Math.ceil((inodesPerGroup * INODE_BYTES) / blockSize) }
}

type Sizes = Pick<Ext4Geometry, 'blocks' | 'firstBlock' | 'blocksPerGroup' | 'blockSize' | 'descriptorBytes'>
/** Room for the descriptors of a thousand times the size. e2fsprogs, calc_reserved_gdt_blocks() */
function reservedDescriptors(sizes: Sizes, descriptorBlocks: number): number {
  const most = Math.min(2 ** 32 - 1, sizes.blocks * 1024)
  const groups = Math.ceil((most - sizes.firstBlock) / sizes.blocksPerGroup)
  const blocks = Math.ceil(groups / Math.floor(sizes.blockSize / sizes.descriptorBytes))
  return Math.max(0, Math.min(sizes.blockSize / 4, blocks - descriptorBlocks))
}
