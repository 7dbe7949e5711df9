import {
  type ForeignWorker,
  isErrno,
  type Process,
  type Program,
  SIGALRM,
  SIGINT,
  SIGPIPE,
  type Signal,
  type Sys,
  type Timer,
} from '@drydock/abi'
import { LineEditor, readAll, searchPath, writeAll } from '@drydock/libc'
import { type Choice, readCommand } from './command-line.ts'
import type { CallMessage, Command, FromWorker, StartMessage } from './protocol.ts'
import { answerCall } from './system-calls.ts'

/** CPython's own, where the image names none. */
const DEFAULT_VERSION = '3.14.2'
/** An interpreter that computes all the time hears no signal in a browser: so long it may take to notice one. */
const DEAF_MS = 2000

export const python: Program = {
  name: 'python/python3',
  paths: ['/usr/local/bin/python3'],
  covers: 'partial',
  lacks: [
    'is CPython 3.14 whatever version the image names',
    'threads take turns: one runs while the others wait, and ten times a second another may',
    'threads where WebAssembly cannot be suspended (Node before 25): there each runs to its end when it is started',
    'os.fork: multiprocessing starts new interpreters, which get the definitions and values of the main module; shared_memory; preexec_fn other than os.setsid and os.setpgrp',
    'changes to a mapped file are seen by others when they are flushed or the mapping ends, and not before',
    'signals that are blocked by pthread_sigmask come all the same',
    'sys.maxsize is that of 32 bits',
    'IPv6 sockets: CPython is built without them',
    'in the REPL Tab completes names and the attributes of what has a name, and no more',
    'native wheels',
  ],
  summary: 'runs Python (CPython in WebAssembly, in a worker of its own; 22 MB are loaded when it is first used)',
  sizeBytes: 6_800_000,
  rssBytes: 12 * 1024 * 1024,
  main,
}

async function main(process: Process): Promise<number> {
  const { sys, argv, env } = process
  const version = env.get('PYTHON_VERSION') ?? DEFAULT_VERSION
  const choice = readCommand(argv, env, version, sys.isatty(0))
  if (choice.kind === 'print') {
    await writeAll(sys, choice.status === 0 ? 1 : 2, new TextEncoder().encode(choice.text))
    return choice.status
  }
  if (choice.kind === 'help') {
    const { helpText } = await import('./help-text.ts')
    await writeAll(sys, 1, new TextEncoder().encode(helpText(choice.topic, argv[0] ?? 'python3')))
    return 0
  }
  if (!sys.foreign) {
    await writeAll(sys, 2, new TextEncoder().encode('python3: no workers here to run CPython in\n'))
    return 1
  }
  const command = await commandOf(sys, choice)
  if (command.kind === 'module' && command.name === 'pip')
    return runPip(sys, searchPath(sys, argv[0] ?? 'python3', env.get('PATH')), command.args, env)
  return new Runner(sys, sys.foreign.spawn('pyodide')).run({
    kind: 'start',
    argv,
    env: Object.fromEntries(env),
    pid: sys.getpid(),
    ppid: sys.getppid(),
    cwd: sys.getcwd(),
    executable: searchPath(sys, argv[0] ?? 'python3', env.get('PATH')),
    version,
    command,
    ignoresInterrupt: ignores(sys, SIGINT),
  })
}

/** The pip beside the interpreter, which tells it whose packages are meant. */
function runPip(
  sys: Sys,
  executable: string,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): Promise<never> {
  const beside = `${executable.slice(0, executable.lastIndexOf('/') + 1)}pip`
  const pip = searchPath(sys, beside.startsWith('/') || beside.includes('/') ? beside : 'pip', env.get('PATH'))
  try {
    sys.stat(pip)
    return sys.exec(pip, [pip, ...args], env)
  } catch (error) {
    if (!isErrno(error)) throw error
    return sys.exec(searchPath(sys, 'pip', env.get('PATH')), ['pip', ...args], env)
  }
}

/** Whether whoever started this process ignored the signal, as shells do for what runs in the background. */
function ignores(sys: Sys, signal: Signal): boolean {
  const inherited = sys.sigaction(signal, 'SIG_DFL')
  sys.sigaction(signal, inherited)
  return inherited === 'SIG_IGN'
}

async function commandOf(sys: Sys, choice: Exclude<Choice, { kind: 'print' | 'help' }>): Promise<Command> {
  if (choice.kind === 'run') return choice.command
  const { args, flags } = choice
  return { kind: 'text', text: new TextDecoder().decode(await readAll(sys, 0)), args: ['-', ...args], flags }
}

interface Alarm extends Timer {
  readonly dueMs: number
  readonly intervalMs: number
}
const NO_ALARM: Alarm = { dueMs: 0, intervalMs: 0, cancel: () => undefined }

/** The kernel's side of a running interpreter: makes its system calls, hands it its signals, ends its worker. */
class Runner {
  private readonly sys: Sys
  private readonly worker: ForeignWorker
  private readonly inbox: FromWorker[] = []
  private held = false
  private release: (() => void) | undefined
  private timer: Alarm = NO_ALARM
  private editor: LineEditor | undefined
  private historyFile: string | undefined
  private words: readonly string[] = []
  /** A call is being answered: the interpreter waits. */
  private waiting = 0
  private lastHeard = 0
  /** Wakes the program out of its read; after its end nobody listens. */
  private knock: () => void = () => undefined

  constructor(sys: Sys, worker: ForeignWorker) {
    this.sys = sys
    this.worker = worker
    this.progress = new LoadingLine(sys)
    worker.onHold?.((held) => {
      this.held = held
      if (!held) this.release?.()
    })
  }

  /** However the process ends, its worker ends with it: SIGKILL is real. */
  async run(start: StartMessage): Promise<number> {
    const { sys, worker } = this
    if (start.env.HOME !== undefined) this.historyFile = start.env.PYTHON_HISTORY ?? `${start.env.HOME}/.python_history`
    const [read, write] = sys.pipe()
    sys.setFdFlags(read, { cloexec: true })
    sys.setFdFlags(write, { cloexec: true })
    const [readAway, writeAway] = [sys.dup(read, 200), sys.dup(write, 200)]
    for (const fd of [read, write]) sys.close(fd)
    for (const fd of [readAway, writeAway]) sys.setFdFlags(fd, { cloexec: true })
    this.knock = () => {
      try {
        void sys.write(writeAway, Uint8Array.of(1))
      } catch {
        worker.terminate()
      }
    }
    worker.onMessage((message) => {
      this.inbox.push(message as FromWorker)
      this.knock()
    })
    worker.onError((text) => {
      const bytes = new TextEncoder().encode(`${text}\n`)
      this.inbox.push({ kind: 'call', id: 0, op: 'write', args: [2], bytes }, { kind: 'exit', code: 1 })
      this.knock()
    })
    try {
      sys.sigaction(SIGPIPE, 'SIG_IGN')
      if (!start.ignoresInterrupt) this.listenTo(SIGINT)
      worker.post(start)
      return await this.serve(readAway)
    } finally {
      this.timer.cancel()
      worker.terminate()
    }
  }

  private async serve(read: number): Promise<number> {
    for (;;) {
      try {
        await this.sys.read(read, 4096)
      } catch (error) {
        // A signal that was handled interrupts the read: there is nothing to do but to go on.
        if (!isErrno(error)) throw error
      }
      for (const message of this.inbox.splice(0)) {
        this.lastHeard = this.sys.clock.monotonic()
        if (message.kind === 'exit') return message.code
        if (message.kind === 'usage') this.account(message.cpuMs, message.heapBytes)
        else if (message.kind === 'progress') await this.progress.show(message.loadedBytes, message.totalBytes)
        else if (message.op === 'alarm') this.alarm(message)
        else if (message.op === 'signal')
          this.watchSignal(Number(message.args[0]), message.args[1] === true, message.id)
        else if (message.op === 'readLine') void this.readLine(message)
        else void this.answer(message)
      }
    }
  }

  private readonly progress: LoadingLine

  private account(cpuMs: number, heapBytes: number): void {
    this.sys.sbrk(heapBytes)
    this.sys.charge(cpuMs)
  }

  private async answer(message: CallMessage): Promise<void> {
    this.waiting++
    await this.progress.erase()
    try {
      const answer = await answerCall(this.sys, message)
      if (this.held) await new Promise<void>((go) => (this.release = go))
      if (message.id > 0) this.worker.post(answer)
    } catch {
      // The process is being ended while the call waited: its main thread unwinds by itself.
    } finally {
      this.waiting--
    }
  }

  /** A line of the interactive interpreter, with its history. readline(3) */
  private async readLine({ id, args }: CallMessage): Promise<void> {
    const [prompt, words] = args as [string, readonly string[]]
    this.words = words
    this.editor ??= new LineEditor(this.sys, {
      after: '',
      complete: (before) => this.words.filter((word) => word.startsWith(/[\w.]*$/.exec(before)?.[0] ?? '')),
      ...(this.historyFile === undefined ? {} : { historyFile: this.historyFile }),
    })
    this.waiting++
    try {
      const line = await this.editor.read(prompt)
      if (line.kind === 'line') await this.editor.remember(line.text)
      this.worker.post({ kind: 'answer', id, value: line })
    } catch (error) {
      if (isErrno(error)) this.worker.post({ kind: 'answer', id, error: error.code })
    } finally {
      this.waiting--
    }
  }

  private watchSignal(signal: number, on: boolean, id: number): void {
    try {
      if (on) this.listenTo(signal as Signal)
      else this.sys.sigaction(signal as Signal, 'SIG_DFL')
      this.worker.post({ kind: 'answer', id })
    } catch (error) {
      if (!isErrno(error)) throw error
      this.worker.post({ kind: 'answer', id, error: error.code })
    }
  }

  /** setitimer(2) with ITIMER_REAL: in how many milliseconds, and again after how many. */
  private alarm({ id, args }: CallMessage): void {
    const { clock } = this.sys
    const [ms, intervalMs] = args.map(Number)
    const value = [Math.max(0, this.timer.dueMs - clock.monotonic()), this.timer.intervalMs]
    this.timer.cancel()
    this.timer = NO_ALARM
    if (ms) this.arm(ms, intervalMs ?? 0)
    this.worker.post({ kind: 'answer', id, value })
  }

  private arm(ms: number, intervalMs: number): void {
    const { clock } = this.sys
    const timer = clock.after(ms, () => {
      this.timer = NO_ALARM
      if (intervalMs > 0) this.arm(intervalMs, intervalMs)
      this.sys.kill(this.sys.getpid(), SIGALRM)
    })
    this.timer = { dueMs: clock.monotonic() + ms, intervalMs, cancel: () => timer.cancel() }
  }

  /** What waits is interrupted, so that Python looks. */
  private listenTo(signal: Signal): void {
    this.sys.sigaction(signal, () => {
      this.worker.post({ kind: 'signal', signal })
      if (signal === SIGINT && this.waiting === 0) this.endWhenDeaf(this.sys.clock.monotonic())
    })
  }

  private endWhenDeaf(since: number): void {
    this.sys.clock.after(DEAF_MS, () => {
      if (this.lastHeard > since || this.waiting > 0) return
      this.inbox.push({ kind: 'exit', code: 130 })
      this.knock()
    })
  }
}

/** How long a file may take from the network before it is worth a word. */
const UNTOLD_MS = 400

/** Says on a terminal that CPython itself is on its way, and takes it back. */
class LoadingLine {
  private readonly sys: Sys
  private readonly sinceMs: number
  private percent = -1
  private shown = false

  constructor(sys: Sys) {
    this.sys = sys
    this.sinceMs = sys.clock.monotonic()
  }

  async show(loadedBytes: number, totalBytes: number): Promise<void> {
    const percent = Math.floor((100 * loadedBytes) / Math.max(1, totalBytes))
    if (percent === this.percent || this.sys.clock.monotonic() - this.sinceMs < UNTOLD_MS || !this.sys.isatty(2)) return
    this.percent = percent
    this.shown = true
    await this.write(`\r\x1b[KLoading CPython: ${percent}% of ${(totalBytes / 1e6).toFixed(1)} MB`)
  }

  async erase(): Promise<void> {
    if (!this.shown) return
    this.shown = false
    await this.write('\r\x1b[K')
  }

  private async write(text: string): Promise<void> {
    await writeAll(this.sys, 2, new TextEncoder().encode(text))
  }
}
