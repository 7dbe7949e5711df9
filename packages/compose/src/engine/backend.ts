import { inBackground, isProblem } from '@drydock/cli-plugin'
import { ApiError, type ContainerSummary, type DockerClient, isNotFound } from '@drydock/docker-api'
import type { Project } from '../load/project.ts'
import { done, failed, type Progress, warned, working } from '../progress/tasks.ts'
import type { ComposeCli } from '../session/compose-cli.ts'
import { isOneOff, LABEL, numberOf, projectFilter, serviceOf, taskOf } from './labels.ts'

export interface ListWishes {
  /** Stopped ones as well. */
  readonly all?: boolean
  readonly oneOff?: 'exclude' | 'include' | 'only'
  readonly services?: readonly string[]
}

/** What commands ask of the engine for a project. */
export class Backend {
  readonly cli: ComposeCli
  constructor(cli: ComposeCli) {
    this.cli = cli
  }

  get client(): DockerClient {
    return this.cli.client
  }

  /** Containers of a project, by service and number. */
  async containers(project: string, wishes: ListWishes = {}): Promise<ContainerSummary[]> {
    const { oneOff = 'exclude', services = [] } = wishes
    const more = [
      LABEL.configHash,
      ...(oneOff === 'include' ? [] : [`${LABEL.oneOff}=${oneOff === 'only' ? 'True' : 'False'}`]),
    ]
    const found = await this.client.containers.list({
      all: wishes.all ?? false,
      filters: projectFilter(project, ...more),
    })
    return found
      .filter((each) => services.length === 0 || services.includes(serviceOf(each)))
      .toSorted((a, b) =>
        serviceOf(a) < serviceOf(b) ? -1 : serviceOf(a) > serviceOf(b) ? 1 : numberOf(a) - numberOf(b),
      )
  }

  /** Containers of services that the files no longer know. */
  orphansAmong(project: Project, containers: readonly ContainerSummary[]): ContainerSummary[] {
    const known = new Set([...project.services.keys(), ...project.disabled.keys()])
    return containers.filter((each) =>
      isOneOff(each) ? each.State === 'exited' || each.State === 'dead' : !known.has(serviceOf(each)),
    )
  }

  async stop(containers: readonly ContainerSummary[], progress: Progress, timeout?: number): Promise<void> {
    await allOf(containers, async (container) => {
      const task = taskOf(container)
      progress.on(working(task, 'Stopping'))
      try {
        await this.client.containers.stop(container.Id, { t: timeout })
      } catch (error) {
        if (isProblem(error)) progress.on(failed(task, 'Error while Stopping'))
        throw error
      }
      progress.on(done(task, 'Stopped'))
    })
  }

  /** Stops and removes. @param volumes anonymous ones too */
  async remove(
    containers: readonly ContainerSummary[],
    progress: Progress,
    timeout?: number,
    volumes = false,
  ): Promise<void> {
    await allOf(containers, async (container) => {
      const task = taskOf(container)
      try {
        await this.stop([container], progress, timeout)
      } catch (error) {
        if (!isNotFound(error)) throw error
        progress.on(done(task, 'Removed'))
        return
      }
      progress.on(working(task, 'Removing'))
      try {
        await this.client.containers.remove(container.Id, { force: true, v: volumes })
      } catch (error) {
        if (!isGone(error)) {
          if (isProblem(error)) progress.on(failed(task, 'Error while Removing'))
          throw error
        }
      }
      progress.on(done(task, 'Removed'))
    })
  }

  /** Removes something that others may use. */
  async removeResource(task: string, progress: Progress, remove: () => Promise<unknown>): Promise<void> {
    progress.on(working(task, 'Removing'))
    try {
      await remove()
      progress.on(done(task, 'Removed'))
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) progress.on(warned(task, 'Resource is still in use'))
      else if (isNotFound(error)) progress.on(done(task, 'Warning: No resource found to remove'))
      else throw error
    }
  }
}

const isGone = (error: unknown): boolean => error instanceof ApiError && (error.status === 404 || error.status === 409)

/** All at once; the first failure is told when it comes, the others are dropped. */
export async function allOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const running = items.map(work)
  for (const each of running) inBackground(each)
  await Promise.all(running)
}
