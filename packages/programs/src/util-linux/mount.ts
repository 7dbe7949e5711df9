import {
  isErrno,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, readTextFile, value } from '@drydock/libc'
import { parseMounts, readMounts } from './mounts.ts'

const options = {
  all: flag('a', 'all'),
  type: value('t', 'types'),
  option: list('o', 'options'),
  readOnly: flag('r', 'read-only'),
  readWrite: flag('w', 'rw'),
  bind: flag('B', 'bind'),
  rbind: flag('R', 'rbind'),
  shared: flag('', 'make-shared'),
  rshared: flag('', 'make-rshared'),
  slave: flag('', 'make-slave'),
  rslave: flag('', 'make-rslave'),
  private: flag('', 'make-private'),
  rprivate: flag('', 'make-rprivate'),
  unbindable: flag('', 'make-unbindable'),
  runbindable: flag('', 'make-runbindable'),
  verbose: flag('v', 'verbose'),
  noMtab: flag('n', 'no-mtab'),
  label: value('L', 'label'),
}
type Context = ProgramContext<typeof options>

/** --make-… and the options of the same names. */
const PROPAGATION = [
  ['shared', MS_SHARED],
  ['rshared', MS_SHARED | MS_REC],
  ['slave', MS_SLAVE],
  ['rslave', MS_SLAVE | MS_REC],
  ['private', MS_PRIVATE],
  ['rprivate', MS_PRIVATE | MS_REC],
  ['unbindable', MS_UNBINDABLE],
  ['runbindable', MS_UNBINDABLE | MS_REC],
] as const

/** The changes of propagation that a command line asks for, one call of mount(2) each. */
const propagation = ({ options: o }: Context, words: readonly string[]): number[] =>
  PROPAGATION.filter(([name]) => o[name] || words.includes(name)).map(([, flags]) => flags)

const FLAGS = new Map([
  ['ro', MS_RDONLY],
  ['nosuid', MS_NOSUID],
  ['nodev', MS_NODEV],
  ['noexec', MS_NOEXEC],
  ['remount', MS_REMOUNT],
  ['bind', MS_BIND],
  ['rbind', MS_BIND | MS_REC],
])
const IGNORED = new Set([
  'rw',
  'defaults',
  'suid',
  'dev',
  'exec',
  'auto',
  'noauto',
  'user',
  'nouser',
  'async',
  'relatime',
  'noatime',
  'loop',
])

function flagsAndData({ options: o }: Context, words: readonly string[]): { flags: number; data: string } {
  const data: string[] = []
  let flags = (o.readOnly ? MS_RDONLY : 0) | (o.bind ? MS_BIND : 0) | (o.rbind ? MS_BIND | MS_REC : 0)
  for (const word of words) {
    const known = FLAGS.get(word)
    if (known !== undefined) flags |= known
    else if (!IGNORED.has(word) && !PROPAGATION.some(([name]) => name === word)) data.push(word)
  }
  return { flags, data: data.join(',') }
}

async function fail(context: Context, target: string, message: string): Promise<number> {
  await context.io.warn(`mount: ${target}: ${message}\n`)
  return 32
}

async function mountOne(
  context: Context,
  source: string,
  target: string,
  type: string,
  words: readonly string[],
): Promise<number> {
  const { sys } = context
  const { flags, data } = flagsAndData(context, words)
  try {
    sys.stat(target)
  } catch (error) {
    if (isErrno(error)) return fail(context, target, 'mount point does not exist.')
    throw error
  }
  try {
    sys.mount(source, target, type, flags, data)
    for (const change of propagation(context, words)) sys.mount('none', target, '', change)
    if (context.options.verbose) await context.io.print(`mount: ${source} mounted on ${target}.\n`)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error.code === 'ENODEV') return fail(context, target, `unknown filesystem type '${type}'.`)
    if (error.code === 'EPERM') return fail(context, target, 'permission denied.')
    if (error.code === 'ENOENT') return fail(context, target, `special device ${source} does not exist.`)
    return fail(context, target, `${error.message}.`)
  }
}

async function fstab(context: Context): Promise<ReturnType<typeof parseMounts>> {
  try {
    return parseMounts(await readTextFile(context.sys, '/etc/fstab'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function changePropagation(context: Context, target: string, changes: readonly number[]): Promise<number> {
  try {
    for (const change of changes) context.sys.mount('none', target, '', change)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    return fail(context, target, error.code === 'EINVAL' ? 'not mount point or bad option.' : `${error.message}.`)
  }
}

/** mount: list and make mounts. util-linux 2.38. */
export const mount = defineProgram({
  name: 'util-linux/mount',
  paths: ['/bin/mount'],
  covers: 'partial',
  lacks: ['loop devices', 'LABEL= and UUID=', '--move'],
  summary: 'mount a filesystem',
  sizeBytes: 59704,
  usage: 'mount [-lhV] | mount -a [options] | mount [options] [--source] <source> | [--target] <directory>',
  options,
  async main(context) {
    const { operands, options: o, sys, io } = context
    const words = o.option.flatMap((text) => text.split(','))
    const [first, second] = operands
    if (o.all) {
      let status = 0
      for (const row of await fstab(context))
        if (!row.options.includes('noauto'))
          status ||= await mountOne(context, row.source, row.target, row.type, row.options.split(','))
      return status
    }
    if (first === undefined) {
      for (const row of await readMounts(sys))
        if (o.type === undefined || o.type.split(',').includes(row.type))
          await io.print(`${row.source} on ${row.target} type ${row.type} (${row.options})\n`)
      return 0
    }
    if (second !== undefined)
      return mountOne(
        context,
        first,
        second,
        o.type ?? (words.includes('bind') || o.bind || o.rbind ? 'none' : 'auto'),
        words,
      )
    const changes = propagation(context, words)
    if (changes.length > 0) return changePropagation(context, first, changes)
    if (words.includes('remount')) {
      const mounted = (await readMounts(sys)).findLast((row) => row.target === first)
      return mounted
        ? mountOne(context, mounted.source, first, mounted.type, words)
        : fail(context, first, 'mount point not mounted or bad option.')
    }
    const row = (await fstab(context)).find((each) => each.source === first || each.target === first)
    return row
      ? mountOne(context, row.source, row.target, row.type, [...row.options.split(','), ...words])
      : fail(context, first, `can't find in /etc/fstab.`)
  },
})

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
        if (o.verbose) await io.print(`umount: ${path} unmounted\n`)
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
