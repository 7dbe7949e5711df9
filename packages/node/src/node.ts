import { type ForeignWorker, isErrno, parseSignal, type Process, type Program, SIGPIPE, type Sys } from '@drydock/abi'
import { readAll, readTextFile, writeAll } from '@drydock/libc'
import { type Command, readCommand } from './command-line.ts'
import { parseDotenv } from './dotenv.ts'
import type { FromWorker, StartMessage, UsageMessage } from './protocol.ts'
import { answerCall } from './system-calls.ts'

/** Shorter than this a pause is not worth its messages. */
const LEAST_PAUSE_MS = 5
/** Processor time that is booked at once, at most. */
const MOST_BOOKED_MS = 100
const DEFAULT_VERSION = '24.11.1'

export const node: Program = {
  name: 'node/node',
  paths: ['/usr/local/bin/node'],
  covers: 'partial',
  lacks: [
    'the inspector, process.report and native addons: what is called says so',
    'pushes and priorities of http2, HTTP/1 on its secure servers',
    'versions of TLS before 1.3, sessions and SNI of node:tls',
    'require() of an ES module',
    'SharedArrayBuffer between workers, which are processes here',
    'brotli; keys of DSA, ed448 and x448',
    'node:test: reporters of the script, snapshots, coverage, and files at the same time',
  ],
  summary: 'runs JavaScript (QuickJS in a worker of its own)',
  sizeBytes: 123_000_000,
  rssBytes: 42 * 1024 * 1024,
  main,
}

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const version = `v${env.get('NODE_VERSION') ?? DEFAULT_VERSION}`
  const more = (env.get('NODE_OPTIONS') ?? '').split(/\s+/).filter((word) => word !== '')
  const command = readCommand(argv, version, sys.isatty(0), more)
  if (command.kind === 'print' || command.kind === 'fail') {
    await writeAll(sys, command.kind === 'print' ? 1 : 2, new TextEncoder().encode(command.text))
    return command.status
  }
  if (!sys.foreign) {
    await writeAll(sys, 2, new TextEncoder().encode('node: no workers here to run a script in\n'))
    return 1
  }
  const filed = await readEnvFiles(sys, command.options)
  if (typeof filed === 'string') {
    await writeAll(sys, 2, new TextEncoder().encode(`${argv[0] ?? 'node'}: ${filed}: not found\n`))
    return 9
  }
  return new Runner(process, version, sys.foreign.spawn('quickjs')).run(command, new Map([...filed, ...env]))
}

/** @returns what the files set, or a file that should be there and is not */
async function readEnvFiles(sys: Sys, options: StartMessage['options']): Promise<ReadonlyMap<string, string> | string> {
  const optional = options['env-file-if-exists'] ?? []
  const found = new Map<string, string>()
  for (const path of [...(options['env-file'] ?? []), ...optional])
    try {
      for (const [name, value] of parseDotenv(await readTextFile(sys, path))) found.set(name, value)
    } catch (error) {
      if (!isErrno(error)) throw error
      if (!optional.includes(path)) return path
    }
  return found
}

/** The kernel's side of a running script: makes its system calls, hands it its signals, ends its worker. */
class Runner {
  private readonly sys: Sys
  private readonly version: string
  private readonly worker: ForeignWorker
  private readonly inbox: FromWorker[] = []
  private readonly handled = new Set<string>()

  constructor({ sys }: Process, version: string, worker: ForeignWorker) {
    this.sys = sys
    this.version = version
    this.worker = worker
    worker.onHold?.((held) => {
      this.held = held
      this.pause()
    })
  }

  /** Stopped or frozen from outside, or out of processor time. */
  private held = false
  private throttled = false
  private paused = false

  private pause(): void {
    const on = this.held || this.throttled
    if (on === this.paused) return
    this.paused = on
    this.worker.post({ kind: 'pause', on })
  }

  /** Processor time that was told late, and when the last was booked. */
  private owedMs = 0
  private bookedAt = 0

  /**
   * One thread cannot have used more than the time that passed. What is told late, after this side could not listen for
   * a while, is booked bit by bit.
   */
  private booked(cpuMs: number): number {
    const now = this.sys.clock.monotonic()
    const room = Math.min(now - this.bookedAt, MOST_BOOKED_MS)
    this.owedMs += cpuMs
    this.bookedAt = now
    const booked = Math.min(this.owedMs, Math.max(room, 0))
    this.owedMs -= booked
    return booked
  }

  private async account({ cpuMs, heapBytes }: UsageMessage): Promise<void> {
    const { sys } = this
    sys.sbrk(heapBytes)
    const rest = sys.charge(this.booked(cpuMs))
    if (rest < LEAST_PAUSE_MS || this.throttled) return
    this.throttled = true
    this.pause()
    try {
      await sys.sleep(rest)
    } finally {
      this.throttled = false
      this.pause()
    }
  }

  /** However the process ends, its worker ends with it: SIGKILL is real. */
  async run(command: Extract<Command, { kind: 'run' | 'stdin' }>, env: ReadonlyMap<string, string>): Promise<number> {
    const { sys, worker } = this
    const [read, write] = sys.pipe()
    const knock = (): void => this.knock(write)
    worker.onMessage((message) => {
      this.inbox.push(message as FromWorker)
      knock()
    })
    worker.onError((text) => {
      this.inbox.push(
        { kind: 'call', id: 0, op: 'write', args: [2], bytes: new TextEncoder().encode(`${text}\n`), wait: false },
        { kind: 'exit', code: 1 },
      )
      knock()
    })
    try {
      // A connection that broke is an error of the script's, not its end. node: src/node.cc, RegisterSignalHandler
      sys.sigaction(SIGPIPE, 'SIG_IGN')
      worker.post(await this.start(command, env))
      return await this.serve(read)
    } finally {
      worker.terminate()
    }
  }

  /** Wakes the program out of its read; after its end nobody listens. */
  private knock(write: number): void {
    try {
      void this.sys.write(write, Uint8Array.of(1))
    } catch {
      this.worker.terminate()
    }
  }

  private async serve(read: number): Promise<number> {
    for (;;) {
      await this.knocked(read)
      for (const message of this.inbox.splice(0)) {
        if (message.kind === 'exit') {
          this.sys.charge(this.owedMs)
          return message.code
        }
        if (message.kind === 'usage') {
          // The process may be ended meanwhile: its main thread unwinds by itself.
          this.account(message).catch(() => undefined)
          continue
        }
        if (message.op === 'signal') this.watchSignal(String(message.args[0]), message.args[1] === true)
        else void this.answer(message)
      }
    }
  }

  /** A signal that was handled interrupts the read: there is nothing to do but to go on. */
  private async knocked(read: number): Promise<void> {
    try {
      await this.sys.read(read, 4096)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async answer(message: Extract<FromWorker, { kind: 'call' }>): Promise<void> {
    try {
      const answer = await answerCall(this.sys, message)
      if (message.id > 0) this.worker.post(answer)
    } catch {
      // The process is being ended while the call waited: its main thread unwinds by itself.
    }
  }

  private watchSignal(name: string, on: boolean): void {
    const signal = parseSignal(name)
    if (signal === undefined || this.handled.has(name) === on) return
    if (on) this.handled.add(name)
    else this.handled.delete(name)
    const unheard = signal === SIGPIPE ? 'SIG_IGN' : 'SIG_DFL'
    this.sys.sigaction(signal, on ? () => this.worker.post({ kind: 'signal', name }) : unheard, { restart: true })
  }

  private async start(
    command: Extract<Command, { kind: 'run' | 'stdin' }>,
    env: ReadonlyMap<string, string>,
  ): Promise<StartMessage> {
    const { sys } = this
    const entry =
      command.kind === 'run'
        ? command.entry
        : {
            kind: 'text' as const,
            text: new TextDecoder().decode(await readAll(sys, 0)),
            print: false,
            name: '[stdin]' as const,
          }
    const script = entry.kind === 'file' ? [entry.path] : []
    return {
      kind: 'start',
      argv: ['/usr/local/bin/node', ...script, ...command.args],
      execArgv: command.execArgv,
      options: command.options,
      env: Object.fromEntries(env),
      version: this.version,
      pid: sys.getpid(),
      ppid: sys.getppid(),
      cwd: sys.getcwd(),
      entry,
      tty: [sys.isatty(0), sys.isatty(1), sys.isatty(2)],
      columns: sys.isatty(1) ? sys.getWindowSize(1).cols : 80,
      seed: [...sys.entropy.bytes(8)],
    }
  }
}
