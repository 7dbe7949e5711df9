import type { MaybePromise } from '@drydock/abi'
import type { ContainerStatus, HostConfig } from '@drydock/docker-api'
import { KeptText } from '../go-json/kept-text.ts'
import type { RunningTask } from '../runtime/launch.ts'
import { OutputHub } from './output-hub.ts'
import { type ContainerRecord, statusOf } from './record.ts'
import { Waiters } from './waiters.ts'

/** One container: its record and, while it runs, what belongs to the run. */
export class Container {
  readonly record: ContainerRecord
  /** Replaced as a whole when it changes. */
  hostConfig: HostConfig
  /** The one that hostconfig.json holds. */
  savedHostConfig: HostConfig | undefined
  readonly output = new OutputHub()
  readonly waiters = new Waiters()
  /** What inspect answered last. */
  readonly inspected = new KeptText()
  /** Present while process 1 runs. */
  process: RunningTask | undefined
  /** Where standard input goes; undefined when it is closed or not open. */
  input: number | undefined
  readonly execs = new Set<string>()
  private readonly inputWaiters: ((fd: number | undefined) => void)[] = []
  /** Ends whatever belongs to the run: health checks, name servers. */
  readonly cleanups: (() => void)[] = []
  /** Steps that must not overlap (start, stop, remove) go through here. */
  private turn: Promise<unknown> = Promise.resolve()
  /** Cancels a restart that waits for its time. */
  cancelRestart: (() => void) | undefined
  /** Called with each piece that reaches the log. */
  readonly logListeners = new Set<() => void>()
  removed = false

  constructor(record: ContainerRecord, hostConfig: HostConfig) {
    this.record = record
    this.hostConfig = hostConfig
  }

  get id(): string {
    return this.record.ID
  }
  /** Without the slash. */
  get name(): string {
    return this.record.Name.slice(1)
  }
  get status(): ContainerStatus {
    return statusOf(this.record.State)
  }
  get running(): boolean {
    return this.record.State.Running
  }
  get tty(): boolean {
    return this.record.Config.Tty ?? false
  }

  /** Runs `step` after those that were asked for before. */
  exclusively<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step, step)
    this.turn = result.catch(() => undefined)
    return result
  }

  /** Where input goes, as soon as process 1 has started. */
  inputWhenStarted(): MaybePromise<number | undefined> {
    if (this.process) return this.input
    return new Promise((resolve) => this.inputWaiters.push(resolve))
  }

  openInput(fd: number | undefined): void {
    this.input = fd
    for (const tell of this.inputWaiters.splice(0)) tell(fd)
  }

  cleanUp(): void {
    for (const cleanup of this.cleanups.splice(0)) cleanup()
  }
}
