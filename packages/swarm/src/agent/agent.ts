import type { Clock } from '@drydock/abi'
import type { TaskStatus } from '@drydock/docker-api'
import type { Assignments } from '../cluster/assignments.ts'
import type { Executor } from './executor.ts'
import { TaskRunner } from './task-runner.ts'

/** Works off what a node is told to do, and tells how far it has come. */
export class Agent {
  private readonly runners = new Map<string, TaskRunner>()
  private readonly executor: Executor
  private readonly clock: Clock
  private readonly report: (taskId: string, status: TaskStatus) => void
  private readonly failed: (error: unknown) => void

  /** @param failed told of what no task is to blame for */
  constructor(
    executor: Executor,
    clock: Clock,
    report: (taskId: string, status: TaskStatus) => void,
    failed: (error: unknown) => void,
  ) {
    this.executor = executor
    this.clock = clock
    this.report = report
    this.failed = failed
  }

  assign(assignments: Assignments): void {
    this.executor.configure(assignments)
    const wanted = new Set(assignments.tasks.map(({ ID }) => ID))
    for (const [id, runner] of this.runners) {
      if (wanted.has(id)) continue
      this.runners.delete(id)
      runner.remove().catch(this.failed)
    }
    for (const task of assignments.tasks) {
      const known = this.runners.get(task.ID)
      if (known) known.update(task)
      else this.begin(task)
    }
  }

  private begin(task: Assignments['tasks'][number]): void {
    const runner = new TaskRunner(task, this.executor.controller(task), this.clock, (status) =>
      this.report(task.ID, status),
    )
    this.runners.set(task.ID, runner)
    runner.run().catch(this.failed)
    runner.update(task)
  }

  /** For a manager that may have missed some. */
  statuses(): [string, TaskStatus][] {
    return Array.from(this.runners, ([id, { status }]) => [id, status])
  }

  /** The node has left: all its tasks go. */
  async dispose(): Promise<void> {
    const all = [...this.runners.values()]
    this.runners.clear()
    await Promise.all(all.map((runner) => runner.remove().catch(this.failed)))
  }
}
