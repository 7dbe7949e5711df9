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
    return {
      post: (message, transfer) => worker.post(message, transfer),
      onMessage: (handler) =>
        worker.onMessage((message) => (task.alive ? task.resume(() => handler(message)) : undefined)),
      onError: (handler) => worker.onError(handler),
      terminate,
    }
  },
})
