import {
  EEXIST,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  isDirectory,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Sys,
} from '@drydock/abi'
import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import { writeAll } from '@drydock/libc'

/** Files below a root, by paths that need not be there. */
export class FileTree {
  readonly root: string
  private readonly sys: Sys

  constructor(sys: Sys, root: string) {
    this.sys = sys
    this.root = root.replace(/\/+$/, '')
  }

  size(path: string): number | undefined {
    return orNothing(() => this.sys.stat(this.root + path).size)
  }

  exists(path: string): boolean {
    return this.size(path) !== undefined
  }

  /** Bytes from `from` up to, not including, `to`. @throws ENOENT */
  async read(path: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const fd = this.sys.open(this.root + path, O_RDONLY)
    try {
      const end = Math.min(to, this.sys.fstat(fd).size)
      const bytes = new Uint8Array(Math.max(0, end - from))
      for (let at = 0; at < bytes.length; ) {
        const part = this.sys.pread(fd, Math.min(1 << 20, bytes.length - at), from + at)
        if (part.length === 0) break
        bytes.set(part, at)
        at += part.length
        await this.sys.tick()
      }
      return bytes
    } finally {
      this.sys.close(fd)
    }
  }

  async text(path: string): Promise<string | undefined> {
    return this.exists(path) ? decodeUtf8(await this.read(path)) : undefined
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    return this.put(path, content, O_TRUNC)
  }

  append(path: string, bytes: Uint8Array): Promise<void> {
    return this.put(path, bytes, O_APPEND)
  }

  move(from: string, to: string): void {
    this.makeFolder(folderOf(to))
    this.sys.rename(this.root + from, this.root + to)
  }

  /** Names in a folder, sorted; none when it is not there. */
  list(path: string): readonly string[] {
    const entries = orNothing(() => this.sys.readdir(this.root + path)) ?? []
    return entries.map(({ name }) => name).toSorted()
  }

  isFolder(path: string): boolean {
    return orNothing(() => isDirectory(this.sys.stat(this.root + path).mode)) ?? false
  }

  /** With all that is below it. @returns whether it was there */
  remove(path: string): boolean {
    if (!this.exists(path)) return false
    if (this.isFolder(path)) {
      for (const name of this.list(path)) this.remove(`${path}/${name}`)
      this.sys.rmdir(this.root + path)
    } else this.sys.unlink(this.root + path)
    return true
  }

  /** Removes folders that became empty, from `path` upwards. */
  prune(path: string): void {
    try {
      for (let at = path; at !== ''; at = folderOf(at)) this.sys.rmdir(this.root + at)
    } catch (error) {
      if (error !== ENOTEMPTY && error !== ENOENT) throw error
    }
  }

  private async put(path: string, content: Uint8Array | string, flag: number): Promise<void> {
    this.makeFolder(folderOf(path))
    const fd = this.sys.open(this.root + path, O_WRONLY | O_CREAT | flag, 0o644)
    try {
      await writeAll(this.sys, fd, typeof content === 'string' ? encodeUtf8(content) : content)
    } finally {
      this.sys.close(fd)
    }
  }

  private makeFolder(path: string): void {
    try {
      this.sys.mkdir(this.root + path || '/', 0o755)
    } catch (error) {
      if (error === EEXIST) return
      if (error !== ENOENT) throw error
      const whole = this.root + path
      const parts = whole.split('/').filter(Boolean)
      for (let i = 1; i <= parts.length; i++) makeOne(this.sys, `/${parts.slice(0, i).join('/')}`)
    }
  }
}

function makeOne(sys: Sys, path: string): void {
  try {
    sys.mkdir(path, 0o755)
  } catch (error) {
    if (error !== EEXIST) throw error
  }
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

function orNothing<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error === ENOENT || error === ENOTDIR) return undefined
    throw error
  }
}
