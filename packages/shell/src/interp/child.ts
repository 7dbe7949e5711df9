import {
  EAGAIN,
  type ForkOptions,
  type MaybePromise,
  O_RDONLY,
  parseSignal,
  type Process,
  type Signal,
  SIGINT,
  SIGQUIT,
  SIGNALS,
} from '@drydock/abi'
import type { Command, List } from '../syntax/ast.ts'
import { drive, ExitShell, FatalError, type Steps, TopLevelError, wait } from './flow.ts'
import type { Shell } from './shell.ts'
import { runExitTrap, runPendingTraps } from './traps.ts'

const { SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM } = SIGNALS
/** What an interactive shell ignores, and its children must not. */
export const SHELL_SIGNALS: readonly Signal[] = [SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM]

export interface ForkRequest {
  /** 0: leads a new group. Only with job control. */
  readonly pgid?: number
  readonly foreground?: boolean
  readonly background?: boolean
  /** The shell does nothing else until the child has ended. */
  readonly waited?: boolean
  /** Puts the descriptors in place, in the child. */
  readonly prepare?: (child: Shell) => void
  readonly body: (child: Shell) => Steps<number>
}

/** bash waits 2, 4 and 8 seconds for room for another process, and gives up. FORKSLEEP_MAX */
const LONGEST_WAIT_S = 16
const NO_FORK_STATUS = 254

/** Makes a child; when there is no room for one, bash asks again and the others give up. */
export function* forking(shell: Shell, attempt: () => MaybePromise<number>): Steps<number> {
  for (let seconds = 1; ; seconds *= 2) {
    try {
      return yield* wait(attempt())
    } catch (error) {
      if (error !== EAGAIN) throw error
      const { cannotFork } = shell.dialect
      if (cannotFork !== undefined) throw new FatalError(cannotFork, 2)
      const retry = seconds < LONGEST_WAIT_S
      yield* wait(shell.say(`${shell.name}: fork: ${retry ? 'retry: ' : ''}${EAGAIN.message}`))
      if (!retry) throw new FatalError('', NO_FORK_STATUS)
      if (seconds > 1) yield* wait(shell.sys.sleep(seconds * 1000))
    }
  }
}

const PLAIN: ForkOptions = {}

function forkOptions(shell: Shell, { pgid, foreground, background }: ForkRequest): ForkOptions {
  const jobControl = shell.jobControl && pgid !== undefined
  return {
    ...(jobControl ? { pgid } : {}),
    ...(jobControl && foreground ? { foreground: true } : {}),
    ...(shell.interactive ? { defaultSignals: SHELL_SIGNALS } : {}),
    ...(background && !shell.jobControl ? { ignoredSignals: [SIGINT, SIGQUIT] } : {}),
  }
}

/** Forks: the child gets a copy of the shell as it is now. */
export function* forkShell(shell: Shell, request: ForkRequest): Steps<number> {
  const child = shell.fork(request.waited)
  const { background } = request
  const jobControl = shell.jobControl && request.pgid !== undefined
  const options = shell.jobControl || shell.interactive || background ? forkOptions(shell, request) : PLAIN
  const entry = (process: Process): MaybePromise<number> =>
    childMain(child, process, request, !background || jobControl)
  try {
    return shell.sys.fork(entry, options)
  } catch (error) {
    if (error !== EAGAIN) throw error
    return yield* forking(shell, () => shell.sys.fork(entry, options))
  }
}

function childMain(child: Shell, process: Process, request: ForkRequest, ownInput: boolean): MaybePromise<number> {
  child.attach(process)
  resetTraps(child)
  request.prepare?.(child)
  if (!ownInput && !request.prepare) nullInput(child)
  return drive(runProtected(child, request.body))
}

/** Commands in the background without job control read nothing. POSIX, 2.9.3. */
export function nullInput({ sys }: Shell): void {
  const fd = sys.open('/dev/null', O_RDONLY)
  sys.dup2(fd, 0)
  if (fd !== 0) sys.close(fd)
}

/** Traps are the parent's; what was ignored stays ignored. */
function resetTraps(child: Shell): void {
  for (const [name, action] of child.traps) {
    const signal = signalOf(name)
    if (action === '') continue
    if (signal !== undefined) child.sys.sigaction(signal, 'SIG_DFL')
    if (
      !(name === 'ERR' && child.options.has('errtrace')) &&
      !((name === 'DEBUG' || name === 'RETURN') && child.options.has('functrace'))
    )
      child.traps.delete(name)
  }
}

const signalOf = (name: string): number | undefined => (/^SIG|^\d/.test(name) ? parseSignal(name) : undefined)

/** Where `bash -c` ends by such an error its status is another than that of a script. */
const isCommandString = (shell: Shell): boolean =>
  shell.dialect.name === 'bash' && shell.options.has('commandString') && shell.subshell === 0

/** Runs to the end: exit, fatal errors and the EXIT trap included. */
export function* runProtected(shell: Shell, body: (shell: Shell) => Steps<number>): Steps<number> {
  let status: number
  try {
    status = yield* body(shell)
    if (shell.pendingTraps.size) yield* runPendingTraps(shell)
  } catch (error) {
    if (error instanceof ExitShell) status = error.status
    else if (error instanceof FatalError) {
      if (error.message) yield* wait(shell.complain(error.message))
      const unset = error.exits && error.status === 1 && !(error instanceof TopLevelError)
      status = unset && isCommandString(shell) ? 127 : error.status
    } else throw error
  }
  shell.status = status
  return yield* runExitTrap(shell, status)
}

/** Runs commands where the last one may take the place of the shell's process, as nothing is left to do after it. */
export function* runLast(shell: Shell, node: Command | List): Steps<number> {
  if (node.type === 'list') {
    const items = node.items
    const last = items.at(-1)
    if (!last || last.background) return yield* shell.machinery.execute(shell, node)
    if (items.length > 1) yield* shell.machinery.execute(shell, { type: 'list', items: items.slice(0, -1) })
    if (shell.jump) return shell.status
    return yield* runLast(shell, last.command)
  }
  if (node.type === 'simple') shell.mayExec = shell.traps.size === 0
  return yield* shell.machinery.execute(shell, node)
}
