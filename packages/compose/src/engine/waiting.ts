import type { ContainerSummary, HealthStatus } from '@drydock/docker-api'
import { dependenciesOf, type Project, scaleOf } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Dependency } from '../model/types.ts'
import { done, failed, type Progress, warned, working } from '../progress/tasks.ts'
import { allOf, type Backend } from './backend.ts'
import { serviceOf, taskOf } from './labels.ts'

const POLL_MS = 500

/** Waits for what `depends_on` asks, and for `--wait`. docker/compose pkg/compose/convergence.go waitDependencies. */
export class Waiting {
  private readonly backend: Backend
  private readonly project: Project
  private readonly progress: Progress
  private readonly deadlineMs: number | undefined

  /** @param timeoutSeconds nought: for ever */
  constructor(backend: Backend, project: Project, progress: Progress, timeoutSeconds = 0) {
    this.backend = backend
    this.project = project
    this.progress = progress
    this.deadlineMs = timeoutSeconds > 0 ? backend.cli.sys.clock.now() + timeoutSeconds * 1000 : undefined
  }

  /** @throws ComposeError when a dependency fails */
  async dependencies(dependant: string, containers: readonly ContainerSummary[]): Promise<void> {
    const needs = dependenciesOf(this.project.services.get(dependant) ?? {})
    await this.all(dependant, needs, containers)
  }

  /** Until each service runs, and is healthy when it can tell. */
  async everything(names: readonly string[], containers: readonly ContainerSummary[]): Promise<void> {
    const needs = new Map(names.map((name) => [name, { condition: 'running_or_healthy', required: true }]))
    await this.all(this.project.name, needs, containers)
  }

  private async all(
    dependant: string,
    needs: ReadonlyMap<string, Dependency>,
    containers: readonly ContainerSummary[],
  ): Promise<void> {
    await allOf([...needs], async ([name, need]) => {
      const service = this.project.services.get(name)
      if (need.condition === 'service_started' || !service || scaleOf(service) === 0 || service.provider) return
      const awaited = containers.filter((each) => serviceOf(each) === name)
      for (const each of awaited) this.progress.on(working(taskOf(each), 'Waiting'))
      if (awaited.length > 0) return this.until(name, need, awaited)
      if (need.required) throw new ComposeError(`${dependant} is missing dependency ${name}`)
      this.backend.cli.warning(`${dependant} is missing dependency ${name}`)
    })
  }

  private async until(name: string, need: Dependency, containers: readonly ContainerSummary[]): Promise<void> {
    const check = CHECKS[need.condition ?? ''] ?? CHECKS['service_healthy']
    for (;;) {
      await this.backend.cli.sys.sleep(POLL_MS)
      const over = this.deadlineMs !== undefined && this.backend.cli.sys.clock.now() > this.deadlineMs
      if (over) throw new ComposeError('timeout waiting for dependencies')
      const verdict = await check?.(this.backend, name, containers)
      if (verdict === undefined) continue
      if (verdict.problem === undefined) {
        for (const each of containers) this.progress.on(done(taskOf(each), verdict.status))
        return
      }
      return this.refuse(verdict, need, containers)
    }
  }

  private refuse({ status, problem = '' }: Verdict, need: Dependency, containers: readonly ContainerSummary[]): void {
    if (need.required === false) {
      for (const each of containers) this.progress.on(warned(taskOf(each), `Skipped - optional ${status}`))
      this.backend.cli.warning(`optional ${status}: ${problem}`)
      return
    }
    for (const each of containers) this.progress.on(failed(taskOf(each), 'Error'))
    throw new ComposeError(problem)
  }
}

interface Verdict {
  readonly status: string
  readonly problem?: string
}
/** Undefined while nothing can be said yet. */
type Check = (backend: Backend, name: string, containers: readonly ContainerSummary[]) => Promise<Verdict | undefined>

const healthy =
  (runningIsEnough: boolean): Check =>
  async (backend, name, containers) => {
    for (const container of containers) {
      const { State: state, Name, Config } = await backend.client.containers.inspect(container.Id)
      const short = Name.replace(/^\//, '')
      const problem = (words: string): Verdict => ({
        status: `dependency ${JSON.stringify(name)} failed to start`,
        problem: runningIsEnough ? words : `dependency failed to start: ${words}`,
      })
      if (state.Status === 'exited') return problem(`container ${short} exited (${state.ExitCode})`)
      const health: HealthStatus | undefined = state.Health?.Status
      const none = !state.Health || Config.Healthcheck?.Test?.[0] === 'NONE'
      if (none && runningIsEnough && state.Status === 'running') continue
      if (none && !runningIsEnough) return problem(`container ${short} has no healthcheck configured`)
      if (health === 'unhealthy') return problem(`container ${short} is unhealthy`)
      if (health !== 'healthy') return undefined
    }
    return { status: 'Healthy' }
  }

const completed: Check = async (backend, name, containers) => {
  for (const container of containers) {
    const { State: state } = await backend.client.containers.inspect(container.Id)
    if (state.Status !== 'exited') return undefined
    const words = `${JSON.stringify(name)} didn't complete successfully: exit ${state.ExitCode}`
    if (state.ExitCode !== 0) return { status: `dependency ${words}`, problem: `service ${words}` }
  }
  return { status: 'Exited' }
}

const CHECKS: Readonly<Record<string, Check>> = {
  service_healthy: healthy(false),
  running_or_healthy: healthy(true),
  service_completed_successfully: completed,
}
