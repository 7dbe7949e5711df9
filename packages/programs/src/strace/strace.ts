import {
  exitStatus,
  isErrno,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  SIGHUP,
  SIGINT,
  SIGPIPE,
  SIGQUIT,
  SIGTERM,
  type Sys,
  type TraceEvent,
  type WaitStatus,
} from '@drydock/abi'
import {
  defineProgram,
  encodeText,
  flag,
  list,
  searchPath,
  strftime,
  timeZone,
  value,
  writeAll,
  type Zone,
} from '@drydock/libc'
import { Journal } from './journal.ts'
import { Selection } from './selection.ts'
import { isOrder, Summary } from './summary.ts'

const VERSION = `strace -- version 6.1
Copyright (c) 1991-2022 The strace developers <https://strace.io>.
This is free software; see the source for copying conditions.  There is NO
warranty; not even for MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.
`
const NO_COMMAND = `strace: must have PROG [ARGS] or -p PID
Try 'strace -h' for more information.
`

const OPTIONS = {
  follow: flag('f', 'follow-forks'),
  pids: list('p', 'attach'),
  expressions: list('e'),
  trace: list('', 'trace'),
  signals: list('', 'signal'),
  output: value('o', 'output'),
  append: flag('A', 'output-append-mode'),
  summary: flag('c', 'summary-only'),
  both: flag('C', 'summary'),
  order: value('S', 'summary-sort-by'),
  limit: value('s', 'string-limit'),
  column: value('a', 'columns'),
  time: flag('t'),
  relative: flag('r', 'relative-timestamps'),
  durations: flag('T', 'syscall-times'),
  quiet: flag('q', 'quiet'),
  paths: flag('y', 'decode-fds'),
  verbose: flag('v', 'no-abbrev'),
  successful: flag('z', 'successful-only'),
  failed: flag('Z', 'failed-only'),
  env: list('E', 'env'),
  user: value('u', 'user'),
  hex: flag('x'),
  version: flag('V', 'version'),
} as const

/** What a terminal or a hangup sends while strace runs another's program is for that program. */
const FOR_THE_COMMAND = [SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE]

/** strace: tells the system calls and signals of a program. strace(1), 6.1 */
export const strace = defineProgram({
  name: 'strace/strace',
  paths: ['/usr/bin/strace'],
  covers: 'partial',
  lacks: [
    'calls of the dynamic loader and of libc that programs here never make',
    '-ff into a file each',
    '-e inject, fault, read, write, raw',
    '-k -i -P -u -w',
    'stopping the process at each call',
  ],
  summary: 'trace system calls and signals',
  sizeBytes: 2_042_392,
  usage: 'strace [-fcCrtTyqzZ] [-e EXPR] [-o FILE] [-s LIMIT] { -p PID | PROG [ARGS] }',
  stopAtOperand: true,
  options: OPTIONS,
  async main({ sys, io, env, operands, options: o }) {
    if (o.version) {
      await io.print(VERSION)
      return 0
    }
    if (operands.length === 0 && o.pids.length === 0) {
      await io.warn(NO_COMMAND)
      return 1
    }
    const selection = new Selection()
    selection.successful = o.successful > 0
    selection.failedOnly = o.failed > 0
    const wanted = [
      ...o.expressions,
      ...o.trace.map((each) => `trace=${each}`),
      ...o.signals.map((each) => `signal=${each}`),
    ]
    for (const expression of wanted) {
      const problem = selection.add(expression)
      if (problem === undefined) continue
      await io.warn(`strace: ${problem}\n`)
      return 1
    }
    if (o.order !== undefined && !isOrder(o.order)) {
      await io.warn(`strace: invalid sortby: '${o.order}'\n`)
      return 1
    }
    const session = new TraceSession(sys, selection, {
      o,
      zone: timeZone(env),
      fd:
        o.output === undefined
          ? 2
          : sys.open(o.output, O_WRONLY | O_CREAT | O_CLOEXEC | (o.append ? O_APPEND : O_TRUNC), 0o666),
    })
    const variables = new Map(env)
    for (const word of o.env) {
      const [name = '', ...rest] = word.split('=')
      if (word.includes('=')) variables.set(name, rest.join('='))
      else variables.delete(name)
    }
    return operands.length > 0 ? session.launch(operands, variables) : session.attachAll(o.pids)
  },
})

interface SessionOptions {
  readonly o: {
    readonly [K in
      | 'follow'
      | 'summary'
      | 'both'
      | 'time'
      | 'relative'
      | 'durations'
      | 'quiet'
      | 'paths'
      | 'verbose']: number
  } & { readonly [K in 'order' | 'limit' | 'column' | 'output']: string | undefined }
  readonly zone: Zone
  readonly fd: number
}

/** One run: hears of events, and writes what they come to while the traced go on. */
class TraceSession {
  private readonly sys: Sys
  private readonly options: SessionOptions
  private readonly journal: Journal
  private readonly summary: Summary
  private readonly live = new Set<number>()
  private readonly detachers = new Map<number, () => void>()
  private wake: (() => void) | undefined
  private lastStampMs: number | undefined
  private speaking = 0

  constructor(sys: Sys, selection: Selection, options: SessionOptions) {
    this.sys = sys
    this.options = options
    const { o } = options
    const monotonic = (): number => sys.clock.monotonic()
    this.summary = new Summary(selection, monotonic)
    this.journal = new Journal({
      style: { limit: Number(o.limit ?? 32), fd: (fd) => this.described(fd) },
      selection,
      column: Number(o.column ?? 40),
      stamp: () => this.stamp(),
      durations: o.durations > 0,
      quiet: o.quiet,
      prefix: o.follow === 0 ? 'none' : o.output === undefined ? 'terminal' : 'file',
      monotonic,
    })
  }

  /** Starts the program and tells what it does to its end. @returns its status */
  async launch(words: readonly string[], env: ReadonlyMap<string, string>): Promise<number> {
    const { sys } = this
    const path = await this.find(words[0] ?? '', env)
    if (path === undefined) return 1
    const pid = sys.fork(async (process) => process.sys.exec(path, words, env).catch((error: unknown) => failed(error)))
    for (const signal of FOR_THE_COMMAND) sys.sigaction(signal, () => {}, { restart: true })
    this.trace(pid)
    this.journal.attached(pid, false)
    let status: WaitStatus | undefined
    const ended = Promise.resolve(sys.wait(pid)).then((result) => {
      status = result?.status
      this.wake?.()
    })
    // Its orphans are traced on: with -f strace ends with the last of them.
    await this.write(() => status === undefined || this.live.size > 0)
    await ended
    await this.finish()
    return status ? exitStatus(status) : 0
  }

  /** Looks on at processes that are there already, until they end or ^C. */
  async attachAll(words: readonly string[]): Promise<number> {
    const { sys } = this
    let interrupted = false
    const interrupt = (): void => {
      interrupted = true
      // At once: whoever is busy would go on telling, and whoever shows what is told would tell of that.
      for (const detach of this.detachers.values()) detach()
      this.wake?.()
    }
    // What is being written is written to its end.
    for (const signal of [SIGINT, SIGTERM, SIGHUP]) sys.sigaction(signal, interrupt, { restart: true })
    for (const word of words.flatMap((each) => each.split(/[\s,]+/)).filter(Boolean)) {
      const problem = /^\d+$/.test(word) ? this.attach(Number(word)) : `Invalid process id: '${word}'`
      if (problem === undefined) continue
      await this.say(`strace: ${problem}\n`)
      return 1
    }
    await this.write(() => !interrupted && this.live.size > 0)
    for (const pid of this.live) this.journal.detached(pid)
    await this.finish()
    return interrupted ? 128 + SIGINT : 0
  }

  private async find(name: string, env: ReadonlyMap<string, string>): Promise<string | undefined> {
    try {
      const path = searchPath(this.sys, name, env.get('PATH'))
      this.sys.stat(path)
      return path
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.say(`strace: Can't stat '${name}': ${error.message}\n`)
      return undefined
    }
  }

  /** @returns why not */
  private attach(pid: number): string | undefined {
    try {
      this.trace(pid)
      this.journal.attached(pid, true)
      return undefined
    } catch (error) {
      if (!isErrno(error)) throw error
      return `attach: ptrace(PTRACE_SEIZE, ${pid}): ${error.message}`
    }
  }

  private trace(pid: number): void {
    const follow = this.options.o.follow > 0
    const detach = this.sys.ptrace(pid, (event) => this.hear(event), { follow })
    this.detachers.set(pid, detach)
    this.live.add(pid)
  }

  private hear(event: TraceEvent): void {
    this.speaking = event.pid
    if (event.kind === 'child') this.live.add(event.child)
    if (event.kind === 'end') this.live.delete(event.pid)
    const { o } = this.options
    if (o.summary || o.both) this.summary.hear(event)
    if (!o.summary) this.journal.hear(event)
    this.wake?.()
  }

  /** Writes what comes for as long as there may be more. */
  private async write(more: () => boolean): Promise<void> {
    for (;;) {
      const text = this.journal.take()
      if (text !== '') await writeAll(this.sys, this.options.fd, encodeText(text))
      else if (!more()) return
      else await new Promise<void>((wake) => (this.wake = wake))
    }
  }

  private async finish(): Promise<void> {
    await this.write(() => false)
    const { o, fd } = this.options
    if (o.summary || o.both) await writeAll(this.sys, fd, encodeText(this.summary.print(o.order)))
  }

  private async say(text: string): Promise<void> {
    await writeAll(this.sys, 2, encodeText(text))
  }

  /** -y: a descriptor with what it is open on. */
  private described(fd: number): string {
    if (this.options.o.paths === 0) return String(fd)
    try {
      return `${fd}<${this.sys.readlink(`/proc/${this.speaking}/fd/${fd}`)}>`
    } catch (error) {
      if (isErrno(error)) return String(fd)
      throw error
    }
  }

  private stamp(): string {
    const { o, zone } = this.options
    const now = this.sys.clock.now()
    if (o.relative > 0) {
      const before = this.lastStampMs ?? this.sys.clock.monotonic()
      this.lastStampMs = this.sys.clock.monotonic()
      return `${((this.lastStampMs - before) / 1000).toFixed(6).padStart(12)} `
    }
    if (o.time === 0) return ''
    const micros = String(Math.floor((now % 1000) * 1000)).padStart(6, '0')
    if (o.time > 2) return `${Math.floor(now / 1000)}.${micros} `
    return `${strftime('%H:%M:%S', now, zone)}${o.time > 1 ? `.${micros}` : ''} `
  }
}

function failed(error: unknown): number {
  if (!isErrno(error)) throw error
  return 1
}
