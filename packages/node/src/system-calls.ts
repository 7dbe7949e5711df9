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
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  parseSignal,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  SHUT_WR,
  SIGPIPE,
  SOCK_STREAM,
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
import {
  listen,
  readFile,
  readTextFile,
  ResolveError,
  resolveHost,
  searchPath,
  writeAll,
  answer,
  asNumber,
  asText,
  COMMON_CALLS,
  type ForeignAnswer,
  type ForeignCall,
} from '@drydock/libc'
import { ciphered } from './ciphers.ts'
import type { AnswerMessage, CallMessage } from './protocol.ts'

async function writeWhole(
  sys: Sys,
  path: string,
  append: boolean,
  mode: number,
  bytes: Uint8Array,
): Promise<ForeignAnswer> {
  const fd = sys.open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), mode)
  try {
    await writeAll(sys, fd, bytes)
    return answer()
  } finally {
    sys.close(fd)
  }
}

async function connect(sys: Sys, host: string, port: number): Promise<ForeignAnswer> {
  let failure: unknown
  // One family after the other, as autoSelectFamily has it.
  for (const address of await resolveHost(sys, host)) {
    const to = inet(address, port)
    const fd = sys.socket(to.family, SOCK_STREAM)
    try {
      await sys.connect(fd, to)
      return answer({ fd, local: sys.getsockname(fd), peer: sys.getpeername(fd) })
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
async function spawnChild(sys: Sys, request: SpawnRequest): Promise<ForeignAnswer> {
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
    return answer({ pid, fds: ours })
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
async function findFile(sys: Sys, paths: readonly string[]): Promise<ForeignAnswer> {
  for (const path of paths)
    if (kindOf(sys, path) === S_IFREG) return answer({ path: sys.realpath(path), text: await readTextFile(sys, path) })
  return answer(null)
}

/** A package's files are handed over with it when they are no more than this. */
const PACKAGE_BYTES = 200_000

/**
 * The first of some paths that is a folder, with its package.json and, where they are few, all its scripts: a script that
 * requires a hundred files asks once a package.
 * @returns the real path, and each file's name and text
 */
async function findPackage(sys: Sys, paths: readonly string[]): Promise<ForeignAnswer> {
  const home = paths.find((path) => kindOf(sys, path) === S_IFDIR)
  if (home === undefined) return answer(null)
  const root = sys.realpath(home)
  const listed = scriptsOf(sys, root, '')
  const whole = listed.reduce((sum, { size }) => sum + size, 0) <= PACKAGE_BYTES
  const wanted = whole ? listed : listed.filter(({ name }) => name === 'package.json')
  const files: [string, string][] = []
  for (const { name } of wanted) files.push([name, await readTextFile(sys, `${root}/${name}`)])
  return answer({ home, root, whole, files })
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
export const SYSTEM_CALLS: ReadonlyMap<string, ForeignCall> = new Map<string, ForeignCall>([
  ...COMMON_CALLS,
  ['write', async (sys, [fd], bytes) => (await writeAll(sys, asNumber(fd), bytes), answer(bytes.length))],
  ['open', (sys, [path, flags, mode]) => answer(sys.open(asText(path), asNumber(flags), asNumber(mode)))],
  ['readFile', async (sys, [path]) => ({ bytes: await readFile(sys, asText(path)) })],
  [
    'writeFile',
    (sys, [path, append, mode], bytes) => writeWhole(sys, asText(path), append === true, asNumber(mode), bytes),
  ],
  [
    'createFile',
    async (sys, [path, append, mode], bytes) => {
      sys.close(sys.open(asText(path), O_WRONLY | O_CREAT | O_EXCL, asNumber(mode)))
      return writeWhole(sys, asText(path), append === true, asNumber(mode), bytes)
    },
  ],
  ['findFile', (sys, [paths]) => findFile(sys, paths as readonly string[])],
  ['findPackage', (sys, [paths]) => findPackage(sys, paths as readonly string[])],
  ['realpath', (sys, [path]) => answer(sys.realpath(asText(path)))],
  ['random', (sys, [length]) => ({ bytes: sys.entropy.bytes(asNumber(length)) })],
  ['kill', (sys, [pid, signal]) => answer(sys.kill(asNumber(pid), parseSignal(asText(signal)) ?? 0))],
  ['hash', (_, [algorithm], bytes) => ({ bytes: new Hash(asText(algorithm) as HashName).update(bytes).digest() })],
  [
    'pbkdf2',
    (_, [algorithm, salt, iterations, length], password) => ({
      bytes: pbkdf2(algorithm === 'sha512' ? sha512 : sha256, password, fromBase64(asText(salt)), {
        c: asNumber(iterations),
        dkLen: asNumber(length),
      }),
    }),
  ],
  ['zlib', (_, [format], bytes) => ({ bytes: packed(asText(format), bytes) })],
  ['uid', (sys) => answer({ uid: sys.getuid(), gid: sys.getgid() })],
  ['links', (sys) => answer(sys.netlink({ op: 'link-list' }))],
  ['resolve', async (sys, [host]) => answer(await resolveHost(sys, asText(host)))],
  [
    'listen',
    (sys, [host, port]) => {
      const fd = listen(sys, inet(asText(host), asNumber(port)))
      return answer({ fd, local: sys.getsockname(fd) })
    },
  ],
  ['accept', async (sys, [fd]) => answer(await sys.accept(asNumber(fd)))],
  ['connect', (sys, [host, port]) => connect(sys, asText(host), asNumber(port))],
  ['shutdown', (sys, [fd]) => answer(sys.shutdown(asNumber(fd), SHUT_WR))],
  ['spawn', (sys, [request]) => spawnChild(sys, request as SpawnRequest)],
  ['inotifyInit', (sys) => answer(sys.inotifyInit())],
  [
    'inotifyAddWatch',
    (sys, [fd, path, mask]) => answer(sys.inotifyAddWatch(asNumber(fd), asText(path), asNumber(mask))),
  ],
  [
    'scrypt',
    (_, [salt, length, N, r, p], password) => ({
      bytes: scrypt(password, fromBase64(asText(salt)), {
        N: asNumber(N),
        r: asNumber(r),
        p: asNumber(p),
        dkLen: asNumber(length),
      }),
    }),
  ],
  [
    'cipher',
    (_, [name, way, key, iv, more], bytes) => ({
      bytes: ciphered(
        asText(name),
        way === 'encrypt',
        [key, iv, more].map((each) => fromBase64(asText(each))),
        bytes,
      ),
    }),
  ],
  ['wait', async (sys, [pid]) => answer((await sys.wait(asNumber(pid)))?.status)],
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
