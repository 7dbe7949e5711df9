import { SIGINT } from '@drydock/abi'
import { type Cli, CliError } from '@drydock/cli-plugin'
import type { JsonMessage, Service, Task } from '@drydock/docker-api'
import { showJsonMessages } from '../../progress/json-messages.ts'
import { progressOf, type ServiceProgress } from './service-progress.ts'

const POLL_MS = 200
const DEFAULT_MONITOR_MS = 5000

/** Follows a service until its tasks run and stay so as long as updates are monitored, or an update gives up. @throws CliError */
export async function waitOnService(cli: Cli, name: string, quiet: boolean): Promise<void> {
  let stopped = false
  const before = cli.sys.sigaction(SIGINT, () => (stopped = true), { restart: true })
  try {
    const messages = new Convergence(cli, name, () => stopped).messages()
    if (quiet) for await (const _ of messages);
    else await showJsonMessages(cli, messages, { fd: 1 })
  } finally {
    cli.sys.sigaction(SIGINT, before)
  }
}

const line = (id: string, status: string): JsonMessage => ({ id, status, progressDetail: {} })

class Convergence {
  private progress: ServiceProgress | undefined
  private monitorMs = DEFAULT_MONITOR_MS
  private convergedAt: number | undefined
  private rollsBack = false
  /** Said at the end. */
  private last: JsonMessage | undefined
  private readonly cli: Cli
  private readonly name: string
  private readonly isStopped: () => boolean

  constructor(cli: Cli, name: string, isStopped: () => boolean) {
    this.cli = cli
    this.name = name
    this.isStopped = isStopped
  }

  private now(): number {
    return this.cli.sys.clock.monotonic()
  }

  async *messages(): AsyncGenerator<JsonMessage, void, void> {
    for (let converged = false; ; ) {
      const service = await this.cli.client.services.inspect(this.name)
      this.monitorMs = (service.Spec.UpdateConfig?.Monitor ?? 0) / 1e6 || this.monitorMs
      const progress = (this.progress ??= progressOf(service))
      if (service.UpdateStatus?.State === 'completed' && !converged) return
      yield* this.updateState(service, converged)
      if (converged && this.now() - (this.convergedAt ?? 0) >= this.monitorMs) return yield* this.end()
      const nodes = await this.tasksAndNodes(service)
      yield* progress.show(service, nodes.tasks, nodes.active, this.rollsBack)
      converged = progress.isDone
      if (converged && service.JobStatus) return yield { status: 'job complete' }
      yield* this.verify(converged)
      await this.cli.sys.sleep(POLL_MS)
      if (this.isStopped()) return yield* this.leave(converged)
    }
  }

  private *end(): Generator<JsonMessage, void, void> {
    yield line('verify', `Service ${this.name} converged`)
    if (this.last) yield this.last
  }

  private *leave(converged: boolean): Generator<JsonMessage, void, void> {
    if (converged) return
    yield { status: 'Operation continuing in background.' }
    yield { status: `Use \`docker service ps ${this.name}\` to check progress.` }
  }

  private *updateState({ UpdateStatus: status }: Service, converged: boolean): Generator<JsonMessage, void, void> {
    const message = status?.Message ?? ''
    if (status?.State === 'updating') this.rollsBack = false
    if (status?.State === 'paused') throw new CliError(`service update paused: ${message}`)
    if (status?.State === 'rollback_paused') throw new CliError(`service rollback paused: ${message}`)
    if (status?.State === 'rollback_started') {
      if (!this.rollsBack && message !== '') yield line('rollback', message)
      this.rollsBack = true
    }
    if (status?.State === 'rollback_completed') {
      if (!converged) this.last = { id: 'rollback', status: message }
      this.rollsBack = true
    }
  }

  private async tasksAndNodes(service: Service): Promise<{ tasks: Task[]; active: ReadonlySet<string> }> {
    const tasks = await this.cli.client.tasks.list({ filters: { '_up-to-date': ['true'], service: [service.ID] } })
    const nodes = await this.cli.client.nodes.list()
    return { tasks, active: new Set(nodes.filter(({ Status }) => Status.State !== 'down').map(({ ID }) => ID)) }
  }

  private *verify(converged: boolean): Generator<JsonMessage, void, void> {
    if (!converged) {
      if (this.convergedAt !== undefined) yield line('verify', 'Detected task failure')
      this.convergedAt = undefined
      return
    }
    this.convergedAt ??= this.now()
    const left = this.monitorMs - (this.now() - this.convergedAt)
    if (left >= 0)
      yield line('verify', `Waiting ${Math.trunc(left / 1000) + 1} seconds to verify that tasks are stable...`)
  }
}
