import EventEmitter from 'events'
import * as bufferModule from 'buffer'
import path from 'path-browserify'
import querystring from 'querystring-es3'
import stream from 'readable-stream'
import { StringDecoder } from 'string_decoder'
import * as legacyUrl from 'url'
import { assert } from './assert.ts'
import { AsyncLocalStorage, AsyncResource } from './async-hooks.ts'
import { childProcess } from './child-process.ts'
import { createCipheriv, createDecipheriv, getCiphers, scryptSync } from './ciphers.ts'
import { fs, promises } from './fs.ts'
import { Hash, Hmac } from './hashes.ts'
import { callSync, pending } from './host.ts'
import { httpModule } from './http.ts'
import { customInspect, format, inspect } from './inspect.ts'
import { loop } from './loop.ts'
import type { Modules } from './modules.ts'
import { net } from './net.ts'
import { parseArgs } from './parse-args.ts'
import type { NodeProcess } from './process.ts'
import { readline } from './readline.ts'
import { pbkdf2, subtle } from './subtle.ts'
import { TestRunner } from './test-runner.ts'
import { tls } from './tls.ts'
import { vm } from './vm.ts'
import { workerThreads } from './worker-threads.ts'
import { zlib } from './zlib.ts'

interface Given {
  readonly process: NodeProcess
  readonly console: object
  readonly modules: () => Modules
}

const delay = (ms: number, value?: unknown): Promise<unknown> =>
  new Promise((resolve) => void loop.arm(() => resolve(value), ms, [], false))

const timers = {
  setTimeout: (callback: never, ms?: number, ...args: unknown[]) => loop.arm(callback, ms, args, false),
  setInterval: (callback: never, ms?: number, ...args: unknown[]) => loop.arm(callback, ms, args, true),
  setImmediate: (callback: never, ...args: unknown[]) => loop.immediate(callback, args),
  clearTimeout: (timeout: unknown) => loop.clear(timeout),
  clearInterval: (timeout: unknown) => loop.clear(timeout),
  clearImmediate: (handle: unknown) => loop.clearImmediate(handle),
}
export const timerGlobals = timers

const promisify = (call: (...args: unknown[]) => void) => {
  if ((call as unknown) === timers.setTimeout) return delay
  return (...args: unknown[]) =>
    new Promise((resolve, reject) =>
      call(...args, (error: unknown, value: unknown) => (error ? reject(error as Error) : resolve(value))),
    )
}

const types = {
  isPromise: (value: unknown) => value instanceof Promise,
  isRegExp: (value: unknown) => value instanceof RegExp,
  isDate: (value: unknown) => value instanceof Date,
  isNativeError: (value: unknown) => value instanceof Error,
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isUint8Array: (value: unknown) => value instanceof Uint8Array,
  isMap: (value: unknown) => value instanceof Map,
  isSet: (value: unknown) => value instanceof Set,
  isAnyArrayBuffer: (value: unknown) => value instanceof ArrayBuffer,
}

const CODES: Readonly<Record<string, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  inverse: [7, 27],
  black: [30, 39],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  white: [37, 39],
  gray: [90, 39],
}
const util = {
  inspect: Object.assign(inspect, { custom: customInspect, defaultOptions: {} }),
  format: (...args: unknown[]) => format(args),
  promisify: Object.assign(promisify, { custom: Symbol.for('nodejs.util.promisify.custom') }),
  callbackify:
    (call: (...args: unknown[]) => Promise<unknown>) =>
    (...args: unknown[]) => {
      const callback = args.pop() as (error: unknown, value?: unknown) => void
      call(...args).then(
        (value) => loop.tick(() => callback(null, value), []),
        (error: unknown) => loop.tick(() => callback(error), []),
      )
    },
  inherits(child: { prototype: object; super_?: unknown }, parent: { prototype: object }) {
    child.super_ = parent
    Object.setPrototypeOf(child.prototype, parent.prototype)
  },
  deprecate: <T>(call: T): T => call,
  debuglog: () => Object.assign(() => undefined, { enabled: false }),
  isDeepStrictEqual: (a: unknown, b: unknown) => assert.isEqual(a, b, true),
  isArray: Array.isArray,
  stripVTControlCharacters: (text: string) => text.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, ''),
  types,
  parseArgs,
  styleText: (styles: string | readonly string[], text: string) =>
    [styles]
      .flat()
      .reduce((inside, style) => `\x1b[${CODES[style]?.[0] ?? 0}m${inside}\x1b[${CODES[style]?.[1] ?? 0}m`, text),
  get TextEncoder() {
    return TextEncoder
  },
  get TextDecoder() {
    return TextDecoder
  },
}

function os() {
  const { nodename, release, version } = callSync('uname').value as {
    nodename: string
    release: string
    version: string
  }
  const info = () =>
    callSync('sysinfo').value as {
      uptimeMs: number
      loads: number[]
      totalMemory: number
      freeMemory: number
      cpus: number
    }
  const links = () => callSync('links').value as { name: string; mac: string; addresses: string[] }[]
  return {
    EOL: '\n',
    hostname: () => nodename,
    platform: () => 'linux',
    type: () => 'Linux',
    arch: () => 'x64',
    machine: () => 'x86_64',
    release: () => release,
    version: () => version,
    uptime: () => info().uptimeMs / 1000,
    loadavg: () => info().loads,
    totalmem: () => info().totalMemory,
    freemem: () => info().freeMemory,
    availableParallelism: () => info().cpus,
    cpus: () =>
      Array.from({ length: info().cpus }, () => ({
        model: 'Drydock vCPU',
        speed: 2400,
        times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
      })),
    tmpdir: () => '/tmp',
    homedir: () => '/root',
    endianness: () => 'LE',
    userInfo: () => ({ uid: 0, gid: 0, username: 'root', homedir: '/root', shell: '/bin/sh' }),
    networkInterfaces: () =>
      Object.fromEntries(
        links()
          .filter(({ addresses }) => addresses.length > 0)
          .map(({ name, mac, addresses }) => [
            name,
            addresses.map((cidr) => ({
              address: cidr.split('/')[0],
              netmask: '255.255.0.0',
              family: 'IPv4',
              mac,
              internal: name === 'lo',
              cidr,
            })),
          ]),
      ),
    constants: { signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 } },
  }
}

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
const crypto = {
  randomBytes: (size: number) => bufferModule.Buffer.from(callSync('random', [size]).bytes),
  randomUUID: uuid,
  randomFillSync: <T extends Uint8Array>(into: T, from = 0, size = into.length - from): T => (
    into.set(callSync('random', [size]).bytes, from), into
  ),
  randomInt: (low: number, high?: number) =>
    high === undefined ? Math.floor(random() * low) : low + Math.floor(random() * (high - low)),
  getRandomValues: <T extends Uint8Array>(into: T): T => (into.set(callSync('random', [into.length]).bytes), into),
  timingSafeEqual: (a: Uint8Array, b: Uint8Array) => hex(a) === hex(b),
  createHash: (algorithm: string) => new Hash(algorithm),
  createHmac: (algorithm: string, key: string | Uint8Array) => new Hmac(algorithm, key),
  getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
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

/** Every module that comes with node and is here, by its name without `node:`. */
export function createBuiltins({ process, console, modules }: Given): ReadonlyMap<string, () => unknown> {
  const emitter = Object.assign(EventEmitter, {
    EventEmitter,
    once: onceOf,
    errorMonitor: Symbol('events.errorMonitor'),
  })
  const url = {
    ...legacyUrl,
    URL,
    URLSearchParams,
    fileURLToPath: (from: string | URL) => decodeURIComponent(new URL(String(from)).pathname),
    pathToFileURL: (file: string) => new URL(`file://${path.resolve(file)}`),
  }
  const rows: readonly (readonly [string, () => unknown])[] = [
    ['assert', () => assert],
    ['assert/strict', () => assert],
    ['async_hooks', () => ({ AsyncResource, AsyncLocalStorage })],
    ['buffer', () => bufferModule],
    ['child_process', () => childProcess],
    ['console', () => console],
    ['crypto', () => crypto],
    ['dns', () => dns],
    ['dns/promises', () => dns.promises],
    ['events', () => emitter],
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
    ['os', os],
    ['path', () => Object.assign(path, { posix: path })],
    ['path/posix', () => path],
    ['perf_hooks', () => ({ performance: (globalThis as { performance?: unknown }).performance })],
    ['process', () => process],
    ['querystring', () => querystring],
    ['readline', () => readline],
    ['readline/promises', () => readline.promises],
    ['stream', () => stream],
    ['stream/promises', () => stream.promises],
    ['string_decoder', () => ({ StringDecoder })],
    ['timers', () => timers],
    ['timers/promises', () => ({ setTimeout: delay, setImmediate: (value: unknown) => delay(0, value) })],
    ['test', () => new TestRunner((failed) => (process.exitCode = failed ? 1 : process.exitCode)).exports],
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
    ['worker_threads', () => workerThreads(process.env, () => process.messages)],
    ['zlib', () => zlib],
  ]
  return new Map(rows)
}

const onceOf = (emitter: EventEmitter, event: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      emitter.off(event, happened as never)
      reject(error)
    }
    const happened = (...args: unknown[]): void => {
      emitter.off('error', failed as never)
      resolve(args)
    }
    emitter.once(event, happened as never)
    if (event !== 'error') emitter.once('error', failed as never)
  })
