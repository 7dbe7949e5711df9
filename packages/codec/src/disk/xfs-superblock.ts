/** The first sector of an XFS file system, as far as tools show it. xfs_db(8), "sb" */
export interface XfsSuperblock {
  readonly blockSize: number
  readonly blocks: number
  readonly groups: number
  readonly groupBlocks: number
  readonly logBlocks: number
  readonly uuid: Uint8Array
  readonly label: string
}

const MAGIC = 0x58465342
const VERSION = 0xb4a5
const XFS_BYTES = 512
const INODE_BYTES = 512
const SECTOR = 512

/** The smallest one that mkfs.xfs 6.1 makes. */
export const XFS_LEAST_BYTES = 300 * 2 ** 20
const LOG_BLOCKS = 16384
const GROUPS = 4

/** As mkfs.xfs 6.1 divides it, up to 1 TiB. */
export function xfsGeometry(
  bytes: number,
): Pick<XfsSuperblock, 'blockSize' | 'blocks' | 'groups' | 'groupBlocks' | 'logBlocks'> {
  const blocks = Math.floor(bytes / 4096)
  return { blockSize: 4096, blocks, groups: GROUPS, groupBlocks: Math.ceil(blocks / GROUPS), logBlocks: LOG_BLOCKS }
}

export function writeXfs(block: XfsSuperblock): Uint8Array {
  const bytes = new Uint8Array(XFS_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC)
  view.setUint32(4, block.blockSize)
  view.setBigUint64(8, BigInt(block.blocks))
  bytes.set(block.uuid, 32)
  view.setUint32(84, block.groupBlocks)
  view.setUint32(88, block.groups)
  view.setUint32(96, block.logBlocks)
  view.setUint16(100, VERSION)
  view.setUint16(102, SECTOR)
  view.setUint16(104, INODE_BYTES)
  view.setUint16(106, block.blockSize / INODE_BYTES)
  bytes.set(new TextEncoder().encode(block.label).subarray(0, 12), 108)
  return bytes
}

/** @param bytes  the first sector */
export function readXfs(bytes: Uint8Array): XfsSuperblock | undefined {
  if (bytes.length < XFS_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, XFS_BYTES)
  if (view.getUint32(0) !== MAGIC) return undefined
  return {
    blockSize: view.getUint32(4),
    blocks: Number(view.getBigUint64(8)),
    groups: view.getUint32(88),
    groupBlocks: view.getUint32(84),
    logBlocks: view.getUint32(96),
    uuid: bytes.slice(32, 48),
    label: new TextDecoder().decode(bytes.subarray(108, 120)).replace(/\0[^]*$/, ''),
  }
}
