import {
  type Clock,
  exitStatus,
  ENOENT,
  isErrno,
  type Program,
  type ProgramTable,
  type SpawnOptions,
  type Sys,
  type WindowSize,
} from '@drydock/abi'
import { Diskfs } from '../fs/index.ts'
import { Kernel, type KernelOptions } from '../kernel.ts'
import { TestClock } from './test-clock.ts'
import { TestEntropy } from './test-entropy.ts'
import { fillTestRoot, placeFile } from './test-root.ts'

export interface TestRunOptions {
  readonly stdin?: string | Uint8Array
  /** Besides PATH, HOME, USER, LOGNAME and TERM. */
  readonly env?: Readonly<Record<string, string>>
  /** Default /root. */
  readonly cwd?: string
  /** Files to write first: path -> content; a content that begins with `#!` is executable. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly uid?: number
}

export interface TestResult {
  readonly stdout: string
  readonly stderr: string
  readonly stdoutBytes: Uint8Array
  /** As a shell shows it: 128 + signal for a violent end. */
  readonly status: number
}

export interface TestTerminalOptions extends TestRunOptions {
  readonly size?: WindowSize
  /**
   * What is typed. Each step waits for its text to show on the screen (after what the step before waited for), then
   * types its keys.
   */
  readonly steps?: readonly { readonly expect?: string | RegExp; readonly type: string }[]
}

/** A terminal with a program on it. */
export interface TestTerminal {
  readonly pid: number
  /** All that was shown so far. */
  output(): string
  type(keys: string): Promise<void>
  /** Waits for text to show, after the place where the last one was found. @returns the text up to its end */
  expect(text: string | RegExp): Promise<string>
  resize(size: WindowSize): void
  /** Resolves with the status when the program is gone. */
  readonly ended: Promise<number>
  hangUp(): void
}

export interface TestKernelOptions extends Partial<Omit<KernelOptions, 'programs'>> {
  readonly clock?: Clock
  /** A program is there only when this has resolved, as when its code has to be fetched first. */
  readonly load?: (name: string) => Promise<void> | undefined
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const encoder = new TextEncoder()
const toBytes = (data: string | Uint8Array): Uint8Array => (typeof data === 'string' ? encoder.encode(data) : data)

function tableOf(programs: readonly Program[], load: TestKernelOptions['load']): ProgramTable {
  const byName = new Map(programs.map((program) => [program.name, program]))
  const find = (name: string): Program | undefined => byName.get(name)
  return { find: (name) => load?.(name)?.then(() => find(name)) ?? find(name) }
}

/**
 * A whole kernel with an empty disk and a stub at each path of each program, for tests of programs. Time passes by
 * itself, without waiting (TestClock).
 */
export async function bootTestKernel(
  programs: readonly Program[],
  { load, ...options }: TestKernelOptions = {},
): Promise<TestKernel> {
  const clock = options.clock ?? new TestClock()
  const kernel = new Kernel({
    clock,
    entropy: new TestEntropy(),
    root: Diskfs.open([], { clock }),
    hostname: 'test',
    memoryBytes: 4 * 1024 ** 3,
    cpus: 4,
    ...options,
    programs: tableOf(programs, load),
  })
  const sys = await new Promise<Sys>((ready) => {
    void kernel.start(async (process) => {
      ready(process.sys)
      for (;;) await reapOrphans(process.sys)
    })
  })
  fillTestRoot(sys, programs)
  return new TestKernel(kernel, sys)
}

/** Process 1 only sleeps: each run waits for its own child. */
async function reapOrphans(sys: Sys): Promise<void> {
  try {
    await sys.pause()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

export class TestKernel {
  readonly kernel: Kernel
  /** System calls of process 1. */
  readonly sys: Sys

  constructor(kernel: Kernel, sys: Sys) {
    this.kernel = kernel
    this.sys = sys
  }

  /** Runs a program to its end. @throws ENOENT when it is not in PATH, and what spawn throws */
  async run(argv: readonly string[], options: TestRunOptions = {}): Promise<TestResult> {
    const { sys } = this
    this.place(options)
    const [input, output, errors] = [sys.pipe(), sys.pipe(), sys.pipe()]
    const fds = new Map([
      [0, input[0]],
      [1, output[1]],
      [2, errors[1]],
    ])
    const pid = await this.spawn(argv, { ...options, fds }, [input[0], output[1], errors[1]])
    const [stdoutBytes, stderrBytes, status] = await Promise.all([
      collect(sys, output[0]),
      collect(sys, errors[0]),
      this.wait(pid),
      feed(sys, input[1], toBytes(options.stdin ?? '')),
    ])
    return { stdoutBytes, stdout: decode(stdoutBytes), stderr: decode(stderrBytes), status }
  }

  /** Runs a command line with /bin/sh, which has to be among the programs. */
  sh(script: string, options: TestRunOptions = {}): Promise<TestResult> {
    return this.run(['/bin/sh', '-c', script], options)
  }

  /** Runs a program on a pseudo-terminal of its own, types the steps and waits for its end. */
  async runOnTerminal(
    argv: readonly string[],
    options: TestTerminalOptions = {},
  ): Promise<{ output: string; status: number }> {
    const terminal = await this.openTerminal(argv, options)
    for (const { expect, type } of options.steps ?? []) {
      if (expect !== undefined) await terminal.expect(expect)
      await terminal.type(type)
    }
    const status = await terminal.ended
    return { output: terminal.output(), status }
  }

  /** Starts a program on a pseudo-terminal, as the leader of its session. */
  async openTerminal(argv: readonly string[], options: TestTerminalOptions = {}): Promise<TestTerminal> {
    const { sys } = this
    this.place(options)
    const { master, slave } = sys.openpty(options.size ?? { rows: 24, cols: 80 })
    const fds = new Map([
      [0, slave],
      [1, slave],
      [2, slave],
    ])
    const pid = await this.spawn(argv, { ...options, fds, setsid: true, ctty: 0 }, [slave])
    return watchTerminal(sys, pid, master, this.wait(pid))
  }

  /** Lines of dmesg that tell of bugs. A test may expect none. */
  oopses(): readonly string[] {
    return this.sys.dmesg().filter((line) => line.includes('segfault'))
  }

  shutdown(): void {
    this.kernel.shutdown()
  }

  private place({ files = {} }: TestRunOptions): void {
    for (const [path, content] of Object.entries(files)) {
      const script = typeof content === 'string' && content.startsWith('#!')
      placeFile(this.sys, path, content, script ? 0o755 : 0o644)
    }
  }

  private async spawn(
    argv: readonly string[],
    { env = {}, cwd = '/root', uid, ...rest }: TestRunOptions & Omit<SpawnOptions, 'argv' | 'env' | 'cwd' | 'uid'>,
    given: readonly number[],
  ): Promise<number> {
    const { sys } = this
    const { fds = new Map<number, number>(), setsid, ctty } = rest
    const defaults = { PATH, HOME: '/root', USER: 'root', LOGNAME: 'root', TERM: 'xterm-256color' }
    try {
      return await sys.spawn(search(sys, argv[0] ?? ''), {
        argv,
        env: new Map(Object.entries({ ...defaults, ...env })),
        cwd,
        fds,
        setsid: setsid ?? false,
        ...(ctty === undefined ? {} : { ctty }),
        ...(uid === undefined ? {} : { uid }),
      })
    } finally {
      for (const fd of given) sys.close(fd)
    }
  }

  private async wait(pid: number): Promise<number> {
    const result = await this.sys.wait(pid)
    return result ? exitStatus(result.status) : 0
  }
}

function search(sys: Sys, name: string): string {
  if (name.includes('/')) return name
  for (const folder of PATH.split(':')) {
    try {
      sys.stat(`${folder}/${name}`)
      return `${folder}/${name}`
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  throw ENOENT
}

async function collect(sys: Sys, fd: number): Promise<Uint8Array> {
  const parts: number[] = []
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    for (const byte of bytes) parts.push(byte)
  }
  sys.close(fd)
  return Uint8Array.from(parts)
}

/** Writes the input; a program may end without reading it. */
async function feed(sys: Sys, fd: number, bytes: Uint8Array): Promise<void> {
  try {
    if (bytes.length > 0) await sys.write(fd, bytes)
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    sys.close(fd)
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function watchTerminal(sys: Sys, pid: number, master: number, gone: Promise<number>): TestTerminal {
  const decoder = new TextDecoder()
  const waiting = new Set<() => void>()
  let shown = ''
  let seen = 0
  let closed = false
  const pump = async (): Promise<void> => {
    try {
      for (let bytes = await sys.read(master, 65536); bytes.length > 0; bytes = await sys.read(master, 65536)) {
        shown += decoder.decode(bytes, { stream: true })
        for (const look of Array.from(waiting)) look()
      }
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    closed = true
    for (const look of Array.from(waiting)) look()
  }
  const pumped = pump()
  const find = (text: string | RegExp): number => {
    const rest = shown.slice(seen)
    if (typeof text === 'string') return rest.includes(text) ? rest.indexOf(text) + text.length : -1
    const match = text.exec(rest)
    return match ? match.index + match[0].length : -1
  }
  const expect = (text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const end = find(text)
        if (end < 0 && !closed) return
        waiting.delete(look)
        if (end < 0) return reject(new Error(`the terminal closed before ${String(text)} showed:\n${shown}`))
        const part = shown.slice(seen, seen + end)
        seen += end
        resolve(part)
      }
      waiting.add(look)
      look()
    })
  return {
    pid,
    expect,
    output: () => shown,
    type: async (keys) => void (await sys.write(master, encoder.encode(keys))),
    resize: (size) => sys.setWindowSize(master, size),
    ended: gone.then(async (status) => {
      await pumped
      return status
    }),
    hangUp: () => sys.close(master),
  }
}
