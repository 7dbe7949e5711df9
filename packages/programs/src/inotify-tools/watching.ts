import {
  decodeInotify,
  IN_CREATE,
  IN_IGNORED,
  IN_ISDIR,
  IN_MOVED_TO,
  type InotifyEvent,
  isDirectory,
  isErrno,
  POLLIN,
  type Sys,
} from '@drydock/abi'

/** An event with the path it happened under. */
export interface Seen {
  readonly mask: number
  /** What is watched: a directory with its slash. */
  readonly watched: string
  readonly name: string
}

export interface WatchOptions {
  readonly mask: number
  readonly recursive: boolean
  readonly wanted: (path: string) => boolean
}

const BUFFER_BYTES = 16384

/** The watches of inotifywait and inotifywatch: trees get one for each directory, new ones as they come. */
export class Watching {
  private readonly sys: Sys
  private readonly options: WatchOptions
  private readonly fd: number
  private readonly paths = new Map<number, string>()

  constructor(sys: Sys, options: WatchOptions) {
    this.sys = sys
    this.options = options
    this.fd = sys.inotifyInit()
  }

  get size(): number {
    return this.paths.size
  }

  /** @throws ENOENT, EACCES */
  add(path: string): void {
    const directory = isDirectory(this.sys.stat(path).mode)
    const shown = directory && !path.endsWith('/') ? `${path}/` : path
    const { mask, recursive } = this.options
    const wd = this.sys.inotifyAddWatch(this.fd, path, recursive && directory ? mask | IN_CREATE | IN_MOVED_TO : mask)
    this.paths.set(wd, shown)
    if (!recursive || !directory) return
    for (const { name, mode } of this.sys.readdir(path)) if (isDirectory(mode)) this.addQuietly(`${shown}${name}`)
  }

  /** The events of the next read; undefined when time has run out. @throws EINTR */
  async next(timeoutMs: number): Promise<Seen[] | undefined> {
    const [found = 0] = await this.sys.poll([{ fd: this.fd, events: POLLIN }], timeoutMs)
    if (found === 0) return undefined
    return decodeInotify(await this.sys.read(this.fd, BUFFER_BYTES)).flatMap((event) => this.seen(event))
  }

  private seen({ wd, mask, name }: InotifyEvent): Seen[] {
    const watched = this.paths.get(wd)
    if (watched === undefined) return []
    if (mask & IN_IGNORED) this.paths.delete(wd)
    const fresh = mask & IN_ISDIR && mask & (IN_CREATE | IN_MOVED_TO)
    if (this.options.recursive && fresh) this.addQuietly(`${watched}${name}`)
    if ((mask & this.options.mask) === 0 || !this.options.wanted(`${watched}${name}`)) return []
    return [{ mask, watched, name }]
  }

  private addQuietly(path: string): void {
    try {
      this.add(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
