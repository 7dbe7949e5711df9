import {
  diskSignature,
  EXT4_BYTES,
  EXT4_OFFSET,
  readExt4,
  readPartitions,
  readSwap,
  readXfs,
  uuidText,
} from '@drydock/codec/disk'
import type { Kind } from './file-kinds.ts'

const binary = (description: string, mime = 'application/octet-stream'): Kind => ({
  description,
  mime,
  encoding: 'binary',
})

function ext(bytes: Uint8Array): string {
  const block = readExt4(bytes.subarray(EXT4_OFFSET, EXT4_OFFSET + EXT4_BYTES))
  if (!block) return 'data'
  const name = block.label ? `, volume name "${block.label}"` : ''
  const own = block.kind === 'ext4' ? ' (extents) (64bit)' : ''
  const huge = block.kind === 'ext4' ? ' (huge files)' : ''
  return `Linux rev 1.0 ${block.kind} filesystem data, UUID=${uuidText(block.uuid)}${name}${own} (large files)${huge}`
}

function swap(bytes: Uint8Array): string {
  const header = readSwap(bytes.subarray(0, 4096))
  const label = header?.label ? `LABEL=${header.label}` : 'no label'
  const pages = (header?.pages ?? 1) - 1
  const uuid = uuidText(header?.uuid ?? new Uint8Array(16))
  return `Linux swap file, 4k page size, little endian, version 1, size ${pages} pages, 0 bad pages, ${label}, UUID=${uuid}`
}

function xfs(bytes: Uint8Array): string {
  return `SGI XFS filesystem data (blksz ${readXfs(bytes)?.blockSize}, inosz 512, v2 dirs)`
}

/** Cylinder, head and sector of an MBR's row. */
function chs(bytes: Uint8Array, at: number): string {
  const [head = 0, mixed = 0, low = 0] = bytes.subarray(at, at + 3)
  return `(0x${(((mixed & 0xc0) << 2) | low).toString(16)},${head},${mixed & 0x3f})`
}

function bootSector(bytes: Uint8Array): Kind | undefined {
  const read = (offset: number, length: number): Uint8Array => bytes.subarray(offset, offset + length)
  if (!readPartitions(read)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const rows = [0, 1, 2, 3].flatMap((index) => {
    const at = 446 + index * 16
    if (view.getUint32(at + 12, true) === 0) return []
    const active = bytes[at] === 0x80 ? ', active' : ''
    const id = (bytes[at + 4] ?? 0).toString(16)
    const sectors = `startsector ${view.getUint32(at + 8, true)}, ${view.getUint32(at + 12, true)} sectors`
    return [
      `partition ${index + 1} : ID=0x${id}${active}, start-CHS ${chs(bytes, at + 1)}, end-CHS ${chs(bytes, at + 5)}, ${sectors}`,
    ]
  })
  const gpt = bytes[450] === 0xee ? ', extended partition table (last)' : ''
  return binary(['DOS/MBR boot sector', ...rows].join('; ') + gpt)
}

const KINDS = new Map([
  ['ext2', ext],
  ['ext3', ext],
  ['ext4', ext],
  ['swap', swap],
  ['xfs', xfs],
])

/** What is in an image of a disk, by its first 64 KiB. */
export function diskKind(bytes: Uint8Array): Kind | undefined {
  const found = diskSignature((offset, length) => bytes.subarray(offset, offset + length))
  const describe = found && KINDS.get(found.type)
  return describe ? binary(describe(bytes)) : bootSector(bytes)
}
