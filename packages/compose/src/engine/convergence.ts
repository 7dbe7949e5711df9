import { isProblem } from '@drydock/cli-plugin'
import { type ContainerInspect, type ContainerSummary, isOlder, type Mount } from '@drydock/docker-api'
import { dependenciesOf, imageOf, type Project, scaleOf } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { Service } from '../model/types.ts'
import { done, failed, type Progress, working } from '../progress/tasks.ts'
import { allOf, type Backend } from './backend.ts'
import { containerConfig, type ContainerWishes } from './container-body.ts'
import { endpointConfig, networkingConfig } from './endpoints.ts'
import { inDependencyOrder } from './graph.ts'
import { serviceHash } from './hash.ts'
import { hostConfig } from './host-config.ts'
import { LABEL, labelOf, nameOf, numberOf, serviceOf, taskOf } from './labels.ts'
import { mountConfig } from './mounts.ts'
import { runProvider } from './provider.ts'
import { writeFileObjects } from './file-objects.ts'

/** When a container is made anew: when its configuration changed, never, or in any case. */
export type Recreate = 'diverged' | 'never' | 'force'

export interface ConvergeWishes {
  /** Services asked for; others are there as dependencies. */
  readonly services: readonly string[]
  readonly recreate: Recreate
  readonly recreateDependencies: Recreate
  /** Anonymous volumes pass on to the next container. */
  readonly inherit: boolean
  readonly timeout?: number | undefined
  readonly environmentFiles: readonly string[]
}

/** Brings the containers that are there to what the project says. docker/compose pkg/compose/convergence.go. */
export class Convergence {
  private readonly containers = new Map<string, ContainerSummary[]>()
  private readonly backend: Backend
  private readonly project: Project
  private readonly progress: Progress
  private readonly networkIds: ReadonlyMap<string, string>
  private readonly imageIds: ReadonlyMap<string, string>
  private readonly wishes: ConvergeWishes

  constructor(
    backend: Backend,
    project: Project,
    progress: Progress,
    facts: {
      readonly observed: readonly ContainerSummary[]
      readonly networkIds: ReadonlyMap<string, string>
      readonly imageIds: ReadonlyMap<string, string>
    },
    wishes: ConvergeWishes,
  ) {
    this.backend = backend
    this.project = project
    this.progress = progress
    this.networkIds = facts.networkIds
    this.imageIds = facts.imageIds
    this.wishes = wishes
    for (const container of facts.observed) {
      const name = serviceOf(container)
      this.containers.set(name, [...(this.containers.get(name) ?? []), container])
    }
  }

  async apply(): Promise<void> {
    await inDependencyOrder(this.project, (name) => this.ensure(name))
  }

  private async ensure(name: string): Promise<void> {
    const declared = this.withProvided(this.project.services.get(name) ?? {})
    if (declared.provider) return this.provide(name, declared)
    const wanted = scaleOf(declared)
    if (wanted > 1 && declared.container_name)
      throw new ComposeError(
        `WARNING: The ${JSON.stringify(name)} service is using the custom container name ${JSON.stringify(declared.container_name)}. Docker requires each container to have a unique name. Remove the custom name to scale the service`,
      )
    const service = this.resolveReferences(declared)
    const policy = this.wishes.services.includes(name) ? this.wishes.recreate : this.wishes.recreateDependencies
    const observed = this.inOrder(name, service, policy)
    const kept: ContainerSummary[] = []
    await allOf([...observed.entries()], async ([i, container]) => {
      if (i >= wanted) await this.backend.remove([container], this.progress, this.wishes.timeout)
      else kept[i] = await this.keep(name, service, container, policy)
    })
    const next = Math.max(0, ...observed.map(numberOf)) + 1
    const missing = Array.from({ length: Math.max(wanted - observed.length, 0) }, (_, i) => next + i)
    await allOf(missing, async (number) => {
      kept.push(await this.create(name, service, number))
    })
    this.containers.set(name, kept)
  }

  /** What providers told, by service. */
  private readonly provided = new Map<string, ReadonlyMap<string, string>>()

  private async provide(name: string, service: Service): Promise<void> {
    const place = { project: this.project.name, name, service }
    const variables = await runProvider(this.backend.cli, place, 'up', this.progress)
    const prefix = `${name.toUpperCase()}_`
    this.provided.set(name, new Map([...variables].map(([key, value]) => [prefix + key, value])))
  }

  /** A service knows what those that it depends on were provided with. */
  private withProvided(service: Service): Service {
    const known = [...dependenciesOf(service).keys()].flatMap((name) => [...(this.provided.get(name) ?? [])])
    return known.length === 0
      ? service
      : { ...service, environment: new Map([...(service.environment ?? []), ...known]) }
  }

  /** The best come first: outdated ones and high numbers go when there are too many. */
  private inOrder(name: string, service: Service, policy: Recreate): ContainerSummary[] {
    const outdated = (container: ContainerSummary): number =>
      this.isOutdated(name, service, container, policy) ? 1 : 0
    return (this.containers.get(name) ?? []).toSorted((a, b) => outdated(a) - outdated(b) || numberOf(a) - numberOf(b))
  }

  private isOutdated(name: string, service: Service, container: ContainerSummary, policy: Recreate): boolean {
    if (policy !== 'diverged') return policy === 'force'
    if (labelOf(container, LABEL.configHash) !== serviceHash(service)) return true
    if (labelOf(container, LABEL.image) !== (this.imageIds.get(name) ?? '')) return true
    return container.State === 'running' && !this.isConnected(service, container)
  }

  private isConnected(service: Service, container: ContainerSummary): boolean {
    const attached = Object.values(container.NetworkSettings?.Networks ?? {}).map(({ NetworkID }) => NetworkID)
    return [...(service.networks?.keys() ?? [])].every((key) => {
      const id = this.networkIds.get(key)
      return id === undefined || attached.includes(id)
    })
  }

  private async keep(
    name: string,
    service: Service,
    container: ContainerSummary,
    policy: Recreate,
  ): Promise<ContainerSummary> {
    if (this.isOutdated(name, service, container, policy)) {
      await this.stopDependents(name)
      return this.recreate(name, service, container)
    }
    const task = taskOf(container)
    if (container.State === 'running') this.progress.on(done(task, 'Running'))
    else if (container.State === 'exited' || container.State === 'created') this.progress.on(done(task, 'Created'))
    return container
  }

  /** Those that want to be restarted with it are stopped; the start that follows starts them again. */
  private async stopDependents(name: string): Promise<void> {
    const dependents = [...this.project.services].filter(([, each]) => each.depends_on?.get(name)?.restart)
    const running = dependents.flatMap(([each]) =>
      (this.containers.get(each) ?? []).filter(({ State }) => State === 'running'),
    )
    if (running.length === 0) return
    await this.backend.stop(running, this.progress, this.wishes.timeout)
    for (const [each] of dependents)
      this.containers.set(
        each,
        (this.containers.get(each) ?? []).map((one) => ({ ...one, State: 'exited' })),
      )
  }

  private async create(name: string, service: Service, number: number): Promise<ContainerSummary> {
    const containerName = service.container_name ?? this.defaultName(name, number)
    const task = `Container ${containerName}`
    this.progress.on(working(task, 'Creating'))
    try {
      const created = await this.createContainer(name, service, containerName, { number })
      this.progress.on(done(task, 'Created'))
      return created
    } catch (error) {
      if (isProblem(error)) this.progress.on(failed(task, `Error response from daemon: ${error.message}`))
      throw error
    }
  }

  private defaultName(name: string, number: number): string {
    return [this.project.name, name, number].join(this.backend.cli.separator)
  }

  /** Makes the new one under a passing name, then removes the old. */
  private async recreate(name: string, service: Service, old: ContainerSummary): Promise<ContainerSummary> {
    const task = taskOf(old)
    this.progress.on(working(task, 'Recreate'))
    const number = numberOf(old) || 1
    const finalName = service.container_name ?? this.defaultName(name, number)
    const passing = `${old.Id.slice(0, 12)}_${finalName}`
    const labels = new Map([[LABEL.replace, finalName]])
    const inherited = this.wishes.inherit ? await this.inheritedMounts(name, service, old) : new Map<string, Mount>()
    const created = await this.createContainer(name, service, passing, { number, labels }, inherited, finalName)
    await this.backend.client.containers.stop(old.Id, { t: this.wishes.timeout })
    await this.backend.client.containers.remove(old.Id, { force: true })
    await this.backend.client.containers.rename(created.Id, finalName)
    this.progress.on(done(task, 'Recreated'))
    return { ...created, Names: [`/${finalName}`] }
  }

  /** Anonymous volumes of the old container. */
  private async inheritedMounts(name: string, service: Service, old: ContainerSummary): Promise<Map<string, Mount>> {
    const image = await this.backend.client.images.inspect(imageOf(this.project, name, service))
    const own = Object.keys(image.Config?.Volumes ?? {})
    const anonymous = (service.volumes ?? []).filter(({ source }) => !source).map(({ target }) => target)
    const rows = old.Mounts.filter(
      ({ Type, Destination }) => Type === 'volume' && (own.includes(Destination) || anonymous.includes(Destination)),
    )
    const declared = (service.volumes ?? []).filter(({ source }) => source).map(({ target }) => target)
    return new Map(
      rows
        .filter(({ Destination }) => !declared.includes(Destination))
        .map(({ Name = '', Destination, RW }) => [
          Destination,
          { Type: 'volume', Source: Name, Target: Destination, ...(RW ? {} : { ReadOnly: true }) },
        ]),
    )
  }

  /** @param known the name by which others find it, when that is not `containerName` */
  async createContainer(
    name: string,
    service: Service,
    containerName: string,
    wishes: Omit<ContainerWishes, 'serviceName' | 'environmentFiles' | 'imageId'> & {
      readonly aliases?: boolean
      readonly autoRemove?: boolean
    },
    inherited: ReadonlyMap<string, Mount> = new Map(),
    known = containerName,
  ): Promise<ContainerSummary> {
    const links = await this.links(name, service, wishes)
    const { mode, endpoints } = endpointConfig(this.project, service, {
      containerName: known,
      serviceName: name,
      links,
      aliases: wishes.aliases ?? true,
    })
    const [first] = endpoints
    const old = isOlder(await this.backend.client.transport.apiVersion(), '1.44')
    const given = old ? new Map(first ? [first] : []) : endpoints
    const config = containerConfig(this.project, service, {
      ...wishes,
      serviceName: name,
      imageId: this.imageIds.get(name),
      environmentFiles: this.wishes.environmentFiles,
    })
    const { Id, Warnings } = await this.backend.client.containers.create(
      {
        ...config,
        HostConfig: {
          ...hostConfig(service),
          ...mountConfig(this.project, service, inherited),
          ...mode,
          ...(links.length > 0 ? { Links: links } : {}),
          ...(wishes.autoRemove ? { AutoRemove: true } : {}),
        },
        NetworkingConfig: networkingConfig(given),
      },
      { name: containerName, platform: service.platform ?? this.backend.cli.env.get('DOCKER_DEFAULT_PLATFORM') ?? '' },
    )
    for (const warning of Warnings ?? []) this.progress.on({ id: name, status: warning, state: 'warning' })
    if (old)
      for (const [network, settings] of [...endpoints].slice(1))
        await this.backend.client.networks.connect(network, { Container: Id, EndpointConfig: settings })
    await writeFileObjects(this.backend, this.project, service, Id)
    return toSummary(await this.backend.client.containers.inspect(Id))
  }

  private async links(
    name: string,
    service: Service,
    wishes: { readonly number: number; readonly oneOff?: boolean },
  ): Promise<string[]> {
    const links: string[] = []
    for (const word of service.links ?? []) {
      const [other = '', alias = other] = word.split(':')
      for (const container of this.containers.get(other) ?? [])
        links.push(
          `${nameOf(container)}:${alias}`,
          `${nameOf(container)}:${other}-${wishes.number}`,
          `${nameOf(container)}:${this.project.name}-${other}-${wishes.number}`,
        )
    }
    if (wishes.oneOff)
      for (const container of this.containers.get(name) ?? []) {
        const full = nameOf(container)
        links.push(`${full}:${name}`, `${full}:${full.replace(`${this.project.name}-`, '')}`, `${full}:${full}`)
      }
    for (const word of service.external_links ?? []) {
      const [container = '', alias = container] = word.split(':')
      links.push(`${container}:${alias}`)
    }
    return links
  }

  /** `service:x` becomes the container that x has. */
  resolveReferences(service: Service): Service {
    const first = (name: string, what: string): string => {
      const [container] = (this.containers.get(name) ?? []).filter((each) => each !== undefined)
      if (container) return container.Id
      throw new ComposeError(`cannot share ${what} with service ${name}: container missing`)
    }
    const shared = (mode: string | undefined, what: string): string | undefined =>
      mode?.startsWith('service:') ? `container:${first(mode.slice(8), what)}` : mode
    const [networkMode, ipc, pid] = [
      shared(service.network_mode, 'network namespace'),
      shared(service.ipc, 'IPC namespace'),
      shared(service.pid, 'PID namespace'),
    ]
    const volumesFrom = service.volumes_from?.map((word) => {
      const [name = '', mode] = word.split(':')
      return name === 'container' ? word.slice(10) : `${first(name, 'volume')}${mode === undefined ? '' : `:${mode}`}`
    })
    return {
      ...service,
      ...(networkMode === undefined ? {} : { network_mode: networkMode }),
      ...(ipc === undefined ? {} : { ipc }),
      ...(pid === undefined ? {} : { pid }),
      ...(volumesFrom === undefined ? {} : { volumes_from: volumesFrom }),
    }
  }
}

const toSummary = (container: ContainerInspect): ContainerSummary => ({
  Id: container.Id,
  Names: [container.Name],
  Image: container.Config.Image ?? '',
  ImageID: container.Image,
  Command: container.Path,
  Created: Math.floor(Date.parse(container.Created) / 1000),
  Ports: [],
  Labels: container.Config.Labels ?? {},
  State: container.State.Status,
  Status: container.State.Status,
  HostConfig: {},
  NetworkSettings: { Networks: container.NetworkSettings.Networks },
  Mounts: container.Mounts,
})
