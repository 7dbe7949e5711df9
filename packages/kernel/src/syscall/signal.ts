import { EAGAIN, EINVAL, EPERM, ESRCH, SIGCONT, SIGKILL, SIGSTOP, type Signal } from '@drydock/abi'
import { block } from '../task/pending-call.ts'
import type { Task } from '../task/task.ts'
import { UNWIND } from '../task/unwind.ts'
import { capable } from '../vfs/index.ts'
import type { SyscallTable } from './table.ts'

const LAST_SIGNAL = 64

/** Whom kill(2) means. */
function targets(caller: Task, pid: number): Task[] {
  const { pidNamespace } = caller
  if (pid > 0) return [pidNamespace.find(pid)?.task].filter((task) => task !== undefined)
  if (pid === 0) return [...caller.group.members]
  if (pid < -1) return [...(pidNamespace.find(-pid)?.group?.members ?? [])]
  return pidNamespace.tasks().filter((task) => task !== caller && !task.isInit)
}

/** kill(2), "RETURN VALUE": same user, root, or SIGCONT within the session. */
const maySignal = (caller: Task, target: Task, signal: Signal): boolean =>
  capable(caller.credentials, 'kill') ||
  caller.credentials.uid === target.uid ||
  caller.uid === target.uid ||
  (signal === SIGCONT && caller.group.session === target.group.session)

function sendFrom(task: Task, target: Task, signal: Signal): void {
  target.signals.sender = task
  task.parts.signals.send(target, signal, task.pidNamespace)
  target.signals.sender = undefined
}

export const signalCalls: SyscallTable<'kill' | 'sigaction' | 'pause'> = {
  kill(task, pid, signal) {
    if (signal < 0 || signal > LAST_SIGNAL) throw EINVAL
    const found = targets(task, pid)
    if (found.length === 0) throw ESRCH
    const allowed = found.filter((target) => maySignal(task, target, signal))
    if (allowed.length === 0) throw EPERM
    for (const target of allowed) sendFrom(task, target, signal)
    if (!task.alive) throw UNWIND
  },

  sigaction(task, signal, disposition, options = {}) {
    if (signal < 1 || signal > LAST_SIGNAL || signal === SIGKILL || signal === SIGSTOP) throw EINVAL
    const before = task.signals.action(signal).disposition
    task.signals.set(signal, { disposition, restart: options.restart ?? false })
    return before
  },

  pause: async (task) =>
    block<never>(
      task,
      [],
      () => {
        throw EAGAIN
      },
      { restartable: false },
    ),
}
