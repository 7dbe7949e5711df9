import { EAGAIN, ECHILD, SIGCHLD, WCONTINUED, type WaitResult, WNOHANG, WUNTRACED } from '@drydock/abi'
import type { WaitQueue } from '../wait-queue.ts'
import type { Task } from './task.ts'

/** A child changed state: SIGCHLD, and whoever waits looks again. */
export function tellParent(task: Task): void {
  const { parent } = task
  if (!parent) return
  wakeWaiters(task)
  parent.parts.signals.send(parent, SIGCHLD, 'kernel')
}

/** Whoever waits for this one or for any of its parent's looks again. */
export function wakeWaiters(task: Task): void {
  task.parent?.childQueue.wake()
  task.stateQueue.wake()
}

/** What a wait sleeps on: of a thousand waits for one child each, one is to wake. */
export function queueOf(caller: Task, pid: number): WaitQueue {
  const child = pid > 0 ? caller.pidNamespace.find(pid)?.task : undefined
  return child?.parent === caller ? child.stateQueue : caller.childQueue
}

/** Whether that child is there, and has nothing to tell as yet. */
export function isSilent(caller: Task, pid: number, options: number): boolean {
  if (pid <= 0 || (options & WNOHANG) !== 0) return false
  const child = caller.pidNamespace.find(pid)?.task
  return child?.parent === caller && child.exitStatus === undefined && child.unreported === undefined
}

/** Those that waitpid(2) asks for. One by its number is found at once. */
function asked(caller: Task, pid: number): Iterable<Task> {
  const { children, pidNamespace: namespace } = caller
  if (pid === -1) return children
  if (pid > 0) {
    const child = namespace.find(pid)?.task
    return child?.parent === caller ? [child] : []
  }
  const group = pid === 0 ? caller.group : namespace.find(-pid)?.group
  return [...children].filter((child) => child.group === group)
}

/** The wait of one call, without waiting. @throws ECHILD; EAGAIN when nothing has happened yet */
export function pollChildren(caller: Task, pid: number, options: number): WaitResult | undefined {
  let any = false
  for (const child of asked(caller, pid)) {
    any = true
    const result = take(caller, child, options)
    if (result) return result
  }
  if (!any) throw ECHILD
  if ((options & WNOHANG) !== 0) return undefined
  throw EAGAIN
}

function take(caller: Task, child: Task, options: number): WaitResult | undefined {
  const pid = child.pid.in(caller.pidNamespace)
  if (child.exitStatus !== undefined) {
    reap(child)
    return { pid, status: child.exitStatus }
  }
  const status = child.unreported
  if (status === undefined || !(options & (status.kind === 'stopped' ? WUNTRACED : WCONTINUED))) return undefined
  child.unreported = undefined
  return { pid, status }
}

/** The zombie is gone: its number is free again. */
export function reap(task: Task): void {
  task.parent?.takeOver(task)
  task.parent?.children.delete(task)
  task.parent = undefined
  task.pid.task = undefined
  task.group.remove(task)
  task.pid.releaseIfUnused()
  // Another wait for the same one learns that it has come too late.
  task.stateQueue.wake()
}
