import { isDirectory, type Sys } from '@drydock/abi'
import { BADF, NOTCAPABLE } from './errno.ts'

/** An error of preview1 that no system call gave. */
export class WasiError extends Error {
  readonly errno: number
  constructor(errno: number) {
    super(`wasi error ${errno}`)
    this.errno = errno
  }
}

/** A descriptor of the module: its numbers are its own. */
export interface Descriptor {
  /** The kernel's descriptor. */
  readonly fd: number
  /** Of directories. */
  readonly path?: string
  /** The name of a directory that was there from the start. */
  readonly preopened?: string
}

/** Standard streams, then the root of the file system, as runtimes for containers preopen it. */
export class Descriptors {
  private readonly open = new Map<number, Descriptor>([0, 1, 2].map((fd) => [fd, { fd }]))
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
    this.open.set(3, { fd: sys.open('/', 0), path: '/', preopened: '/' })
  }

  /** @throws WasiError */
  get(number: number): Descriptor {
    const found = this.open.get(number)
    if (!found) throw new WasiError(BADF)
    return found
  }

  /** The lowest number that is free. */
  add(fd: number, path: string): number {
    let number = 3
    while (this.open.has(number)) number++
    this.open.set(number, isDirectory(this.sys.fstat(fd).mode) ? { fd, path } : { fd })
    return number
  }

  close(number: number): void {
    this.sys.close(this.get(number).fd)
    this.open.delete(number)
  }

  renumber(from: number, to: number): void {
    const moved = this.get(from)
    if (this.open.has(to)) this.close(to)
    this.open.set(to, moved)
    this.open.delete(from)
  }

  /** A path below a directory: none leads out of it. @throws WasiError */
  path(number: number, path: string): string {
    const base = this.get(number).path
    if (base === undefined) throw new WasiError(54)
    let depth = 0
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue
      depth += part === '..' ? -1 : 1
      if (depth < 0) throw new WasiError(NOTCAPABLE)
    }
    if (path.startsWith('/')) throw new WasiError(NOTCAPABLE)
    return base === '/' ? `/${path}` : `${base}/${path}`
  }
}
