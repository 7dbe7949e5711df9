import type { PortConfig, TaskStatus } from '@drydock/docker-api'
import { readAuth } from '@drydock/distribution'
import type { BodyWriter } from '@drydock/http'
import { containerName, type Exit, type TaskController, type TaskObject } from '@drydock/swarm'
import type { Container } from '../containers/container.ts'
import { createContainer } from '../containers/create.ts'
import { removeContainer } from '../containers/remove.ts'
import { startContainer } from '../containers/start.ts'
import { stopContainer } from '../containers/stop.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { ProgressStream } from '../images/progress.ts'
import { planPull, runPull } from '../images/pull.ts'
import { parseReference, withDefaultTag } from '../images/reference.ts'
import { Problem } from '../problem.ts'
import { containerOf } from './task-container.ts'
import { type TaskFile, writeTaskFiles } from './task-files.ts'
import type { TemplateNode } from './templates.ts'

const DEFAULT_GRACE_S = 10

/** A task as a container of this daemon. */
export class ContainerController implements TaskController {
  private readonly parts: DaemonParts
  private readonly task: TaskObject
  private readonly node: TemplateNode
  private readonly files: () => readonly TaskFile[]
  private unhealthy = false
  private stopListening: () => void = () => undefined

  /** @param files secrets and configs, as the node was told them */
  constructor(parts: DaemonParts, task: TaskObject, node: TemplateNode, files: () => readonly TaskFile[]) {
    this.parts = parts
    this.task = task
    this.node = node
    this.files = files
  }

  private get container(): Container | undefined {
    const name = containerName(this.task)
    return this.parts.containers.isTaken(name) ? this.parts.containers.peek(name) : undefined
  }

  find(): 'missing' | 'created' | 'running' | 'ended' {
    const { container } = this
    if (!container) return 'missing'
    if (container.process) return 'running'
    return container.record.HasBeenStartedBefore ? 'ended' : 'created'
  }

  async prepare(): Promise<void> {
    const image = this.task.Spec.ContainerSpec?.Image ?? ''
    if (!this.parts.images.find(image)) await this.pull(image)
    const body = containerOf(this.task, this.node)
    createContainer(this.parts, containerName(this.task), body)
  }

  /** What cannot be pulled is found missing when the container is made. */
  private async pull(image: string): Promise<void> {
    const { sys, config } = this.parts
    try {
      const auth = readAuth(this.task.internal.registryAuth)
      const plan = await planPull({ sys, config }, withDefaultTag(parseReference(image)), auth, '')
      await runPull(this.parts, plan, new ProgressStream({ write: async () => undefined } as BodyWriter, true))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }

  async start(): Promise<void> {
    const { container, parts } = this
    if (!container) throw new Error('task: container is gone')
    try {
      container.record.TaskFiles = writeTaskFiles(parts, container, this.files())
      await startContainer(parts, container)
    } catch (error) {
      if (error instanceof Problem && error.kind === 'not modified') return
      if (error instanceof Error) throw new Error(`starting container failed: ${error.message}`)
      throw error
    }
    await this.healthy(container)
  }

  /** With a health check a task runs when it is healthy, and one that gets unhealthy is ended. */
  private async healthy(container: Container): Promise<void> {
    if (!container.record.State.Health) return
    await new Promise<void>((resolve) => {
      this.stopListening = this.parts.events.listen(({ Actor, Action }) => {
        if (Actor.ID !== container.id) return
        if (Action === 'health_status: healthy' || Action === 'die') resolve()
        if (Action !== 'health_status: unhealthy') return
        this.unhealthy = true
        resolve()
        void this.shutdown()
      })
    })
  }

  async wait(): Promise<Exit> {
    const { container } = this
    if (!container) return { code: 0 }
    const code = container.process ? (await container.waiters.nextExit()).code : container.record.State.ExitCode
    this.stopListening()
    return { code, ...(this.unhealthy ? { reason: 'dockerexec: unhealthy container' } : {}) }
  }

  async shutdown(): Promise<void> {
    const { container } = this
    if (!container?.process) return
    const grace = this.task.Spec.ContainerSpec?.StopGracePeriod
    const timeout = grace === undefined || grace === null ? DEFAULT_GRACE_S : grace / 1e9
    try {
      await stopContainer(this.parts, container, { timeout })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }

  async remove(): Promise<void> {
    const { container } = this
    if (!container) return
    try {
      await removeContainer(this.parts, container, { force: true, volumes: true })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }

  status(): Pick<TaskStatus, 'ContainerStatus' | 'PortStatus'> {
    const { container } = this
    if (!container) return {}
    const { Pid, ExitCode, Running, FinishedAt } = container.record.State
    const ended = !Running && !FinishedAt.startsWith('0001')
    return {
      ContainerStatus: { ContainerID: container.id, PID: Pid, ExitCode: ended || Running ? ExitCode : 0 },
      PortStatus: Running ? portStatus(container, this.task) : {},
    }
  }
}

/** Ports of the node itself that the task has; those of the mesh are the service's. */
function portStatus({ record }: Container, { internal }: TaskObject): TaskStatus['PortStatus'] & object {
  if (!(internal.endpointSpec?.Ports ?? []).some(({ PublishMode }) => PublishMode === 'host')) return {}
  const Ports = Object.entries(record.Ports).flatMap(([port, bindings]) => {
    const [number, Protocol = 'tcp'] = port.split('/')
    return (bindings ?? []).map(
      ({ HostPort }): PortConfig => ({
        ...{ Protocol, TargetPort: Number(number), PublishedPort: Number(HostPort), PublishMode: 'host' },
      }),
    )
  })
  return Ports.length > 0 ? { Ports } : {}
}
