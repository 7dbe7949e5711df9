import { isBlockDevice, isErrno } from '@drydock/abi'
import { defineProgram, flag, UsageError } from '@drydock/libc'
import { readMounts } from './mounts.ts'

/** mountpoint: whether a folder is one. */
export const mountpoint = defineProgram({
  name: 'util-linux/mountpoint',
  paths: ['/bin/mountpoint'],
  covers: 'full',
  summary: 'see if a directory or file is a mountpoint',
  sizeBytes: 18744,
  usage: 'mountpoint [-qd] <directory>',
  options: {
    device: flag('d', 'fs-devno'),
    noFollow: flag('', 'nofollow'),
    quiet: flag('q', 'quiet'),
    number: flag('x', 'devno'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [path, extra] = operands
    if (path === undefined || extra !== undefined) throw new UsageError('bad usage')
    try {
      const { dev, mode, rdev = 0 } = sys.stat(path)
      if (o.number) {
        if (isBlockDevice(mode)) await io.print(`${Math.floor(rdev / 256)}:${rdev % 256}\n`)
        else if (!o.quiet) await fail(`${path}: not a block device`)
        return isBlockDevice(mode) ? 0 : 32
      }
      const real = sys.realpath(path)
      const mounted = (await readMounts(sys)).some((mount) => mount.target === real)
      if (mounted && o.device) await io.print(`${Math.floor(dev / 256)}:${dev % 256}\n`)
      else if (!o.quiet) await io.print(`${path} is ${mounted ? '' : 'not '}a mountpoint\n`)
      return mounted ? 0 : 32
    } catch (error) {
      if (!isErrno(error)) throw error
      if (!o.quiet) await fail(`${path}: ${error.message}`)
      return 1
    }
  },
})
