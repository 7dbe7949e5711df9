import { isErrno, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { defineProgram, flag, list, readTextFile, UsageError, value } from '@drydock/libc'

/** mcookie: 128 bits of chance in hexadecimal. util-linux 2.38. */
export const mcookie = defineProgram({
  name: 'util-linux/mcookie',
  paths: ['/usr/bin/mcookie'],
  covers: 'partial',
  lacks: ['-f and -m'],
  summary: 'generate magic cookies for xauth',
  sizeBytes: 35_208,
  usage: 'mcookie [options]',
  options: { verbose: flag('v', 'verbose') },
  async main({ sys, io }) {
    await io.print(`${toHex(sys.entropy.bytes(16))}\n`)
    return 0
  },
})

/** A version 4 UUID. RFC 9562, section 5.4 */
function randomUuid(sys: Sys): string {
  const bytes = sys.entropy.bytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** uuidgen: create a new UUID value. util-linux 2.38. */
export const uuidgen = defineProgram({
  name: 'util-linux/uuidgen',
  paths: ['/usr/bin/uuidgen'],
  covers: 'partial',
  lacks: ['UUIDs by time and by name (-t, -m, -s)'],
  summary: 'create a new UUID value',
  sizeBytes: 18_776,
  usage: 'uuidgen [options]',
  options: { random: flag('r', 'random') },
  async main({ sys, io }) {
    await io.print(`${randomUuid(sys)}\n`)
    return 0
  },
})

/** mesg: whether others may write to the terminal. util-linux 2.38. */
export const mesg = defineProgram({
  name: 'util-linux/mesg',
  paths: ['/usr/bin/mesg'],
  covers: 'full',
  summary: 'display (or do not display) messages from other users',
  sizeBytes: 14_640,
  usage: 'mesg [options] [y | n]',
  usageStatus: 2,
  options: { verbose: flag('v', 'verbose') },
  async main({ sys, io, operands }) {
    const terminal = [0, 1, 2].find((fd) => sys.isatty(fd))
    if (terminal === undefined) return 2
    const path = sys.ttyname(terminal)
    const { mode } = sys.stat(path)
    const [word] = operands
    if (word === undefined) {
      await io.print(`is ${mode & 0o020 ? 'y' : 'n'}\n`)
      return mode & 0o020 ? 0 : 1
    }
    if (word !== 'y' && word !== 'n') throw new UsageError(`invalid argument: ${word}`)
    sys.chmod(path, word === 'y' ? mode | 0o020 : mode & ~0o022)
    return word === 'y' ? 0 : 1
  },
})

/** losetup: the loop devices, of which there are none. util-linux 2.38. */
export const losetup = defineProgram({
  name: 'util-linux/losetup',
  paths: ['/usr/sbin/losetup'],
  covers: 'partial',
  lacks: ['loop devices: the kernel mounts no images'],
  summary: 'set up and control loop devices',
  sizeBytes: 76_368,
  usage: 'losetup [options] [<loopdev>]',
  options: {
    all: flag('a', 'all'),
    list: flag('l', 'list'),
    find: flag('f', 'find'),
    show: flag('', 'show'),
    detach: list('d', 'detach'),
    detachAll: flag('D', 'detach-all'),
    partscan: flag('P', 'partscan'),
    readOnly: flag('r', 'read-only'),
    offset: value('o', 'offset'),
    associated: value('j', 'associated'),
  },
  async main({ operands, options: o, fail }) {
    const device = o.detach[0] ?? operands[0]
    if (o.find) {
      await fail('cannot find an unused loop device: No such device')
      return 1
    }
    if (device === undefined) return 0
    await fail(
      `${device}: failed to ${o.detach.length ? 'use' : operands.length > 1 ? 'set up loop' : 'use'} device: No such device`,
    )
    return 1
  },
})

/** swapon and swapoff: there is no swap. util-linux 2.38. */
const swap = (name: 'swapon' | 'swapoff', summary: string) =>
  defineProgram({
    name: `util-linux/${name}`,
    paths: [`/usr/sbin/${name}`],
    covers: 'partial',
    lacks: ['swap space: memory here is not paged out'],
    summary,
    sizeBytes: 43_416,
    usage: `${name} [options] [<spec>]`,
    options: {
      all: flag('a', 'all'),
      show: flag('', 'show'),
      summary: flag('s', 'summary'),
      verbose: flag('v', 'verbose'),
    },
    async main({ sys, io, operands, options: o, fail }) {
      const swaps = await readTextFile(sys, '/proc/swaps')
      if (o.summary && swaps.split('\n').length > 2) await io.print(swaps)
      let status = 0
      for (const path of operands) {
        await fail(reasonFor(sys, path, name))
        status = name === 'swapon' ? 255 : 4
      }
      return status
    },
  })
function reasonFor(sys: Sys, path: string, name: string): string {
  try {
    sys.stat(path)
    return `${path}: ${name} failed: Operation not permitted`
  } catch (error) {
    if (isErrno(error))
      return name === 'swapon' ? `cannot open ${path}: ${error.message}` : `${path}: ${name} failed: ${error.message}`
    throw error
  }
}
export const swapon = swap('swapon', 'enable devices and files for paging and swapping')
export const swapoff = swap('swapoff', 'disable devices and files for paging and swapping')

/** pivot_root: change the root filesystem. util-linux 2.38. */
export const pivotRoot = defineProgram({
  name: 'util-linux/pivot_root',
  paths: ['/usr/sbin/pivot_root'],
  covers: 'partial',
  lacks: ['the old root below the new one: it is gone from the namespace'],
  summary: 'change the root filesystem',
  sizeBytes: 14_568,
  usage: 'pivot_root [options] new_root put_old',
  options: {},
  async main({ sys, operands, fail }) {
    const [newRoot, putOld, extra] = operands
    if (newRoot === undefined || putOld === undefined || extra !== undefined) throw new UsageError('bad usage')
    try {
      sys.stat(putOld)
      sys.pivotRoot(newRoot)
      return 0
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`failed to change root from \`${newRoot}' to \`${putOld}': ${error.message}`)
      return 1
    }
  },
})
