import { EPERM } from '@drydock/abi'
import { EXT4_OFFSET, ext4Geometry, parseUuid, SECTOR_BYTES, writeExt4, writePartitions } from '@drydock/codec/disk'
import type { BlockSource } from './block-source.ts'

const DISK_BYTES = 50 * 2 ** 30
const FIRST_SECTOR = 2048
/** Machines of one image share it. */
const ROOT_UUID = '9b2c7c2e-5f3a-4c1d-8e64-2f6d0b7a1c35'
const MADE_S = 1_754_000_000

/**
 * The disk that the machine runs from, as far as its bytes are looked at: its table of partitions, and the superblock of
 * the one it has. What the files take of it is not laid out in blocks, so that the rest reads as zeros; nobody writes to it.
 */
export class SystemDisk implements BlockSource {
  readonly bytes = DISK_BYTES
  readonly readOnly = false
  private readonly pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]

  constructor() {
    this.pieces = [...this.table(), { offset: FIRST_SECTOR * SECTOR_BYTES + EXT4_OFFSET, bytes: superblock() }]
  }

  private table(): { offset: number; bytes: Uint8Array }[] {
    const pieces: { offset: number; bytes: Uint8Array }[] = []
    const sectors = DISK_BYTES / SECTOR_BYTES
    const partitions = [{ number: 1, start: FIRST_SECTOR, end: sectors - 1, type: '83', bootable: true }]
    writePartitions(
      { label: 'dos', id: '0x5b21c0de', partitions },
      sectors,
      (_, length) => new Uint8Array(length),
      (offset, bytes) => pieces.push({ offset, bytes }),
    )
    return pieces
  }

  read(offset: number, length: number): Uint8Array {
    const into = new Uint8Array(length)
    for (const piece of this.pieces) {
      const start = Math.max(offset, piece.offset)
      const end = Math.min(offset + length, piece.offset + piece.bytes.length)
      if (start < end) into.set(piece.bytes.subarray(start - piece.offset, end - piece.offset), start - offset)
    }
    return into
  }
  write(): never {
    throw EPERM
  }
}

function superblock(): Uint8Array {
  const geometry = ext4Geometry({ kind: 'ext4', bytes: DISK_BYTES - FIRST_SECTOR * SECTOR_BYTES })
  const uuid = parseUuid(ROOT_UUID)
  if (!geometry || !uuid) return new Uint8Array(0)
  const times = { created: MADE_S, mounted: MADE_S, written: MADE_S }
  const free = { freeBlocks: geometry.blocks - geometry.usedAtFirst, freeInodes: geometry.inodes - 11 }
  return writeExt4({
    ...{ ...geometry, ...times, ...free, uuid, hashSeed: uuid, label: '', lastMounted: '/' },
    ...{ mounts: 1, kilobytesWritten: 0 },
  })
}
