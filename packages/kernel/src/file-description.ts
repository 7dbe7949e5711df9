import type { Stat } from '@drydock/abi'
import { EINVAL, ENOTTY, ESPIPE, O_ACCMODE, O_RDONLY, O_WRONLY } from '@drydock/abi'
import type { Task } from './task/task.ts'
import type { Tty } from './tty/tty.ts'
import { WaitQueue } from './wait-queue.ts'

/**
 * An open file description: what descriptors, duplicated and inherited, share. open(2). All operations are
 * non-blocking: they throw EAGAIN where they would have to wait, and `queue` wakes when that may have changed.
 */
export abstract class FileDescription {
  readonly queue: WaitQueue = new WaitQueue()
  /** O_ACCMODE, O_APPEND, O_NONBLOCK… */
  flags: number
  private references = 1

  constructor(flags: number) {
    this.flags = flags
  }

  /** What /proc/PID/fd shows: a path, `pipe:[12]`, `socket:[7]`. */
  abstract readonly path: string
  abstract stat(): Stat
  /** At most `max` bytes; empty at the end. The caller counts only for terminals and their job control. @throws EAGAIN, EBADF, EISDIR, EIO */
  abstract read(max: number, caller?: Task): Uint8Array
  /** Bytes up to `delimiter`, included, or fewer. @throws as read does */
  readUntil(_delimiter: number, _max: number, caller?: Task): Uint8Array {
    return this.read(1, caller)
  }
  /** @returns bytes taken, at least one. @throws EAGAIN, EBADF, EPIPE (the kernel then sends SIGPIPE), ENOSPC */
  abstract write(bytes: Uint8Array, caller?: Task): number
  /** POLLIN, POLLOUT, POLLERR, POLLHUP as they are now. */
  abstract poll(): number

  pread(_max: number, _offset: number): Uint8Array {
    throw ESPIPE
  }
  pwrite(_bytes: Uint8Array, _offset: number): number {
    throw ESPIPE
  }
  seek(_offset: number, _whence: number): number {
    throw ESPIPE
  }
  truncate(_size: number): void {
    throw EINVAL
  }
  /** The terminal behind it; ENOTTY for everything else. */
  terminal(): Tty {
    throw ENOTTY
  }

  get readable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY
  }
  get writable(): boolean {
    return (this.flags & O_ACCMODE) !== O_RDONLY
  }

  retain(): this {
    this.references++
    return this
  }
  release(): void {
    if (--this.references === 0) this.dispose()
  }
  /** The last descriptor is closed. */
  protected dispose(): void {}
}
