import type { Clock } from '@drydock/abi'
import type { TaskState, TaskStatus } from '@drydock/docker-api'
import { hasEnded, isWanted, rank, type TaskObject } from '../store/objects.ts'
import { timestamp } from '../store/store.ts'
import type { TaskController } from './executor.ts'

/** Takes one task through its states. swarmkit agent/exec */
export class TaskRunner {
  status: TaskStatus
  private task: TaskObject
  private readonly controller: TaskController
  private readonly clock: Clock
  private readonly report: (status: TaskStatus) => void
  private readonly waiters: (() => void)[] = []
  private removed = false
  private ending: Promise<void> | undefined

  constructor(task: TaskObject, controller: TaskController, clock: Clock, report: (status: TaskStatus) => void) {
    this.task = task
    this.status = task.Status
    this.controller = controller
    this.clock = clock
    this.report = report
  }

  update(task: TaskObject): void {
    this.task = task
    for (const wake of this.waiters.splice(0)) wake()
    if (!isWanted(task)) void this.end()
  }

  /** Its node has nothing to do with it any more. */
  async remove(): Promise<void> {
    this.removed = true
    for (const wake of this.waiters.splice(0)) wake()
    await this.end()
    await this.controller.remove()
  }

  private get stays(): boolean {
    return !this.removed && isWanted(this.task) && !hasEnded({ Status: this.status })
  }

  async run(): Promise<void> {
    if (hasEnded({ Status: this.status })) return
    const found = this.controller.find()
    if (found === 'ended') return this.ended()
    if (found === 'running') return this.follow()
    if (found === 'missing' && !(await this.prepare())) return
    while (this.stays && rank(this.task.DesiredState) < rank('running'))
      await new Promise<void>((resolve) => this.waiters.push(resolve))
    if (this.stays && (await this.start())) await this.follow()
  }

  private async prepare(): Promise<boolean> {
    this.tell('accepted', 'accepted')
    this.tell('preparing', 'preparing')
    try {
      await this.controller.prepare()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.tell('rejected', 'preparing', error.message)
      return false
    }
    if (this.stays) this.tell('ready', 'prepared')
    return this.stays
  }

  private async start(): Promise<boolean> {
    this.tell('starting', 'starting')
    try {
      await this.controller.start()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (this.stays) this.tell('failed', 'starting', error.message)
      return false
    }
    return this.stays
  }

  private async follow(): Promise<void> {
    this.tell('running', 'started')
    const { code, reason } = await this.controller.wait()
    if (!this.stays) return
    if (code === 0 && !reason) this.tell('complete', 'finished')
    else this.tell('failed', 'started', `task: non-zero exit (${code})${reason ? `: ${reason}` : ''}`)
  }

  /** It ended while nobody looked: the machine was off. */
  private async ended(): Promise<void> {
    const { code, reason } = await this.controller.wait()
    if (code === 0) this.tell('complete', 'finished')
    else this.tell('failed', 'started', `task: non-zero exit (${code})${reason ? `: ${reason}` : ''}`)
  }

  private end(): Promise<void> {
    this.ending ??= this.shutDown()
    return this.ending
  }

  private async shutDown(): Promise<void> {
    if (hasEnded({ Status: this.status })) return
    await this.controller.shutdown()
    if (!hasEnded({ Status: this.status })) this.tell('shutdown', 'shutdown')
  }

  private tell(State: TaskState, Message: string, Err?: string): void {
    const Timestamp = timestamp(this.clock)
    this.status = { Timestamp, State, Message, ...(Err ? { Err } : {}), PortStatus: {}, ...this.controller.status() }
    this.report(this.status)
  }
}
