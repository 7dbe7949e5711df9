import {
  EAGAIN,
  EBADF,
  EFBIG,
  EINVAL,
  ENOSPC,
  EPIPE,
  ESPIPE,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  type MaybePromise,
  O_APPEND,
  O_CLOEXEC,
  O_NONBLOCK,
  type RecordLock,
  SIGPIPE,
  SIGXFSZ,
} from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import { InotifyDescription } from '../inotify.ts'
import { FifoEnd, makePipe } from '../pipe.ts'
import { block, type BlockOptions, failCallsOn, giveWay } from '../task/pending-call.ts'
import { Task } from '../task/task.ts'
import { locationOf, OpenFile } from '../vfs/index.ts'
import { UNWIND, unlessGone } from '../task/unwind.ts'
import { seenStat } from './seen-ids.ts'
import type { SyscallTable } from './table.ts'

/** Whether a call may be tried where it stands: the time slice goes on. */
const goesOn = (task: Task): boolean => task.mayRun && !task.parts.scheduler.due()

/**
 * Waits until an attempt gets something: from where it stands, or after the end of the time slice when that has come.
 * @param tried the attempt was just in vain
 */
function attend<T>(
  task: Task,
  description: FileDescription,
  tried: boolean,
  attempt: () => T,
  options: BlockOptions<T>,
): MaybePromise<T> {
  if (tried) return block(task, [description.queue], attempt, { ...options, inVain: true })
  return giveWay(task, task.cgroup.throttleMs()).then(() =>
    unlessGone(() => block(task, [description.queue], attempt, options)),
  )
}

function read(task: Task, fd: number, max: number): MaybePromise<Uint8Array> {
  const description = task.fds.get(fd)
  if (!description.readable) throw EBADF
  if (max === 0) return new Uint8Array(0)
  if (description.flags & O_NONBLOCK) return readNow(task, description, max)
  const tried = goesOn(task)
  if (tried) {
    try {
      return readNow(task, description, max)
    } catch (error) {
      if (error !== EAGAIN) throw error
    }
  }
  return attend(task, description, tried, () => readNow(task, description, max), { fd })
}

/** @throws EAGAIN */
function readNow(task: Task, description: FileDescription, max: number): Uint8Array {
  const bytes = description.read(max, task)
  task.transfers.reads++
  task.transfers.readBytes += bytes.length
  return bytes
}

function readUntil(task: Task, fd: number, delimiter: number, max: number): MaybePromise<Uint8Array> {
  const description = task.fds.get(fd)
  if (!description.readable) throw EBADF
  if (description.flags & O_NONBLOCK) return description.readUntil(delimiter, max, task)
  const tried = goesOn(task)
  if (tried) {
    try {
      return description.readUntil(delimiter, max, task)
    } catch (error) {
      if (error !== EAGAIN) throw error
    }
  }
  return attend(task, description, tried, () => description.readUntil(delimiter, max, task), { fd })
}

/** As a blocking write does: until all is taken. write(2); pipe(7) for what O_NONBLOCK changes. */
function write(task: Task, fd: number, bytes: Uint8Array): MaybePromise<number> {
  const description = task.fds.get(fd)
  if (!description.writable) throw EBADF
  const progress = new Writing(task, description, bytes)
  if (description.flags & O_NONBLOCK) return progress.once()
  const tried = goesOn(task)
  if (tried) {
    try {
      return progress.all()
    } catch (error) {
      if (error !== EAGAIN) throw error
    }
  }
  return attend(task, description, tried, () => progress.all(), { fd, partial: () => progress.done || undefined })
}

class Writing {
  done = 0
  private readonly task: Task
  private readonly description: FileDescription
  private readonly bytes: Uint8Array

  constructor(task: Task, description: FileDescription, bytes: Uint8Array) {
    this.task = task
    this.description = description
    this.bytes = bytes
  }

  /** @throws EAGAIN while something is left and there is no room */
  all(): number {
    do {
      try {
        this.step()
      } catch (error) {
        if (this.done > 0 && (error === ENOSPC || error === EFBIG)) break
        throw error
      }
    } while (this.done < this.bytes.length)
    return this.done
  }

  once(): number {
    try {
      return this.all()
    } catch (error) {
      if (error === EAGAIN && this.done > 0) return this.done
      throw error
    }
  }

  private step(): void {
    const rest = this.done === 0 ? this.bytes : this.bytes.subarray(this.done)
    try {
      const taken = this.description.write(rest, this.task)
      this.done += taken
      this.task.transfers.writes++
      this.task.transfers.writtenBytes += taken
    } catch (error) {
      if (error !== EPIPE && error !== EFBIG) throw error
      // A file that cannot take the rest: what it took counts, and the next call fails.
      if (error === EFBIG && this.done > 0) throw error
      this.task.parts.signals.send(this.task, error === EPIPE ? SIGPIPE : SIGXFSZ, 'kernel')
      throw this.task.alive ? error : UNWIND
    }
  }
}

/** @throws EINVAL for what is no inotify instance */
function inotifyOf(task: Task, fd: number): InotifyDescription {
  const description = task.fds.get(fd)
  if (!(description instanceof InotifyDescription)) throw EINVAL
  return description
}

function flock(task: Task, fd: number, operation: number): MaybePromise<void> {
  const description = task.fds.get(fd)
  const kind = operation & ~LOCK_NB
  if (!(description instanceof OpenFile) || ![LOCK_SH, LOCK_EX, LOCK_UN].includes(kind)) throw EINVAL
  const { lock } = description
  if (kind === LOCK_UN) return lock.release(description)
  const attempt = (): void => lock.take(description, kind === LOCK_SH ? 'shared' : 'exclusive')
  return operation & LOCK_NB ? attempt() : block(task, [lock.queue], attempt, { fd })
}

function openWaiting(task: Task, path: string, flags: number, mode = 0o666): MaybePromise<number> {
  const description = task.parts.files.open(task, path, flags, mode)
  const cloexec = (flags & O_CLOEXEC) !== 0
  if (!(description instanceof FifoEnd) || (flags & O_NONBLOCK) !== 0 || description.met)
    return task.fds.add(description, cloexec)
  // Until it is a descriptor nobody else knows of it: who is killed on the way leaves the FIFO too.
  const release = (): void => {
    if (task.closers.delete(release)) description.release()
  }
  task.closers.add(release)
  const waited = block(task, [description.queue], () => {
    if (!description.met) throw EAGAIN
    return task.fds.add(description.retain(), cloexec)
  })
  return waited instanceof Promise ? waited.finally(release) : waited
}

/** @throws EBADF for what is no file: nothing else has locks */
function openFileOf(task: Task, fd: number): OpenFile {
  const description = task.fds.get(fd)
  if (!(description instanceof OpenFile)) throw EBADF
  return description
}

function lockRecord(
  task: Task,
  fd: number,
  lock: RecordLock | Omit<RecordLock, 'type'>,
  wait = false,
): MaybePromise<void> {
  const file = openFileOf(task, fd)
  const { records } = file
  if (lock.start < 0 || lock.length < 0) throw EINVAL
  if (!('type' in lock)) return records.release(task, lock)
  if (lock.type === 'read' ? !file.readable : !file.writable) throw EBADF
  if (!wait) return records.take(task, lock)
  return block(task, [records.queue], () => records.take(task, lock, true), { fd })
}

/** Closing any descriptor of a file gives up all locks of the process on it. fcntl(2) */
function releaseRecords(task: Task, description: FileDescription): void {
  if (description instanceof OpenFile) description.inode.records?.releaseAll(task)
}

const STATUS_FLAGS = { nonblock: O_NONBLOCK, append: O_APPEND } as const

export const descriptorCalls: SyscallTable<
  | 'open'
  | 'openWaiting'
  | 'close'
  | 'read'
  | 'readUntil'
  | 'write'
  | 'pread'
  | 'pwrite'
  | 'lseek'
  | 'dup'
  | 'dup2'
  | 'pipe'
  | 'getFdFlags'
  | 'setFdFlags'
  | 'openFds'
  | 'fstat'
  | 'ftruncate'
  | 'fsync'
  | 'flock'
  | 'lockRecord'
  | 'testRecord'
  | 'fallocate'
  | 'inotifyInit'
  | 'inotifyAddWatch'
  | 'inotifyRmWatch'
> = {
  open(task, path, flags, mode = 0o666) {
    const description = task.parts.files.open(task, path, flags, mode)
    return task.fds.add(description, (flags & O_CLOEXEC) !== 0)
  },
  openWaiting,
  close(task, fd) {
    releaseRecords(task, task.fds.close(fd))
    failCallsOn(task, fd)
  },
  read,
  readUntil,
  write,
  pread: (task, fd, max, offset) => task.fds.get(fd).pread(max, offset),
  pwrite: (task, fd, bytes, offset) => task.fds.get(fd).pwrite(bytes, offset),
  lseek: (task, fd, offset, whence) => task.fds.get(fd).seek(offset, whence),

  dup(task, fd, atLeast = 0) {
    if (atLeast < 0) throw EINVAL
    return task.fds.add(task.fds.get(fd).retain(), false, atLeast)
  },
  dup2(task, from, to) {
    const description = task.fds.get(from)
    if (from !== to) task.fds.put(to, description.retain())
  },
  pipe(task) {
    const [reader, writer] = makePipe(task.parts.nextIno(), task.parts.clock, task.credentials)
    const read = task.fds.add(reader)
    try {
      return [read, task.fds.add(writer)]
    } catch (error) {
      task.fds.close(read)
      throw error
    }
  },

  getFdFlags(task, fd) {
    const { description, cloexec } = task.fds.entry(fd)
    return { cloexec, status: description.flags }
  },
  setFdFlags(task, fd, flags) {
    const entry = task.fds.entry(fd)
    if (flags.cloexec !== undefined) entry.cloexec = flags.cloexec
    for (const key of ['nonblock', 'append'] as const) {
      const on = flags[key]
      if (on === undefined) continue
      const { description } = entry
      description.flags = on ? description.flags | STATUS_FLAGS[key] : description.flags & ~STATUS_FLAGS[key]
    }
  },
  openFds: (task) => [...task.fds.open()].map(([fd]) => fd),
  fstat: (task, fd) => seenStat(task, task.fds.get(fd).stat()),
  ftruncate(task, fd, size) {
    task.fds.get(fd).truncate(size)
  },
  flock,
  lockRecord,
  testRecord(task, fd, lock) {
    const held = openFileOf(task, fd).records.conflict(task, lock)
    if (!held) return undefined
    const pid = held.owner instanceof Task ? held.owner.pid.in(task.pidNamespace) : 0
    return { type: held.type, start: held.start, length: Number.isFinite(held.end) ? held.end - held.start : 0, pid }
  },
  fallocate(task, fd, mode, offset, length) {
    const description = task.fds.get(fd)
    if (!(description instanceof OpenFile)) throw ESPIPE
    description.allocate(mode, offset, length)
  },
  inotifyInit: (task) => task.fds.add(new InotifyDescription(task.parts.clock.now())),
  inotifyAddWatch: (task, fd, path, mask) => inotifyOf(task, fd).add(task.parts.files.observed(task, path, mask), mask),
  inotifyRmWatch(task, fd, wd) {
    inotifyOf(task, fd).remove(wd)
  },
  fsync(task, fd) {
    locationOf(task.fds.get(fd))?.mount.fs.sync()
  },
}
