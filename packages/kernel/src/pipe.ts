import type { Clock, Stat } from '@drydock/abi'
import {
  EAGAIN,
  EBADF,
  ENXIO,
  EPIPE,
  O_ACCMODE,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  S_IFIFO,
} from '@drydock/abi'
import { ByteQueue } from './byte-queue.ts'
import { FileDescription } from './file-description.ts'
import type { Fifo, Location } from './vfs/index.ts'
import { LocatedDescription } from './vfs/index.ts'
import { WaitQueue } from './wait-queue.ts'

/** Bytes a pipe holds. pipe(7), "Pipe capacity". */
export const PIPE_CAPACITY = 65536
/** Writes up to this size go in unsplit. */
const PIPE_BUF = 4096

/** What the two ends of a pipe share. */
export class Pipe {
  readonly queue: WaitQueue = new WaitQueue()
  private readonly bytes = new ByteQueue()
  readers = 0
  writers = 0
  /** A reader of a FIFO sees the end only after there was a writer. */
  hadWriter = false
  /** How often it was opened for reading and for writing: who waits in open(2) sees a visitor that is gone again. */
  readOpens = 0
  writeOpens = 0

  /** @throws EAGAIN while it is empty and somebody may still write */
  read(max: number): Uint8Array {
    if (this.bytes.length === 0) {
      if (this.writers > 0) throw EAGAIN
      return new Uint8Array(0)
    }
    const taken = this.bytes.take(max)
    this.queue.wake()
    return taken
  }

  /** Bytes up to `delimiter`, included. @throws as read does */
  readUntil(delimiter: number, max: number): Uint8Array {
    return this.read(this.bytes.lengthUntil(delimiter, max))
  }

  /** @throws EPIPE, EAGAIN */
  write(bytes: Uint8Array): number {
    if (this.readers === 0) throw EPIPE
    const room = PIPE_CAPACITY - this.bytes.length
    if (room === 0 || (bytes.length <= PIPE_BUF && room < bytes.length)) throw EAGAIN
    const taken = bytes.length <= room ? bytes : bytes.subarray(0, room)
    this.bytes.pushCopy(taken)
    this.queue.wake()
    return taken.length
  }

  pollRead(): number {
    const ended = this.writers === 0 && this.hadWriter ? POLLHUP : 0
    return this.bytes.length > 0 ? POLLIN | ended : ended
  }

  pollWrite(): number {
    if (this.readers === 0) return POLLOUT | POLLERR
    return PIPE_CAPACITY - this.bytes.length >= PIPE_BUF ? POLLOUT : 0
  }

  join(flags: number): void {
    const mode = flags & O_ACCMODE
    if (mode !== O_WRONLY) {
      this.readers++
      this.readOpens++
    }
    if (mode !== O_RDONLY) {
      this.writers++
      this.writeOpens++
      this.hadWriter = true
    }
    this.queue.wake()
  }

  leave(flags: number): void {
    const mode = flags & O_ACCMODE
    if (mode !== O_WRONLY) this.readers--
    if (mode !== O_RDONLY) this.writers--
    this.queue.wake()
  }
}

const pollPipe = (pipe: Pipe, readable: boolean, writable: boolean): number =>
  (readable ? pipe.pollRead() : 0) | (writable ? pipe.pollWrite() : 0)

/** Who made an anonymous pipe, and when. */
interface Making {
  readonly ino: number
  readonly uid: number
  readonly gid: number
  readonly ms: number
}

/** One end of an anonymous pipe. */
class PipeEnd extends FileDescription {
  override readonly queue: WaitQueue
  private readonly pipe: Pipe
  private readonly made: Making

  constructor(pipe: Pipe, flags: number, made: Making) {
    super(flags)
    this.pipe = pipe
    this.queue = pipe.queue
    this.made = made
    pipe.join(flags)
  }

  get path(): string {
    return `pipe:[${this.made.ino}]`
  }

  /** Through /proc/PID/fd, with flags of its own. */
  reopen(flags: number): FileDescription {
    return new PipeEnd(this.pipe, flags, this.made)
  }
  /** Few ask: it is put together for those. */
  stat(): Stat {
    const { ino, uid, gid, ms } = this.made
    return { ...BARE, mode: S_IFIFO | 0o600, ino, uid, gid, atimeMs: ms, mtimeMs: ms, ctimeMs: ms }
  }
  read(max: number): Uint8Array {
    if (!this.readable) throw EBADF
    return this.pipe.read(max)
  }
  override readUntil(delimiter: number, max: number): Uint8Array {
    if (!this.readable) throw EBADF
    return this.pipe.readUntil(delimiter, max)
  }
  write(bytes: Uint8Array): number {
    if (!this.writable) throw EBADF
    return this.pipe.write(bytes)
  }
  poll(): number {
    return pollPipe(this.pipe, this.readable, this.writable)
  }
  protected override dispose(): void {
    this.pipe.leave(this.flags)
  }
}

const BARE = { dev: 14, nlink: 1, rdev: 0, size: 0, blksize: 4096, blocks: 0 } as const

/** [read end, write end]. pipe(2). */
export function makePipe(
  ino: number,
  clock: Pick<Clock, 'now'>,
  owner: { uid: number; gid: number },
): [FileDescription, FileDescription] {
  const pipe = new Pipe()
  const made: Making = { ino, uid: owner.uid, gid: owner.gid, ms: clock.now() }
  return [new PipeEnd(pipe, O_RDONLY, made), new PipeEnd(pipe, O_WRONLY, made)]
}

/**
 * An open FIFO. Who opened it without waiting for the other side waits in the first read or write. fifo(7).
 */
export class FifoEnd extends LocatedDescription {
  override readonly queue: WaitQueue
  private readonly pipe: Pipe
  private readonly release_: () => void
  private readonly opens: readonly [readOpens: number, writeOpens: number]

  constructor(pipe: Pipe, flags: number, location: Location, release: () => void) {
    super(flags, location)
    this.pipe = pipe
    this.queue = pipe.queue
    this.release_ = release
    pipe.join(flags)
    this.opens = [pipe.readOpens, pipe.writeOpens]
  }

  /** Whether the other side is there, or was since this one was opened. */
  get met(): boolean {
    const [readOpens, writeOpens] = this.opens
    const { pipe } = this
    if (!this.writable) return pipe.writers > 0 || pipe.writeOpens !== writeOpens
    return this.readable || pipe.readers > 0 || pipe.readOpens !== readOpens
  }

  read(max: number): Uint8Array {
    if (!this.readable) throw EBADF
    if (!this.pipe.hadWriter && (this.flags & O_NONBLOCK) === 0) throw EAGAIN
    return this.pipe.read(max)
  }
  write(bytes: Uint8Array): number {
    if (!this.writable) throw EBADF
    if (this.pipe.readers === 0 && !this.metReader) throw EAGAIN
    this.metReader = true
    return this.pipe.write(bytes)
  }
  poll(): number {
    return pollPipe(this.pipe, this.readable, this.writable)
  }
  private metReader = false
  protected override dispose(): void {
    this.pipe.leave(this.flags)
    this.release_()
    super.dispose()
  }
}

/** The pipe of a FIFO inode, for as long as somebody has it open. */
export function makeFifo(location: Location): Fifo {
  const pipe = new Pipe()
  const { inode } = location
  let open = 0
  const release = (): void => {
    if (--open === 0) inode.fifo = undefined
  }
  return {
    open(flags, at) {
      if ((flags & O_ACCMODE) === O_WRONLY && (flags & O_NONBLOCK) !== 0 && pipe.readers === 0) throw ENXIO
      open++
      return new FifoEnd(pipe, flags, at, release)
    },
  }
}
