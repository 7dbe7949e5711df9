import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import {
  EINVAL,
  inet,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  parseSignal,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  SHUT_WR,
  SIGPIPE,
  SOCK_STREAM,
  type Stat,
  type Sys,
} from '@drydock/abi'
import {
  GzipError,
  Hash,
  deflateRaw,
  fromBase64,
  gunzip,
  gzip,
  inflateAny,
  type HashName,
  zlibDeflate,
} from '@drydock/codec'
import { listen, readAll, readTextFile, ResolveError, resolveHost, searchPath, writeAll } from '@drydock/libc'
import { ciphered } from './ciphers.ts'
import type { AnswerMessage, CallMessage } from './protocol.ts'

type Answer = Pick<AnswerMessage, 'value' | 'bytes'>
type Call = (sys: Sys, args: readonly unknown[], bytes: Uint8Array) => Answer | Promise<Answer>

const text = (value: unknown): string => String(value ?? '')
const number = (value: unknown): number => Number(value ?? 0)
const done = (value?: unknown): Answer => ({ value })

const statValue = (stat: Stat): Answer => done({ ...stat })

async function readWhole(sys: Sys, path: string): Promise<Answer> {
  const fd = sys.open(path, O_RDONLY)
  try {
    return { bytes: await readAll(sys, fd) }
  } finally {
    sys.close(fd)
  }
}

async function writeWhole(sys: Sys, path: string, append: boolean, mode: number, bytes: Uint8Array): Promise<Answer> {
  const fd = sys.open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), mode)
  try {
    await writeAll(sys, fd, bytes)
    return done()
  } finally {
    sys.close(fd)
  }
}

async function connect(sys: Sys, host: string, port: number): Promise<Answer> {
  let failure: unknown
  // One family after the other, as autoSelectFamily has it.
  for (const address of await resolveHost(sys, host)) {
    const to = inet(address, port)
    const fd = sys.socket(to.family, SOCK_STREAM)
    try {
      await sys.connect(fd, to)
      return done({ fd, local: sys.getsockname(fd), peer: sys.getpeername(fd) })
    } catch (error) {
      sys.close(fd)
      failure ??= error
    }
  }
  throw failure
}

interface SpawnRequest {
  readonly file: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** For each descriptor: a pipe to the script, or the script's own; of a pipe from 3 on it is said which way. */
  readonly stdio: readonly ('pipe' | 'inherit' | 'ignore' | 'pipe-in' | 'pipe-out')[]
}

/** Starts a child with pipes where asked. @returns its pid and the script's ends of the pipes, -1 for none */
async function spawnChild(sys: Sys, request: SpawnRequest): Promise<Answer> {
  const path = searchPath(sys, request.file, request.env.PATH ?? '/usr/local/bin:/usr/bin:/bin')
  const ours: number[] = []
  const theirs: number[] = []
  const fds = new Map<number, number>()
  request.stdio.forEach((kind, fd) => {
    const [our, their] = childEnd(sys, kind, fd)
    ours.push(our)
    fds.set(fd, their)
    if (kind !== 'inherit') theirs.push(their)
  })
  try {
    const env = new Map(Object.entries(request.env))
    const cwd = request.cwd === undefined ? {} : { cwd: request.cwd }
    const pid = await sys.spawn(path, { argv: request.argv, env, fds, defaultSignals: [SIGPIPE], ...cwd })
    return done({ pid, fds: ours })
  } finally {
    for (const fd of theirs) sys.close(fd)
  }
}

function childEnd(sys: Sys, kind: SpawnRequest['stdio'][number], fd: number): [number, number] {
  if (kind === 'inherit') return [-1, fd]
  if (kind === 'ignore') return [-1, sys.open('/dev/null', fd === 0 ? O_RDONLY : O_WRONLY)]
  const [read, write] = sys.pipe()
  for (const own of [read, write]) sys.setFdFlags(own, { cloexec: true })
  return fd === 0 || kind === 'pipe-in' ? [write, read] : [read, write]
}

const PACKERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => gzip(bytes),
  deflate: zlibDeflate,
  deflateRaw,
  gunzip,
  inflate: inflateAny,
  inflateRaw: inflateAny,
  unzip: inflateAny,
}

/** @throws EINVAL for damaged data */
function packed(format: string, bytes: Uint8Array): Uint8Array {
  try {
    return (PACKERS[format] ?? gunzip)(bytes)
  } catch (error) {
    if (error instanceof GzipError) throw EINVAL
    throw error
  }
}

/** The first of some paths that is a file: one question in place of many. @returns its real path and its text, or nothing */
async function findFile(sys: Sys, paths: readonly string[]): Promise<Answer> {
  for (const path of paths)
    if (kindOf(sys, path) === S_IFREG) return done({ path: sys.realpath(path), text: await readTextFile(sys, path) })
  return done(null)
}

/** A package's files are handed over with it when they are no more than this. */
const PACKAGE_BYTES = 200_000

/**
 * The first of some paths that is a folder, with its package.json and, where they are few, all its scripts: a script that
 * requires a hundred files asks once a package.
 * @returns the real path, and each file's name and text
 */
async function findPackage(sys: Sys, paths: readonly string[]): Promise<Answer> {
  const home = paths.find((path) => kindOf(sys, path) === S_IFDIR)
  if (home === undefined) return done(null)
  const root = sys.realpath(home)
  const listed = scriptsOf(sys, root, '')
  const whole = listed.reduce((sum, { size }) => sum + size, 0) <= PACKAGE_BYTES
  const wanted = whole ? listed : listed.filter(({ name }) => name === 'package.json')
  const files: [string, string][] = []
  for (const { name } of wanted) files.push([name, await readTextFile(sys, `${root}/${name}`)])
  return done({ home, root, whole, files })
}

function scriptsOf(sys: Sys, root: string, below: string): { name: string; size: number }[] {
  return sys.readdir(`${root}/${below}`).flatMap(({ name }) => {
    const path = `${root}/${below}${name}`
    if (name === 'node_modules') return []
    const { mode, size } = sys.stat(path)
    if ((mode & S_IFMT) === S_IFDIR) return scriptsOf(sys, root, `${below}${name}/`)
    return /\.(js|cjs|mjs|json)$/.test(name) ? [{ name: below + name, size }] : []
  })
}

function kindOf(sys: Sys, path: string): number {
  try {
    return sys.stat(path).mode & S_IFMT
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}

/** What a script may ask of the kernel, by name. Each row reads its own arguments. */
export const SYSTEM_CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['write', async (sys, [fd], bytes) => (await writeAll(sys, number(fd), bytes), done(bytes.length))],
  ['read', async (sys, [fd, max]) => ({ bytes: await sys.read(number(fd), number(max)) })],
  ['pread', (sys, [fd, max, at]) => ({ bytes: sys.pread(number(fd), number(max), number(at)) })],
  ['pwrite', (sys, [fd, at], bytes) => done(sys.pwrite(number(fd), bytes, number(at)))],
  ['open', (sys, [path, flags, mode]) => done(sys.open(text(path), number(flags), number(mode)))],
  ['close', (sys, [fd]) => done(sys.close(number(fd)))],
  ['readFile', (sys, [path]) => readWhole(sys, text(path))],
  [
    'writeFile',
    (sys, [path, append, mode], bytes) => writeWhole(sys, text(path), append === true, number(mode), bytes),
  ],
  ['findFile', (sys, [paths]) => findFile(sys, paths as readonly string[])],
  ['findPackage', (sys, [paths]) => findPackage(sys, paths as readonly string[])],
  ['stat', (sys, [path]) => statValue(sys.stat(text(path)))],
  ['lstat', (sys, [path]) => statValue(sys.lstat(text(path)))],
  ['fstat', (sys, [fd]) => statValue(sys.fstat(number(fd)))],
  ['readdir', (sys, [path]) => done(sys.readdir(text(path)))],
  ['mkdir', (sys, [path, mode]) => done(sys.mkdir(text(path), number(mode)))],
  ['rmdir', (sys, [path]) => done(sys.rmdir(text(path)))],
  ['unlink', (sys, [path]) => done(sys.unlink(text(path)))],
  ['rename', (sys, [from, to]) => done(sys.rename(text(from), text(to)))],
  ['link', (sys, [from, to]) => done(sys.link(text(from), text(to)))],
  ['symlink', (sys, [target, path]) => done(sys.symlink(text(target), text(path)))],
  ['readlink', (sys, [path]) => done(sys.readlink(text(path)))],
  ['chmod', (sys, [path, mode]) => done(sys.chmod(text(path), number(mode)))],
  ['chown', (sys, [path, uid, gid]) => done(sys.chown(text(path), number(uid), number(gid)))],
  ['utimes', (sys, [path, atime, mtime]) => done(sys.utimes(text(path), number(atime), number(mtime)))],
  ['truncate', (sys, [path, size]) => done(sys.truncate(text(path), number(size)))],
  ['realpath', (sys, [path]) => done(sys.realpath(text(path)))],
  ['access', (sys, [path, mode]) => done(sys.access(text(path), number(mode)))],
  ['chdir', (sys, [path]) => (sys.chdir(text(path)), done(sys.getcwd()))],
  ['isatty', (sys, [fd]) => done(sys.isatty(number(fd)))],
  ['windowSize', (sys, [fd]) => done(sys.getWindowSize(number(fd)))],
  ['random', (sys, [length]) => ({ bytes: sys.entropy.bytes(number(length)) })],
  ['kill', (sys, [pid, signal]) => done(sys.kill(number(pid), parseSignal(text(signal)) ?? 0))],
  ['hash', (_, [algorithm], bytes) => ({ bytes: new Hash(text(algorithm) as HashName).update(bytes).digest() })],
  [
    'pbkdf2',
    (_, [algorithm, salt, iterations, length], password) => ({
      bytes: pbkdf2(algorithm === 'sha512' ? sha512 : sha256, password, fromBase64(text(salt)), {
        c: number(iterations),
        dkLen: number(length),
      }),
    }),
  ],
  ['zlib', (_, [format], bytes) => ({ bytes: packed(text(format), bytes) })],
  ['uname', (sys) => done(sys.uname())],
  ['sysinfo', (sys) => done(sys.sysinfo())],
  ['uid', (sys) => done({ uid: sys.getuid(), gid: sys.getgid() })],
  ['links', (sys) => done(sys.netlink({ op: 'link-list' }))],
  ['resolve', async (sys, [host]) => done(await resolveHost(sys, text(host)))],
  [
    'listen',
    (sys, [host, port]) => {
      const fd = listen(sys, inet(text(host), number(port)))
      return done({ fd, local: sys.getsockname(fd) })
    },
  ],
  ['accept', async (sys, [fd]) => done(await sys.accept(number(fd)))],
  ['connect', (sys, [host, port]) => connect(sys, text(host), number(port))],
  ['shutdown', (sys, [fd]) => done(sys.shutdown(number(fd), SHUT_WR))],
  ['spawn', (sys, [request]) => spawnChild(sys, request as SpawnRequest)],
  ['inotifyInit', (sys) => done(sys.inotifyInit())],
  ['inotifyAddWatch', (sys, [fd, path, mask]) => done(sys.inotifyAddWatch(number(fd), text(path), number(mask)))],
  [
    'scrypt',
    (_, [salt, length, N, r, p], password) => ({
      bytes: scrypt(password, fromBase64(text(salt)), {
        N: number(N),
        r: number(r),
        p: number(p),
        dkLen: number(length),
      }),
    }),
  ],
  [
    'cipher',
    (_, [name, way, key, iv, more], bytes) => ({
      bytes: ciphered(
        text(name),
        way === 'encrypt',
        [key, iv, more].map((each) => fromBase64(text(each))),
        bytes,
      ),
    }),
  ],
  ['wait', async (sys, [pid]) => done((await sys.wait(number(pid)))?.status)],
])

/** Makes the call; errors of the kernel and of the resolver go back as values, all else is a bug and passes. */
export async function answerCall(sys: Sys, call: CallMessage): Promise<AnswerMessage> {
  try {
    const row = SYSTEM_CALLS.get(call.op)
    if (!row) throw new Error(`node: no system call ${call.op}`)
    return { kind: 'answer', id: call.id, ...(await row(sys, call.args, call.bytes ?? new Uint8Array(0))) }
  } catch (error) {
    const failure = asFailure(error)
    if (!failure) throw error
    return { kind: 'answer', id: call.id, error: failure }
  }
}

function asFailure(error: unknown): AnswerMessage['error'] {
  if (isErrno(error)) return { code: error.code, errno: error.errno, message: error.message }
  if (error instanceof ResolveError) return { code: 'ENOTFOUND', errno: 3008, message: error.message }
  return undefined
}
