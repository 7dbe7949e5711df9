import { isErrno, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { defineProgram, flag, UsageError } from '@drydock/libc'

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
