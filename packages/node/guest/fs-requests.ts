import { nodeError } from './errors.ts'
import { callSync, type Result } from './host.ts'
import { bytesOf, decoded, encodingOf, type Options, pathOf, settings } from './fs-arguments.ts'
import { Dirent, KINDS, S_IFMT, Stats, statsOf } from './fs-entries.ts'

const FLAGS: Readonly<Record<string, number>> = {
  r: 0,
  'r+': 2,
  w: 0o1101,
  'w+': 0o1102,
  wx: 0o1301,
  'wx+': 0o1302,
  a: 0o2101,
  'a+': 0o2102,
  ax: 0o2301,
  xa: 0o2301,
  as: 0o4012101,
  rs: 0o4010000,
  'rs+': 0o4010002,
  xw: 0o1301,
  'ax+': 0o2302,
}
/** @throws TypeError for a word that is none of them */
function flagBits(flag: unknown): number {
  if (typeof flag === 'number') return flag
  const bits = FLAGS[String(flag ?? 'r')]
  if (bits !== undefined) return bits
  throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'flags' is invalid. Received '${String(flag)}'`)
}

/** A call that may be made at once or by and by: its name, arguments and how its answer is read. */
export interface Request {
  readonly op: string
  readonly args: readonly unknown[]
  readonly bytes?: Uint8Array
  readonly read: (result: Result) => unknown
}
export const nothing = (): undefined => undefined
const simple =
  (op: string, count: number) =>
  (...args: unknown[]): Request => ({
    op,
    args: args
      .slice(0, count)
      .map((arg, at) => (at === 0 || op === 'rename' || op === 'link' || op === 'symlink' ? pathOf(arg) : arg)),
    read: nothing,
  })
const seconds = (time: unknown): number => (time instanceof Date ? time.getTime() : Number(time) * 1000)

/** Calls that are one system call. */
export const REQUESTS: Readonly<Record<string, (...args: never[]) => Request>> = {
  readFile: (path: unknown, options: Options) => ({
    op: 'readFile',
    args: [typeof path === 'number' ? path : pathOf(path)],
    read: ({ bytes }) => decoded(bytes, encodingOf(options)),
  }),
  writeFile: (path: unknown, data: unknown, options: Options) => ({
    op: /x/.test(settings(options).flag ?? '') ? 'createFile' : typeof path === 'number' ? 'write' : 'writeFile',
    args: [
      typeof path === 'number' ? path : pathOf(path),
      settings(options).flag?.startsWith('a') ?? false,
      settings(options).mode ?? 0o666,
    ],
    bytes: bytesOf(data, encodingOf(options)),
    read: nothing,
  }),
  appendFile: (path: unknown, data: unknown, options: Options) => ({
    op: 'writeFile',
    args: [pathOf(path), true, settings(options).mode ?? 0o666],
    bytes: bytesOf(data, encodingOf(options)),
    read: nothing,
  }),
  stat: (path: unknown, options: unknown) => ({
    op: 'stat',
    args: [pathOf(path)],
    read: ({ value }) => statsOf(value, options),
  }),
  lstat: (path: unknown, options: unknown) => ({
    op: 'lstat',
    args: [pathOf(path)],
    read: ({ value }) => statsOf(value, options),
  }),
  fstat: (fd: number) => ({
    op: 'fstat',
    args: [fd],
    read: ({ value }) => new Stats(value as Record<string, unknown>),
  }),
  readdir: (path: unknown, options: Options) => ({
    op: 'readdir',
    args: [pathOf(path)],
    read: ({ value }) => {
      const deep = typeof options === 'object' && (options as { recursive?: boolean } | null)?.recursive === true
      return deep ? below(pathOf(path), '', options) : listing(pathOf(path), value, options)
    },
  }),
  open: (path: unknown, flags: unknown, mode: unknown) => ({
    op: 'open',
    args: [pathOf(path), flagBits(flags), typeof mode === 'number' ? mode : 0o666],
    read: ({ value }) => value,
  }),
  close: (fd: number) => ({ op: 'close', args: [fd], read: nothing }),
  rename: simple('rename', 2),
  link: simple('link', 2),
  symlink: simple('symlink', 2),
  unlink: simple('unlink', 1),
  rmdir: simple('rmdir', 1),
  readlink: (path: unknown) => ({ op: 'readlink', args: [pathOf(path)], read: ({ value }) => value }),
  realpath: (path: unknown) => ({ op: 'realpath', args: [pathOf(path)], read: ({ value }) => value }),
  access: (path: unknown, mode: unknown) => ({
    op: 'access',
    args: [pathOf(path), typeof mode === 'number' ? mode : 0],
    read: nothing,
  }),
  chmod: (path: unknown, mode: unknown) => ({
    op: 'chmod',
    args: [pathOf(path), Number(typeof mode === 'string' ? Number.parseInt(mode, 8) : mode)],
    read: nothing,
  }),
  chown: simple('chown', 3),
  truncate: (path: unknown, size: unknown) => ({
    op: 'truncate',
    args: [pathOf(path), Number(size ?? 0)],
    read: nothing,
  }),
  utimes: (path: unknown, atime: unknown, mtime: unknown) => ({
    op: 'utimes',
    args: [pathOf(path), seconds(atime), seconds(mtime)],
    read: nothing,
  }),
}

function listing(path: string, value: unknown, options: Options): unknown {
  const found = (value as { name: string; type?: number; mode?: number }[]).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  if (!settings(options).withFileTypes) return found.map(({ name }) => name)
  return found.map(
    ({ name }) => new Dirent(path, name, (callSync('lstat', [`${path}/${name}`]).value as { mode: number }).mode),
  )
}

type Sync = (...args: unknown[]) => unknown
/** Calls that end before they return, by their names without `Sync`. */
export const sync = new Map<string, Sync>()
for (const [name, make] of Object.entries(REQUESTS))
  sync.set(name, (...args) => {
    const { op, args: values, bytes, read } = (make as (...args: unknown[]) => Request)(...args)
    return read(callSync(op, values, bytes))
  })
export const now = (name: string, ...args: unknown[]): unknown => sync.get(name)?.(...args)
export const isDirectory = (path: string): boolean =>
  ((callSync('lstat', [path]).value as { mode: number }).mode & S_IFMT) === KINDS.Directory

/** All names below a folder, each with the part of its path that is below. */
function below(root: string, inside: string, options: Options): unknown[] {
  const folder = inside === '' ? root : `${root}/${inside}`
  const { value } = callSync('readdir', [folder])
  const shown = listing(folder, value, options) as (string | { name: string })[]
  return shown.flatMap((each) => {
    const name = typeof each === 'string' ? each : each.name
    const path = inside === '' ? name : `${inside}/${name}`
    return [
      typeof each === 'string' ? path : each,
      ...(isDirectory(`${root}/${path}`) ? below(root, path, options) : []),
    ]
  })
}
