import { isErrno } from '@drydock/abi'
import { EXT4_BYTES, EXT4_OFFSET, ext4Geometry, readExt4, writeExt4 } from '@drydock/codec/disk'
import { defineProgram, flag, value } from '@drydock/libc'
import { mountPointOf, withDisk } from '../util-linux/disk-file.ts'
import { sizeOf } from './mke2fs.ts'
import { openExt4 } from './tune2fs.ts'
import { blockWord, VERSION } from './words.ts'

/** resize2fs: change the size of an ext2, ext3 or ext4 file system. e2fsprogs 1.47. */
export const resize2fs = defineProgram({
  name: 'e2fsprogs/resize2fs',
  paths: ['/sbin/resize2fs'],
  covers: 'partial',
  summary: 'ext2/ext3/ext4 file system resizer',
  usage: 'resize2fs [-d debug_flags] [-f] [-F] [-M] [-P] [-p] device [-b|-s|new_size] [-S RAID-stride] [-z undo_file]',
  options: {
    force: flag('f'),
    flush: flag('F'),
    minimum: flag('M'),
    printMinimum: flag('P'),
    progress: flag('p'),
    debug: value('d'),
    stride: value('S'),
  },
  async main({ sys, io, options: o, operands }) {
    await io.warn(`resize2fs ${VERSION}\n`)
    const [path, size] = operands
    if (path === undefined) {
      await io.warn(
        'Usage: resize2fs [-d debug_flags] [-f] [-F] [-M] [-P] [-p] device [-b|-s|new_size] [-S RAID-stride] [-z undo_file]\n\n',
      )
      return 1
    }
    const found = await openExt4(sys, path)
    if (typeof found === 'string') {
      const [first = ''] = found.split('\n')
      const text = first.startsWith('Bad magic')
        ? `resize2fs: ${first}\nCouldn't find valid filesystem superblock.\n`
        : `open: ${first.replace('while trying to open', 'while opening')}\n`
      await io.warn(text)
      return 1
    }
    const { block } = found
    const used = block.blocks - block.freeBlocks
    if (o.printMinimum) {
      await io.print(`Estimated minimum size of the filesystem: ${used}\n`)
      return 0
    }
    const mounted = await mountPointOf(sys, path)
    try {
      return await withDisk(sys, path, false, async (disk) => {
        const asked = o.minimum
          ? used * block.blockSize
          : size === undefined
            ? disk.bytes
            : sizeOf(size, block.blockSize)
        if (asked === undefined) {
          await io.warn(`resize2fs: Invalid new size: ${size}\n`)
          return 1
        }
        const { kind, blockSize } = block
        const word = blockWord(blockSize)
        if (asked > disk.bytes) {
          const blocks = Math.floor(disk.bytes / blockSize)
          await io.warn(
            `The containing partition (or device) is only ${blocks} (${word}) blocks.\nYou requested a new size of ${Math.floor(asked / blockSize)} blocks.\n\n`,
          )
          return 1
        }
        const ratio = Math.floor((block.blocksPerGroup * blockSize) / block.inodesPerGroup)
        const wish = { kind, bytes: asked, blockSize, inodeRatio: ratio, journal: block.journalBlocks > 0 }
        const next = ext4Geometry(wish)
        if (!next || (next.blocks < used && !o.minimum)) {
          await io.warn(`resize2fs: New size smaller than minimum (${used})\n\n`)
          return 1
        }
        if (next.blocks === block.blocks) {
          await io.warn(`The filesystem is already ${block.blocks} (${word}) blocks long.  Nothing to do!\n\n`)
          return 0
        }
        if (mounted !== undefined && next.blocks < block.blocks) {
          await io.warn(
            `Filesystem at ${path} is mounted on ${mounted}; on-line resizing required\nresize2fs: On-line shrinking not supported\n`,
          )
          return 1
        }
        if (mounted === undefined)
          await io.print(`Resizing the filesystem on ${path} to ${next.blocks} (${word}) blocks.\n`)
        else
          await io.print(
            `Filesystem at ${path} is mounted on ${mounted}; on-line resizing required\nold_desc_blocks = ${descriptors(block)}, new_desc_blocks = ${descriptors(next)}\n`,
          )
        const now = readExt4(disk.read(EXT4_OFFSET, EXT4_BYTES)) ?? block
        const inodesPerGroup = block.inodesPerGroup
        const inodes = inodesPerGroup * next.groups
        const journal = block.journalBlocks - next.journalBlocks
        const tables = (block.inodeBlocks - next.inodeBlocks) * next.groups
        const overhead = next.overhead + journal + tables
        const taken = now.blocks - now.freeBlocks - now.overhead
        const share = block.reservedBlocks / block.blocks
        const resized = writeExt4({
          ...{ ...now, blocks: next.blocks, groups: next.groups, inodes, overhead },
          usedAtFirst: overhead + (now.usedAtFirst - now.overhead),
          reservedBlocks: Math.floor(next.blocks * share),
          freeBlocks: next.blocks - overhead - taken,
          freeInodes: inodes - (now.inodes - now.freeInodes),
        })
        await withDisk(sys, path, true, (out) => out.write(EXT4_OFFSET, resized))
        if (mounted !== undefined) await sys.block({ op: 'grow', path: mounted })
        await io.print(`The filesystem on ${path} is now ${next.blocks} (${word}) blocks long.\n\n`)
        return 0
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`open: ${error.message} while opening ${path}\n`)
      return 1
    }
  },
})

const descriptors = ({
  groups,
  descriptorBytes,
  blockSize,
}: {
  groups: number
  descriptorBytes: number
  blockSize: number
}): number => Math.ceil((groups * descriptorBytes) / blockSize)
