import type { TaskStatus } from '@drydock/docker-api'
import type { Assignments } from '../cluster/assignments.ts'
import type { TaskObject } from '../store/objects.ts'

/** Makes tasks real on a node. */
export interface Executor {
  /** Networks, secrets and configs that tasks need, before they start. */
  configure(assignments: Assignments): void
  controller(task: TaskObject): TaskController
}

/** One task's container. Failures are told as errors whose message goes to the user. */
export interface TaskController {
  /** Whether it is there already, and runs: after a restart of the daemon. */
  find(): 'missing' | 'created' | 'running' | 'ended'
  prepare(): Promise<void>
  /** Resolves when it runs, with a health check when it is healthy. */
  start(): Promise<void>
  /** Until it ends. */
  wait(): Promise<Exit>
  shutdown(): Promise<void>
  remove(): Promise<void>
  status(): Pick<TaskStatus, 'ContainerStatus' | 'PortStatus'>
}

export interface Exit {
  readonly code: number
  /** Why it was ended from outside: unhealthy, out of memory. */
  readonly reason?: string
}
