import {
  exitStatus,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  rawTermios,
  SIGHUP,
  SIGWINCH,
  type Sys,
  type WindowSize,
} from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, value, writeAll } from '@drydock/libc'
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
  readonly fd: number
  /** Descriptor that gets a line for each piece of output: seconds since the last one, and bytes. */
  readonly timings: number | undefined
}

async function record(sys: Sys, master: number, { fd, timings }: Log): Promise<void> {
  let last = sys.clock.monotonic()
  try {
    for (;;) {
      const bytes = await sys.read(master, LARGEST_READ)
      if (bytes.length === 0) return
      const now = sys.clock.monotonic()
      await writeAll(sys, 1, bytes)
      await writeAll(sys, fd, bytes)
      if (timings !== undefined)
        await writeAll(sys, timings, encoder.encode(`${((now - last) / 1000).toFixed(6)} ${bytes.length}\n`))
      last = now
    }
  } catch (error) {
    // EIO: nobody holds the terminal's other end any more, pty(7).
    if (!isErrno(error)) throw error
  }
}

async function typeIn(sys: Sys, master: number): Promise<void> {
  try {
    for (let bytes = await sys.read(0, LARGEST_READ); bytes.length > 0; bytes = await sys.read(0, LARGEST_READ))
      await writeAll(sys, master, bytes)
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
  sys.close(slave)
  if (saved) {
    sys.tcsetattr(0, rawTermios(saved))
    sys.sigaction(SIGWINCH, () => sys.setWindowSize(master, sys.getWindowSize(0)), { restart: true })
    sys.sigaction(SIGHUP, () => sys.kill(-pid, SIGHUP), { restart: true })
  }
  try {
    void typeIn(sys, master)
    const recorded = record(sys, master, log)
    const ended = await sys.wait(pid)
    await Promise.race([recorded, sys.sleep(LINGER_MS)])
    return ended ? exitStatus(ended.status) : 1
  } finally {
    if (saved) sys.tcsetattr(0, saved)
  }
}

function openTimings(context: Context): number | undefined {
  const { sys, options: o } = context
  const path = o.timings ?? o.oldTimings
  if (path === undefined) return undefined
  return path === '' ? 2 : sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
}

async function main(context: Context): Promise<number> {
  const { sys, io, options: o, operands, fail } = context
  if (operands.length > 1) {
    await io.warn("script: unexpected number of arguments\nTry 'script --help' for more information.\n")
    return 1
  }
  const path = o.output ?? operands[0] ?? 'typescript'
  let fd: number
  try {
    fd = sys.open(path, O_WRONLY | O_CREAT | (o.append ? O_APPEND : O_TRUNC), 0o666)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`cannot open ${path}: ${error.message}`)
    return 1
  }
  const timings = openTimings(context)
  const named = timings === undefined || timings === 2 ? '' : `, timing file is '${o.timings ?? o.oldTimings}'`
  if (!o.quiet) await io.print(`Script started, output log file is '${path}'${named}.\n`)
  await io.out.flush()
  await writeAll(sys, fd, encoder.encode(head(context)))
  const status = await session(context, { fd, timings })
  await writeAll(sys, fd, encoder.encode(`\nScript done on ${stamp(sys)} [COMMAND_EXIT_CODE="${status}"]\n`))
  if (!o.quiet) await io.print('Script done.\n')
  return o.return ? status : 0
}

/** script: a typescript of a terminal session. util-linux 2.38. */
export const script = defineProgram({
  name: 'util-linux/script',
  paths: ['/usr/bin/script'],
  covers: 'partial',
  lacks: ['-B', '-E', '-I', '-m', '-o', 'scriptreplay'],
  summary: 'make typescript of terminal session',
  sizeBytes: 56_064,
  usage: 'script [options] [file]',
  options,
  main,
})
