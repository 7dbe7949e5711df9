import {
  isBlockDevice,
  isCharDevice,
  isDirectory,
  isErrno,
  isRegular,
  isSymlink,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  POLLIN,
  POLLOUT,
  type Stat,
  type Sys,
  wasiErrno,
} from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { Descriptors, WasiError } from './descriptors.ts'
import { SUCCESS } from './errno.ts'
import type { AnswerMessage, CallMessage } from './protocol.ts'

type Answer = Omit<AnswerMessage, 'kind' | 'id' | 'errno'>
type Call = (at: Machine, args: CallMessage['args'], bytes: Uint8Array) => Answer | Promise<Answer>

/** What a call works on. */
export interface Machine {
  readonly sys: Sys
  readonly files: Descriptors
}

const DONE: Answer = {}
const int = (value: number | string | undefined): number => Number(value ?? 0)
const text = (value: number | string | undefined): string => String(value ?? '')

const CREAT = 1
const DIRECTORY = 2
const EXCL = 4
const TRUNC = 8
const APPEND = 1
const RIGHT_READ = 2
const RIGHT_WRITE = 64

/** WASI preview1, "filetype". */
const KINDS: readonly (readonly [(mode: number) => boolean, number])[] = [
  [isBlockDevice, 1],
  [isCharDevice, 2],
  [isDirectory, 3],
  [isRegular, 4],
  [isSymlink, 7],
]
const kindOf = (mode: number): number => KINDS.find(([is]) => is(mode))?.[1] ?? 0

/** dev, ino, kind, nlink, size, then times of access, change of content and of the inode in milliseconds. */
const statValues = (stat: Stat): Answer => ({
  values: [stat.dev, stat.ino, kindOf(stat.mode), stat.nlink, stat.size, stat.atimeMs, stat.mtimeMs, stat.ctimeMs],
})

function openFlags(oflags: number, fdflags: number, rights: number): number {
  const [read, write] = [(rights & RIGHT_READ) !== 0, (rights & RIGHT_WRITE) !== 0]
  let flags = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY
  if (oflags & CREAT) flags |= O_CREAT
  if (oflags & DIRECTORY) flags |= O_DIRECTORY
  if (oflags & EXCL) flags |= O_EXCL
  if (oflags & TRUNC) flags |= O_TRUNC
  if (fdflags & APPEND) flags |= O_APPEND
  return flags
}

function open({ sys, files }: Machine, [dir, path, follow, oflags, fdflags, rights]: CallMessage['args']): Answer {
  const full = files.path(int(dir), text(path))
  const isFolder = int(oflags) & DIRECTORY
  const flags = openFlags(int(oflags), int(fdflags), isFolder ? 0 : int(rights))
  return { values: [files.add(sys.open(full, flags | (int(follow) ? 0 : O_NOFOLLOW), 0o666), full)] }
}

/** `.` and `..` are entries here. */
function list({ sys, files }: Machine, [dir]: CallMessage['args']): Answer {
  const path = files.path(int(dir), '.')
  const names = ['.', '..', ...sys.readdir(path).map(({ name }) => name)]
  return {
    entries: names.map((name) => {
      const { ino, mode } = sys.lstat(`${path}/${name}`)
      return { name, ino, type: kindOf(mode) }
    }),
  }
}

/** Pairs of a descriptor and whether it is to be written to; the first argument is the timeout in ms, -1 for none. */
async function poll({ sys, files }: Machine, [timeout, ...pairs]: CallMessage['args']): Promise<Answer> {
  const wanted: { fd: number; events: number }[] = []
  for (let i = 0; i < pairs.length; i += 2)
    wanted.push({ fd: files.get(int(pairs[i])).fd, events: int(pairs[i + 1]) ? POLLOUT : POLLIN })
  if (wanted.length === 0) {
    await sys.sleep(Math.max(0, int(timeout)))
    return { values: [] }
  }
  return { values: [...(await sys.poll(wanted, int(timeout)))] }
}

/** Times that are left out stay. */
function setTimes({ sys }: Machine, path: string, [atime, mtime]: readonly number[], follow: boolean): Answer {
  const stat = follow ? sys.stat(path) : sys.lstat(path)
  const pick = (given: number | undefined, old: number): number => (given === undefined || given < 0 ? old : given)
  sys.utimes(path, pick(atime, stat.atimeMs), pick(mtime, stat.mtimeMs), { follow })
  return DONE
}

const fdOf = ({ files }: Machine, number: number | string | undefined): number => files.get(int(number)).fd
const pathOf = ({ files }: Machine, dir: number | string | undefined, path: number | string | undefined): string =>
  files.path(int(dir), text(path))
const did = (_: unknown): Answer => DONE

/** What a module may ask of the kernel, by name. */
const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  [
    'write',
    async (at, [fd], bytes) => {
      await writeAll(at.sys, fdOf(at, fd), bytes)
      return { values: [bytes.length] }
    },
  ],
  ['read', async (at, [fd, max]) => ({ bytes: await at.sys.read(fdOf(at, fd), int(max)) })],
  ['pread', (at, [fd, max, offset]) => ({ bytes: at.sys.pread(fdOf(at, fd), int(max), int(offset)) })],
  ['pwrite', (at, [fd, offset], bytes) => ({ values: [at.sys.pwrite(fdOf(at, fd), bytes, int(offset))] })],
  ['seek', (at, [fd, offset, whence]) => ({ values: [at.sys.lseek(fdOf(at, fd), int(offset), int(whence))] })],
  ['close', (at, [fd]) => did(at.files.close(int(fd)))],
  ['renumber', (at, [from, to]) => did(at.files.renumber(int(from), int(to)))],
  ['sync', (at, [fd]) => did(at.sys.fsync(fdOf(at, fd)))],
  ['prestat', (at, [fd]) => ({ bytes: new TextEncoder().encode(preopened(at, int(fd))) })],
  [
    'fdstat',
    (at, [fd]) => {
      const kernel = fdOf(at, fd)
      const append = at.sys.getFdFlags(kernel).status & O_APPEND ? APPEND : 0
      return { values: [at.sys.isatty(kernel) ? 2 : kindOf(at.sys.fstat(kernel).mode), append] }
    },
  ],
  ['setFlags', (at, [fd, flags]) => did(at.sys.setFdFlags(fdOf(at, fd), { append: (int(flags) & APPEND) !== 0 }))],
  ['fstat', (at, [fd]) => statValues(at.sys.fstat(fdOf(at, fd)))],
  ['setSize', (at, [fd, size]) => did(at.sys.ftruncate(fdOf(at, fd), int(size)))],
  [
    'setTimes',
    (at, [fd, atime, mtime]) => setTimes(at, `/proc/self/fd/${fdOf(at, fd)}`, [int(atime), int(mtime)], true),
  ],
  ['list', list],
  ['open', open],
  ['mkdir', (at, [dir, path]) => did(at.sys.mkdir(pathOf(at, dir, path), 0o777))],
  ['rmdir', (at, [dir, path]) => did(at.sys.rmdir(pathOf(at, dir, path)))],
  ['unlink', (at, [dir, path]) => did(at.sys.unlink(pathOf(at, dir, path)))],
  ['readlink', (at, [dir, path]) => ({ bytes: new TextEncoder().encode(at.sys.readlink(pathOf(at, dir, path))) })],
  ['symlink', (at, [target, dir, path]) => did(at.sys.symlink(text(target), pathOf(at, dir, path)))],
  ['rename', (at, [from, a, to, b]) => did(at.sys.rename(pathOf(at, from, a), pathOf(at, to, b)))],
  ['link', (at, [from, a, to, b]) => did(at.sys.link(pathOf(at, from, a), pathOf(at, to, b)))],
  [
    'stat',
    (at, [dir, path, follow]) =>
      statValues(int(follow) ? at.sys.stat(pathOf(at, dir, path)) : at.sys.lstat(pathOf(at, dir, path))),
  ],
  [
    'setPathTimes',
    (at, [dir, path, follow, atime, mtime]) =>
      setTimes(at, pathOf(at, dir, path), [int(atime), int(mtime)], int(follow) !== 0),
  ],
  ['poll', poll],
  ['random', (at, [length]) => ({ bytes: at.sys.entropy.bytes(int(length)) })],
])

/** @throws WasiError for what was opened later */
function preopened({ files }: Machine, fd: number): string {
  const { preopened: name } = files.get(fd)
  if (name === undefined) throw new WasiError(8)
  return name
}

/** Makes the call; what the kernel refuses goes back as a number, all else is a bug and passes. */
export async function answerCall(at: Machine, { id, op, args, bytes }: CallMessage): Promise<AnswerMessage> {
  try {
    const call = CALLS.get(op)
    if (!call) throw new Error(`wasi: no call ${op}`)
    return { kind: 'answer', id, errno: SUCCESS, ...(await call(at, args, bytes ?? new Uint8Array(0))) }
  } catch (error) {
    if (error instanceof WasiError) return { kind: 'answer', id, errno: error.errno }
    if (isErrno(error)) return { kind: 'answer', id, errno: wasiErrno(error.code) }
    throw error
  }
}
