import EventEmitter from 'events'
import * as bufferModule from 'buffer'
import path from 'path-browserify'
import querystring from 'querystring-es3'
import stream from 'readable-stream'
import { StringDecoder } from 'string_decoder'
import * as legacyUrl from 'url'
import { absentModules } from './absent-modules.ts'
import { assert, strictAssert } from './assert.ts'
import { asyncHooks } from './async-hooks.ts'
import { childProcess } from './child-process.ts'
import { createCipheriv, createDecipheriv, getCiphers, scryptSync } from './ciphers.ts'
import { nodeError } from './errors.ts'
import { diagnosticsChannel } from './diagnostics.ts'
import { fs, promises } from './fs.ts'
import { getHashes, Hash, Hmac } from './hashes.ts'
import { callSync, pending } from './host.ts'
import { httpModule } from './http.ts'
import { loop } from './loop.ts'
import type { Modules } from './modules.ts'
import { net } from './net.ts'
import { paths } from './paths.ts'
import { perfHooks } from './performance.ts'
import { os } from './system.ts'
import { Address } from './url.ts'
import { types, util } from './util.ts'
import { webStreams } from './web-streams.ts'
import type { NodeProcess } from './process.ts'
import { readline } from './readline.ts'
import { pbkdf2, subtle } from './subtle.ts'
import { clusterModule, forkedByCluster } from './cluster.ts'
import { dgram } from './datagrams.ts'
import { consumers } from './consumers.ts'
import { timersPromises } from './timers-promises.ts'
import { tellerOf } from './test-files.ts'
import { Report, TestRunner } from './test-runner.ts'
import { tls } from './tls.ts'
import { vm } from './vm.ts'
import { workerThreads } from './worker-threads.ts'
import { zlib } from './zlib.ts'

interface Given {
  readonly process: NodeProcess
  readonly console: object
  readonly modules: () => Modules
}

const timers = {
  setTimeout: (callback: never, ms?: number, ...args: unknown[]) => loop.arm(callback, ms, args, false),
  setInterval: (callback: never, ms?: number, ...args: unknown[]) => loop.arm(callback, ms, args, true),
  setImmediate: (callback: never, ...args: unknown[]) => loop.immediate(callback, args),
  clearTimeout: (timeout: unknown) => loop.clear(timeout),
  clearInterval: (timeout: unknown) => loop.clear(timeout),
  clearImmediate: (handle: unknown) => loop.clearImmediate(handle),
}
for (const [name, call] of Object.entries(timers))
  Object.defineProperty(call, 'name', { value: name, configurable: true })
Object.defineProperty(timers.setTimeout, Symbol.for('nodejs.util.promisify.custom'), {
  get: () => timersPromises.setTimeout,
  enumerable: true,
})
Object.defineProperty(timers.setImmediate, Symbol.for('nodejs.util.promisify.custom'), {
  get: () => timersPromises.setImmediate,
  enumerable: true,
})
export const timerGlobals = timers

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
function uuid(): string {
  const bytes = callSync('random', [16]).bytes
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128
  return hex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
const random = () => {
  const [a = 0, b = 0, c = 0, d = 0] = callSync('random', [4]).bytes
  return (((a << 24) >>> 0) + (b << 16) + (c << 8) + d) / 2 ** 32
}
type HkdfArguments = [key: string | Uint8Array, salt: string | Uint8Array, info: string | Uint8Array, length: number]
function hkdf(digest: string, ...[key, salt, info, length]: HkdfArguments): Uint8Array {
  const base64 = (data: string | Uint8Array): string => bufferModule.Buffer.from(data).toString('base64')
  return callSync('hkdf', [digest, base64(salt), base64(info), length], bufferModule.Buffer.from(key)).bytes.slice()
}

const crypto = {
  randomBytes: (size: number) => bufferModule.Buffer.from(callSync('random', [size]).bytes),
  randomUUID: uuid,
  randomFillSync: <T extends Uint8Array>(into: T, from = 0, size = into.length - from): T => (
    into.set(callSync('random', [size]).bytes, from), into
  ),
  randomInt: (low: number, high?: number) =>
    high === undefined ? Math.floor(random() * low) : low + Math.floor(random() * (high - low)),
  getRandomValues: <T extends Uint8Array>(into: T): T => (into.set(callSync('random', [into.length]).bytes), into),
  timingSafeEqual: (a: Uint8Array, b: Uint8Array) => {
    if (a.length === b.length) return hex(a) === hex(b)
    throw nodeError(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length')
  },
  createHash: (algorithm: string) => new Hash(algorithm),
  createHmac: (algorithm: string, key: string | Uint8Array) => new Hmac(algorithm, key),
  getHashes,
  hkdfSync: (digest: string, ...given: HkdfArguments): ArrayBuffer => hkdf(digest, ...given).buffer as ArrayBuffer,
  hkdf(digest: string, ...rest: [...HkdfArguments, (error: null, key: ArrayBuffer) => void]) {
    const [key, salt, info, length, callback] = rest
    loop.tick(() => callback(null, hkdf(digest, key, salt, info, length).buffer as ArrayBuffer), [])
  },
  pbkdf2Sync: pbkdf2,
  pbkdf2(...args: [...Parameters<typeof pbkdf2>, (error: unknown, key?: Uint8Array) => void]) {
    const [password, salt, iterations, length, digest, callback] = args
    loop.tick(() => callback(null, pbkdf2(password, salt, iterations, length, digest)), [])
  },
  createCipheriv,
  createDecipheriv,
  getCiphers,
  scryptSync,
  scrypt(...args: [...Parameters<typeof scryptSync>, (error: unknown, key?: Uint8Array) => void]) {
    const callback = args.at(-1) as (error: unknown, key?: Uint8Array) => void
    const [password, salt, length, options] = args
    loop.tick(() => callback(null, scryptSync(password, salt, length, typeof options === 'object' ? options : {})), [])
  },
  hash: (algorithm: string, data: string | Uint8Array, encoding = 'hex') =>
    new Hash(algorithm).update(data).digest(encoding),
  subtle,
  get webcrypto() {
    return webCrypto
  },
  Hash,
  Hmac,
}
export const webCrypto = crypto

const resolve4 = (name: string): Promise<string[]> =>
  pending.submit('resolve', [name]).then(({ value }) => value as string[])
const unresolved = (error: Error, hostname: string): Error => {
  Reflect.deleteProperty(error, 'path')
  return Object.assign(error, { message: `getaddrinfo ENOTFOUND ${hostname}`, syscall: 'getaddrinfo', hostname })
}
const dns = {
  lookup(name: string, ...rest: unknown[]) {
    const callback = rest.at(-1) as (error: unknown, address?: string, family?: number) => void
    resolve4(name).then(
      ([address]) => callback(null, address, 4),
      (error: Error) => callback(unresolved(error, name)),
    )
  },
  promises: {
    resolve4,
    lookup: (name: string) =>
      resolve4(name).then(
        ([address]) => ({ address, family: 4 }),
        (error: Error) => Promise.reject(unresolved(error, name)),
      ),
  },
}

interface Addressed {
  readonly username: string
  readonly password: string
  readonly protocol: string
  readonly hostname: string
  readonly hash: string
  readonly search: string
  readonly pathname: string
  readonly href: string
  readonly port: string
}
const urlToHttpOptions = (url: Addressed): object => ({
  __proto__: null,
  protocol: url.protocol,
  hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
  hash: url.hash,
  search: url.search,
  pathname: url.pathname,
  path: `${url.pathname}${url.search}`,
  href: url.href,
  ...(url.port !== '' && { port: Number(url.port) }),
  ...((url.username || url.password) && {
    auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
  }),
})

/** Tests tell the process that runs their file with others, or report themselves. */
function testRunner(process: NodeProcess): TestRunner {
  const teller = tellerOf(process)
  if (teller) return new TestRunner(teller, () => undefined)
  const report = reportOf(process)
  return new TestRunner(
    (event) => report.hear(event),
    (top) => {
      report.end(top)
      if (report.failed) process.exitCode = 1
    },
  )
}

/** Since version 23 it is drawn as a tree wherever it goes. */
export function reportOf(process: NodeProcess): Report {
  const tty = (process.stdout as { isTTY?: boolean }).isTTY === true
  const usual = tty || Number(/\d+/.exec(process.version)?.[0]) >= 23 ? 'spec' : 'tap'
  return new Report(usual, process.cwd(), tty)
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Every module that comes with node and is here, by its name without `node:`. */
export function createBuiltins({ process, console, modules }: Given): ReadonlyMap<string, () => unknown> {
  // A worker says that it is there before its script has asked for anything.
  const cluster = lazy(() => clusterModule(process as never))
  if (forkedByCluster(process as never)) cluster()
  const url = {
    ...legacyUrl,
    urlToHttpOptions,
    domainToASCII: (domain: string) =>
      Address.canParse(`ws://${domain}`) ? new Address(`ws://${domain}`).part('hostname') : '',
    domainToUnicode: (domain: string) => domain,
    URL,
    URLSearchParams,
    fileURLToPath: (from: string | URL) => decodeURIComponent(new URL(String(from)).pathname),
    pathToFileURL: (file: string) => {
      const kept = file.endsWith('/') && file !== '/' ? '/' : ''
      const whole = (path.resolve(file) + kept).replaceAll(
        /[%?#\\\n\r\t]/g,
        (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )
      return new URL(`file://${whole}`)
    },
  }
  const rows: readonly (readonly [string, () => unknown])[] = [
    ['assert', () => assert],
    ['assert/strict', () => strictAssert],
    ['async_hooks', () => asyncHooks],
    ['buffer', () => bufferModule],
    ['child_process', () => childProcess],
    ['cluster', cluster],
    ['console', () => console],
    ['crypto', () => crypto],
    ['dgram', () => dgram],
    ['diagnostics_channel', () => diagnosticsChannel],
    ['dns', () => dns],
    ['dns/promises', () => dns.promises],
    ['events', () => EventEmitter],
    ['fs', () => fs],
    ['fs/promises', () => promises],
    ['http', () => httpModule('http:')],
    ['https', () => httpModule('https:')],
    [
      'module',
      () => ({
        createRequire: (from: string) =>
          modules().requireFrom({
            filename: from.replace('file://', ''),
            path: path.dirname(from.replace('file://', '')),
          } as never),
        builtinModules: modules().builtinNames(),
        isBuiltin: (name: string) => modules().isBuiltin(name),
      }),
    ],
    ['net', () => net],
    ['os', () => os],
    ['path', () => paths],
    ['path/posix', () => paths],
    ['path/win32', () => paths.win32],
    ['perf_hooks', () => perfHooks],
    ['process', () => process],
    ['querystring', () => ({ ...querystring, escape: encodeURIComponent, unescape: decodeURIComponent })],
    ['readline', () => readline],
    ['readline/promises', () => readline.promises],
    ['stream', () => stream],
    ['stream/promises', () => stream.promises],
    ['stream/consumers', () => consumers],
    ['stream/web', () => webStreams],
    ['sys', () => util],
    ['string_decoder', () => ({ StringDecoder })],
    ['timers', () => timers],
    ['timers/promises', () => timersPromises],
    ['test', () => testRunner(process).exports],
    ['tls', () => tls],
    ['tty', () => ({ isatty: (fd: number) => callSync('isatty', [fd]).value })],
    ['url', () => url],
    ['util', () => util],
    ['util/types', () => types],
    [
      'v8',
      () => ({
        getHeapStatistics: () => ({
          total_heap_size: 6_537_216,
          used_heap_size: 4_823_104,
          heap_size_limit: 536_870_912,
        }),
      }),
    ],
    ['vm', () => vm],
    ['worker_threads', () => workerThreads(process.env, () => process.messages, process.exit)],
    ['zlib', () => zlib],
  ]
  return new Map([...absentModules, ...rows])
}
