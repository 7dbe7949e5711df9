import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'
import { MessageChannelOverPipes } from './message-channel.ts'

interface SpawnOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdio?: string | readonly string[]
  readonly shell?: boolean | string
  readonly encoding?: string
  readonly input?: string
  readonly execArgv?: readonly string[]
  readonly silent?: boolean
}
interface Ended {
  readonly kind: string
  readonly code?: number
  readonly signal?: number
}

/** A channel for messages is two pipes: the child reads from the first. */
const CHANNEL = ['pipe-in', 'pipe-out']
const CHANNEL_FD = 3

const hasChannel = ({ stdio }: SpawnOptions): boolean => Array.isArray(stdio) && stdio.includes('ipc')
function kinds(options: SpawnOptions): string[] {
  const { stdio } = options
  const usual = [0, 1, 2].map((fd) => {
    const kind = (typeof stdio === 'string' ? stdio : stdio?.[fd]) ?? 'pipe'
    return String(typeof kind === 'string' || kind === undefined ? kind : 'inherit')
  })
  return hasChannel(options) ? [...usual, ...CHANNEL] : usual
}
const environment = (): Record<string, string> =>
  (globalThis as unknown as { process: { env: Record<string, string> } }).process.env

function start(file: string, args: readonly string[], options: SpawnOptions): { pid: number; fds: number[] } {
  const [command, argv] = options.shell
    ? ['/bin/sh', ['/bin/sh', '-c', [file, ...args].join(' ')]]
    : [file, [file, ...args]]
  const request = {
    file: command,
    argv,
    env: { ...(options.env ?? environment()), ...(hasChannel(options) ? { NODE_CHANNEL_FD: String(CHANNEL_FD) } : {}) },
    stdio: kinds(options),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }
  return callSync('spawn', [request]).value as { pid: number; fds: number[] }
}

function reader(fd: number): Readable {
  return new Readable({
    read() {
      pending.submit('read', [fd, 65536]).then(
        ({ bytes }) => {
          this.push(bytes.length === 0 ? null : Buffer.from(bytes))
          if (bytes.length === 0) pending.tell('close', [fd])
        },
        () => this.push(null),
      )
    },
  })
}

function writer(fd: number): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => void pending.submit('write', [fd], chunk).then(() => done(), done),
    final(done) {
      pending.tell('close', [fd])
      done()
    },
  })
}

class ChildProcess extends EventEmitter {
  pid: number | undefined
  exitCode: number | null = null
  signalCode: string | null = null
  killed = false
  stdin: Writable | null = null
  stdout: Readable | null = null
  stderr: Readable | null = null
  channel: MessageChannelOverPipes | undefined
  spawnargs: readonly string[] = []
  private unread: Readable[] = []

  run(file: string, args: readonly string[], options: SpawnOptions): this {
    try {
      const { pid, fds } = start(file, args, options)
      this.pid = pid
      const [input = -1, output = -1, errors = -1, away, back] = fds
      if (away !== undefined && back !== undefined) this.talk(back, away)
      this.stdin = input < 0 ? null : writer(input)
      this.stdout = output < 0 ? null : reader(output)
      this.stderr = errors < 0 ? null : reader(errors)
      this.spawnargs = [file, ...args]
      this.unread = [this.stdout, this.stderr].filter((stream): stream is Readable => stream !== null)
      for (const stream of this.unread) stream.once('end', (() => this.read(stream)) as never)
      loop.immediate(() => this.emit('spawn'), [])
      pending.submit('wait', [pid]).then(
        ({ value }) => this.ended(value as Ended),
        () => undefined,
      )
    } catch (error) {
      const failure = error as Error & { code?: string }
      loop.immediate(
        () =>
          this.emit(
            'error',
            Object.assign(failure, {
              message: `spawn ${file} ${failure.code}`,
              syscall: `spawn ${file}`,
              path: file,
              spawnargs: args,
            }),
          ),
        [],
      )
    }
    return this
  }

  kill(signal: string | number = 'SIGTERM'): boolean {
    if (this.pid === undefined || this.isOver) return false
    callSync('kill', [this.pid, String(signal)])
    this.killed = true
    return true
  }
  ref(): void {}
  unref(): void {}

  /** `close` comes when what it wrote has been read as well. */
  private ended(status: Ended): void {
    this.exitCode = status.kind === 'exited' ? (status.code ?? 0) : null
    this.signalCode = status.kind === 'signaled' ? (SIGNAL_NAMES[status.signal ?? 0] ?? `SIG${status.signal}`) : null
    loop.guard(() => this.emit('exit', this.exitCode, this.signalCode), [])
    // What nobody reads is thrown away.
    for (const stream of this.unread) if (stream.readableFlowing === null) stream.resume()
    if (this.unread.length === 0) this.closed()
  }

  private read(stream: Readable): void {
    this.unread = this.unread.filter((each) => each !== stream)
    if (this.unread.length === 0 && this.isOver) this.closed()
  }
  private get isOver(): boolean {
    return this.exitCode !== null || this.signalCode !== null
  }
  private closed(): void {
    loop.guard(() => this.emit('close', this.exitCode, this.signalCode), [])
  }

  // Messages -----------------------------------------------------------------------------------------------------------

  private talk(input: number, output: number): void {
    this.channel = new MessageChannelOverPipes(input, output, true)
    this.channel.on('message', ((value: unknown) => this.emit('message', value)) as never)
    this.channel.on('disconnect', (() => this.emit('disconnect')) as never)
  }
  get connected(): boolean {
    return this.channel?.connected ?? false
  }
  send(value: unknown): boolean {
    return this.channel?.send(value) ?? false
  }
  disconnect(): void {
    this.channel?.disconnect()
  }
}

/** signal(7), on x86. */
const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
}

type Finished = (error: Error | null, stdout: string, stderr: string) => void

function exec(file: string, args: readonly string[], options: SpawnOptions, done: Finished | undefined): ChildProcess {
  const child = new ChildProcess().run(file, args, options)
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout?.on('data', ((bytes: Buffer) => out.push(bytes.toString())) as never)
  child.stderr?.on('data', ((bytes: Buffer) => err.push(bytes.toString())) as never)
  child.on('error', ((error: Error) => done?.(error, '', '')) as never)
  child.on('close', ((code: number | null) => {
    const error =
      code === 0
        ? null
        : Object.assign(new Error(`Command failed: ${[file, ...args].join(' ')}\n${err.join('')}`), {
            code,
            killed: child.killed,
            signal: child.signalCode,
            cmd: [file, ...args].join(' '),
          })
    done?.(error, out.join(''), err.join(''))
  }) as never)
  return child
}

/** Runs a child to its end while the script stands still. */
function runSync(file: string, args: readonly string[], options: SpawnOptions) {
  const { pid, fds } = start(file, args, { ...options, stdio: options.stdio ?? ['pipe', 'pipe', 'pipe'] })
  const [input = -1, output = -1, errors = -1] = fds
  if (input >= 0) {
    if (options.input !== undefined) callSync('write', [input], Buffer.from(options.input))
    callSync('close', [input])
  }
  const [stdout, stderr] = [output, errors].map((fd) => {
    const parts: Uint8Array[] = []
    for (
      let bytes = fd < 0 ? new Uint8Array(0) : callSync('read', [fd, 65536]).bytes;
      bytes.length > 0;
      bytes = callSync('read', [fd, 65536]).bytes
    )
      parts.push(bytes)
    if (fd >= 0) callSync('close', [fd])
    const whole = Buffer.concat(parts)
    return options.encoding && options.encoding !== 'buffer' ? whole.toString(options.encoding) : whole
  })
  const status = callSync('wait', [pid]).value as Ended
  return {
    pid,
    stdout,
    stderr,
    status: status.kind === 'exited' ? (status.code ?? 0) : null,
    signal: status.signal === undefined ? null : (SIGNAL_NAMES[status.signal] ?? null),
    output: [null, stdout, stderr],
  }
}

function outputOf(file: string, args: readonly string[], options: SpawnOptions): unknown {
  const { stdout, stderr, status } = runSync(file, args, options)
  if (status !== 0)
    throw Object.assign(new Error(`Command failed: ${[file, ...args].join(' ')}\n${String(stderr)}`), {
      status,
      stdout,
      stderr,
    })
  return stdout
}

const last = <T>(args: readonly unknown[]): T | undefined =>
  args.find((arg) => typeof arg === 'function') as T | undefined
const optionsIn = (args: readonly unknown[]): SpawnOptions =>
  (args.find((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg)) as SpawnOptions | undefined) ?? {}
const listIn = (args: readonly unknown[]): readonly string[] => (args.find(Array.isArray) as string[] | undefined) ?? []

/** A forked script has a channel, and the streams of its parent unless it is told otherwise. */
function forked({ stdio, silent }: SpawnOptions): readonly string[] {
  if (Array.isArray(stdio)) return stdio.includes('ipc') ? stdio : [...stdio, 'ipc']
  const kind = typeof stdio === 'string' ? stdio : silent ? 'pipe' : 'inherit'
  return [kind, kind, kind, 'ipc']
}

export const childProcess = {
  ChildProcess,
  spawn: (file: string, ...rest: unknown[]) => new ChildProcess().run(file, listIn(rest), optionsIn(rest)),
  exec: (line: string, ...rest: unknown[]) => exec(line, [], { ...optionsIn(rest), shell: true }, last<Finished>(rest)),
  execFile: (file: string, ...rest: unknown[]) => exec(file, listIn(rest), optionsIn(rest), last<Finished>(rest)),
  fork: (file: string, ...rest: unknown[]) =>
    new ChildProcess().run('node', [...(optionsIn(rest).execArgv ?? []), file, ...listIn(rest)], {
      ...optionsIn(rest),
      stdio: forked(optionsIn(rest)),
    }),
  spawnSync: (file: string, ...rest: unknown[]) => runSync(file, listIn(rest), optionsIn(rest)),
  execSync: (line: string, ...rest: unknown[]) => outputOf(line, [], { ...optionsIn(rest), shell: true }),
  execFileSync: (file: string, ...rest: unknown[]) => outputOf(file, listIn(rest), optionsIn(rest)),
}
