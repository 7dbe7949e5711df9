import { scrypt } from '@noble/hashes/scrypt.js'
import {
  cookedTermios,
  EINVAL,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  parseSignal,
  rawTermios,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
  type Sys,
} from '@drydock/abi'
import { fromBase64 } from '@drydock/codec'
import {
  readAll,
  readFile,
  readTextFile,
  ResolveError,
  resolveHost,
  writeAll,
  answer,
  asNumber,
  asText,
  COMMON_CALLS,
  type ForeignAnswer,
  type ForeignCall,
} from '@drydock/libc'
import { type ChildLimits, runChild, spawnChild, type SpawnRequest } from './children.ts'
import { ciphered } from './ciphers.ts'
import { derived, digest, stretched } from './digests.ts'
import { type PackOptions, packed } from './packing.ts'
import type { AnswerMessage, CallMessage } from './protocol.ts'
import { SOCKET_CALLS } from './socket-calls.ts'

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

/** As libuv has it: what goes out is still made of whole lines. uv_tty_set_mode */
function setRawMode(sys: Sys, fd: number, on: boolean): void {
  const now = sys.tcgetattr(fd)
  const cooked = cookedTermios()
  sys.tcsetattr(fd, on ? { ...rawTermios(now), opost: true, onlcr: true } : { ...now, ...cooked })
}

/** What a script may ask of the kernel, by name. Each row reads its own arguments. */
export const SYSTEM_CALLS: ReadonlyMap<string, ForeignCall> = new Map<string, ForeignCall>([
  ...COMMON_CALLS,
  ['write', async (sys, [fd], bytes) => (await writeAll(sys, asNumber(fd), bytes), answer(bytes.length))],
  ['open', (sys, [path, flags, mode]) => answer(sys.open(asText(path), asNumber(flags), asNumber(mode)))],
  [
    'readFile',
    async (sys, [from]) => ({
      bytes: await (typeof from === 'number' ? readAll(sys, from) : readFile(sys, asText(from))),
    }),
  ],
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
  ['hash', (_, [algorithm, length], bytes) => ({ bytes: digest(asText(algorithm), bytes, Number(length ?? 0)) })],
  [
    'pbkdf2',
    (_, [algorithm, salt, iterations, length], password) => ({
      bytes: stretched(asText(algorithm), password, fromBase64(asText(salt)), asNumber(iterations), asNumber(length)),
    }),
  ],
  [
    'hkdf',
    (_, [algorithm, salt, info, length], key) => ({
      bytes: derived(asText(algorithm), key, fromBase64(asText(salt)), fromBase64(asText(info)), asNumber(length)),
    }),
  ],
  ['rawMode', (sys, [fd, on]) => answer(setRawMode(sys, asNumber(fd), on === true))],
  ['zlib', (_, [format, options], bytes) => packed(asText(format), bytes, (options ?? {}) as PackOptions)],
  ['uid', (sys) => answer({ uid: sys.getuid(), gid: sys.getgid() })],
  ['links', (sys) => answer(sys.netlink({ op: 'link-list' }))],
  ['resolve', async (sys, [host]) => answer(await resolveHost(sys, asText(host)))],
  ...SOCKET_CALLS,
  ['spawn', async (sys, [request]) => answer(await spawnChild(sys, request as SpawnRequest))],
  [
    'spawnSync',
    (sys, [request, limits], bytes) => runChild(sys, request as SpawnRequest, limits as ChildLimits, bytes),
  ],
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
    (_, [name, way, key, iv, more, bare], bytes) => {
      const [one, two, three] = [key, iv, more].map((each) => fromBase64(asText(each)))
      const empty = new Uint8Array(0)
      const given = { key: one ?? empty, iv: two ?? empty, more: three ?? empty, bare: bare === true }
      return { bytes: ciphered(asText(name), way === 'encrypt', given, bytes) }
    },
  ],
  [
    'tls',
    async (sys, [way, ...args], bytes) => {
      const { TLS_CALLS } = await import('./tls-calls.ts')
      return TLS_CALLS[way === 'accept' ? 'accept' : 'connect'](sys, args, bytes)
    },
  ],
  // Curves and certificates come when a script first needs them.
  [
    'key',
    async (sys, [call, ...args], bytes) => {
      const { KEY_CALLS } = await import('./keys/key-calls.ts')
      const row = KEY_CALLS[asText(call)]
      if (!row) throw EINVAL
      return row(sys, args, bytes)
    },
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
