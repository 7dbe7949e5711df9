import { isErrno, isRegular, MNT_DETACH, type Sys } from '@drydock/abi'
import { defineProgram, flag, type Stdio, value } from '@drydock/libc'
import { type Mount, readMounts } from './mounts.ts'

/** What a device, or the image behind a loop device, is mounted on. */
async function namedBy(sys: Sys, mounts: readonly Mount[], operand: string): Promise<string | undefined> {
  const direct = mounts.findLast((row) => row.source === operand && row.source.startsWith('/'))
  if (direct || mounts.some(({ target }) => target === operand)) return direct?.target
  try {
    if (!isRegular(sys.stat(operand).mode)) return undefined
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
  const { mountPointOf } = await import('./disk-file.ts')
  return mountPointOf(sys, operand)
}

/** Those of a type, the last first; what is busy stays. */
async function unmountAll(
  sys: Sys,
  mounts: readonly Mount[],
  types: string | undefined,
  lazy: boolean,
  io: Stdio,
): Promise<number> {
  let status = 0
  for (const { target, type } of mounts.toReversed()) {
    if (types === undefined ? KEPT.has(type) || target === '/' : !types.split(',').includes(type)) continue
    try {
      sys.umount(target, lazy ? MNT_DETACH : 0)
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`umount: ${target}: ${error.code === 'EBUSY' ? 'target is busy' : error.message}.\n`)
      status = 32
    }
  }
  return status
}
/** umount(8), -a */
const KEPT: ReadonlySet<string> = new Set([
  'proc',
  'devfs',
  'devpts',
  'sysfs',
  'rpc_pipefs',
  'nfsd',
  'devtmpfs',
  'cgroup2',
])

/** A busy one is named in full. */
function busyName(sys: Sys, path: string): string {
  try {
    return sys.realpath(path)
  } catch (error) {
    if (isErrno(error)) return path
    throw error
  }
}

/** umount: unmount file systems. */
export const umount = defineProgram({
  name: 'util-linux/umount',
  paths: ['/bin/umount'],
  covers: 'partial',
  lacks: ['-f as more than a plain unmount', '-d'],
  summary: 'unmount filesystems',
  sizeBytes: 35128,
  usage: 'umount [options] <source> | <directory>',
  options: {
    all: flag('a', 'all'),
    force: flag('f', 'force'),
    lazy: flag('l', 'lazy'),
    recursive: flag('R', 'recursive'),
    quiet: flag('q', 'quiet'),
    verbose: flag('v', 'verbose'),
    type: value('t', 'types'),
    detach: flag('d', 'detach-loop'),
    readOnly: flag('r', 'read-only'),
  },
  async main({ operands, options: o, sys, io }) {
    let status = 0
    const mounts = await readMounts(sys)
    if (o.all) return unmountAll(sys, mounts, o.type, o.lazy > 0, io)
    if (operands.length === 0) {
      await io.warn("umount: bad usage\nTry 'umount --help' for more information.\n")
      return 1
    }
    const below = (path: string): string[] =>
      mounts
        .map((row) => row.target)
        .filter((target) => target === path || (o.recursive && target.startsWith(`${path}/`)))
        .toReversed()
    for (const operand of operands) {
      const named = (await namedBy(sys, mounts, operand)) ?? operand
      try {
        const path = sys.realpath(named)
        const targets = below(path)
        if (targets.length === 0) {
          if (!o.quiet) await io.warn(`umount: ${operand}: not mounted.\n`)
          status = 32
          continue
        }
        for (const target of o.recursive ? targets : targets.slice(0, 1)) sys.umount(target, o.lazy ? MNT_DETACH : 0)
        const type = mounts.findLast(({ target }) => target === path)?.type ?? ''
        if (o.verbose) await io.print(`umount: ${path} (${type}) unmounted\n`)
      } catch (error) {
        if (!isErrno(error)) throw error
        const reason =
          error.code === 'EBUSY'
            ? 'target is busy.'
            : error.code === 'ENOENT'
              ? 'no mount point specified.'
              : error.code === 'EPERM'
                ? 'must be superuser to unmount.'
                : `${error.message}.`
        await io.warn(`umount: ${error.code === 'EBUSY' ? busyName(sys, named) : operand}: ${reason}\n`)
        status = 32
      }
    }
    return status
  },
})
