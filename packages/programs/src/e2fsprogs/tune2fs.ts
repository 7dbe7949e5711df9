import { isErrno, type Process, type Sys } from '@drydock/abi'
import {
  EXT4_BYTES,
  EXT4_OFFSET,
  type Ext4Superblock,
  parseUuid,
  randomUuid,
  readExt4,
  writeExt4,
} from '@drydock/codec/disk'
import { defineProgram, flag, list, Stdio, value } from '@drydock/libc'
import { DiskFile, withDisk } from '../util-linux/disk-file.ts'
import { describe } from './describe.ts'
import { VERSION } from './words.ts'

/** @returns the superblock, or what is said where there is none */
export async function openExt4(
  sys: Sys,
  path: string,
): Promise<{ readonly block: Ext4Superblock; readonly bytes: Uint8Array } | string> {
  try {
    return await withDisk(sys, path, false, (disk) => {
      const bytes = disk.read(EXT4_OFFSET, EXT4_BYTES)
      const block = readExt4(bytes)
      if (block) return { block, bytes }
      const other = disk.signature()
      return `Bad magic number in super-block while trying to open ${path}\n${other ? `${path} contains a ${other.type} file system\n` : ''}`
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    return `${error.message} while trying to open ${path}\nCouldn't find valid filesystem superblock.\n`
  }
}

export async function changeExt4(
  sys: Sys,
  path: string,
  change: (block: Ext4Superblock) => Ext4Superblock,
): Promise<void> {
  await withDisk(sys, path, true, (disk) => {
    const block = readExt4(disk.read(EXT4_OFFSET, EXT4_BYTES))
    if (block) disk.write(EXT4_OFFSET, writeExt4(change(block)))
  })
}

const TUNE_USAGE = `Usage: tune2fs [-c max_mounts_count] [-e errors_behavior] [-f] [-g group]
\t[-i interval[d|m|w]] [-j] [-J journal_options] [-l]
\t[-m reserved_blocks_percent] [-o [^]mount_options[,...]]
\t[-r reserved_blocks_count] [-u user] [-C mount_count]
\t[-L volume_label] [-M last_mounted_dir]
\t[-O [^]feature[,...]] [-Q quota_options]
\t[-E extended-option[,...]] [-T last_check_time] [-U UUID]
\t[-I new_inode_size] [-z undo_file] device
`

/** tune2fs: adjust parameters of an ext2, ext3 or ext4 file system. e2fsprogs 1.47. */
export const tune2fs = defineProgram({
  name: 'e2fsprogs/tune2fs',
  paths: ['/sbin/tune2fs'],
  covers: 'partial',
  summary: 'adjust tunable filesystem parameters on ext2/ext3/ext4 filesystems',
  usage: 'tune2fs [options] device',
  options: {
    list: flag('l'),
    label: value('L'),
    reserved: value('m'),
    reservedBlocks: value('r'),
    uuid: value('U'),
    maxMounts: value('c'),
    mounts: value('C'),
    interval: value('i'),
    errors: value('e'),
    force: flag('f'),
    journal: flag('j'),
    last: value('M'),
    features: list('O'),
    defaults: value('o'),
  },
  hint: () => TUNE_USAGE,
  async main({ sys, io, options: o, operands, order }) {
    const [path] = operands
    if (path === undefined || order.length === 0) {
      await io.warn(`${TUNE_USAGE}tune2fs ${VERSION}\n`)
      return 1
    }
    await io.warn(`tune2fs ${VERSION}\n`)
    const found = await openExt4(sys, path)
    if (typeof found === 'string') {
      await io.warn(`tune2fs: ${found}`)
      return 1
    }
    const { block } = found
    let next: Ext4Superblock = block
    if (o.label !== undefined) next = { ...next, label: o.label }
    if (o.last !== undefined) next = { ...next, lastMounted: o.last }
    if (o.mounts !== undefined) {
      next = { ...next, mounts: Number(o.mounts) }
      await io.print(`Setting current mount count to ${o.mounts}\n`)
    }
    if (o.reserved !== undefined) {
      const reservedBlocks = Math.floor((block.blocks * Number(o.reserved)) / 100)
      next = { ...next, reservedBlocks }
      await io.print(`Setting reserved blocks percentage to ${Number(o.reserved)}% (${reservedBlocks} blocks)\n`)
    }
    if (o.reservedBlocks !== undefined) {
      next = { ...next, reservedBlocks: Number(o.reservedBlocks) }
      await io.print(`Setting reserved blocks count to ${Number(o.reservedBlocks)}\n`)
    }
    if (o.uuid !== undefined) {
      const uuid =
        o.uuid === 'clear'
          ? new Uint8Array(16)
          : o.uuid === 'random' || o.uuid === 'time'
            ? randomUuid(sys.entropy.bytes(16))
            : parseUuid(o.uuid)
      if (!uuid) {
        await io.warn('tune2fs: Invalid UUID format\n')
        return 1
      }
      next = { ...next, uuid }
    }
    if (next !== block) await changeExt4(sys, path, () => next)
    if (o.list) await io.print(describe(next, found.bytes))
    return 0
  },
})

/** e2label: change the label of an ext2, ext3 or ext4 file system. */
export async function e2labelMain({ sys, argv }: Process): Promise<number> {
  const io = new Stdio(sys)
  const [, path, label] = argv
  if (path === undefined) {
    await io.warn('Usage: e2label device [newlabel]\n')
    return 1
  }
  const found = await openExt4(sys, path)
  if (typeof found === 'string') {
    await io.warn(`e2label: ${found}`)
    return 1
  }
  if (label === undefined) await io.print(`${found.block.label}\n`)
  else await changeExt4(sys, path, (block) => ({ ...block, label }))
  await io.out.flush()
  return 0
}

/** dumpe2fs: what the superblock and the groups say. e2fsprogs 1.47. */
export const dumpe2fs = defineProgram({
  name: 'e2fsprogs/dumpe2fs',
  paths: ['/sbin/dumpe2fs'],
  covers: 'partial',
  summary: 'dump ext2/ext3/ext4 filesystem information',
  usage: 'dumpe2fs [-bfghimxV] [-o superblock=<num>] [-o blocksize=<num>] device',
  options: { header: flag('h'), force: flag('f'), bad: flag('b'), hex: flag('x') },
  async main({ sys, io, options: o, operands }) {
    await io.warn(`dumpe2fs ${VERSION}\n`)
    const [path] = operands
    if (path === undefined) {
      await io.warn('Usage: dumpe2fs [-bfghixV] [-o superblock=<num>] [-o blocksize=<num>] device\n')
      return 1
    }
    const found = await openExt4(sys, path)
    if (typeof found === 'string') {
      const [first = '', ...rest] = found.split('\n')
      const others = rest.filter((line) => !line.startsWith('Couldn'))
      await io.warn(`dumpe2fs: ${first}\nCouldn't find valid filesystem superblock.\n${others.join('\n')}`)
      return 1
    }
    const { block, bytes } = found
    await io.print(describe(block, bytes))
    if (block.journalBlocks > 0)
      await io.print(
        `Journal features:         (none)\nTotal journal size:       ${(block.journalBlocks * block.blockSize) / 1024}k\nTotal journal blocks:     ${block.journalBlocks}\nMax transaction length:   ${block.journalBlocks}\nFast commit length:       0\nJournal sequence:         0x00000001\nJournal start:            0\n`,
      )
    await io.print('\n')
    if (!o.header) await io.print(groupsText(block))
    return 0
  },
})

function groupsText(block: Ext4Superblock): string {
  const { groups, firstBlock, blocksPerGroup, blocks, reservedDescriptors, inodeBlocks, backups } = block
  const descriptors = Math.ceil((groups * block.descriptorBytes) / block.blockSize)
  return Array.from({ length: groups }, (_, group) => {
    const first = firstBlock + group * blocksPerGroup
    const last = Math.min(blocks, first + blocksPerGroup) - 1
    const copies = group === 0 || backups.includes(first)
    const after = first + (copies ? 1 + descriptors + reservedDescriptors : 0)
    const kind = group === 0 ? 'Primary' : 'Backup'
    return [
      `\nGroup ${group}: (Blocks ${first}-${last})\n`,
      copies ? `  ${kind} superblock at ${first}, Group descriptors at ${first + 1}-${first + descriptors}\n` : '',
      copies && reservedDescriptors > 0
        ? `  Reserved GDT blocks at ${first + 1 + descriptors}-${first + descriptors + reservedDescriptors}\n`
        : '',
      `  Block bitmap at ${after} (+${after - first})\n  Inode bitmap at ${after + 1} (+${after + 1 - first})\n`,
      `  Inode table at ${after + 2}-${after + 1 + inodeBlocks} (+${after + 2 - first})\n`,
    ].join('')
  }).join('')
}

const FSCK_HELP = `
Emergency help:
 -p                   Automatic repair (no questions)
 -n                   Make no changes to the filesystem
 -y                   Assume "yes" to all questions
 -c                   Check for bad blocks and add them to the badblock list
 -f                   Force checking even if filesystem is marked clean
 -v                   Be verbose
 -b superblock        Use alternative superblock
 -B blocksize         Force blocksize when looking for superblock
 -j external_journal  Set location of the external journal
 -l bad_blocks_file   Add to badblocks list
 -L bad_blocks_file   Set badblocks list
 -z undo_file         Create an undo file
`

const NO_SUPERBLOCK = `
The superblock could not be read or does not describe a valid ext2/ext3/ext4
filesystem.  If the device is valid and it really contains an ext2/ext3/ext4
filesystem (and not swap or ufs or something else), then the superblock
is corrupt, and you might try running e2fsck with an alternate superblock:
    e2fsck -b 8193 <device>
 or
    e2fsck -b 32768 <device>

`

/** e2fsck: check an ext2, ext3 or ext4 file system. e2fsprogs 1.47. */
export const e2fsck = defineProgram({
  name: 'e2fsprogs/e2fsck',
  paths: ['/sbin/e2fsck'],
  covers: 'partial',
  summary: 'check a Linux ext2/ext3/ext4 file system',
  usage: 'e2fsck [options] device',
  options: {
    preen: flag('p'),
    auto: flag('a'),
    no: flag('n'),
    yes: flag('y'),
    check: flag('c'),
    force: flag('f'),
    verbose: flag('v'),
    time: flag('t'),
    optimize: flag('D'),
    progress: value('C'),
    superblock: value('b'),
    blockSize: value('B'),
    version: flag('V'),
  },
  async main({ sys, io, name, options: o, operands }) {
    const [path] = operands
    if (path === undefined) {
      await io.warn(
        `Usage: ${name} [-panyrcdfktvDFV] [-b superblock] [-B blocksize]\n\t\t[-l|-L bad_blocks_file] [-C fd] [-j external_journal]\n\t\t[-E extended-options] [-z undo_file] device\n${FSCK_HELP}`,
      )
      return 16
    }
    const quiet = o.preen > 0 || o.auto > 0
    if (!quiet) await io.warn(`e2fsck ${VERSION}\n`)
    if (!quiet && !o.no && !o.yes && !sys.isatty(0)) {
      await io.warn('e2fsck: need terminal for interactive repairs\n')
      return 8
    }
    const found = await openExt4(sys, path)
    if (typeof found === 'string') {
      const [first = ''] = found.split('\n')
      if (first.startsWith('Bad magic'))
        await io.print(
          `ext2fs_open2: Bad magic number in super-block\n${name}: Superblock invalid, trying backup blocks...\n`,
        )
      await io.out.flush()
      await io.warn(`${name}: ${first}\n`)
      await io.print(first.startsWith('Bad magic') ? NO_SUPERBLOCK : 'Possibly non-existent device?\n')
      return 8
    }
    const { block } = found
    const used = block.inodes - block.freeInodes
    const label = block.label || path
    const counts = `${used}/${block.inodes} files`
    const blocks = `${block.blocks - block.freeBlocks}/${block.blocks} blocks`
    if (!o.force) {
      await io.print(`${label}: clean, ${counts}, ${blocks}\n`)
      return 0
    }
    if (!quiet)
      await io.print(
        'Pass 1: Checking inodes, blocks, and sizes\nPass 2: Checking directory structure\nPass 3: Checking directory connectivity\nPass 4: Checking reference counts\nPass 5: Checking group summary information\n',
      )
    await io.print(`${label}: ${counts} (0.0% non-contiguous), ${blocks}\n`)
    return 0
  },
})

/** fsck: hands on to fsck.TYPE. util-linux 2.38. */
export async function fsckMain({ sys, argv, env }: Process): Promise<number> {
  const io = new Stdio(sys)
  await io.print('fsck from util-linux 2.38.1\n')
  await io.out.flush()
  const words = argv.slice(1)
  const path = words.find((word) => !word.startsWith('-'))
  const dry = words.includes('-N')
  if (path === undefined) return 0
  const typed = words.indexOf('-t')
  const given = typed >= 0 ? words[typed + 1] : undefined
  const disk = await DiskFile.open(sys, path).catch(() => undefined)
  const type = given ?? disk?.signature()?.type ?? 'ext2'
  disk?.close()
  const rest = words.filter(
    (word, at) => word !== '-N' && word !== '-t' && (typed < 0 || at !== typed + 1) && !/^-[ATVRM]$/.test(word),
  )
  if (dry) {
    await io.print(`[/usr/sbin/fsck.${type} (1) -- ${path}] fsck.${type} ${path} \n`)
    await io.out.flush()
    return 0
  }
  const program = `/sbin/fsck.${type}`
  try {
    const pid = await sys.spawn(program, { argv: [`fsck.${type}`, ...rest], env: new Map(env) })
    const result = await sys.wait(pid)
    return result?.status.kind === 'exited' ? result.status.code : 8
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(
      `fsck: fsck.${type}: not found\nfsck: error ${error.code === 'ENOENT' ? 2 : 8} (${error.message}) while executing fsck.${type} for ${path}\n`,
    )
    return 8
  }
}
