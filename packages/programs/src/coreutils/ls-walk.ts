import { isDirectory, isErrno, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { flag, optional, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { join } from '../paths.ts'
import { compareNames, sorters } from './ls-sort.ts'
import { type Entry, type Listing, printEntries } from './ls-format.ts'

export const lsOptions = {
  all: flag('a', 'all'),
  almostAll: flag('A', 'almost-all'),
  ignoreBackups: flag('B', 'ignore-backups'),
  atime: flag('u'),
  ctime: flag('c'),
  time: value('', 'time'),
  columns: flag('C'),
  across: flag('x'),
  commas: flag('m'),
  one: flag('1'),
  color: optional('', 'color'),
  directory: flag('d', 'directory'),
  classify: flag('F'),
  classifyLong: optional('', 'classify'),
  fileType: flag('', 'file-type'),
  indicator: value('', 'indicator-style'),
  slash: flag('p'),
  unsorted: flag('f'),
  noOwner: flag('g'),
  noGroup: flag('G', 'no-group'),
  human: flag('h', 'human-readable'),
  si: flag('', 'si'),
  dereferenceArgs: flag('H', 'dereference-command-line'),
  hide: value('', 'hide'),
  inode: flag('i', 'inode'),
  ignore: value('I', 'ignore'),
  kibibytes: flag('k', 'kibibytes'),
  long: flag('l'),
  dereference: flag('L', 'dereference'),
  numeric: flag('n', 'numeric-uid-gid'),
  literal: flag('N', 'literal'),
  longNoGroup: flag('o'),
  hideControl: flag('q', 'hide-control-chars'),
  quoteName: flag('Q', 'quote-name'),
  escape: flag('b', 'escape'),
  reverse: flag('r', 'reverse'),
  recursive: flag('R', 'recursive'),
  size: flag('s', 'size'),
  bySize: flag('S'),
  sort: value('', 'sort'),
  timeStyle: value('', 'time-style'),
  fullTime: flag('', 'full-time'),
  byTime: flag('t'),
  noSort: flag('U'),
  byVersion: flag('v'),
  byExtension: flag('X'),
  width: value('w', 'width'),
  zero: flag('', 'zero'),
  groupFirst: flag('', 'group-directories-first'),
  blockSize: value('', 'block-size'),
  format: value('', 'format'),
  author: flag('', 'author'),
  tabSize: value('T', 'tabsize'),
  context: flag('Z', 'context'),
}
export type LsContext = ProgramContext<typeof lsOptions>

/** The exit status so far: 1 for minor trouble, 2 for an operand that cannot be read. */
interface Status {
  worst: number
}

function look(sys: Sys, path: string, follow: boolean): Stat {
  if (!follow) return sys.lstat(path)
  try {
    return sys.stat(path)
  } catch (error) {
    if (isErrno(error)) return sys.lstat(path)
    throw error
  }
}

function makeEntry(sys: Sys, name: string, path: string, follow: boolean): Entry {
  const stat = look(sys, path, follow)
  if (!isSymlink(stat.mode)) return { name, path, stat }
  try {
    const target = sys.readlink(path)
    return { name, path, stat, target, targetMode: sys.stat(path).mode }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { name, path, stat, target: readTarget(sys, path) }
  }
}
function readTarget(sys: Sys, path: string): string {
  try {
    return sys.readlink(path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

const globToRegExp = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  )

function wanted(context: LsContext): (name: string) => boolean {
  const { all, almostAll, unsorted, ignoreBackups, ignore, hide } = context.options
  const hidden = all > 0 || unsorted > 0 || almostAll > 0
  const ignored = [ignore, hidden ? undefined : hide].flatMap((glob) => (glob ? globToRegExp(glob) : []))
  return (name) =>
    (hidden || !name.startsWith('.')) &&
    !(ignoreBackups && name.endsWith('~')) &&
    !ignored.some((pattern) => pattern.test(name))
}

/** -f, -U: as they come; otherwise by the last sort option given, names in ties. */
export function sortEntries({ options: o, order }: LsContext, entries: Entry[]): Entry[] {
  if (o.unsorted) return entries
  const byWord = o.sort
  const key = order.findLast((name) => sorters.has(name)) ?? (byWord ? `sort=${byWord}` : '')
  if (o.noSort || byWord === 'none') return entries
  const timeOnly = !o.long && (o.atime || o.ctime) ? 'byTime' : 'name'
  const compare = sorters.get(key) ?? sorters.get(`${timeOnly}`) ?? compareNames
  const time = timeOf(o)
  const sign = o.reverse ? -1 : 1
  const sorted = entries.toSorted((a, b) => sign * (compare(a, b, time) || compareNames(a, b)))
  if (!o.groupFirst) return sorted
  const folder = (entry: Entry): boolean => isDirectory(entry.targetMode ?? entry.stat.mode)
  return [...sorted.filter(folder), ...sorted.filter((entry) => !folder(entry))]
}

export const timeOf = (o: LsContext['options']): 'atimeMs' | 'mtimeMs' | 'ctimeMs' =>
  o.atime || /^(atime|access|use)$/.test(o.time ?? '')
    ? 'atimeMs'
    : o.ctime || /^(ctime|status)$/.test(o.time ?? '')
      ? 'ctimeMs'
      : 'mtimeMs'

async function readFolder(context: LsContext, path: string, state: Status): Promise<Entry[]> {
  const { sys, options: o } = context
  const keep = wanted(context)
  const names = sys.readdir(path).map((entry) => entry.name)
  const dots = o.all || o.unsorted ? ['.', '..'] : []
  const entries: Entry[] = []
  for (const name of [...dots, ...names.filter(keep)])
    try {
      entries.push(makeEntry(sys, name, join(path, name), o.dereference > 0))
    } catch (error) {
      if (!isErrno(error)) throw error
      state.worst = Math.max(state.worst, 1)
      await context.fail(`cannot access '${join(path, name)}': ${error.message}`)
    }
  return sortEntries(context, entries)
}

async function listFolder(
  context: LsContext,
  listing: Listing,
  path: string,
  title: boolean,
  first: boolean,
  state: Status,
): Promise<void> {
  const { io, options: o } = context
  let entries: Entry[]
  try {
    entries = await readFolder(context, path, state)
  } catch (error) {
    if (!isErrno(error)) throw error
    state.worst = Math.max(state.worst, o.recursive && !first ? 1 : 2)
    await context.fail(`cannot open directory '${path}': ${error.message}`)
    return
  }
  if (title) await io.print(`${first ? '' : '\n'}${listing.title(path)}:\n`)
  await printEntries(io, listing, entries, true)
  if (!o.recursive) return
  for (const entry of entries)
    if (isDirectory(entry.stat.mode) && entry.name !== '.' && entry.name !== '..')
      await listFolder(context, listing, entry.path, true, false, state)
}

/** Both flavours of ls: what differs is in the Listing. */
export async function listOperands(
  context: LsContext,
  makeListing: (context: LsContext, accounts: Accounts) => Listing,
): Promise<number> {
  const { sys, operands, options: o, io } = context
  const listing = makeListing(context, await Accounts.read(sys))
  const state: Status = { worst: 0 }
  const files: Entry[] = []
  const folders: Entry[] = []
  const followArgs = o.dereference > 0 || o.dereferenceArgs > 0
  for (const path of operands.length ? operands : ['.'])
    try {
      const entry = makeEntry(sys, path, path, followArgs)
      const linkToFolder = !listing.isLong && !o.classify && isDirectory(entry.targetMode ?? 0)
      const open = !o.directory && (isDirectory(entry.stat.mode) || linkToFolder)
      ;(open ? folders : files).push(entry)
    } catch (error) {
      if (!isErrno(error)) throw error
      state.worst = 2
      await context.fail(listing.missing(path, error.message))
    }
  await printEntries(io, listing, sortEntries(context, files), false)
  const titles = operands.length > 1 || o.recursive > 0
  let first = files.length === 0
  for (const folder of sortEntries(context, folders)) {
    await listFolder(context, listing, folder.path, titles, first, state)
    first = false
  }
  return state.worst
}
