import {
  ECHILD,
  EINTR,
  exitStatus,
  isErrno,
  SIGINT,
  SIGNALS,
  WNOHANG,
  WCONTINUED,
  signalName,
  type WaitResult,
  type WaitStatus,
  WUNTRACED,
} from '@drydock/abi'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { Command } from '../syntax/ast.ts'
import { commandText } from '../syntax/print.ts'
import { type Steps, wait } from './flow.ts'
import { jobLine, signalText } from './job-messages.ts'
import type { Shell } from './shell.ts'

/** What a job runs; made a text only when somebody has to be told. */
export type Told = Command | string

const textOf = (told: Told): string => (typeof told === 'string' ? told : commandText(told))

/** Waits for a foreground pipeline; makes it a job when it stops. @returns the status of its last process */
export function* waitForeground(shell: Shell, pgid: number, pids: readonly number[], command: Told): Steps<number> {
  const statuses = new Map<number, WaitStatus>()
  for (const pid of pids) {
    const status = yield* waitOne(shell, pid)
    if (status) statuses.set(pid, status)
    if (status?.kind === 'stopped') return yield* becomeJob(shell, pgid, pids, statuses, textOf(command))
  }
  takeTerminal(shell)
  const list = pids.map((pid) => statusOf(statuses.get(pid)))
  shell.pipeStatus = list
  const last = statuses.get(pids.at(-1) ?? 0)
  yield* tellSignal(shell, last, pids, command, statuses)
  const status = shell.options.has('pipefail') ? (list.findLast((each) => each !== 0) ?? 0) : (list.at(-1) ?? 0)
  return (shell.status = status)
}

const statusOf = (status: WaitStatus | undefined): number => (status ? exitStatus(status) : 127)

function* waitOne(shell: Shell, pid: number): Steps<WaitStatus | undefined> {
  const known = shell.jobs.ended.get(pid)
  if (known) {
    shell.jobs.ended.delete(pid)
    return known
  }
  for (;;) {
    try {
      // While a shell waits it takes notice of its other children as well: none stays a zombie behind a long program.
      const any = shell.jobs.jobs.size > 0
      const result = yield* wait(shell.sys.wait(any ? -1 : pid, shell.jobControl ? WUNTRACED : 0))
      if (result?.pid === pid) return result.status
      if (!result) continue
      shell.jobs.note(result.pid, result.status)
      yield* tellKilled(shell, result.pid, result.status)
    } catch (error) {
      if (error === ECHILD) return undefined
      if (error !== EINTR) throw error
    }
  }
}

/** A shell without a terminal tells at once of a job that a signal ended, unless somebody asked for that. */
export function* tellKilled(shell: Shell, pid: number, status: WaitStatus): Steps<void> {
  if (status.kind !== 'signaled' || shell.interactive || QUIET.has(status.signal)) return
  if (shell.traps.has(signalName(status.signal) ?? '')) return
  const job = shell.jobs.byPid(pid)
  if (job?.told) return
  if (job) job.told = true
  const text = signalText(status.signal)
  if (shell.dialect.name === 'bash')
    yield* wait(shell.complain(`${String(pid).padStart(5)} ${text.padEnd(24)}${job?.command ?? ''}`))
  else yield* wait(shell.sys.write(2, encodeText(`${text}\n`)))
}
const QUIET: ReadonlySet<number> = new Set([SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGPIPE])

/** Back to the shell's own group. */
export function takeTerminal(shell: Shell): void {
  if (!shell.jobControl) return
  try {
    shell.sys.tcsetpgrp(shell.terminal, shell.sys.getpgid())
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function* becomeJob(
  shell: Shell,
  pgid: number,
  pids: readonly number[],
  statuses: Map<number, WaitStatus>,
  command: string,
): Steps<number> {
  takeTerminal(shell)
  const job =
    shell.jobs.byPid(pids[0] ?? 0) ??
    shell.jobs.add({
      pgid,
      command,
      background: false,
      processes: pids.map((pid) => ({ pid, status: statuses.get(pid) })),
    })
  job.state = 'Stopped'
  job.told = true
  for (const process of job.processes)
    process.status = statuses.get(process.pid) ?? { kind: 'stopped', signal: SIGNALS.SIGTSTP }
  shell.jobs.touch(job)
  yield* wait(shell.sys.write(2, encodeText(`\n${jobLine(shell, job)}\n`)))
  const stopped = [...statuses.values()].find((status) => status.kind === 'stopped')
  return (shell.status = 128 + (stopped?.kind === 'stopped' ? stopped.signal : SIGNALS.SIGTSTP))
}

/** A line for each process of a pipeline: how it ended, and its command. */
function endings(pids: readonly number[], told: Told, statuses: ReadonlyMap<number, WaitStatus>): string {
  const commands = typeof told !== 'string' && told.type === 'pipeline' ? told.commands : [told]
  return pids
    .map(
      (pid, at) =>
        `${String(pid).padStart(5)} ${ending(statuses.get(pid)).padEnd(24)}${at > 0 ? '| ' : ''}${textOf(commands[at] ?? '')}`,
    )
    .join('\n     ')
}

function ending(status: WaitStatus | undefined): string {
  if (status?.kind === 'signaled') return `${signalText(status.signal)}${status.core ? ' (core dumped)' : ''}`
  const code = status ? exitStatus(status) : 0
  return code === 0 ? 'Done' : `Exit ${code}`
}

/** What bash says about a program that a signal ended. */
function* tellSignal(
  shell: Shell,
  status: WaitStatus | undefined,
  pids: readonly number[],
  told: Told,
  statuses: ReadonlyMap<number, WaitStatus>,
): Steps<void> {
  if (status?.kind !== 'signaled') return
  const { signal } = status
  if (signal === SIGINT) {
    // As wait_for() of bash: the signal went to the program's group alone, and means the loop around it as well.
    if (shell.interactive && !shell.traps.has('INT')) shell.interrupted = true
    else if (shell.interactive) yield* wait(shell.sys.write(2, encodeText('\n')))
    return
  }
  if (signal === SIGNALS.SIGPIPE || shell.subshell > 0) return
  const text = ending(status)
  if (shell.interactive) yield* wait(shell.sys.write(2, encodeText(`${text}\n`)))
  else if (shell.dialect.name === 'bash') yield* wait(shell.complain(endings(pids, told, statuses)))
  else yield* wait(shell.sys.write(2, encodeText(`${text}\n`)))
}

/** Takes notice of children in the background, without waiting. */
export function reap(shell: Shell): void {
  for (;;) {
    let result: WaitResult | undefined
    try {
      const found = shell.sys.wait(-1, WNOHANG | WUNTRACED | WCONTINUED)
      if (found instanceof Promise) return
      result = found
    } catch (error) {
      if (isErrno(error)) return
      throw error
    }
    if (!result) return
    shell.jobs.note(result.pid, result.status)
  }
}
