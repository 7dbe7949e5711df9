import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import type { StartMessage } from '../src/protocol.ts'
import { nodeError } from './errors.ts'
import { parseDotenv } from '../src/dotenv.ts'
import { invalidType, notHere, received } from './errors.ts'
import { signalName } from './signals.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'
import { handleOf, opened } from './handles.ts'
import { type Handle, MessageChannel, messageKind } from './message-channel.ts'

declare function __now(): number

/** Thrown to leave the script at once; nothing in it can keep it. */
export class Exit {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
}

/** What NODE_OPTIONS may hold. node(1) */
const ALLOWED_FLAGS = (
  'conditions diagnostic-dir disable-proto disable-warning dns-result-order enable-source-maps env-file expose-gc ' +
  'force-context-aware frozen-intrinsics heapsnapshot-signal icu-data-dir import input-type insecure-http-parser inspect ' +
  'inspect-brk inspect-port max-http-header-size max-old-space-size max-semi-space-size no-addons no-deprecation ' +
  'no-warnings node-memory-debug openssl-config pending-deprecation preserve-symlinks preserve-symlinks-main redirect-warnings ' +
  'report-on-signal require secure-heap stack-trace-limit test-only test-reporter throw-deprecation title tls-cipher-list ' +
  'tls-max-v1.2 tls-max-v1.3 tls-min-v1.2 tls-min-v1.3 trace-deprecation trace-event-categories trace-exit trace-sigint ' +
  'trace-sync-io trace-uncaught trace-warnings track-heap-objects unhandled-rejections use-bundled-ca use-openssl-ca ' +
  'v8-pool-size verify-base-objects watch-path zero-fill-buffers experimental-loader experimental-vm-modules'
)
  .split(' ')
  .map((name) => `--${name}`)

const SIGNALS: readonly string[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGQUIT',
  'SIGCONT',
  'SIGPIPE',
]

/** A descriptor to write to: what is written goes out before the call returns, as node does for files and pipes. */
function outputStream(fd: number, tty: boolean, columns: number): Writable {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk, _encoding, done) {
      callSync('write', [fd], chunk)
      done()
    },
  })
  return Object.assign(stream, {
    fd,
    isTTY: tty || undefined,
    columns: tty ? columns : undefined,
    _type: tty ? 'tty' : 'pipe',
    getColorDepth: () => (tty ? 8 : 1),
    hasColors: () => tty,
  })
}

function inputStream(fd: number, tty: boolean): Readable {
  let reading = false
  const stream = new Readable({
    read() {
      if (reading) return
      reading = true
      const next = pending.submit('read', [fd, 65536], undefined, true)
      next.then(
        ({ bytes }) => {
          reading = false
          this.push(bytes.length === 0 ? null : Buffer.from(bytes))
        },
        (error: Error) => this.destroy(error),
      )
    },
  })
  return Object.assign(stream, {
    fd,
    isTTY: tty || undefined,
    isRaw: false,
    setRawMode(on: boolean) {
      if (tty) callSync('rawMode', [fd, on])
      this.isRaw = on
      return stream
    },
    ref: () => stream,
    unref: () => stream,
  })
}

export interface NodeProcess extends EventEmitter {
  exitCode: number | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Record<string, string>
  cwd(): string
  exit(code?: number | string): never
  argv: string[]
  readonly execArgv: readonly string[]
  readonly version: string
  emitWarning(warning: string | Error, ...rest: never[]): void
  /** To the process that started this one with a channel. */
  readonly messages: MessageChannel | undefined
}

/** The global `process`. */
export function createProcess(start: StartMessage): NodeProcess {
  const emitter = new EventEmitter()
  const startedAt = __now()
  /** It was said how to learn more of warnings. */
  let warned = false
  let cwd = start.cwd
  const streams = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    if (!streams.has(name)) streams.set(name, make())
    return streams.get(name) as T
  }
  const hrtime = (since?: readonly [number, number]): [number, number] => {
    const now = __now() - startedAt + 1
    const [seconds, nanos] = [Math.floor(now / 1000), Math.floor((now % 1000) * 1e6)]
    if (!since) return [seconds, nanos]
    const borrow = nanos < since[1] ? 1 : 0
    return [seconds - since[0] - borrow, nanos - since[1] + borrow * 1e9]
  }
  const major = Number(/^v(\d+)/.exec(start.version)?.[1] ?? 0)
  const members = {
    title: start.options['title']?.at(-1) ?? 'node',
    argv: [...start.argv],
    argv0: 'node',
    execArgv: [...start.execArgv],
    execPath: '/usr/local/bin/node',
    env: { ...start.env },
    pid: start.pid,
    ppid: start.ppid,
    version: start.version,
    versions: { node: start.version.slice(1), quickjs: 'ng', v8: '12.4.254.21-node.33', modules: String(major + 113) },
    release: { name: 'node', ...(major % 2 === 0 ? { lts: 'true' } : {}) },
    arch: 'x64',
    platform: 'linux',
    features: {
      inspector: false,
      debug: false,
      uv: true,
      ipv6: true,
      tls_alpn: false,
      tls_sni: false,
      tls_ocsp: false,
      tls: false,
      cached_builtins: true,
    },
    allowedNodeEnvironmentFlags: new Set(ALLOWED_FLAGS),
    report: {
      ...{ compact: false, directory: '', filename: '', signal: 'SIGUSR2' },
      ...{ reportOnFatalError: false, reportOnSignal: false, reportOnUncaughtException: false },
      getReport: () => {
        throw notHere('process.report.getReport')
      },
      writeReport: () => {
        throw notHere('process.report.writeReport')
      },
    },
    config: {
      target_defaults: { cflags: [], default_configuration: 'Release' },
      variables: { napi_build_version: '9' },
    },
    debugPort: 9229,
    moduleLoadList: [],
    sourceMapsEnabled: false,
    binding: (name: string) => {
      throw nodeError(Error, 'ERR_INVALID_MODULE', `No such binding: ${name}`)
    },
    dlopen: (...args: unknown[]) => {
      if (args.length < 2) throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'process.dlopen needs at least 2 arguments.')
      throw notHere('process.dlopen')
    },
    assert: (holds: unknown, message?: string) => {
      if (!holds) throw nodeError(Error, 'ERR_ASSERTION', message ?? 'assertion error')
    },
    exitCode: undefined as number | undefined,
    get stdout() {
      return once('stdout', () => outputStream(1, start.tty[1], start.columns))
    },
    get stderr() {
      return once('stderr', () => outputStream(2, start.tty[2], start.columns))
    },
    get stdin() {
      return once('stdin', () => inputStream(0, start.tty[0]))
    },
    cwd: () => cwd,
    chdir(path: string) {
      if (typeof path !== 'string') throw invalidType('directory', 'of type string', path)
      cwd = String(callSync('chdir', [path]).value)
    },
    exit(code?: number | string): never {
      if (code !== undefined && !Number.isInteger(Number(code || undefined ? code : 0)))
        throw nodeError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The "code" argument must be of type number. Received ${received(code)}`,
        )
      throw new Exit(Number(code ?? members.exitCode ?? 0) & 255)
    },
    loadEnvFile(file = '.env') {
      const text = new TextDecoder().decode(callSync('readFile', [String(file)]).bytes)
      for (const [name, value] of parseDotenv(text)) members.env[name] ??= value
    },
    abort() {
      throw new Exit(134)
    },
    kill(pid: number, signal: string | number = 'SIGTERM') {
      const name = signal === 0 ? '0' : signalName(signal)
      try {
        callSync('kill', [pid, name])
      } catch (error) {
        const { code, errno } = error as { code: string; errno: number }
        throw Object.assign(new Error(`kill ${code}`), { errno, code, syscall: 'kill' })
      }
      return true
    },
    nextTick(callback: (...args: unknown[]) => void, ...args: unknown[]) {
      if (typeof callback !== 'function')
        throw nodeError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          `The "callback" argument must be of type function. Received ${received(callback)}`,
        )
      loop.tick(callback, args)
    },
    uptime: () => (__now() - startedAt) / 1000,
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(Math.floor((__now() - startedAt + 1) * 1e6)) }),
    memoryUsage: Object.assign(
      () => ({ rss: 44_040_192, heapTotal: 6_537_216, heapUsed: 4_823_104, external: 1_600_000, arrayBuffers: 10_500 }),
      { rss: () => 44_040_192 },
    ),
    cpuUsage: (before?: object) => {
      if (before !== undefined && typeof before !== 'object') throw invalidType('prevValue', 'of type object', before)
      return { user: Math.floor((__now() - startedAt) * 500), system: 4000 }
    },
    constrainedMemory: () => 0,
    availableMemory: () => 2_147_483_648,
    resourceUsage: () => ({
      ...{ userCPUTime: Math.floor((__now() - startedAt) * 500), systemCPUTime: 4000, maxRSS: 44_040 },
      ...{ sharedMemorySize: 0, unsharedDataSize: 0, unsharedStackSize: 0, minorPageFault: 2000, majorPageFault: 0 },
      ...{ swappedOut: 0, fsRead: 0, fsWrite: 0, ipcSent: 0, ipcReceived: 0, signalsCount: 0 },
      ...{ voluntaryContextSwitches: 30, involuntaryContextSwitches: 5 },
    }),
    getActiveResourcesInfo: () => [],
    setUncaughtExceptionCaptureCallback: () => undefined,
    hasUncaughtExceptionCaptureCallback: () => false,
    setSourceMapsEnabled: () => undefined,
    umask: (mask?: string | number) => {
      if (mask !== undefined && !/^[0-7]+$/.test(typeof mask === 'number' ? mask.toString(8) : mask)) {
        const words = `The argument 'mask' must be a 32-bit unsigned integer or an octal string. Received '${mask}'`
        throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', words)
      }
      return 0o22
    },
    ...Object.fromEntries(
      ['setuid', 'setgid', 'seteuid', 'setegid'].map((name) => [
        name,
        (id: number | string) => {
          const known = typeof id === 'number' || id === 'root'
          const who = name.endsWith('uid') ? 'User' : 'Group'
          const words = `${who} identifier does not exist: ${id}`
          if (!known) throw nodeError(Error, 'ERR_UNKNOWN_CREDENTIAL', words)
          const { uid } = callSync('uid').value as { uid: number }
          if (uid !== 0 && Number(id) !== uid)
            throw Object.assign(new Error(`EPERM, Operation not permitted`), {
              errno: -1,
              code: 'EPERM',
              syscall: name,
            })
        },
      ]),
    ),
    setgroups: () => undefined,
    initgroups: () => undefined,
    getuid: () => (callSync('uid').value as { uid: number }).uid,
    getgroups: () => [(callSync('uid').value as { gid: number }).gid],
    getegid: () => (callSync('uid').value as { gid: number }).gid,
    getgid: () => (callSync('uid').value as { gid: number }).gid,
    geteuid: () => (callSync('uid').value as { uid: number }).uid,
    emitWarning(
      warning: string | Error,
      options: string | { type?: string; code?: string; detail?: string } = {},
      givenCode?: string,
    ) {
      const { type = 'Warning', code = givenCode } = typeof options === 'string' ? { type: options } : options
      const error = warning instanceof Error ? warning : Object.assign(new Error(warning), { name: type })
      if (typeof warning !== 'string' && !(warning instanceof Error))
        throw invalidType('warning', 'of type string or an instance of Error', warning)
      const detail = typeof options === 'string' || options.detail === undefined ? '' : `${options.detail}\n`
      const deprecated = error.name === 'DeprecationWarning'
      const flags = [...start.execArgv, ...(start.env.NODE_OPTIONS ?? '').split(/\s+/)]
      if (deprecated && (flags.includes('--no-deprecation') || Reflect.get(process, 'noDeprecation'))) return
      if (deprecated && (flags.includes('--throw-deprecation') || Reflect.get(process, 'throwDeprecation')))
        return void loop.tick(() => {
          throw error
        }, [])
      const kind = deprecated ? 'deprecation' : 'warnings'
      const traced = flags.includes('--trace-warnings') || flags.includes(`--trace-${kind}`)
      const hint = traced || warned ? '' : `(Use \`node --trace-${kind} ...\` to show where the warning was created)\n`
      const silent = flags.includes('--no-warnings') || start.env.NODE_NO_WARNINGS === '1'
      if (!traced && !silent) warned = true
      const told = traced ? String(error.stack).replace(/^Error:/, `${error.name}:`) : `${error.name}: ${error.message}`
      loop.tick(() => {
        const text = `(node:${start.pid}) ${code ? `[${code}] ` : ''}${told}\n${detail}${hint}`
        if (!silent) callSync('write', [2], Buffer.from(text))
        emitter.emit('warning', code ? Object.assign(error, { code }) : error)
      }, [])
    },
  }
  const process = Object.defineProperties(emitter, Object.getOwnPropertyDescriptors(members)) as unknown as NodeProcess
  Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true })
  watchSignals(emitter)
  openChannel(process)
  return process
}

/** A process that was forked talks to its parent; it lives on as long as it listens. */
function openChannel(process: NodeProcess): void {
  const { NODE_CHANNEL_FD: fd, ...env } = process.env
  Object.assign(process, { connected: false })
  if (fd === undefined) return
  const channel = new MessageChannel(Number(fd), {
    counted: false,
    whole: env.DRYDOCK_WORKER !== undefined,
  })
  channel.on('message', ((value: unknown, handle?: Handle) =>
    process.emit(messageKind(value), value, opened(value, handle))) as never)
  channel.on('disconnect', (() => {
    Object.assign(process, { connected: false })
    process.emit('disconnect')
  }) as never)
  process.on('newListener', ((name: string) => name === 'message' && channel.ref()) as never)
  process.on('removeListener', (() => process.listenerCount('message') === 0 && channel.unref()) as never)
  Object.assign(process, {
    env,
    messages: channel,
    connected: true,
    channel,
    send(value: unknown, ...rest: unknown[]) {
      const sent = channel.send(value, handleOf(rest[0]))
      const callback = rest.find((each) => typeof each === 'function') as ((error: null) => void) | undefined
      if (callback) loop.tick(() => callback(null), [])
      return sent
    },
    disconnect: () => channel.disconnect(),
  })
}

/** The program learns which signals the script handles; for all others the kernel does as always. */
function watchSignals(emitter: EventEmitter): void {
  emitter.on('newListener', ((name: string) => {
    if (SIGNALS.includes(name) && emitter.listenerCount(name) === 0) pending.tell('signal', [name, true])
  }) as never)
  emitter.on('removeListener', ((name: string) => {
    if (SIGNALS.includes(name) && emitter.listenerCount(name) === 0) pending.tell('signal', [name, false])
  }) as never)
}
