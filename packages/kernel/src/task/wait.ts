import { EAGAIN, ECHILD, SIGCHLD, WCONTINUED, type WaitResult, WNOHANG, WUNTRACED } from '@drydock/abi'
import type { Task } from './task.ts'

/** A child changed state: SIGCHLD, and whoever waits looks again. */
export function tellParent(task: Task): void {
  const { parent } = task
  if (!parent) return
  parent.childQueue.wake()
  parent.parts.signals.send(parent, SIGCHLD, 'kernel')
}

/** Which children waitpid(2) asks for. */
function chooser(caller: Task, pid: number): (child: Task) => boolean {
  const namespace = caller.pidNamespace
  if (pid > 0) return (child) => child.pid.in(namespace) === pid
  if (pid === -1) return () => true
  if (pid === 0) return (child) => child.group === caller.group
  return (child) => child.group.pid.in(namespace) === -pid
}

/** The wait of one call, without waiting. @throws ECHILD; EAGAIN when nothing has happened yet */
export function pollChildren(caller: Task, pid: number, options: number): WaitResult | undefined {
  const wanted = [...caller.children].filter(chooser(caller, pid))
  if (wanted.length === 0) throw ECHILD
  for (const child of wanted) {
    const result = take(caller, child, options)
    if (result) return result
  }
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
  if (task.parent) task.parent.childrenCpuMs += task.cpuMs + task.childrenCpuMs
  task.parent?.children.delete(task)
  task.parent = undefined
  task.pid.task = undefined
  task.group.remove(task)
  task.pid.releaseIfUnused()
}
