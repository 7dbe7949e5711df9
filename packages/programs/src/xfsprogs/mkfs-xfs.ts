import { isErrno } from '@drydock/abi'
import {
  parseUuid,
  randomUuid,
  readXfs,
  writeXfs,
  XFS_LEAST_BYTES,
  xfsGeometry,
  type XfsSuperblock,
} from '@drydock/codec/disk'
import { defineProgram, flag, list, value } from '@drydock/libc'
import { mountPointOf, withDisk } from '../util-linux/disk-file.ts'

/** What mkfs.xfs and xfs_info print. xfsprogs 6.1, xfs_report_geom() */
export function geometryText(path: string, block: XfsSuperblock): string {
  const left = (text: string): string => text.padEnd(22)
  const size = (name: string, amount: number): string => `${name}=${amount}`
  return `meta-data=${left(path)} isize=512    agcount=${block.groups}, agsize=${block.groupBlocks} blks
         =${left('')} sectsz=512   attr=2, projid32bit=1
         =${left('')} crc=1        finobt=1, sparse=1, rmapbt=0
         =${left('')} reflink=1    bigtime=1 inobtcount=1 nrext64=0
data     =${left('')} bsize=${String(block.blockSize).padEnd(6)} ${size('blocks', block.blocks)}, imaxpct=25
         =${left('')} sunit=0      swidth=0 blks
naming   =${left('version 2')} bsize=4096   ascii-ci=0, ftype=1
log      =${left('internal log')} bsize=4096   ${size('blocks', block.logBlocks)}, version=2
         =${left('')} sectsz=512   sunit=0 blks, lazy-count=1
realtime =${left('none')} extsz=4096   blocks=0, rtextents=0
`
}

const USAGE = `Usage: mkfs.xfs
/* blocksize */\t\t[-b size=num]
/* force overwrite */\t[-f]
/* label */\t\t[-L label (maximum 12 characters)]
/* no-op info only */\t[-N]
/* quiet */\t\t[-q]
/* version */\t\t[-V]
\t\t\tdevicename
`

/** mkfs.xfs: construct an XFS file system. xfsprogs 6.1. */
export const mkfsXfs = defineProgram({
  name: 'xfsprogs/mkfs.xfs',
  paths: ['/sbin/mkfs.xfs'],
  covers: 'partial',
  summary: 'construct an XFS filesystem',
  usage: 'mkfs.xfs [options] device',
  options: {
    force: flag('f'),
    label: value('L'),
    noAct: flag('N'),
    quiet: flag('q'),
    noDiscard: flag('K'),
    block: list('b'),
    data: list('d'),
    inode: list('i'),
    log: list('l'),
    naming: list('n'),
    meta: list('m'),
    realtime: list('r'),
    sector: list('s'),
    version: flag('V'),
  },
  hint: () => USAGE,
  async main({ sys, io, options: o, operands }) {
    const [path] = operands
    if (o.version) {
      await io.print('mkfs.xfs version 6.1.0\n')
      return 0
    }
    if (path === undefined) {
      await io.warn(`No device name specified\n${USAGE}`)
      return 1
    }
    try {
      if ((await mountPointOf(sys, path)) !== undefined) {
        await io.warn(`mkfs.xfs: ${path} contains a mounted filesystem\n${USAGE}`)
        return 1
      }
      return await withDisk(sys, path, !o.noAct, async (disk) => {
        const before = disk.signature()
        if (before && !o.force) {
          await io.warn(
            `mkfs.xfs: ${path} appears to contain an existing filesystem (${before.type}).\nmkfs.xfs: Use the -f option to force overwrite.\n`,
          )
          return 1
        }
        if (disk.bytes < XFS_LEAST_BYTES) {
          await io.warn(`Filesystem must be larger than 300MB.\n${USAGE}`)
          return 1
        }
        const named = o.meta
          .join(',')
          .split(',')
          .find((word) => word.startsWith('uuid='))
        const uuid = (named && parseUuid(named.slice(5))) || randomUuid(sys.entropy.bytes(16))
        const block = { ...xfsGeometry(disk.bytes), uuid, label: o.label ?? '' }
        if (!o.noAct) {
          if (before) disk.write(before.magic.offset, new Uint8Array(before.magic.bytes.length))
          disk.write(64 * 1024, new Uint8Array(4096))
          disk.write(0, writeXfs(block))
        }
        if (!o.quiet) await io.print(geometryText(path, block))
        return 0
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${path}: ${error.message}\nUsage: mkfs.xfs\n`)
      return 1
    }
  },
})

/** xfs_info and xfs_growfs: what a mounted XFS is like, and more of it. */
export const xfsGrowfs = defineProgram({
  name: 'xfsprogs/xfs_growfs',
  paths: ['/usr/sbin/xfs_growfs'],
  covers: 'partial',
  summary: 'expand an XFS filesystem',
  usage: 'xfs_growfs [options] mountpoint',
  options: { data: flag('d'), noAct: flag('n'), size: value('D'), log: flag('l'), version: flag('V') },
  async main({ sys, io, name, options: o, operands }) {
    const [place] = operands
    if (place === undefined) {
      await io.warn(`Usage: ${name} [options] mountpoint\n`)
      return 1
    }
    const mounts = await import('../util-linux/mounts.ts')
    const real = sys.realpath(place)
    const mounted = (await mounts.readMounts(sys)).findLast(({ target, source }) => target === real || source === real)
    const path = mounted?.source ?? place
    return withDisk(sys, path, name !== 'xfs_info' && !o.noAct, async (disk) => {
      const block = readXfs(disk.read(0, 512))
      if (!block) {
        await io.warn(`${name}: ${place} is not a mounted XFS filesystem\n`)
        return 1
      }
      await io.print(geometryText(path, block))
      if (name === 'xfs_info' || o.noAct) return 0
      const blocks = Math.floor(disk.bytes / block.blockSize)
      if (blocks <= block.blocks) {
        await io.print(`data size unchanged, skipping\n`)
        return 0
      }
      disk.write(0, writeXfs({ ...block, blocks, groups: Math.ceil(blocks / block.groupBlocks) }))
      if (mounted) await sys.block({ op: 'grow', path: mounted.target })
      await io.print(`data blocks changed from ${block.blocks} to ${blocks}\n`)
      return 0
    })
  },
})
