import { nodeError } from './errors.ts'
import { loop } from './loop.ts'

export const S_IFMT = 0o170000
export const KINDS = {
  File: 0o100000,
  Directory: 0o040000,
  SymbolicLink: 0o120000,
  FIFO: 0o010000,
  Socket: 0o140000,
  CharacterDevice: 0o020000,
  BlockDevice: 0o060000,
} as const

/** stat(2) as node shows it. */
export class Stats {
  declare mode: number
  declare size: number
  constructor(from: Record<string, unknown>) {
    const {
      dev = 0,
      mode = 0,
      nlink = 1,
      uid = 0,
      gid = 0,
      rdev = 0,
      ino = 0,
      size = 0,
    } = from as Record<string, number>
    const { atimeMs = 0, mtimeMs = 0, ctimeMs = 0 } = from as Record<string, number>
    const plain = { dev, mode, nlink, uid, gid, rdev, blksize: 4096, ino, size, blocks: Math.ceil(size / 4096) * 8 }
    const times = { atimeMs, mtimeMs, ctimeMs, birthtimeMs: ctimeMs }
    const dates = {
      atime: new Date(atimeMs),
      mtime: new Date(mtimeMs),
      ctime: new Date(ctimeMs),
      birthtime: new Date(ctimeMs),
    }
    Object.assign(this, plain, times, dates)
  }
}
export const NANO = 1_000_000n
/** All numbers as big ones, with nanoseconds. */
export function bigStats(stats: Stats): object {
  const big = Object.create(Stats.prototype) as Record<string, unknown>
  for (const [key, value] of Object.entries(stats))
    big[key] = typeof value === 'number' ? BigInt(Math.trunc(value)) : value
  for (const name of ['atime', 'mtime', 'ctime', 'birthtime']) big[`${name}Ns`] = (big[`${name}Ms`] as bigint) * NANO
  return big
}
export const statsOf = (value: unknown, options: unknown): unknown => {
  const stats = new Stats(value as Record<string, unknown>)
  return (options as { bigint?: boolean } | null | undefined)?.bigint ? bigStats(stats) : stats
}
for (const [name, bits] of Object.entries(KINDS))
  Object.defineProperty(Stats.prototype, `is${name}`, {
    value(this: Stats) {
      return (this.mode & S_IFMT) === bits
    },
  })

export const kType = Symbol('type')
/** UV_DIRENT_… by the bits of a mode. */
export const DIRENT_TYPES = new Map<number, number>(
  [
    KINDS.File,
    KINDS.Directory,
    KINDS.SymbolicLink,
    KINDS.FIFO,
    KINDS.Socket,
    KINDS.CharacterDevice,
    KINDS.BlockDevice,
  ].map((bits, at) => [bits, at + 1]),
)
export class Dirent {
  readonly name: string
  readonly parentPath: string
  readonly path: string
  readonly [kType]: number
  constructor(parentPath: string, name: string, mode: number) {
    this.name = name
    this.parentPath = parentPath
    this.path = parentPath
    this[kType] = DIRENT_TYPES.get(mode & S_IFMT) ?? 0
    Object.defineProperty(this, 'mode', { value: mode })
  }
}
for (const [name, bits] of Object.entries(KINDS))
  Object.defineProperty(Dirent.prototype, `is${name}`, {
    value(this: Dirent & { mode: number }) {
      return (this.mode & S_IFMT) === bits
    },
  })

/** An open folder, entry by entry. */
export class Dir {
  readonly path: string
  readonly #entries: Dirent[]
  #closed = false
  constructor(path: string, entries: Dirent[]) {
    this.path = path
    this.#entries = entries
  }
  readSync(): Dirent | null {
    if (this.#closed) throw nodeError(Error, 'ERR_DIR_CLOSED', 'Directory handle was closed')
    return this.#entries.shift() ?? null
  }
  read(callback?: (error: null, entry: Dirent | null) => void): Promise<Dirent | null> | undefined {
    const entry = this.readSync()
    if (!callback) return Promise.resolve(entry)
    loop.tick(() => callback(null, entry), [])
    return undefined
  }
  closeSync(): void {
    this.#closed = true
  }
  close(callback?: (error: null) => void): Promise<void> | undefined {
    this.#closed = true
    if (!callback) return Promise.resolve()
    loop.tick(() => callback(null), [])
    return undefined
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent> {
    for (let entry = this.readSync(); entry; entry = this.readSync()) yield entry
    this.#closed = true
  }
}
