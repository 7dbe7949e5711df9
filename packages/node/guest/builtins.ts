import EventEmitter from 'events'
import { bufferModule } from './buffer-module.ts'
import path from 'path-browserify'
import querystring from 'querystring-es3'
import stream from 'readable-stream'
import { StringDecoder } from 'string_decoder'
import * as legacyUrl from 'url'
import { absentModules } from './absent-modules.ts'
import { assert, strictAssert } from './assert.ts'
import { asyncHooks } from './async-hooks.ts'
import { childProcess } from './child-process.ts'
import { crypto } from './crypto.ts'
import { diagnosticsChannel } from './diagnostics.ts'
import { dns } from './dns.ts'
import { nodeError } from './errors.ts'
import { domainModule } from './domain.ts'
import { fs, promises } from './fs.ts'
import { callSync } from './host.ts'
import { http2 } from './http2.ts'
import { httpModule } from './http.ts'
import { loop } from './loop.ts'
import { Module, type Modules } from './modules.ts'
import { net } from './net.ts'
import { paths } from './paths.ts'
import { perfHooks } from './performance.ts'
import { os } from './system.ts'
import { Address } from './url.ts'
import { types, util } from './util.ts'
import { webStreams } from './web-streams.ts'
import type { NodeProcess } from './process.ts'
import { punycode, toUnicode } from './punycode.ts'
import { readline } from './readline.ts'
import { replModule } from './repl.ts'
import { clusterModule, forkedByCluster } from './cluster.ts'
import { dgram } from './datagrams.ts'
import { consumers } from './consumers.ts'
import { timersPromises } from './timers-promises.ts'
import { tellerOf } from './test-files.ts'
import { Report, TestRunner } from './test-runner.ts'
import { tls } from './tls.ts'
import { v8 } from './v8.ts'
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
    domainToUnicode: (domain: string) => toUnicode(domain),
    URL,
    URLSearchParams,
    fileURLToPath: (from: string | URL) => {
      const { protocol, pathname } = new URL(String(from))
      if (protocol !== 'file:') throw nodeError(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file')
      return decodeURIComponent(pathname)
    },
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
    [
      'constants',
      () => ({ ...os.constants.errno, ...os.constants.signals, ...(fs as { constants: object }).constants }),
    ],
    ['dgram', () => dgram],
    ['domain', () => domainModule],
    ['punycode', () => punycode],
    ['diagnostics_channel', () => diagnosticsChannel],
    ['dns', () => dns],
    ['dns/promises', () => dns.promises],
    ['events', () => EventEmitter],
    ['fs', () => fs],
    ['fs/promises', () => promises],
    ['http', () => httpModule('http:')],
    ['http2', () => http2],
    ['https', () => httpModule('https:')],
    ['module', () => (modules(), Module)],
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
    ['repl', () => ({ ...replModule, builtinModules: modules().builtinNames() })],
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
    ['v8', () => v8],
    ['vm', () => vm],
    ['worker_threads', () => workerThreads(process.env, () => process.messages, process.exit)],
    ['zlib', () => zlib],
  ]
  return new Map([...absentModules, ...rows])
}
