import { isErrno } from '@drydock/abi'
import { defineProgram, flag, value } from '@drydock/libc'
import { readMounts } from './mounts.ts'

/** umount: unmount file systems. */
export const umount = defineProgram({
  name: 'util-linux/umount',
  paths: ['/bin/umount'],
  covers: 'partial',
  lacks: ['-l (lazy) as more than a plain unmount'],
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
    const below = (path: string): string[] =>
      mounts
        .map((row) => row.target)
        .filter((target) => target === path || (o.recursive && target.startsWith(`${path}/`)))
        .reverse()
    for (const operand of operands) {
      const named = mounts.findLast((row) => row.source === operand && row.source.startsWith('/'))?.target ?? operand
      try {
        const path = sys.realpath(named)
        const targets = below(path)
        if (targets.length === 0) {
          await io.warn(`umount: ${operand}: not mounted.\n`)
          status = 32
          continue
        }
        for (const target of o.recursive ? targets : targets.slice(0, 1)) sys.umount(target)
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
        await io.warn(`umount: ${operand}: ${reason}\n`)
        status = 32
      }
    }
    return status
  },
})
