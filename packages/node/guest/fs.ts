import { watch } from './watching.ts'
import { Buffer } from 'buffer'
import { callSync, pending } from './host.ts'
import { abortError, nodeError, systemError } from './errors.ts'
import { Blob_ } from './blobs.ts'
import { bytesOf, type Options, pathOf, settings } from './fs-arguments.ts'
import { Dir, Dirent, S_IFMT, Stats } from './fs-entries.ts'
import { isDirectory, nothing, now, type Request, REQUESTS, sync } from './fs-requests.ts'
import { ReadStream, WriteStream } from './fs-streams.ts'
import { loop } from './loop.ts'

interface CopyOptions {
  readonly recursive?: boolean
  readonly force?: boolean
  readonly errorOnExist?: boolean
  readonly filter?: (from: string, to: string) => boolean
}
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
type Done = (error: unknown, value?: unknown) => void

const exists = (path: unknown): boolean => {
  try {
    callSync('stat', [pathOf(path)])
    return true
  } catch {
    return false
  }
}

/** Calls that are several. */
sync.set('exists', exists)
sync.set('mkdir', (given, options) => {
  const path = pathOf(given)
  const { recursive, mode = 0o777 } =
    typeof options === 'number'
      ? { mode: options }
      : (settings(options as Options) as { recursive?: boolean; mode?: number })
  if (!recursive) return void callSync('mkdir', [path, mode])
  if (exists(path)) return undefined
  const parent = path.replace(/\/+[^/]*\/*$/, '')
  if (parent && parent !== path) now('mkdir', parent, { recursive: true })
  return (callSync('mkdir', [path, mode]), path)
})
sync.set('rm', (given, options) => {
  const path = pathOf(given)
  const { recursive, force } = settings(options as Options)
  if (force && !exists(path)) return
  if (!isDirectory(path)) return void callSync('unlink', [path])
  if (!recursive) {
    const info = { code: 'EISDIR', message: 'is a directory', path, syscall: 'rm', errno: 21 }
    const error = nodeError(Error, 'ERR_FS_EISDIR', `Path is a directory: rm returned EISDIR (is a directory) ${path}`)
    error.name = 'SystemError'
    throw Object.assign(error, { info, errno: 21, syscall: 'rm', path })
  }
  for (const { name } of callSync('readdir', [path]).value as { name: string }[])
    now('rm', `${path}/${name}`, { recursive: true })
  callSync('rmdir', [path])
})
sync.set('copyFile', (from, to, mode) => {
  try {
    now('writeFile', to, now('readFile', from), {
      mode: (callSync('stat', [pathOf(from)]).value as { mode: number }).mode & 0o777,
      ...(mode === 1 && { flag: 'wx' }),
    })
  } catch (error) {
    const { code, errno } = error as { code: string; errno: number }
    throw systemError({ code, errno: -errno, message: code }, 'copyFile', [pathOf(from), pathOf(to)])
  }
})
/** statfs(2), of a disk that is large enough for anybody. */
sync.set('statfs', (path, options) => {
  callSync('stat', [pathOf(path)])
  const found = {
    type: 61_267,
    bsize: 4096,
    blocks: 16_777_216,
    bfree: 8_388_608,
    bavail: 8_388_608,
    files: 4_194_304,
    ffree: 4_000_000,
  }
  const big = (options as { bigint?: boolean } | undefined)?.bigint
  return big ? Object.fromEntries(Object.entries(found).map(([name, value]) => [name, BigInt(value)])) : found
})
for (const name of ['fsync', 'fdatasync']) sync.set(name, nothing)
sync.set('ftruncate', (fd, size) => now('truncate', `/proc/self/fd/${Number(fd)}`, size))
sync.set('lchown', nothing)
sync.set('fchmod', (fd, mode) => now('chmod', `/proc/self/fd/${Number(fd)}`, mode))
sync.set('futimes', (fd, atime, mtime) => now('utimes', `/proc/self/fd/${Number(fd)}`, atime, mtime))
sync.set('lutimes', nothing)
sync.set('readv', (fd, buffers) =>
  (buffers as Uint8Array[]).reduce((sum, each) => sum + Number(now('read', fd, each)), 0),
)
sync.set('writev', (fd, buffers) =>
  (buffers as Uint8Array[]).reduce((sum, each) => sum + Number(now('write', fd, each)), 0),
)
sync.set('opendir', (path) => new Dir(pathOf(path), now('readdir', path, { withFileTypes: true }) as Dirent[]))
sync.set('cp', (from, to, options) => {
  const { recursive, force = true, errorOnExist, filter } = settings(options as Options) as CopyOptions
  if (filter && !filter(pathOf(from), pathOf(to))) return
  if (isDirectory(pathOf(from)) && !recursive) {
    const words = `Path is a directory: cp returned EISDIR (${pathOf(from)} is a directory (not copied)) ${pathOf(from)}`
    throw nodeError(Error, 'ERR_FS_EISDIR', words)
  }
  if (!isDirectory(pathOf(from)) && !force && exists(to)) {
    if (!errorOnExist) return
    const words = `Target already exists: cp returned EEXIST (${pathOf(to)} already exists) ${pathOf(to)}`
    throw nodeError(Error, 'ERR_FS_CP_EEXIST', words)
  }
  if (!isDirectory(pathOf(from))) return now('copyFile', from, to)
  now('mkdir', to, { recursive: true })
  for (const { name } of callSync('readdir', [pathOf(from)]).value as { name: string }[])
    now('cp', `${pathOf(from)}/${name}`, `${pathOf(to)}/${name}`, options)
})
sync.set('mkdtemp', (prefix) => {
  const path = `${String(prefix)}${[...callSync('random', [6]).bytes].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('')}`
  callSync('mkdir', [path, 0o700])
  return path
})
sync.set('read', (fd, buffer, offset = 0, length, position) => {
  const into = buffer as Uint8Array
  const count = Number(length ?? into.length - Number(offset))
  const { bytes } =
    typeof position === 'number' && position >= 0
      ? callSync('pread', [fd, count, position])
      : callSync('read', [fd, count])
  into.set(bytes, Number(offset))
  return bytes.length
})
sync.set('write', (fd, data, offset, length, position) => {
  const bytes = bytesOf(data)
  const part =
    typeof data === 'string'
      ? bytes
      : bytes.subarray(Number(offset ?? 0), Number(offset ?? 0) + Number(length ?? bytes.length))
  return typeof position === 'number'
    ? callSync('pwrite', [fd, position], part).value
    : callSync('write', [fd], part).value
})

/** The same call by and by: one system call as an event, several in a later turn. */
function later(name: string, args: readonly unknown[]): Promise<unknown> {
  const make = REQUESTS[name] as ((...args: readonly unknown[]) => Request) | undefined
  if (make) {
    const { op, args: values, bytes, read } = make(...args)
    return pending.submit(op, values, bytes).then(read)
  }
  return new Promise((resolve, reject) => {
    loop.immediate(() => {
      try {
        resolve(now(name, ...args))
      } catch (error) {
        reject(error as Error)
      }
    }, [])
  })
}

/** Nobody's code runs where an error of the system comes from. */
function withoutFrames(error: unknown): unknown {
  if (error instanceof Error && 'syscall' in error)
    Object.defineProperty(error, 'stack', {
      value: Error.prototype.toString.call(error),
      configurable: true,
      writable: true,
    })
  return error
}
function withCallback(name: string) {
  return (...args: unknown[]): void => {
    const callback = args.findLast((arg) => typeof arg === 'function') as Done | undefined
    if (!callback)
      throw Object.assign(new TypeError('The "cb" argument must be of type function. Received undefined'), {
        code: 'ERR_INVALID_ARG_TYPE',
      })
    const given = args.filter((arg) => typeof arg !== 'function')
    later(name, given).then(
      (value) =>
        loop.guard(
          name === 'exists'
            ? () => callback(value)
            : value === undefined
              ? () => callback(null)
              : () => callback(null, value),
          [],
        ),
      (error: unknown) => loop.guard(() => callback(withoutFrames(error)), []),
    )
  }
}

const constants = {
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_SYNC: 0o4010000,
  O_DIRECTORY: 0o200000,
  S_IFMT,
  S_IFREG: 0o100000,
  S_IFDIR: 0o040000,
  S_IFLNK: 0o120000,
  S_IRUSR: 0o400,
  S_IWUSR: 0o200,
  S_IXUSR: 0o100,
  COPYFILE_EXCL: 1,
}

export const promises: Record<string, unknown> = { constants }
export const fs: Record<string, unknown> = {
  constants,
  Stats,
  Dirent,
  ReadStream,
  WriteStream,
  createReadStream: (path: unknown, options: Options) => new ReadStream(path, options),
  createWriteStream: (path: unknown, options: Options) => new WriteStream(path, options),
  promises,
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
}
for (const [name, call] of sync) {
  fs[`${name}Sync`] = call
  fs[name] = withCallback(name)
  promises[name] = (...args: unknown[]) => later(name, args)
}
const statSync = sync.get('stat')
fs.statSync = (path: unknown, options: Options) =>
  settings(options).throwIfNoEntry === false && !exists(path) ? undefined : statSync?.(path, options)
fs.realpathSync = Object.assign(sync.get('realpath') ?? nothing, { native: sync.get('realpath') })
fs.watch = watch
fs.Dir = Dir
fs.openAsBlob = async (path: unknown, options?: { type?: string }) =>
  new Blob_([now('readFile', path) as Uint8Array], options)
const watched = new Map<string, { timer: unknown; listeners: Set<unknown> }>()
const quietStat = (path: unknown): Stats => (exists(path) ? (now('stat', path) as Stats) : new Stats({}))
/** Looks at a file again and again, as stat(2) shows it. */
fs.watchFile = (path: unknown, ...rest: unknown[]) => {
  const listener = rest.at(-1) as (now: Stats, before: Stats) => void
  const { interval = 5007, persistent = true } =
    rest.length > 1 ? (rest[0] as { interval?: number; persistent?: boolean }) : {}
  const name = pathOf(path)
  const known = watched.get(name)
  if (known) return void known.listeners.add(listener)
  let before = quietStat(name)
  const listeners = new Set<unknown>([listener])
  const look = (): void => {
    const stats = quietStat(name) as Stats & { mtimeMs: number }
    if (stats.mtimeMs === (before as Stats & { mtimeMs: number }).mtimeMs && stats.size === before.size) return
    const last = before
    before = stats
    for (const each of [...listeners]) (each as typeof listener)(stats, last)
  }
  const timer = loop.arm(look, interval, [], true)
  if (!persistent) timer.unref()
  watched.set(name, { timer, listeners })
}
fs.unwatchFile = (path: unknown, listener?: unknown) => {
  const known = watched.get(pathOf(path))
  if (!known) return
  if (listener) known.listeners.delete(listener)
  if (listener && known.listeners.size > 0) return
  loop.clear(known.timer)
  watched.delete(pathOf(path))
}
promises.open = (path: unknown, flags: unknown = 'r', mode?: unknown) =>
  later('open', [path, flags, mode]).then((fd) => new FileHandle(Number(fd), pathOf(path)))

interface Aborting {
  readonly signal?: {
    readonly aborted: boolean
    readonly reason: unknown
    addEventListener(name: string, call: () => void): void
  }
}
/** What can be given piece by piece is gathered first; whoever has given up hears of that. */
async function gathered(data: unknown): Promise<unknown> {
  const source = data as AsyncIterable<unknown> & Iterable<unknown>
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data
  if (!(Symbol.asyncIterator in source) && !(Symbol.iterator in source)) return data
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(bytesOf(part))
  return Buffer.concat(parts)
}
for (const name of ['readFile', 'writeFile', 'appendFile']) {
  const call = promises[name] as (...args: unknown[]) => Promise<unknown>
  promises[name] = async (...args: unknown[]) => {
    const { signal } = settings(args.at(-1) as Options) as Aborting
    if (signal?.aborted) throw abortError(signal.reason)
    if (name !== 'readFile') args[1] = await gathered(args[1])
    if (args[0] instanceof FileHandle) args[0] = args[0].fd
    return call(...args)
  }
}
/** Changes as they come, until somebody gives up. */
promises.watch = async function* (path: unknown, options: Aborting & object = {}): AsyncGenerator<object> {
  const { signal, ...given } = options
  if (signal?.aborted) throw abortError(signal.reason)
  const events: object[] = []
  let wake: (() => void) | undefined
  const heard = (eventType: string, filename: string): void => {
    events.push({ eventType, filename })
    wake?.()
  }
  const watcher = (watch as unknown as (...args: unknown[]) => { close(): void })(path, given, heard)
  signal?.addEventListener('abort', () => wake?.())
  try {
    for (;;) {
      if (signal?.aborted) throw abortError(signal.reason)
      const event = events.shift()
      if (event) yield event
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    watcher.close()
  }
}

/** What fs.promises.open gives. */
class FileHandle {
  readonly fd: number
  private readonly path: string
  constructor(fd: number, path: string) {
    this.fd = fd
    this.path = path
  }
  async read(
    buffer: Uint8Array = Buffer.alloc(16_384),
    offset = 0,
    length = buffer.length - offset,
    position?: number,
  ) {
    return { bytesRead: Number(now('read', this.fd, buffer, offset, length, position)), buffer }
  }
  async write(data: string | Uint8Array, ...rest: unknown[]) {
    return { bytesWritten: Number(now('write', this.fd, data, ...rest)), buffer: data }
  }
  readFile(options?: Options): Promise<unknown> {
    return later('readFile', [this.path, options])
  }
  async writeFile(data: string | Uint8Array): Promise<void> {
    now('write', this.fd, data)
  }
  appendFile(data: string | Uint8Array): Promise<void> {
    return this.writeFile(data)
  }
  stat(): Promise<unknown> {
    return later('fstat', [this.fd])
  }
  async truncate(size = 0): Promise<void> {
    now('ftruncate', this.fd, size)
  }
  async sync(): Promise<void> {}
  async datasync(): Promise<void> {}
  async chmod(mode: number): Promise<void> {
    now('fchmod', this.fd, mode)
  }
  async utimes(atime: unknown, mtime: unknown): Promise<void> {
    now('futimes', this.fd, atime, mtime)
  }
  createWriteStream(options?: Options): WriteStream {
    return new WriteStream(this.path, options)
  }
  createReadStream(options?: Options): ReadStream {
    return new ReadStream(this.path, options)
  }
  async *readLines(): AsyncGenerator<string> {
    const lines = String(await this.readFile('utf8')).split('\n')
    if (lines.at(-1) === '') lines.pop()
    yield* lines
    await this.close()
  }
  async close(): Promise<void> {
    now('close', this.fd)
  }
}
