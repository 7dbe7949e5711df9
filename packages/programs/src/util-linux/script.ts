import {
  exitStatus,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  rawTermios,
  SIGHUP,
  SIGTERM,
  SIGWINCH,
  type Sys,
  type WindowSize,
} from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, value, writeAll } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { strftime } from '../format/strftime.ts'
import { isTerminal } from '../text/terminal.ts'

const options = {
  append: flag('a', 'append'),
  command: value('c', 'command'),
  return: flag('e', 'return'),
  flush: flag('f', 'flush'),
  force: flag('', 'force'),
  quiet: flag('q', 'quiet'),
  output: value('O', 'log-out'),
  input: value('I', 'log-in'),
  both: value('B', 'log-io'),
  format: value('m', 'logging-format'),
  limit: value('o', 'output-limit'),
  echo: value('E', 'echo'),
  timings: value('T', 'log-timing'),
  oldTimings: optional('t', 'timing'),
}
type Context = ProgramContext<typeof options>

const VEOF = 4
const LARGEST_READ = 65_536
/** Milliseconds in which jobs left behind may still print before the terminal is closed. */
const LINGER_MS = 50
const encoder = new TextEncoder()

const stamp = (sys: Sys): string => strftime('%Y-%m-%d %H:%M:%S%:z', sys.clock.now())

/** The first line of a typescript. */
function head({ sys, env, options: o }: Context): string {
  const facts: string[] = o.command === undefined ? [] : [`COMMAND="${o.command}"`]
  if (isTerminal(sys, 0)) {
    const { rows, cols } = sys.getWindowSize(0)
    facts.push(`TERM="${env.get('TERM') ?? ''}"`, `TTY="${sys.readlink('/proc/self/fd/0')}"`)
    facts.push(`COLUMNS="${cols}"`, `LINES="${rows}"`)
  } else facts.push('<not executed on terminal>')
  return `Script started on ${stamp(sys)} [${facts.join(' ')}]\n`
}

/** What is written beside the screen. */
interface Log {
  /** Of what is shown, and of what is typed. */
  readonly out: number | undefined
  readonly in: number | undefined
  readonly timings: Timings | undefined
  /** Bytes of output after which the session ends. */
  readonly limit: number
}

/** A line for each piece: seconds since the last one, and bytes; with letters of its stream in the advanced format. */
class Timings {
  readonly advanced: boolean
  private readonly sys: Sys
  private readonly fd: number
  private last: number

  constructor(sys: Sys, fd: number, advanced: boolean) {
    this.sys = sys
    this.fd = fd
    this.advanced = advanced
    this.last = sys.clock.monotonic()
  }
  async piece(stream: 'I' | 'O', bytes: number): Promise<void> {
    const now = this.sys.clock.monotonic()
    const seconds = ((now - this.last) / 1000).toFixed(6)
    this.last = now
    if (this.advanced) await this.line(`${stream} ${seconds} ${bytes}`)
    else if (stream === 'O') await this.line(`${seconds} ${bytes}`)
  }
  async fact(name: string, text: string): Promise<void> {
    if (this.advanced) await this.line(`H 0.000000 ${name} ${text}`)
  }
  async line(text: string): Promise<void> {
    await writeAll(this.sys, this.fd, encoder.encode(`${text}\n`))
  }
}

async function record(sys: Sys, master: number, { out, timings, limit }: Log, stop: () => void): Promise<void> {
  let taken = 0
  try {
    for (;;) {
      const bytes = await sys.read(master, LARGEST_READ)
      if (bytes.length === 0) return
      await writeAll(sys, 1, bytes)
      if (out !== undefined) await writeAll(sys, out, bytes)
      await timings?.piece('O', bytes.length)
      taken += bytes.length
      if (taken > limit) return stop()
    }
  } catch (error) {
    // EIO: nobody holds the terminal's other end any more, pty(7).
    if (!isErrno(error)) throw error
  }
}

async function typeIn(sys: Sys, master: number, log: Log): Promise<void> {
  try {
    for (let bytes = await sys.read(0, LARGEST_READ); bytes.length > 0; bytes = await sys.read(0, LARGEST_READ)) {
      await writeAll(sys, master, bytes)
      if (log.in !== undefined) await writeAll(sys, log.in, bytes)
      await log.timings?.piece('I', bytes.length)
    }
    await writeAll(sys, master, Uint8Array.of(VEOF))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

const sizeOf = (sys: Sys): WindowSize => (isTerminal(sys, 0) ? sys.getWindowSize(0) : { rows: 24, cols: 80 })

function start({ sys, env, options: o }: Context, slave: number): ReturnType<Sys['spawn']> {
  const shell = env.get('SHELL') ?? '/bin/sh'
  const name = shell.slice(shell.lastIndexOf('/') + 1)
  const argv = o.command === undefined ? [name, '-i'] : [name, '-c', o.command]
  const fds = new Map([0, 1, 2].map((fd) => [fd, slave]))
  return sys.spawn(shell, { argv, env, fds, setsid: true, ctty: 0 })
}

/** @returns the status of the session's shell */
async function session(context: Context, log: Log): Promise<number> {
  const { sys } = context
  const saved = isTerminal(sys, 0) ? sys.tcgetattr(0) : undefined
  const { master, slave } = sys.openpty(sizeOf(sys))
  sys.setFdFlags(master, { cloexec: true })
  const pid = await start(context, slave)
  if (saved) {
    sys.tcsetattr(0, rawTermios(saved))
    sys.sigaction(SIGWINCH, () => sys.setWindowSize(master, sys.getWindowSize(0)), { restart: true })
    sys.sigaction(SIGHUP, () => sys.kill(-pid, SIGHUP), { restart: true })
  }
  try {
    if (context.options.echo === 'never' || (!saved && context.options.echo !== 'always')) silence(sys, slave)
    sys.close(slave)
    void typeIn(sys, master, log)
    const recorded = record(sys, master, log, () => sys.kill(-pid, SIGTERM))
    const ended = await sys.wait(pid)
    await Promise.race([recorded, sys.sleep(LINGER_MS)])
    return ended ? exitStatus(ended.status) : 1
  } finally {
    if (saved) sys.tcsetattr(0, saved)
  }
}

/** Nothing that is typed comes back. */
function silence(sys: Sys, slave: number): void {
  const settings = sys.tcgetattr(slave)
  sys.tcsetattr(slave, { ...settings, echo: false })
}

function openTimings(context: Context): { readonly fd: number; readonly path: string } | undefined {
  const { sys, options: o } = context
  const path = o.timings ?? o.oldTimings
  if (path === undefined) return undefined
  return { path, fd: path === '' ? 2 : sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666) }
}

/** What a command line is wrong about; undefined for a right one. */
function wrongOptions({ options: o }: Context): string | undefined {
  if (o.echo !== undefined && !['always', 'never', 'auto'].includes(o.echo)) return `unssuported echo mode: '${o.echo}'`
  if (o.format !== undefined && !['classic', 'advanced'].includes(o.format))
    return `unsupported logging format: '${o.format}'`
  return undefined
}

/** The files of the session: -B names both, without -I and -O only output is kept. */
function logPaths({ options: o, operands }: Context): {
  readonly out: string | undefined
  readonly in: string | undefined
} {
  const input = o.both ?? o.input
  const only = o.input !== undefined && o.output === undefined && operands.length === 0
  const output = o.both ?? o.output ?? operands[0] ?? (only ? undefined : 'typescript')
  return { out: output, in: input }
}

async function main(context: Context): Promise<number> {
  const { sys, io, env, options: o, operands, fail } = context
  if (operands.length > 1) {
    await io.warn("script: unexpected number of arguments\nTry 'script --help' for more information.\n")
    return 1
  }
  const wrong = wrongOptions(context)
  if (wrong !== undefined) {
    await fail(wrong)
    return 1
  }
  const paths = logPaths(context)
  const fds = new Map<string, number>()
  for (const path of [paths.out, paths.in])
    try {
      if (path !== undefined && !fds.has(path))
        fds.set(path, sys.open(path, O_WRONLY | O_CREAT | (o.append ? O_APPEND : O_TRUNC), 0o666))
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot open ${path}: ${error.message}`)
      return 1
    }
  const timing = openTimings(context)
  const advanced = o.format === 'advanced' || (o.format === undefined && paths.in !== undefined)
  const timings = timing && new Timings(sys, timing.fd, advanced)
  const named = [
    ...(paths.out === undefined ? [] : [`, output log file is '${paths.out}'`]),
    ...(paths.in === undefined ? [] : [`, input log file is '${paths.in}'`]),
    ...(timing === undefined || timing.path === '' ? [] : [`, timing file is '${timing.path}'`]),
  ]
  if (!o.quiet) await io.print(`Script started${named.join('')}.\n`)
  await io.out.flush()
  await timings?.fact('START_TIME', stamp(sys))
  await timings?.fact('SHELL', env.get('SHELL') ?? '/bin/sh')
  if (o.command !== undefined) await timings?.fact('COMMAND', o.command)
  if (timing && timing.path !== '') await timings?.fact('TIMING_LOG', timing.path)
  for (const [name, path] of [
    ['OUTPUT_LOG', paths.out],
    ['INPUT_LOG', paths.in],
  ] as const)
    if (path !== undefined) await timings?.fact(name, path)
  for (const fd of fds.values()) await writeAll(sys, fd, encoder.encode(head(context)))
  const log = { out: fds.get(paths.out ?? ''), in: fds.get(paths.in ?? ''), timings, limit: limitOf(o.limit) }
  const status = await session(context, log)
  await timings?.fact('EXIT_CODE', String(status))
  for (const fd of fds.values())
    await writeAll(sys, fd, encoder.encode(`\nScript done on ${stamp(sys)} [COMMAND_EXIT_CODE="${status}"]\n`))
  if (!o.quiet) await io.print('Script done.\n')
  return o.return ? status : 0
}

const limitOf = (text: string | undefined): number => (text === undefined ? Infinity : (parseSize(text) ?? Infinity))

/** script: a typescript of a terminal session. util-linux 2.38. */
export const script = defineProgram({
  name: 'util-linux/script',
  paths: ['/usr/bin/script'],
  covers: 'partial',
  lacks: ['signals in the advanced format of timings'],
  summary: 'make typescript of terminal session',
  sizeBytes: 56_064,
  usage: 'script [options] [file]',
  options,
  main,
})
