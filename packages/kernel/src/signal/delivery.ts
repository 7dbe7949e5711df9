import {
  defaultAction,
  type DefaultAction,
  SIGCONT,
  SIGHUP,
  SIGKILL,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  type Signal,
  type WaitStatus,
} from '@drydock/abi'
import type { ProcessGroup } from '../task/process-group.ts'
import type { Task } from '../task/task.ts'
import { exitTask, oops } from '../task/exit.ts'
import { isUnexpected } from '../task/pending-call.ts'
import { tellParent } from '../task/wait.ts'
import type { Sender } from './sender.ts'

const STOPS: readonly Signal[] = [SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]
const isStop = (signal: Signal): boolean => STOPS.includes(signal)

/** Sends a signal and, where the task is able to take it, lets it act at once. kill(2), signal(7). */
export function sendSignal(task: Task, signal: Signal, sender: Sender): void {
  if (!task.alive || signal === 0) return
  if (signal === SIGCONT) continueTask(task)
  if (isStop(signal)) task.signals.pending.delete(SIGCONT)
  if (signal !== SIGKILL && !task.mayRun) {
    if (task.signals.effect(signal) !== 'ignore' && !isImmune(task, signal, sender))
      task.signals.pending.add(signal, task.limits.get('SIGPENDING').soft)
    return
  }
  deliver(task, signal, sender)
}

/** To every member of a group. */
export function signalGroup(group: ProcessGroup, signal: Signal, sender: Sender): void {
  for (const task of Array.from(group.members)) sendSignal(task, signal, sender)
}

/**
 * Process 1 of a namespace gets only signals it has a handler for; SIGKILL and SIGSTOP from an outer namespace do act.
 * pid_namespaces(7), "The namespace init process".
 */
function isImmune(task: Task, signal: Signal, sender: Sender): boolean {
  if (!task.isInit || task.signals.action(signal).disposition !== 'SIG_DFL') return false
  const forced = sender !== 'kernel' && sender !== task.pidNamespace
  return !(forced && (signal === SIGKILL || signal === SIGSTOP))
}

function deliver(task: Task, signal: Signal, sender: Sender): void {
  if (isImmune(task, signal, sender)) return
  task.tracer?.signalled(task, signal)
  const effect = signal === SIGKILL || signal === SIGSTOP ? defaultAction(signal) : task.signals.effect(signal)
  if (typeof effect === 'string') return ACTIONS[effect](task, signal)
  if (typeof effect.disposition === 'function') handle(task, signal, effect.disposition, effect.restart)
}

function handle(task: Task, signal: Signal, handler: (signal: Signal) => void, restart: boolean): void {
  try {
    handler(signal)
  } catch (error) {
    if (isUnexpected(error)) return oops(task, error)
  }
  task.interruptCalls(signal, restart)
}

const terminate =
  (core: boolean) =>
  (task: Task, signal: Signal): void =>
    exitTask(task, { kind: 'signaled', signal, core: core && task.limits.get('CORE').soft > 0 })

const ACTIONS: Readonly<Record<DefaultAction, (task: Task, signal: Signal) => void>> = {
  ignore: () => {},
  // The continuing itself was done when the signal was sent.
  continue: () => {},
  terminate: terminate(false),
  core: terminate(true),
  stop: stopTask,
}

function stopTask(task: Task, signal: Signal): void {
  if (signal !== SIGSTOP && task.group.orphaned) return
  if (task.state !== 'running') return
  task.state = 'stopped'
  task.hold()
  report(task, { kind: 'stopped', signal })
}

function continueTask(task: Task): void {
  for (const signal of STOPS) task.signals.pending.delete(signal)
  if (task.state !== 'stopped') return
  task.state = 'running'
  report(task, { kind: 'continued' })
  takePending(task)
}

function report(task: Task, status: WaitStatus): void {
  task.unreported = status
  tellParent(task)
}

/** The task may run again: signals that waited act now. */
export function takePending(task: Task): void {
  while (task.mayRun) {
    const signal = task.signals.pending.shift()
    if (signal === undefined) break
    deliver(task, signal, 'kernel')
  }
  task.thaw()
}

/** A group that became orphaned with stopped members is woken and told. POSIX exit(), "Consequences". */
export function releaseOrphans(group: ProcessGroup): void {
  if (!group.orphaned || ![...group.members].some((task) => task.state === 'stopped')) return
  signalGroup(group, SIGHUP, 'kernel')
  signalGroup(group, SIGCONT, 'kernel')
}
