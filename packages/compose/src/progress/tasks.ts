/** What a command tells of its work as it goes. docker/compose pkg/progress (v2). */
export type TaskState = 'working' | 'done' | 'warning' | 'error'

export interface TaskEvent {
  /** `Container shop-web-1`. */
  readonly id: string
  readonly parent?: string
  /** Stands behind the name: `Pulling`. */
  readonly text?: string
  /** Stands in a column of its own: `Created`. */
  readonly status?: string
  readonly state: TaskState
  /** Bytes. */
  readonly current?: number
  readonly total?: number
  readonly percent?: number
}

/** Shows events; `finish` leaves the last state on the screen. */
export interface Progress {
  on(event: TaskEvent): void
  finish(): Promise<void>
}

export const working = (id: string, status: string): TaskEvent => ({ id, status, state: 'working' })
export const done = (id: string, status: string): TaskEvent => ({ id, status, state: 'done' })
export const warned = (id: string, status: string): TaskEvent => ({ id, status, state: 'warning' })
export const failed = (id: string, status: string): TaskEvent => ({ id, status, state: 'error' })

/** Shows nothing. */
export const SILENT: Progress = { on: () => {}, finish: async () => {} }
