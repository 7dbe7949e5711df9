import { ext4Checksum, ext4Features, type Ext4Superblock, uuidText } from '@drydock/codec/disk'
import { timeText } from './words.ts'

const orNone = (text: string, none: string): string => text || none
const kilobytes = (amount: number): string =>
  amount < 10_000
    ? `${amount} kB`
    : amount < 10_000 * 1024
      ? `${Math.round(amount / 1024)} MB`
      : `${Math.round(amount / 2 ** 20)} GB`

/** What dumpe2fs -h and tune2fs -l print. list_super2() of e2fsprogs 1.47 */
export function describe(block: Ext4Superblock, bytes: Uint8Array): string {
  const ext4 = block.kind === 'ext4'
  const rows: readonly (readonly [string, string | number, boolean?])[] = [
    ['Filesystem volume name', orNone(block.label, '<none>')],
    ['Last mounted on', orNone(block.lastMounted, '<not available>')],
    ['Filesystem UUID', uuidText(block.uuid)],
    ['Filesystem magic number', '0xEF53'],
    ['Filesystem revision #', '1 (dynamic)'],
    ['Filesystem features', ext4Features(block).join(' ')],
    ['Filesystem flags', 'signed_directory_hash '],
    ['Default mount options', 'user_xattr acl'],
    ['Filesystem state', 'clean'],
    ['Errors behavior', 'Continue'],
    ['Filesystem OS type', 'Linux'],
    ['Inode count', block.inodes],
    ['Block count', block.blocks],
    ['Reserved block count', block.reservedBlocks],
    ['Overhead clusters', block.overhead],
    ['Free blocks', block.freeBlocks],
    ['Free inodes', block.freeInodes],
    ['First block', block.firstBlock],
    ['Block size', block.blockSize],
    ['Fragment size', block.blockSize],
    ['Group descriptor size', 64, ext4],
    ['Reserved GDT blocks', block.reservedDescriptors, block.reservedDescriptors > 0],
    ['Blocks per group', block.blocksPerGroup],
    ['Fragments per group', block.blocksPerGroup],
    ['Inodes per group', block.inodesPerGroup],
    ['Inode blocks per group', block.inodeBlocks],
    ['Flex block group size', 16, ext4],
    ['Filesystem created', timeText(block.created)],
    ['Last mount time', block.mounted > 0 ? timeText(block.mounted) : 'n/a'],
    ['Last write time', timeText(block.written)],
    ['Mount count', block.mounts],
    ['Maximum mount count', -1],
    ['Last checked', timeText(block.created)],
    ['Check interval', '0 (<none>)'],
    ['Lifetime writes', kilobytes(block.kilobytesWritten)],
    ['Reserved blocks uid', '0 (user root)'],
    ['Reserved blocks gid', '0 (group root)'],
    ['First inode', 11],
    ['Inode size', 256],
    ['Required extra isize', 32],
    ['Desired extra isize', 32],
    ['Journal inode', 8, block.journalBlocks > 0],
    ['Default directory hash', 'half_md4'],
    ['Directory Hash Seed', uuidText(block.hashSeed)],
    ['Journal backup', 'inode blocks', block.journalBlocks > 0],
    ['Checksum type', 'crc32c', ext4],
    ['Checksum', `0x${ext4Checksum(bytes).toString(16).padStart(8, '0')}`, ext4],
  ]
  return rows
    .filter(([, , shown = true]) => shown)
    .map(([name, text]) =>
      name === 'Inode size' ? `${name}:\t          ${text}\n` : `${`${name}:`.padEnd(26)}${text}\n`,
    )
    .join('')
}
