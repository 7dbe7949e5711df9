import {
  exitStatus,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_WRONLY,
  parseSignal,
  SIGNALS,
  type Signal,
  signalName,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, searchPath, UsageError, value } from '@drydock/libc'
import { startCommand } from '../exec/run-command.ts'
import { isTerminal } from '../text/terminal.ts'
import { parseInterval } from './sleep.ts'

const { SIGHUP, SIGTERM, SIGKILL, SIGCHLD, SIGINT, SIGCONT } = SIGNALS

/** Waits for a child at most so long. @returns its status, or undefined after the time */
async function waitAtMost(sys: Sys, pid: number, ms: number): Promise<number | undefined> {
  const until = sys.clock.monotonic() + ms
  const previous = sys.sigaction(SIGCHLD, () => undefined)
  try {
    for (;;) {
      const result = await sys.wait(pid, 1)
      if (result) return exitStatus(result.status)
      const left = until - sys.clock.monotonic()
      if (left <= 0) return undefined
      try {
        await sys.sleep(Math.min(left, 86_400_000))
      } catch (error) {
        if (!isErrno(error)) throw error
      }
    }
  } finally {
    sys.sigaction(SIGCHLD, previous)
  }
}

function send(sys: Sys, pid: number, signal: Signal): void {
  try {
    sys.kill(pid, signal)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** timeout: run a command with a time limit. GNU coreutils 9. */
export const timeout = defineProgram({
  name: 'coreutils/timeout',
  paths: ['/usr/bin/timeout'],
  covers: 'partial',
  lacks: ['the command in a group of its own'],
  summary: 'run a command with a time limit',
  sizeBytes: 43968,
  usage: 'timeout [OPTION] DURATION COMMAND [ARG]...',
  usageStatus: 125,
  stopAtOperand: true,
  options: {
    foreground: flag('f', 'foreground'),
    killAfter: value('k', 'kill-after'),
    preserve: flag('p', 'preserve-status'),
    signal: value('s', 'signal'),
    verbose: flag('v', 'verbose'),
  },
  async main({ sys, env, operands, options: o, flavour, fail }) {
    const [duration, ...command] = operands
    if (duration === undefined || command.length === 0)
      throw new UsageError(flavour === 'busybox' ? 'missing operand' : '')
    const limit = parseInterval(duration)
    if (limit === undefined) throw new UsageError(`invalid time interval '${duration}'`)
    const killAfter = o.killAfter === undefined ? undefined : parseInterval(o.killAfter)
    if (o.killAfter !== undefined && killAfter === undefined)
      throw new UsageError(`invalid time interval '${o.killAfter}'`)
    const signal = o.signal === undefined ? SIGTERM : parseSignal(o.signal)
    if (signal === undefined) throw new UsageError(`'${o.signal}': invalid signal`)
    const pid = await startCommand(sys, command, env)
    if (typeof pid !== 'number') {
      if (pid.kind === 'not-run') await fail(`failed to run command '${command[0]}': ${pid.message}`)
      return pid.kind === 'not-run' && pid.code === 'ENOENT' ? 127 : 126
    }
    for (const passed of [SIGTERM, SIGINT, SIGHUP]) sys.sigaction(passed, (got) => send(sys, pid, got))
    const inTime = await waitAtMost(sys, pid, limit === 0 ? Infinity : limit)
    if (inTime !== undefined) return inTime
    const say = async (sent: number): Promise<void> => {
      if (o.verbose) await fail(`sending signal ${signalName(sent)?.slice(3)} to command '${command[0]}'`)
    }
    await say(signal)
    send(sys, pid, signal)
    send(sys, pid, SIGCONT)
    let status = await waitAtMost(sys, pid, killAfter ?? Infinity)
    if (status === undefined) {
      await say(SIGKILL)
      send(sys, pid, SIGKILL)
      status = await waitAtMost(sys, pid, Infinity)
      return status ?? 137
    }
    // So that the caller sees a command that was killed, not one that ended with 137.
    if (signal === SIGKILL) sys.kill(sys.getpid(), SIGKILL)
    return o.preserve || flavour === 'busybox' ? status : 124
  },
})

/** nohup: run a command that outlives the terminal. GNU coreutils 9. */
export const nohup = defineProgram({
  name: 'coreutils/nohup',
  paths: ['/usr/bin/nohup'],
  covers: 'full',
  summary: 'run a command immune to hangups',
  usage: 'nohup COMMAND [ARG]...',
  usageStatus: 125,
  stopAtOperand: true,
  options: {},
  async main({ sys, env, operands, fail, io }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    const input = isTerminal(sys, 0)
    if (input) sys.dup2(sys.open('/dev/null', O_WRONLY), 0)
    if (isTerminal(sys, 1)) {
      const path = 'nohup.out'
      await fail(`${input ? 'ignoring input and ' : ''}appending output to '${path}'`)
      sys.dup2(sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600), 1)
    } else if (input) await fail('ignoring input')
    if (isTerminal(sys, 2)) sys.dup2(1, 2)
    sys.sigaction(SIGHUP, 'SIG_IGN')
    await io.out.flush()
    try {
      return await sys.exec(searchPath(sys, operands[0] ?? '', env.get('PATH')), operands, env)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`failed to run command '${operands[0]}': ${error.message}`)
      return error.code === 'ENOENT' ? 127 : 126
    }
  },
})

/** nice: run a command with another priority. */
export const nice = defineProgram({
  name: 'coreutils/nice',
  paths: ['/usr/bin/nice'],
  covers: 'full',
  summary: 'run a program with modified scheduling priority',
  usage: 'nice [OPTION] [COMMAND [ARG]...]',
  usageStatus: 125,
  stopAtOperand: true,
  options: { adjustment: value('n', 'adjustment') },
  async main({ sys, env, operands, options: o, io, fail }) {
    const now = sys.processes().find((p) => p.pid === sys.getpid())?.nice ?? 0
    if (operands.length === 0) {
      await io.print(`${now}\n`)
      return 0
    }
    const step = Number(o.adjustment ?? 10)
    if (!Number.isInteger(step)) throw new UsageError(`invalid adjustment '${o.adjustment}'`)
    try {
      sys.setpriority(0, Math.max(-20, Math.min(19, now + step)))
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`cannot set niceness: ${error.message}`)
    }
    try {
      return await sys.exec(searchPath(sys, operands[0] ?? '', env.get('PATH')), operands, env)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`'${operands[0]}': ${error.message}`)
      return error.code === 'ENOENT' ? 127 : 126
    }
  },
})

/** yes: a line again and again. */
export const yes = defineProgram({
  name: 'coreutils/yes',
  paths: ['/usr/bin/yes'],
  covers: 'full',
  summary: 'output a string repeatedly until killed',
  usage: 'yes [STRING]...',
  options: {},
  async main({ sys, operands }) {
    const line = `${operands.length ? operands.join(' ') : 'y'}\n`
    const block = new TextEncoder().encode(line.repeat(Math.max(1, Math.floor(8192 / line.length))))
    for (;;) {
      const written = sys.write(1, block)
      if (written instanceof Promise) await written
      const pause = sys.tick()
      if (pause) await pause
    }
  },
})

/** tty: the name of the terminal on standard input. POSIX.1-2024 tty. */
export const tty = defineProgram({
  name: 'coreutils/tty',
  paths: ['/usr/bin/tty'],
  covers: 'full',
  summary: 'print the file name of the terminal connected to standard input',
  usage: 'tty [OPTION]...',
  usageStatus: 2,
  options: { silent: flag('s', 'silent'), quiet: flag('', 'quiet') },
  async main({ sys, io, options: o }) {
    const terminal = isTerminal(sys, 0)
    if (!o.silent && !o.quiet) await io.print(`${terminal ? sys.ttyname(0) : 'not a tty'}\n`)
    return terminal ? 0 : 1
  },
})
