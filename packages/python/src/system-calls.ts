import {
  isInet,
  AF_UNIX,
  exitStatus,
  inet,
  isErrno,
  O_CLOEXEC,
  O_RDONLY,
  type Signal,
  SIGPIPE,
  type SocketAddress,
  type Stat,
  type Sys,
  unix,
} from '@drydock/abi'
import { toBase64 } from '@drydock/codec'
import { readAll, ResolveError, resolveHost, searchPath } from '@drydock/libc'
import type { AnswerMessage, CallMessage } from './protocol.ts'

type Answer = Pick<AnswerMessage, 'value' | 'bytes'>
type Call = (sys: Sys, args: readonly unknown[], bytes: Uint8Array) => Answer | Promise<Answer>

const text = (value: unknown): string => String(value ?? '')
const number = (value: unknown): number => Number(value ?? 0)
const done = (value?: unknown): Answer => ({ value })
const statValue = (stat: Stat): Answer => done({ ...stat })

/** A socket's address as the worker writes it: a path, or a dotted quad and a port. */
type Address = { readonly path: string } | { readonly address: string; readonly port: number }
const toAddress = (value: unknown): SocketAddress => {
  const given = value as Address
  return 'path' in given ? unix(given.path) : inet(given.address, given.port)
}
const fromAddress = (address: SocketAddress): Address =>
  isInet(address)
    ? { address: address.address, port: address.port }
    : { path: address.family === AF_UNIX ? address.path : '' }

async function spawnChild(sys: Sys, request: unknown): Promise<Answer> {
  const { files, argv, env, cwd, fds, newSession } = request as {
    readonly files: readonly string[]
    readonly argv: readonly string[]
    readonly env: Readonly<Record<string, string>>
    readonly cwd: string | null
    readonly fds: readonly (readonly [number, number])[]
    readonly newSession: boolean
  }
  const path = searchPath(sys, files[0] ?? '', env.PATH ?? '/usr/local/bin:/usr/bin:/bin')
  const options = {
    argv,
    env: new Map(Object.entries(env)),
    fds: new Map(fds),
    defaultSignals: [SIGPIPE],
    ...(cwd === null ? {} : { cwd }),
    ...(newSession ? { setsid: true } : {}),
  }
  return done(await sys.spawn(path, options))
}

async function waitFor(sys: Sys, pid: number, options: number): Promise<Answer> {
  const result = await sys.wait(pid, options)
  if (!result) return done(null)
  const { status } = result
  return done({ pid: result.pid, code: exitStatus(status), signal: status.kind === 'signaled' ? status.signal : 0 })
}

/** What CPython may ask of the kernel, by name. Each row reads its own arguments. */
export const SYSTEM_CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['read', async (sys, [fd, max]) => ({ bytes: await sys.read(number(fd), number(max)) })],
  ['write', async (sys, [fd], bytes) => done(await sys.write(number(fd), bytes))],
  ['pread', (sys, [fd, max, at]) => ({ bytes: sys.pread(number(fd), number(max), number(at)) })],
  ['pwrite', (sys, [fd, at], bytes) => done(sys.pwrite(number(fd), bytes, number(at)))],
  ['open', (sys, [path, flags, mode]) => openFile(sys, text(path), number(flags), number(mode))],
  ['readFile', async (sys, [path]) => done(toBase64(await readWhole(sys, text(path))))],
  ['close', (sys, [fd]) => done(sys.close(number(fd)))],
  ['lseek', (sys, [fd, offset, whence]) => done(sys.lseek(number(fd), number(offset), number(whence)))],
  ['stat', (sys, [path]) => statValue(sys.stat(text(path)))],
  ['lstat', (sys, [path]) => statValue(sys.lstat(text(path)))],
  ['fstat', (sys, [fd]) => statValue(sys.fstat(number(fd)))],
  ['statfs', (sys, [path]) => done({ ...sys.statfs(text(path)) })],
  ['readdir', (sys, [path]) => done(sys.readdir(text(path)))],
  ['mkdir', (sys, [path, mode]) => done(sys.mkdir(text(path), number(mode)))],
  ['rmdir', (sys, [path]) => done(sys.rmdir(text(path)))],
  ['unlink', (sys, [path]) => done(sys.unlink(text(path)))],
  ['rename', (sys, [from, to]) => done(sys.rename(text(from), text(to)))],
  ['symlink', (sys, [target, path]) => done(sys.symlink(text(target), text(path)))],
  ['link', (sys, [from, to]) => done(sys.link(text(from), text(to)))],
  ['readlink', (sys, [path]) => done(sys.readlink(text(path)))],
  ['chmod', (sys, [path, mode]) => done(sys.chmod(text(path), number(mode)))],
  ['chown', (sys, [path, uid, gid]) => done(sys.chown(text(path), number(uid), number(gid)))],
  ['utimes', (sys, [path, atime, mtime]) => done(sys.utimes(text(path), number(atime), number(mtime)))],
  ['truncate', (sys, [path, size]) => done(sys.truncate(text(path), number(size)))],
  ['ftruncate', (sys, [fd, size]) => done(sys.ftruncate(number(fd), number(size)))],
  ['fsync', (sys, [fd]) => done(sys.fsync(number(fd)))],
  ['access', (sys, [path, mode]) => done(sys.access(text(path), number(mode)))],
  ['chdir', (sys, [path]) => (sys.chdir(text(path)), done(sys.getcwd()))],
  ['umask', (sys, [mask]) => done(sys.umask(number(mask)))],
  ['ids', (sys) => done({ uid: sys.getuid(), euid: sys.geteuid(), gid: sys.getgid(), egid: sys.getegid() })],
  ['uname', (sys) => done(sys.uname())],
  ['cpus', (sys) => done(sys.sysinfo())],
  ['isatty', (sys, [fd]) => done(sys.isatty(number(fd)))],
  ['windowSize', (sys, [fd]) => done(sys.getWindowSize(number(fd)))],
  ['dup', (sys, [fd, least]) => done(sys.dup(number(fd), number(least)))],
  ['dup2', (sys, [from, to]) => (sys.dup2(number(from), number(to)), done(to))],
  ['getFlags', (sys, [fd]) => done(sys.getFdFlags(number(fd)))],
  ['setFlags', (sys, [fd, flags]) => done(sys.setFdFlags(number(fd), flags as object))],
  ['pipe', (sys) => done(sys.pipe())],
  ['poll', async (sys, [fds, timeout]) => done(await sys.poll(fds as never, number(timeout)))],
  ['sleep', async (sys, [ms]) => done(await sys.sleep(number(ms)))],
  ['socket', (sys, [family, type]) => done(sys.socket(number(family), number(type)))],
  ['socketpair', (sys) => done(sys.socketpair())],
  ['bind', (sys, [fd, to]) => done(sys.bind(number(fd), toAddress(to)))],
  ['listen', (sys, [fd, backlog]) => done(sys.listen(number(fd), number(backlog)))],
  [
    'accept',
    async (sys, [listener]) => {
      const { fd, peer } = await sys.accept(number(listener))
      return done({ fd, peer: fromAddress(peer) })
    },
  ],
  ['connect', async (sys, [fd, to]) => done(await sys.connect(number(fd), toAddress(to)))],
  ['shutdown', (sys, [fd, how]) => done(sys.shutdown(number(fd), number(how)))],
  ['getsockname', (sys, [fd]) => done(fromAddress(sys.getsockname(number(fd))))],
  ['getpeername', (sys, [fd]) => done(fromAddress(sys.getpeername(number(fd))))],
  ['sendto', async (sys, [fd, to], bytes) => (await sys.sendto(number(fd), bytes, toAddress(to)), done(bytes.length))],
  [
    'recvfrom',
    async (sys, [fd]) => {
      const { data, from } = await sys.recvfrom(number(fd))
      return { bytes: data, value: fromAddress(from) }
    },
  ],
  ['resolve', async (sys, [host]) => done(await resolveHost(sys, text(host)))],
  ['inheritable', (sys) => done(sys.openFds().filter((fd) => !sys.getFdFlags(fd).cloexec))],
  ['kill', (sys, [pid, signal]) => done(sys.kill(number(pid), number(signal) as Signal))],
  ['spawn', (sys, [request]) => spawnChild(sys, request)],
  ['wait', (sys, [pid, options]) => waitFor(sys, number(pid), number(options))],
])

async function readWhole(sys: Sys, path: string): Promise<Uint8Array> {
  const fd = sys.open(path, O_RDONLY | O_CLOEXEC)
  try {
    return await readAll(sys, fd)
  } finally {
    sys.close(fd)
  }
}

/** @returns the descriptor, and for a directory its path, by which it is read */
function openFile(sys: Sys, path: string, flags: number, mode: number): Answer {
  const fd = sys.open(path, flags, mode)
  return done({ fd, directory: (sys.fstat(fd).mode & 0o170000) === 0o040000 ? sys.realpath(path) : null })
}

/** Makes the call; errors of the kernel and of the resolver go back as values, all else is a bug and passes. */
export async function answerCall(sys: Sys, call: CallMessage): Promise<AnswerMessage> {
  try {
    const row = SYSTEM_CALLS.get(call.op)
    if (!row) return { kind: 'answer', id: call.id, error: 'ENOSYS' }
    return { kind: 'answer', id: call.id, ...(await row(sys, call.args, call.bytes ?? new Uint8Array(0))) }
  } catch (error) {
    if (isErrno(error)) return { kind: 'answer', id: call.id, error: error.code }
    if (error instanceof ResolveError) return { kind: 'answer', id: call.id, error: 'ENOENT' }
    throw error
  }
}
