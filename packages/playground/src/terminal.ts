import { isErrno, SIGHUP, type Sys, type WindowSize } from '@drydock/abi'
import { CreditWindow } from './credit-window.ts'
import type { MessageEndpoint, TerminalInput, TerminalOutput } from './rpc.ts'

/** The screen draws and listens to keys between pieces of this length. */
const PIECE_BYTES = 16 * 1024
/** For the last words of a session, in milliseconds. */
const LINGER_MS = 20

interface TerminalOptions {
  readonly sys: Sys
  readonly size: WindowSize
  /** Where the login shell starts. */
  readonly cwd: string
  /** The screen that was kept, if any. */
  readonly screen: string | undefined
  /** Why it stands on the screen again. */
  readonly since: 'reload' | 'return'
  /** Shown before the first prompt. */
  readonly greeting: string
  /** Resolves when the child is gone. */
  readonly waitFor: (pid: number) => Promise<unknown>
  /** What the shell said first is on the screen. */
  readonly onShown: () => void
  /** A line is about to be entered. */
  readonly onEnter: (command: string) => void
}

/**
 * A pseudo-terminal with a login shell on it, and the page's end of it. When the shell ends another takes its place, as
 * getty(8) does, so a terminal is never dead.
 */
export class Terminal {
  private readonly options: TerminalOptions
  private endpoint: MessageEndpoint | undefined
  private size: WindowSize
  private readonly window = new CreditWindow()
  private resume: (() => void) | undefined
  private master = -1
  private shell = 0
  private started = false
  private disposed = false
  private input: Promise<void> = Promise.resolve()
  /** What stands above the shell's first words. It goes with them, so that the page draws once. */
  private opening: readonly TerminalOutput[]

  constructor(options: TerminalOptions) {
    this.options = options
    this.size = options.size
    const { screen, greeting, since } = options
    const kept = screen !== undefined || since === 'return'
    this.opening = [
      ...(kept ? [{ kind: 'screen' as const, text: screen ?? '', since }] : []),
      ...(greeting ? [{ kind: 'greeting' as const, text: greeting }] : []),
    ]
  }

  /** The page is at `endpoint` now; the first one starts the shell. */
  attach(endpoint: MessageEndpoint): void {
    this.endpoint?.close()
    this.endpoint = endpoint
    this.window.reset()
    this.resume?.()
    endpoint.onmessage = ({ data }) => this.receive(data as TerminalInput)
    if (this.started) return
    this.started = true
    void this.run()
  }

  /** The page's end, for another terminal to take its place. */
  handOver(): { readonly endpoint: MessageEndpoint | undefined; readonly size: WindowSize } {
    const { endpoint, size } = this
    this.endpoint = undefined
    return { endpoint, size }
  }

  resize(size: WindowSize): void {
    this.size = size
    if (this.master >= 0) this.options.sys.setWindowSize(this.master, size)
  }

  /** The login shell's working directory, as far as it can be known. */
  cwd(): string {
    try {
      return this.options.sys.readlink(`/proc/${this.shell}/cwd`)
    } catch {
      return '/root'
    }
  }

  /** The command line in the foreground, if it is another than the shell. */
  foreground(): readonly string[] | undefined {
    const processes = this.options.sys.processes()
    const shell = processes.find(({ pid }) => pid === this.shell)
    if (!shell || shell.tpgid === shell.pgid) return undefined
    return processes.find(({ pgid }) => pgid === shell.tpgid)?.argv
  }

  dispose(): void {
    this.disposed = true
    if (this.shell > 0) this.options.sys.kill(-this.shell, SIGHUP)
    this.closeMaster()
    this.endpoint?.close()
  }

  private async run(): Promise<void> {
    let cwd = this.options.cwd
    while (!this.disposed) {
      await this.session(cwd)
      cwd = '/root'
    }
  }

  /** One login, from the first prompt to `exit`. */
  private async session(cwd: string): Promise<void> {
    const { sys, waitFor } = this.options
    const { master, slave } = sys.openpty(this.size)
    this.master = master
    try {
      this.shell = await this.login(slave, cwd)
    } finally {
      sys.close(slave)
    }
    const gone = waitFor(this.shell)
    // Jobs left in the background may hold the terminal open for ever: a little after the shell it is gone for them too.
    await Promise.race([this.pump(master), gone.then(() => sys.sleep(LINGER_MS))])
    await gone
    this.closeMaster()
    this.send({ kind: 'closed' })
  }

  private async login(slave: number, cwd: string): Promise<number> {
    const { sys } = this.options
    const options = {
      argv: ['-bash'],
      env: LOGIN_ENVIRONMENT,
      fds: new Map([
        [0, slave],
        [1, slave],
        [2, slave],
      ]),
      setsid: true,
      ctty: 0,
    }
    try {
      return await sys.spawn('/bin/bash', { ...options, cwd })
    } catch (error) {
      if (!isErrno(error)) throw error
      return await sys.spawn('/bin/bash', { ...options, cwd: '/' })
    }
  }

  private async pump(master: number): Promise<void> {
    for (;;) {
      if (this.window.full) await new Promise<void>((resume) => (this.resume = resume))
      const bytes = await readOrEnd(this.options.sys, master)
      if (bytes.length === 0) return
      this.show(bytes)
    }
  }

  private show(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    for (const message of this.opening) this.send(message)
    this.opening = []
    this.window.sent(bytes.length, this.options.sys.clock.monotonic())
    // What is read from a pty is the reader's alone, so the page gets it without a copy.
    this.send({ kind: 'data', bytes }, [bytes.buffer])
  }

  private send(message: TerminalOutput, transfer: readonly unknown[] = []): void {
    this.endpoint?.postMessage(message, transfer)
  }

  private receive(message: TerminalInput): void {
    if (message.kind === 'resize') return this.resize(message.size)
    if (message.kind === 'data') {
      if (message.command) this.options.onEnter(message.command)
      return this.type(message.bytes)
    }
    this.window.credited(message.bytes, this.options.sys.clock.monotonic())
    if (!this.window.full) this.resume?.()
    if (this.window.empty) this.options.onShown()
  }

  /** Keys reach the line discipline in the order they were pressed, even where one had to wait for room. */
  private type(bytes: Uint8Array): void {
    this.input = this.input.then(async () => {
      try {
        if (this.master >= 0) await this.options.sys.write(this.master, bytes)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
    })
  }

  private closeMaster(): void {
    if (this.master < 0) return
    this.options.sys.close(this.master)
    this.master = -1
  }
}

const LOGIN_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['TERM', 'xterm-256color'],
  ['HOME', '/root'],
  ['USER', 'root'],
  ['LOGNAME', 'root'],
  ['SHELL', '/bin/bash'],
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['LANG', 'C.UTF-8'],
])

/** A master whose slaves are all closed answers EIO, pty(7): here the end. */
async function readOrEnd(sys: Sys, fd: number): Promise<Uint8Array> {
  try {
    return await sys.read(fd, PIECE_BYTES)
  } catch (error) {
    if (isErrno(error)) return new Uint8Array(0)
    throw error
  }
}
