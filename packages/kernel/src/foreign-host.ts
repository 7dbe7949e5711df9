import type { ForeignHost, ForeignWorker } from '@drydock/abi'
import type { Task } from './task/task.ts'

/** Workers for a task's foreign code: they end with the program that started them, whatever they do. SIGKILL is real. */
export const foreignFor = (task: Task, host: ForeignHost): ForeignHost => ({
  spawn(kind): ForeignWorker {
    const worker = host.spawn(kind)
    const terminate = (): void => {
      task.closers.delete(terminate)
      worker.terminate()
    }
    task.closers.add(terminate)
    const holds = new Set<(held: boolean) => void>()
    const forget = (): void => {
      for (const hold of holds) task.pausers.delete(hold)
      task.closers.delete(forget)
    }
    task.closers.add(forget)
    return {
      post: (message, transfer) => worker.post(message, transfer),
      onMessage: (handler) =>
        worker.onMessage((message) => (task.alive ? task.resume(() => handler(message)) : undefined)),
      onError: (handler) => worker.onError(handler),
      terminate,
      onHold(handler) {
        holds.add(handler)
        task.pausers.add(handler)
      },
    }
  },
})
