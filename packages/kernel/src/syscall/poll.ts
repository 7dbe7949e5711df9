import { EAGAIN, type MaybePromise, POLLERR, POLLHUP, type PollFd } from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import { block, giveWay } from '../task/pending-call.ts'
import type { Task } from '../task/task.ts'
import type { SyscallTable } from './table.ts'

interface Watched {
  readonly description: FileDescription
  readonly events: number
}

function look(watched: readonly Watched[]): number[] {
  return watched.map(({ description, events }) => description.poll() & (events | POLLERR | POLLHUP))
}

function poll(task: Task, fds: readonly PollFd[], timeoutMs: number): MaybePromise<readonly number[]> {
  const watched = fds.map(({ fd, events }) => ({ description: task.fds.get(fd), events }))
  const nothing = (): number[] => fds.map(() => 0)
  const attempt = (): number[] => {
    const found = look(watched)
    if (!found.some((events) => events !== 0)) throw EAGAIN
    return found
  }
  if (timeoutMs === 0) return task.parts.scheduler.due() ? giveWay(task, 0).then(() => look(watched)) : look(watched)
  const queues = [...new Set(watched.map(({ description }) => description.queue))]
  const limit = timeoutMs < 0 ? {} : { timeoutMs, onTimeout: nothing }
  return block(task, queues, attempt, { restartable: false, ...limit })
}

export const pollCalls: SyscallTable<'poll'> = { poll }
