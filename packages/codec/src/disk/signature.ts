import { EXT4_BYTES, EXT4_OFFSET, readExt4 } from './ext4-superblock.ts'
import { PAGE_BYTES, readSwap, SWAP_SIGNATURE_OFFSET } from './swap-header.ts'
import { readXfs } from './xfs-superblock.ts'
import { uuidText } from './uuid.ts'

/** What a device or an image is found to hold. libblkid(3) */
export interface DiskSignature {
  /** `ext4`, `xfs`, `swap` */
  readonly type: string
  readonly usage: 'filesystem' | 'other'
  readonly version: string
  readonly label: string
  readonly uuid: string
  readonly blockSize: number | undefined
  /** Where the bytes stand that say so: what wipefs(8) removes. */
  readonly magic: { readonly offset: number; readonly bytes: Uint8Array }
  /** What statfs(2) says when it is mounted, in bytes; undefined for what is not mounted. */
  readonly room:
    | {
        readonly total: number
        readonly usedAtFirst: number
        /** What only root may take, and what nobody may: room for the trees of extents. */
        readonly reserved: number
        readonly heldBack: number
        readonly inodes: number
      }
    | undefined
}

type Read = (offset: number, length: number) => Uint8Array

function ext4(read: Read): DiskSignature | undefined {
  const block = readExt4(read(EXT4_OFFSET, EXT4_BYTES))
  if (!block) return undefined
  const { kind, label, uuid, blockSize } = block
  return {
    ...{ type: kind, usage: 'filesystem', version: '1.0', label, uuid: uuidText(uuid), blockSize },
    magic: { offset: 0x438, bytes: Uint8Array.of(0x53, 0xef) },
    room: {
      total: (block.blocks - block.overhead) * blockSize,
      usedAtFirst: (block.usedAtFirst - block.overhead) * blockSize,
      reserved: block.reservedBlocks * blockSize,
      heldBack: kind === 'ext4' ? Math.min(Math.floor(block.blocks / 50), 4096) * blockSize : 0,
      inodes: block.inodes,
    },
  }
}

function xfs(read: Read): DiskSignature | undefined {
  const first = read(0, 512)
  const block = readXfs(first)
  if (!block) return undefined
  const { label, uuid, blockSize, blocks, logBlocks } = block
  // What the trees of each group and their reserves take.
  const usedAtFirst = Math.floor(blocks * 0.00722) + 8084
  return {
    ...{ type: 'xfs', usage: 'filesystem', version: '', label, uuid: uuidText(uuid), blockSize: 512 },
    magic: { offset: 0, bytes: first.slice(0, 4) },
    room: {
      total: (blocks - logBlocks) * blockSize,
      usedAtFirst: usedAtFirst * blockSize,
      reserved: 0,
      heldBack: 0,
      inodes: blocks * 2,
    },
  }
}

function swap(read: Read): DiskSignature | undefined {
  const block = readSwap(read(0, PAGE_BYTES))
  if (!block) return undefined
  const { label, uuid } = block
  return {
    ...{ type: 'swap', usage: 'other', version: '1', label, uuid: uuidText(uuid), blockSize: undefined },
    magic: { offset: SWAP_SIGNATURE_OFFSET, bytes: new TextEncoder().encode('SWAPSPACE2') },
    room: undefined,
  }
}

const KINDS = [ext4, xfs, swap]

/** @returns undefined for what bears no known mark */
export function diskSignature(read: Read): DiskSignature | undefined {
  for (const kind of KINDS) {
    const found = kind(read)
    if (found) return found
  }
  return undefined
}
