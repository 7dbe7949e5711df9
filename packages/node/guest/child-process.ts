import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'

interface SpawnOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdio?: string | readonly string[]
  readonly shell?: boolean | string
  readonly encoding?: string
  readonly input?: string
}
interface Ended {
  readonly kind: string
  readonly code?: number
  readonly signal?: number
}

const kinds = (stdio: SpawnOptions['stdio']): string[] =>
  [0, 1, 2].map((fd) => String((typeof stdio === 'string' ? stdio : stdio?.[fd]) ?? 'pipe'))
const environment = (): Record<string, string> =>
  (globalThis as unknown as { process: { env: Record<string, string> } }).process.env

function start(file: string, args: readonly string[], options: SpawnOptions): { pid: number; fds: number[] } {
  const [command, argv] = options.shell
    ? ['/bin/sh', ['/bin/sh', '-c', [file, ...args].join(' ')]]
    : [file, [file, ...args]]
  const request = {
    file: command,
    argv,
    env: options.env ?? environment(),
    stdio: kinds(options.stdio),
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

  run(file: string, args: readonly string[], options: SpawnOptions): this {
    try {
      const { pid, fds } = start(file, args, options)
      this.pid = pid
      const [input = -1, output = -1, errors = -1] = fds
      this.stdin = input < 0 ? null : writer(input)
      this.stdout = output < 0 ? null : reader(output)
      this.stderr = errors < 0 ? null : reader(errors)
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

  kill(signal = 'SIGTERM'): boolean {
    if (this.pid === undefined || this.exitCode !== null) return false
    callSync('kill', [this.pid, signal])
    this.killed = true
    return true
  }
  ref(): void {}
  unref(): void {}

  /** `close` comes when what it wrote has been read as well. */
  private ended(status: Ended): void {
    this.exitCode = status.kind === 'exited' ? (status.code ?? 0) : null
    this.signalCode = status.kind === 'signaled' ? `SIG${status.signal}` : null
    this.emit('exit', this.exitCode, this.signalCode)
    const open = [this.stdout, this.stderr].filter((stream): stream is Readable => stream !== null)
    let left = open.length
    const closed = (): void => void this.emit('close', this.exitCode, this.signalCode)
    if (left === 0) return closed()
    for (const stream of open) stream.once('end', (() => --left === 0 && closed()) as never)
  }
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
    signal: status.signal ?? null,
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

export const childProcess = {
  ChildProcess,
  spawn: (file: string, ...rest: unknown[]) => new ChildProcess().run(file, listIn(rest), optionsIn(rest)),
  exec: (line: string, ...rest: unknown[]) => exec(line, [], { ...optionsIn(rest), shell: true }, last<Finished>(rest)),
  execFile: (file: string, ...rest: unknown[]) => exec(file, listIn(rest), optionsIn(rest), last<Finished>(rest)),
  fork: (file: string, ...rest: unknown[]) =>
    new ChildProcess().run('node', [file, ...listIn(rest)], { stdio: 'inherit', ...optionsIn(rest) }),
  spawnSync: (file: string, ...rest: unknown[]) => runSync(file, listIn(rest), optionsIn(rest)),
  execSync: (line: string, ...rest: unknown[]) => outputOf(line, [], { ...optionsIn(rest), shell: true }),
  execFileSync: (file: string, ...rest: unknown[]) => outputOf(file, listIn(rest), optionsIn(rest)),
}
