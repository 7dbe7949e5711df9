import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'

/** inotify(7): what counts as a change of the content, and what as one of the names. */
const [IN_MODIFY, IN_ATTRIB, IN_MOVED, IN_CREATE, IN_DELETE, IN_SELF] = [0x2, 0x4, 0xc0, 0x100, 0x200, 0xc00]
const WATCHED = IN_MODIFY | IN_ATTRIB | IN_MOVED | IN_CREATE | IN_DELETE | IN_SELF
const RENAMES = IN_MOVED | IN_CREATE | IN_DELETE | IN_SELF
/** wd, mask, cookie, length of the name. */
const HEAD_BYTES = 16

interface Options {
  readonly persistent?: boolean
  readonly recursive?: boolean
}

const isFolder = (path: string): boolean => {
  try {
    return ((callSync('lstat', [path]).value as { mode: number }).mode & 0o170000) === 0o040000
  } catch {
    return false
  }
}

/** What fs.watch gives: `change` with `rename` or `change`, and the name. */
export class FSWatcher extends EventEmitter {
  private readonly fd: number
  private readonly recursive: boolean
  /** The part of the path below the watched one, for each folder. */
  private readonly folders = new Map<number, string>()
  private readonly root: string
  private open = true

  constructor(
    path: string,
    { persistent = true, recursive = false }: Options,
    listener: ((...args: never[]) => void) | undefined,
  ) {
    super()
    this.root = path
    this.recursive = recursive
    this.fd = callSync('inotifyInit').value as number
    try {
      this.add('')
    } catch (error) {
      callSync('close', [this.fd])
      throw error
    }
    if (listener) this.on('change', listener)
    if (persistent) this.ref()
    void this.follow()
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.unref()
    pending.tell('close', [this.fd])
    loop.immediate(() => this.emit('close'), [])
  }
  ref(): this {
    loop.handles.add(this)
    return this
  }
  unref(): this {
    loop.handles.delete(this)
    return this
  }

  private add(below: string): void {
    const path = below === '' ? this.root : `${this.root}/${below}`
    this.folders.set(callSync('inotifyAddWatch', [this.fd, path, WATCHED]).value as number, below)
    if (!this.recursive || !isFolder(path)) return
    for (const { name } of callSync('readdir', [path]).value as { name: string }[]) {
      const child = below === '' ? name : `${below}/${name}`
      if (isFolder(`${this.root}/${child}`)) this.add(child)
    }
  }

  private async follow(): Promise<void> {
    while (this.open) {
      const bytes = await pending.submit('read', [this.fd, 65536], undefined, false).then(
        (result) => result.bytes,
        () => new Uint8Array(0),
      )
      if (bytes.length === 0) return
      this.tell(Buffer.from(bytes))
    }
  }

  private tell(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at + HEAD_BYTES <= bytes.length && this.open; ) {
      const [wd, mask, length] = [view.getInt32(at, true), view.getUint32(at + 4, true), view.getUint32(at + 12, true)]
      const name = Buffer.from(bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length))
        .toString('utf8')
        .replace(/\0+$/, '')
      at += HEAD_BYTES + length
      const below = this.folders.get(wd) ?? ''
      const shown = name === '' ? (this.root.split('/').at(-1) ?? '') : below === '' ? name : `${below}/${name}`
      if (this.recursive && (mask & IN_CREATE) !== 0 && isFolder(`${this.root}/${shown}`)) this.add(shown)
      loop.guard(() => this.emit('change', (mask & RENAMES) === 0 ? 'change' : 'rename', shown), [])
    }
  }
}

export function watch(path: unknown, ...rest: unknown[]): FSWatcher {
  const listener = rest.find((each) => typeof each === 'function') as ((...args: never[]) => void) | undefined
  const options = rest.find((each) => typeof each === 'object' && each !== null) as Options | undefined
  return new FSWatcher(String(path).replace(/^file:\/\//, ''), options ?? {}, listener)
}
