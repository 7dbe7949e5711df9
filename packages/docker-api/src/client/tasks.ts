import type { Filters } from '../types/system.ts'
import type { Task } from '../types/task.ts'
import type { LogsQuery } from './containers.ts'
import type { Transport } from './transport.ts'

const at = (id: string, rest = ''): string => `/tasks/${encodeURIComponent(id)}${rest}`

/** /tasks. Every method @throws ApiError, ConnectionError. */
export class TasksClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<Task[]> {
    return this.transport.json({ method: 'GET', path: '/tasks', query: { filters: query.filters } })
  }
  inspect(id: string): Promise<Task> {
    return this.transport.json({ method: 'GET', path: at(id) })
  }
  /** Frames (see StdDemultiplexer) unless the task has a terminal. */
  logs(id: string, query: LogsQuery): AsyncGenerator<Uint8Array, void, void> {
    return this.transport.bytes({ method: 'GET', path: at(id, '/logs'), query: { ...query } })
  }
}
