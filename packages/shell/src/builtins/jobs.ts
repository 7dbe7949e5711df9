import {
  ECHILD,
  EINTR,
  exitStatus,
  isErrno,
  parseSignal,
  SIGCONT,
  SIGNAL_NAMES,
  signalName,
  SIGNALS,
  SIGRTMAX,
  WUNTRACED,
} from '@drydock/abi'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { jobLine } from '../interp/job-messages.ts'
import type { Job } from '../interp/job-table.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { runPendingTraps } from '../interp/traps.ts'
import { reap, tellKilled, waitForeground } from '../interp/wait.ts'
import { singleQuote } from '../expand/quote.ts'
import { quietly } from '../interp/redirect.ts'
import { runText } from '../interp/script.ts'
import { parseFlags } from './flags.ts'
import { usageOf } from './usage.ts'

function* jobs(shell: Shell, args: readonly string[]): Steps<number> {
  if (args[0] === '-x' && shell.dialect.name === 'bash') return yield* substituteJobs(shell, args.slice(1))
  const { options, operands } = parseFlags(args, { flags: 'lnprs' })
  reap(shell)
  const chosen = operands.length ? operands.map((spec) => jobOf(shell, spec)) : [...shell.jobs.jobs.values()]
  for (const job of chosen) {
    if ((options.has('r') && job.state !== 'Running') || (options.has('s') && job.state !== 'Stopped')) continue
    if (options.has('n') && job.told) continue
    yield* wait(
      shell.print(options.has('p') ? `${job.processes[0]?.pid}\n` : `${jobLine(shell, job, options.has('l'))}\n`),
    )
    job.told = true
    if (job.state === 'Done') shell.jobs.remove(job)
  }
  return 0
}

/** `jobs -x`: runs a command with the groups of jobs in the place of their names. */
function* substituteJobs(shell: Shell, words: readonly string[]): Steps<number> {
  const given = words.map((word) => (/^%./.test(word) ? String(shell.jobs.find(word)?.pgid ?? word) : word))
  if (given.length === 0) return 0
  return yield* runText(shell, given.map(singleQuote).join(' '))
}

function jobOf(shell: Shell, spec: string): Job {
  const job = shell.jobs.find(spec)
  if (!job) throw new FatalError(`${spec}: no such job`, 1, false)
  return job
}

function currentJob(shell: Shell, [spec]: readonly string[]): Job {
  if (!shell.jobControl) throw new FatalError('no job control', 1, false)
  reap(shell)
  const job = spec === undefined ? shell.jobs.current() : shell.jobs.find(spec)
  if (!job) throw new FatalError(`${spec ?? 'current'}: no such job`, 1, false)
  return job
}

function* fg(shell: Shell, args: readonly string[]): Steps<number> {
  const job = currentJob(shell, args)
  yield* wait(shell.print(`${job.command}\n`))
  quietly(() => shell.sys.tcsetpgrp(shell.terminal, job.pgid))
  continueJob(shell, job)
  const pids = job.processes.filter(({ status }) => !status || status.kind === 'stopped').map(({ pid }) => pid)
  const status = yield* waitForeground(shell, job.pgid, pids, job.command)
  if (job.state === 'Running') shell.jobs.remove(job)
  return status
}

function continueJob(shell: Shell, job: Job): void {
  job.state = 'Running'
  for (const process of job.processes) if (process.status?.kind === 'stopped') process.status = undefined
  shell.sys.kill(-job.pgid, SIGCONT)
}

function* bg(shell: Shell, args: readonly string[]): Steps<number> {
  const job = currentJob(shell, args)
  if (job.state === 'Done') throw new FatalError('job has terminated', 1, false)
  if (job.state === 'Running') throw new FatalError(`job ${job.id} already in background`, 0, false)
  continueJob(shell, job)
  yield* wait(shell.print(`[${job.id}]${shell.jobs.mark(job)} ${job.command} &\n`))
  return 0
}

function* waitBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(
    args,
    shell.dialect.name === 'bash' ? { flags: 'fn', values: 'p' } : { flags: '' },
  )
  const variable = options.get('p')
  if (variable !== undefined) shell.variables.unset(variable)
  if (options.has('n')) return yield* waitAny(shell, operands, variable)
  if (operands.length === 0) {
    for (const job of [...shell.jobs.jobs.values()])
      if (job.state === 'Running') for (const { pid, status } of job.processes) if (!status) yield* waitPid(shell, pid)
    for (const job of [...shell.jobs.jobs.values()]) if (job.state === 'Done') shell.jobs.remove(job)
    shell.jobs.waited.clear()
    shell.jobs.ended.clear()
    return 0
  }
  let status = 0
  for (const spec of operands) {
    if (!spec.startsWith('%') && !/^\d+$/.test(spec))
      throw new FatalError(`\`${spec}': not a pid or valid job spec`, 1, false)
    const job = spec.startsWith('%') ? shell.jobs.find(spec) : undefined
    if (spec.startsWith('%') && !job) throw new FatalError(`${spec}: no such job`, 127, false)
    const pid = job ? (job.processes.at(-1)?.pid ?? 0) : Number(spec)
    status = yield* waitPid(shell, pid)
    if (variable !== undefined && status !== 127) shell.variables.set(variable, String(pid))
  }
  return status
}

function* waitPid(shell: Shell, pid: number): Steps<number> {
  const known = shell.jobs.ended.get(pid)
  if (known) {
    shell.jobs.ended.delete(pid)
    yield* tellKilled(shell, pid, known)
    return finish(shell, pid, exitStatus(known))
  }
  for (;;) {
    try {
      const result = yield* wait(shell.sys.wait(pid, WUNTRACED))
      if (!result) return 0
      shell.jobs.note(result.pid, result.status)
      shell.jobs.ended.delete(pid)
      yield* tellKilled(shell, pid, result.status)
      return finish(shell, pid, exitStatus(result.status))
    } catch (error) {
      if (error === EINTR) {
        if (shell.pendingTraps.size || shell.interrupted) {
          const [name] = shell.pendingTraps
          yield* runPendingTraps(shell)
          return 128 + ((name && parseSignal(name)) || SIGNALS.SIGINT)
        }
        continue
      }
      if (error !== ECHILD) throw error
      const before = shell.jobs.waited.get(pid)
      if (before !== undefined && shell.dialect.name === 'bash') return before
      yield* wait(shell.complain(`wait: pid ${pid} is not a child of this shell`))
      return 127
    }
  }
}

function finish(shell: Shell, pid: number, status: number): number {
  const job = shell.jobs.byPid(pid)
  if (job?.state === 'Done') shell.jobs.remove(job)
  shell.jobs.waited.set(pid, status)
  return status
}

/** `wait -n`: the next that ends, of those that are named. @param variable  told its process */
function* waitAny(shell: Shell, specs: readonly string[], variable: string | undefined): Steps<number> {
  const pids = specs.map((spec) =>
    spec.startsWith('%') ? (shell.jobs.find(spec)?.processes.at(-1)?.pid ?? 0) : Number(spec),
  )
  const strange = pids.findIndex((pid) => shell.jobs.byPid(pid) === undefined && !shell.jobs.ended.has(pid))
  if (strange >= 0) {
    yield* wait(shell.complain(`wait: ${specs[strange]}: no such job`))
    if (pids.length === 1) return 127
  }
  const wanted = (pid: number): boolean => pids.length === 0 || pids.includes(pid)
  const tell = (pid: number): void => {
    if (variable !== undefined) shell.variables.set(variable, String(pid))
  }
  const first = [...shell.jobs.ended.keys()].find(wanted)
  if (first !== undefined) {
    tell(first)
    return yield* waitPid(shell, first)
  }
  try {
    for (;;) {
      const result = yield* wait(shell.sys.wait(-1))
      if (!result) return 127
      shell.jobs.note(result.pid, result.status)
      if (!wanted(result.pid)) continue
      shell.jobs.ended.delete(result.pid)
      tell(result.pid)
      return finish(shell, result.pid, exitStatus(result.status))
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    return 127
  }
}

function* tellUsage(shell: Shell): Steps<void> {
  const text = yield* usageOf('kill')
  yield* wait(shell.dialect.name === 'bash' ? shell.say(text) : shell.complain(text))
}

function* needsArgument(shell: Shell, option: string): Steps<number> {
  yield* wait(shell.complain(`kill: ${option}: option requires an argument`))
  return 1
}

/** Stops the shell itself until somebody lets it go on. */
function* suspend(shell: Shell, args: readonly string[]): Steps<number> {
  const { options } = parseFlags(args, { flags: 'f' })
  if (!shell.jobControl && !options.has('f')) throw new FatalError('cannot suspend: no job control', 1, false)
  if (shell.login && !options.has('f')) throw new FatalError('cannot suspend a login shell', 1, false)
  const { sys } = shell
  sys.sigaction(SIGNALS.SIGTSTP, 'SIG_DFL')
  sys.kill(sys.getpgid() === sys.getpid() ? -sys.getpgid() : sys.getpid(), SIGNALS.SIGTSTP)
  const slice = sys.tick()
  if (slice) yield slice
  sys.sigaction(SIGNALS.SIGTSTP, shell.ownDisposition(SIGNALS.SIGTSTP))
  return 0
}

function* kill(shell: Shell, args: readonly string[]): Steps<number> {
  const [first = '', ...rest] = args
  if (first === '-l' || first === '-L') return yield* listSignals(shell, rest)
  let signal: number | undefined = SIGNALS.SIGTERM
  let targets = args
  if (first === '-s' || first === '-n') {
    if (rest.length === 0) return yield* needsArgument(shell, first)
    signal = parseSignal(rest[0] ?? '')
    targets = rest.slice(1)
    if (signal === undefined) throw new FatalError(`${rest[0]}: invalid signal specification`, 1, false)
  } else if (first === '--') targets = rest
  else if (/^-./.test(first)) {
    signal = parseSignal(first.slice(1))
    targets = rest
    if (signal === undefined) throw new FatalError(`${first.slice(1)}: invalid signal specification`, 1, false)
  }
  if (targets[0] === '--') targets = targets.slice(1)
  if (targets.length === 0) {
    yield* tellUsage(shell)
    return 2
  }
  let status = 0
  for (const target of targets) {
    const message = sendTo(shell, target, signal)
    if (!message) continue
    yield* wait(shell.complain(`kill: ${message}`))
    status = 1
  }
  const slice = shell.sys.tick()
  if (slice) yield slice
  return status
}

function sendTo(shell: Shell, target: string, signal: number): string | undefined {
  try {
    if (target.startsWith('%')) {
      const job = shell.jobs.find(target)
      if (!job) return `${target}: no such job`
      if (shell.jobControl) shell.sys.kill(-job.pgid, signal)
      else for (const { pid } of job.processes) shell.sys.kill(pid, signal)
      if (job.state === 'Stopped' && signal !== SIGCONT && signal !== 0)
        shell.sys.kill(shell.jobControl ? -job.pgid : job.pgid, SIGCONT)
    } else if (/^-?\d+$/.test(target)) shell.sys.kill(Number(target), signal)
    else return `${target}: arguments must be process or job IDs`
    return undefined
  } catch (error) {
    if (!isErrno(error)) throw error
    return `(${target}) - ${error.message}`
  }
}

function* listSignals(shell: Shell, names: readonly string[]): Steps<number> {
  let status = 0
  for (const name of names) {
    const number = Number(name)
    const text = Number.isInteger(number)
      ? number === 0
        ? shell.dialect.name === 'dash'
          ? undefined
          : 'EXIT'
        : signalName(number > 128 ? number - 128 : number)?.slice(3)
      : name.toUpperCase().replace(/^SIG/, '') === 'EXIT'
        ? 0
        : parseSignal(name)
    if (text === undefined) {
      yield* wait(shell.complain(`kill: ${name}: invalid signal specification`))
      status = shell.dialect.bash ? 1 : 2
    } else yield* wait(shell.print(`${text}\n`))
  }
  if (names.length) return status
  yield* wait(shell.print(SIGNAL_LISTS.get(shell.dialect.name)?.() ?? inColumns()))
  return 0
}

/** Five to a line, each followed by a tab or a newline. */
function inColumns(): string {
  const cells = [...SIGNAL_NAMES].map(
    ([number, name], at) => `${String(number).padStart(2)}) ${name}${at % 5 === 4 ? '\n' : '\t'}`,
  )
  return `${cells.join('')}\n`
}

/** dash knows a name for every number, ash for the standard signals. */
const SIGNAL_LISTS: ReadonlyMap<string, () => string> = new Map([
  [
    'dash',
    () => Array.from({ length: SIGRTMAX + 1 }, (_, signal) => `${signalName(signal)?.slice(3) ?? signal}\n`).join(''),
  ],
  [
    'ash',
    () =>
      Object.entries(SIGNALS)
        .map(([name, signal]) => `${String(signal).padStart(2)}) ${name.slice(3)}\n`)
        .join(''),
  ],
])

function* disown(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'ahr' })
  const chosen = options.has('a')
    ? [...shell.jobs.jobs.values()]
    : operands.length
      ? operands.map((spec) => (/^\d+$/.test(spec) ? shell.jobs.byPid(Number(spec)) : undefined) ?? jobOf(shell, spec))
      : [shell.jobs.current()]
  if (chosen[0] === undefined && operands.length === 0 && options.size === 0)
    throw new FatalError('current: no such job', 1, false)
  for (const job of chosen) {
    if (job && options.has('h')) job.noHangUp = true
    else if (job) shell.jobs.remove(job)
  }
  yield* wait(0)
  return 0
}

export const jobBuiltins: readonly (readonly [string, Builtin])[] = [
  ['jobs', { run: jobs }],
  ['fg', { run: fg }],
  ['bg', { run: bg }],
  ['wait', { run: waitBuiltin }],
  ['kill', { run: kill }],
  ['suspend', { run: suspend }],
  ['disown', { run: disown }],
]
