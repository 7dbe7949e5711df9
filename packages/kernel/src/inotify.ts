import {
  EAGAIN,
  EBADF,
  EINVAL,
  encodeInotify,
  IN_ALL_EVENTS,
  IN_DELETE_SELF,
  IN_IGNORED,
  IN_MASK_ADD,
  IN_ONESHOT,
  IN_Q_OVERFLOW,
  type InotifyEvent,
  O_RDONLY,
  POLLIN,
  S_IFREG,
  type Stat,
} from '@drydock/abi'
import { FileDescription } from './file-description.ts'
import { addObserver, type Inode, type Observer } from './vfs/index.ts'

/** fs.inotify.max_queued_events */
const MAX_QUEUED = 16384

/** One watch: what it is for, and whom it tells. */
class Watch implements Observer {
  readonly wd: number
  mask: number
  readonly inode: Inode
  private readonly owner: InotifyDescription
  private readonly stop: () => void

  constructor(owner: InotifyDescription, wd: number, inode: Inode, mask: number) {
    this.owner = owner
    this.wd = wd
    this.inode = inode
    this.mask = mask
    this.stop = addObserver(inode, this)
  }

  observe(mask: number, name: string, cookie: number): void {
    if (mask & this.mask & IN_ALL_EVENTS) this.owner.push({ wd: this.wd, mask, cookie, name })
    if (mask & IN_DELETE_SELF || this.mask & IN_ONESHOT) this.owner.remove(this.wd)
  }

  dispose(): void {
    this.stop()
  }
}

/** An inotify instance: its watches, and the events nobody has read. inotify(7) */
export class InotifyDescription extends FileDescription {
  readonly path = 'anon_inode:inotify'
  private readonly made: Stat
  private readonly watches = new Map<number, Watch>()
  private readonly events: InotifyEvent[] = []
  private next = 1

  constructor(nowMs: number) {
    super(O_RDONLY)
    const times = { atimeMs: nowMs, mtimeMs: nowMs, ctimeMs: nowMs }
    const none = { nlink: 1, uid: 0, gid: 0, rdev: 0, size: 0, blksize: 4096, blocks: 0 }
    this.made = { dev: 14, ino: 12, mode: S_IFREG | 0o600, ...none, ...times }
  }

  /** The same file has one watch: another call changes what it is for. @returns its number */
  add(inode: Inode, mask: number): number {
    if ((mask & IN_ALL_EVENTS) === 0) throw EINVAL
    for (const watch of this.watches.values()) {
      if (watch.inode !== inode) continue
      watch.mask = mask & IN_MASK_ADD ? watch.mask | mask : mask
      return watch.wd
    }
    const wd = this.next++
    this.watches.set(wd, new Watch(this, wd, inode, mask))
    return wd
  }

  /** @throws EINVAL for a number that is no watch */
  remove(wd: number): void {
    const watch = this.watches.get(wd)
    if (!watch) throw EINVAL
    watch.dispose()
    this.watches.delete(wd)
    this.push({ wd, mask: IN_IGNORED, cookie: 0, name: '' })
  }

  /** The same event twice in a row is one. */
  push(event: InotifyEvent): void {
    const last = this.events.at(-1)
    if (last && same(last, event)) return
    if (this.events.length > MAX_QUEUED) return
    const full = this.events.length === MAX_QUEUED
    this.events.push(full ? { wd: -1, mask: IN_Q_OVERFLOW, cookie: 0, name: '' } : event)
    this.queue.wake()
  }

  /** Whole events, as many as fit. @throws EINVAL when not even one does */
  read(max: number): Uint8Array {
    if (this.events.length === 0) throw EAGAIN
    const parts: Uint8Array[] = []
    let length = 0
    for (const event of this.events) {
      const bytes = encodeInotify(event)
      if (length + bytes.length > max) break
      parts.push(bytes)
      length += bytes.length
    }
    if (parts.length === 0) throw EINVAL
    this.events.splice(0, parts.length)
    const whole = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  write(): number {
    throw EBADF
  }
  poll(): number {
    return this.events.length > 0 ? POLLIN : 0
  }
  stat(): Stat {
    return this.made
  }
  protected override dispose(): void {
    for (const watch of this.watches.values()) watch.dispose()
    this.watches.clear()
  }
}

const same = (a: InotifyEvent, b: InotifyEvent): boolean =>
  a.wd === b.wd && a.mask === b.mask && a.cookie === b.cookie && a.name === b.name
