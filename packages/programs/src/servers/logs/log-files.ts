import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'

/** Where links of images lead whose logs go to the container's output. */
const STREAMS: ReadonlyMap<string, number> = new Map([
  ['/dev/stdout', 1],
  ['/proc/self/fd/1', 1],
  ['/dev/stderr', 2],
  ['/proc/self/fd/2', 2],
  ['stderr', 2],
])

/** Log files of a daemon: opened while it is root, written by its workers. */
export class LogFiles {
  private readonly sys: Sys
  private readonly open = new Map<string, number>()

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** Descriptors to hand on to workers. */
  get fds(): readonly number[] {
    return [...this.open.values()]
  }

  /** The same files, for a process that has inherited the descriptors. */
  inherit(sys: Sys): LogFiles {
    const files = new LogFiles(sys)
    for (const [path, fd] of this.open) files.open.set(path, fd)
    return files
  }

  /** @throws Errno */
  openFile(path: string): number {
    const known = this.open.get(path)
    if (known !== undefined) return known
    const stream = STREAMS.get(path) ?? STREAMS.get(linkOf(this.sys, path))
    const fd = stream === undefined ? this.sys.open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644) : this.sys.dup(stream)
    this.open.set(path, fd)
    return fd
  }

  /** To files that were moved away meanwhile. */
  reopen(): void {
    const paths = [...this.open.keys()]
    for (const fd of this.open.values()) this.sys.close(fd)
    this.open.clear()
    for (const path of paths) this.openFile(path)
  }

  /** A line that cannot be written is lost, as with every daemon. */
  async write(path: string, line: string): Promise<void> {
    try {
      await writeAll(this.sys, this.openFile(path), new TextEncoder().encode(line))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function linkOf(sys: Sys, path: string): string {
  try {
    return sys.readlink(path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}
