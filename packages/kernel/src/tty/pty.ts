import type { Stat } from '@drydock/abi'
import { O_RDWR, POLLHUP, POLLIN, POLLOUT, S_IFCHR } from '@drydock/abi'
import { FileDescription } from '../file-description.ts'
import type { Task } from '../task/task.ts'
import type { Location } from '../vfs/index.ts'
import type { WaitQueue } from '../wait-queue.ts'
import type { Tty } from './tty.ts'

/** Major numbers of ptmx and of slaves. */
const PTMX_RDEV = 5 * 256 + 2
const PTS_MAJOR = 136

const BARE = { dev: 24, nlink: 1, uid: 0, gid: 5, size: 0, blksize: 1024, blocks: 0 } as const
const NEVER = { atimeMs: 0, mtimeMs: 0, ctimeMs: 0 } as const
const deviceStat = (rdev: number, ino: number): Stat => ({ ...BARE, ...NEVER, mode: S_IFCHR | 0o620, rdev, ino })

/** The end that a terminal emulator holds. pty(7). */
export class PtyMaster extends FileDescription {
  override readonly queue: WaitQueue
  readonly path: string = '/dev/ptmx'
  readonly tty: Tty

  constructor(flags: number, tty: Tty) {
    super(flags)
    this.tty = tty
    this.queue = tty.masterQueue
  }

  stat(): Stat {
    return deviceStat(PTMX_RDEV, 2)
  }
  read(max: number): Uint8Array {
    return this.tty.masterRead(max)
  }
  write(bytes: Uint8Array): number {
    return this.tty.masterWrite(bytes)
  }
  poll(): number {
    const { tty } = this
    return (tty.masterReadable ? POLLIN : 0) | POLLOUT | (tty.masterHungUp ? POLLHUP : 0)
  }
  override terminal(): Tty {
    return this.tty
  }
  protected override dispose(): void {
    this.tty.hangUp()
  }
}

/** The end that programs have as their terminal. */
export class PtySlave extends FileDescription {
  override readonly queue: WaitQueue
  /** The node it was opened by; none when the system call made both ends. */
  location?: Location
  readonly tty: Tty

  constructor(flags: number, tty: Tty) {
    super(flags)
    this.tty = tty
    this.queue = tty.slaveQueue
    tty.slaveOpened()
  }

  get path(): string {
    return this.tty.name
  }
  reopen(flags: number): FileDescription {
    return this.tty.reopen(flags)
  }
  stat(): Stat {
    return this.location?.inode.stat() ?? deviceStat(PTS_MAJOR * 256 + this.tty.number, this.tty.number + 3)
  }
  read(max: number, caller?: Task): Uint8Array {
    return this.tty.read(max, caller)
  }
  write(bytes: Uint8Array, caller?: Task): number {
    return this.tty.write(bytes, caller)
  }
  poll(): number {
    const { tty } = this
    if (tty.hungUp) return POLLIN | POLLOUT | POLLHUP
    return (tty.readable ? POLLIN : 0) | (tty.writable ? POLLOUT : 0)
  }
  override terminal(): Tty {
    return this.tty
  }
  protected override dispose(): void {
    this.tty.slaveClosed()
  }
}

export const PTY_FLAGS = O_RDWR
