import { SIGCHLD, SIGCONT, SIGHUP, SIGKILL, SIGSEGV, type WaitStatus } from '@drydock/abi'
import type { ProcessGroup } from './process-group.ts'
import type { Task } from './task.ts'
import { OpenFile } from '../vfs/index.ts'
import { reap, tellParent } from './wait.ts'

/**
 * Ends a task at once: its descriptors are closed, its parent told. What its program still does is nothing to anybody,
 * as every call it makes unwinds it. _exit(2).
 */
export function exitTask(task: Task, status: WaitStatus): void {
  if (!task.alive) return
  task.tracer?.ended(task, status)
  task.state = 'zombie'
  task.exitStatus = status
  task.unreported = undefined
  if (task.parts.scheduler.worksFor(task)) task.parts.scheduler.leave()
  task.abandonCalls()
  task.fds.closeAll(({ description }) => {
    if (description instanceof OpenFile) description.inode.records?.releaseAll(task)
  })
  if (task.isInit) killNamespace(task)
  leaveSession(task)
  const groups = task.children.size > 0 ? groupsAround(task) : [task.group]
  orphanChildren(task)
  task.cgroup.leave(task)
  task.namespaces.net.release()
  task.parts.onExit(task)
  for (const group of groups) task.parts.signals.releaseOrphans(group)
  if (ignoresChildren(task.parent)) reapSilently(task)
  else tellParent(task)
}

function killNamespace(init: Task): void {
  for (const task of init.pidNamespace.tasks())
    if (task !== init) exitTask(task, { kind: 'signaled', signal: SIGKILL, core: false })
}

/** The terminal of a session whose leader ends is hung up. setsid(2), credentials(7). */
function leaveSession(task: Task): void {
  const { session } = task.group
  const tty = session.tty
  if (session.leader !== task || tty === undefined) return
  const foreground = tty.foreground
  tty.disown()
  if (foreground === undefined) return
  task.parts.signals.sendGroup(foreground, SIGHUP, 'kernel')
  task.parts.signals.sendGroup(foreground, SIGCONT, 'kernel')
}

/** Who adopts the children: the nearest ancestor that asked for it, or process 1. prctl(2), PR_SET_CHILD_SUBREAPER */
export function reaperOf(task: Task): Task | undefined {
  for (let at = task.parent; at && at.pidNamespace === task.pidNamespace; at = at.parent)
    if (at.subreaper && at.alive) return at
  return task.pidNamespace.init
}

/** Its own group and its children's: they may be orphaned once it is gone. */
const groupsAround = ({ group, children }: Task): Iterable<ProcessGroup> =>
  new Set([group, ...Array.from(children, (child) => child.group)])

function orphanChildren(task: Task): void {
  if (task.children.size === 0) return
  const reaper = task.isInit ? task.pidNamespace.parent?.init : reaperOf(task)
  for (const child of Array.from(task.children)) {
    task.children.delete(child)
    child.parent = reaper
    reaper?.children.add(child)
    if (child.alive) {
      if (child.parentDeathSignal !== 0) child.parts.signals.send(child, child.parentDeathSignal, 'kernel')
      continue
    }
    if (task.isInit || ignoresChildren(reaper)) reapSilently(child)
    else tellParent(child)
  }
}

/** SIGCHLD set to SIG_IGN: children leave no zombie. wait(2), "NOTES". */
const ignoresChildren = (parent: Task | undefined): boolean =>
  parent === undefined || parent.signals.action(SIGCHLD).disposition === 'SIG_IGN'

function reapSilently(task: Task): void {
  const { parent } = task
  reap(task)
  parent?.childQueue.wake()
}

/** A program threw what is no Errno: a bug of ours. The task dies as by a wild pointer, and the log says where. */
export function oops(task: Task, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  task.parts.log.write(`${task.image.comm}[${task.id}]: segfault: ${text}`)
  exitTask(task, { kind: 'signaled', signal: SIGSEGV, core: task.limits.get('CORE').soft > 0 })
}
