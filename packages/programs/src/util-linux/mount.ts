import { isErrno, MS_BIND, MS_MOVE, MS_REC, MS_REMOUNT, type Sys } from '@drydock/abi'
import {
  defineProgram,
  flag,
  list,
  makeDirectories,
  optional,
  type ProgramContext,
  readTextFile,
  UsageError,
  value,
} from '@drydock/libc'
import { afterCall, mountFailure } from './mount-errors.ts'
import { flagsAndData, isFlagWord, PROPAGATION } from './mount-words.ts'
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
  uuid: value('U', 'uuid'),
  fake: flag('f', 'fake'),
  makeFolder: optional('m', 'mkdir'),
  move: flag('M', 'move'),
  fstab: value('T', 'fstab'),
  source: value('', 'source'),
  target: value('', 'target'),
  labels: flag('l', 'show-labels'),
}
type Context = ProgramContext<typeof options>

/** The changes of propagation that a command line asks for, one call of mount(2) each. */
const propagation = ({ options: o }: Context, words: readonly string[]): number[] =>
  PROPAGATION.filter(([name]) => o[name] || words.includes(name)).map(([, flags]) => flags)

/** The words of -o and those that other options stand for. */
function wordsOf({ options: o }: Context): string[] {
  const letters: readonly (readonly [number, string])[] = [
    [o.readOnly, 'ro'],
    [o.readWrite, 'rw'],
    [o.bind, 'bind'],
    [o.rbind, 'rbind'],
    [o.move, 'move'],
  ]
  const words = o.option.flatMap((text) => text.split(',')).filter((word) => word !== '')
  return [...words, ...letters.filter(([given]) => given > 0).map(([, word]) => word)]
}

async function fail(context: Context, target: string, message: string): Promise<number> {
  await context.io.warn(`mount: ${target}: ${message}\n`)
  return 32
}

/** As the messages of mount name it. */
function canonical(sys: Sys, path: string): string {
  try {
    return path.startsWith('/') || path.includes('/') || sys.stat(path) ? sys.realpath(path) : path
  } catch (error) {
    if (isErrno(error)) return path
    throw error
  }
}

/** mount(2) leaves the flags of a new bind mount alone: they take a second call. */
function call(sys: Sys, source: string, target: string, type: string, words: readonly string[]): void {
  const { flags, data } = flagsAndData(words)
  const isNewBind = (flags & MS_BIND) !== 0 && (flags & MS_REMOUNT) === 0
  const kept = MS_BIND | MS_REC
  sys.mount(source, target, type, isNewBind ? flags & kept : flags, data)
  if (isNewBind && (flags & ~kept) !== 0) sys.mount('none', target, '', MS_REMOUNT | (flags & ~MS_REC), '')
}

async function mountOne(
  context: Context,
  given: string,
  place: string,
  type: string,
  asked: readonly string[],
): Promise<number> {
  const { sys, io, options: o } = context
  let words = asked
  if (o.makeFolder !== undefined) makeDirectories(sys, place)
  const target = canonical(sys, place)
  const isPath = type === 'none' || type === 'auto' || given.includes('/')
  let source = isPath ? canonical(sys, given) : given
  try {
    sys.stat(target)
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(afterCall(target, 'mount point does not exist'))
    return 32
  }
  if (isBlockType(type) && !(flagsAndData(words).flags & (MS_BIND | MS_MOVE))) {
    const { deviceFor } = await import('./mount-device.ts')
    const device = await deviceFor(sys, given, place, words)
    if ('failure' in device) {
      await io.warn(device.failure)
      return 32
    }
    source = device.path
    if (device.readOnly && !words.includes('ro')) {
      await io.warn(`mount: ${target}: WARNING: source write-protected, mounted read-only.\n`)
      words = [...words, 'ro']
    }
  }
  try {
    if (!o.fake) {
      call(sys, source, target, type, words)
      for (const change of propagation(context, words)) sys.mount('none', target, '', change)
    }
    if (o.verbose) await io.print(`mount: ${source} mounted on ${target}.\n`)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(mountFailure(sys, error, { source, target, type, flags: flagsAndData(words).flags }))
    if (isBlockType(type)) await (await import('./mount-device.ts')).releaseDevice(sys, given, source)
    return 32
  }
}

/** Changes a mount that is there: what it has stays, where the words don't say otherwise. */
async function remount(context: Context, place: string, words: readonly string[]): Promise<number> {
  const target = canonical(context.sys, place)
  const mounted = (await readMounts(context.sys)).findLast((row) => row.target === target)
  if (mounted === undefined) {
    const exists = target.startsWith('/')
    const reason = exists ? 'mount point not mounted or bad option' : 'mount point does not exist'
    await context.io.warn(afterCall(target, reason))
    return 32
  }
  const before = mounted.options.split(',').filter(isFlagWord)
  return mountOne(context, mounted.source, target, mounted.type, [...before, ...words])
}

async function fstab(context: Context): Promise<ReturnType<typeof parseMounts>> {
  try {
    return parseMounts(await readTextFile(context.sys, context.options.fstab ?? '/etc/fstab'))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function changePropagation(context: Context, place: string, changes: readonly number[]): Promise<number> {
  const { sys, io } = context
  const target = canonical(sys, place)
  try {
    for (const change of changes) sys.mount('none', target, '', change)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    const reasons = new Map([
      ['EINVAL', 'not mount point or bad option'],
      ['ENOENT', 'mount point does not exist'],
    ])
    await io.warn(afterCall(target, reasons.get(error.code) ?? `mount(2) system call failed: ${error.message}`))
    return 32
  }
}

/** mount: list and make mounts. util-linux 2.38. */
export const mount = defineProgram({
  name: 'util-linux/mount',
  paths: ['/bin/mount'],
  covers: 'partial',
  lacks: ['PARTUUID= and PARTLABEL=', '-N'],
  summary: 'mount a filesystem',
  sizeBytes: 59704,
  usage: 'mount [-lhV] | mount -a [options] | mount [options] [--source] <source> | [--target] <directory>',
  options,
  async main(context) {
    const { options: o, sys, io } = context
    const operands = [...(o.source === undefined ? [] : [o.source]), ...context.operands]
    if (o.target !== undefined) operands.push(o.target)
    const words = wordsOf(context)
    if (o.all) return mountAll(context)
    const tag = o.label === undefined ? o.uuid && `UUID=${o.uuid}` : `LABEL=${o.label}`
    if (tag !== undefined) operands.unshift(tag)
    const [first, second, extra] = operands
    if (extra !== undefined || (first === undefined && o.option.length > 0)) throw new UsageError('bad usage')
    if (first === undefined) {
      const rows = await readMounts(sys)
      const images = rows.some(({ source }) => source.startsWith('/dev/loop')) ? await backingFiles(sys) : new Map()
      for (const row of rows)
        if (o.type === undefined || o.type.split(',').includes(row.type))
          await io.print(`${images.get(row.source) ?? row.source} on ${row.target} type ${row.type} (${row.options})\n`)
      return 0
    }
    if (words.includes('remount')) return remount(context, second ?? first, words)
    if (second !== undefined) return mountOne(context, first, second, o.type ?? typeFor(words), words)
    const changes = propagation(context, words)
    if (changes.length > 0) return changePropagation(context, first, changes)
    const row = (await fstab(context)).find((each) => each.source === first || each.target === first)
    return row
      ? mountOne(context, row.source, row.target, row.type, [...row.options.split(','), ...words])
      : fail(context, first, `can't find in ${o.fstab ?? '/etc/fstab'}.`)
  },
})

/** The files of loop devices that mount set up by itself: it names these in their place. */
const backingFiles = async (sys: Sys): Promise<Map<string, string>> =>
  new Map(
    (await sys.block({ op: 'list' })).flatMap(({ name, loop }) =>
      loop?.autoClear ? [[`/dev/${name}`, loop.file] as const] : [],
    ),
  )

/** Types of what is on a device. */
const isBlockType = (type: string): boolean => /^(?:auto|ext[234]|xfs)$/.test(type)

function exists(sys: Sys, path: string): boolean {
  try {
    sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

const typeFor = (words: readonly string[]): string =>
  flagsAndData(words).flags & (MS_BIND | MS_MOVE) ? 'none' : 'auto'

async function mountAll(context: Context): Promise<number> {
  let status = 0
  const mounted = new Set((await readMounts(context.sys)).map(({ target }) => target))
  const { type, verbose } = context.options
  for (const row of await fstab(context)) {
    const words = row.options.split(',')
    if (words.includes('noauto') || row.type === 'swap' || (type !== undefined && !type.split(',').includes(row.type)))
      continue
    if (mounted.has(row.target)) {
      if (verbose) await context.io.print(`${row.target.padEnd(25)}: already mounted\n`)
      continue
    }
    if (words.includes('nofail') && row.source.startsWith('/') && !exists(context.sys, row.source)) continue
    const each = await mountOne(context, row.source, row.target, row.type, words)
    if (each === 0 && verbose) await context.io.print(`${row.target.padEnd(25)}: successfully mounted\n`)
    status ||= each
  }
  return status
}
