import type { ContainerSummary } from '@drydock/docker-api'
import { imageOf, type Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import { done, type Progress, working } from '../progress/tasks.ts'
import { allOf, type Backend } from './backend.ts'
import { type BuildWishes, buildServices } from './building.ts'
import { Convergence, type ConvergeWishes } from './convergence.ts'
import { inDependencyOrder, inReverseOrder } from './graph.ts'
import { runHooks, runPreStart } from './hooks.ts'
import { Images } from './images.ts'
import { LABEL, nameOf, projectFilter, serviceOf, taskOf } from './labels.ts'
import { runProvider } from './provider.ts'
import { Resources } from './resources.ts'
import { Waiting } from './waiting.ts'

export interface CreateWishes extends ConvergeWishes {
  readonly build: 'missing' | 'always' | 'never'
  readonly pull?: string | undefined
  readonly quietPull?: boolean
  readonly removeOrphans?: boolean
  readonly ignoreOrphans?: boolean
}

/** Makes what a project says, and undoes it. */
export class Lifecycle {
  readonly backend: Backend
  readonly project: Project
  readonly progress: Progress

  constructor(backend: Backend, project: Project, progress: Progress) {
    this.backend = backend
    this.project = project
    this.progress = progress
  }

  /** Images, networks, volumes, containers: nothing is started. @returns what can make one more container */
  async create(wishes: CreateWishes): Promise<Convergence> {
    const convergence = await this.prepare(wishes)
    await convergence.apply()
    return convergence
  }

  /** As {@link create}, but makes no container. */
  async prepare(wishes: CreateWishes): Promise<Convergence> {
    if (this.project.models.size > 0)
      throw new ComposeError("docker: 'model' is not a docker command: models are not supported here")
    await this.ensureImages(wishes)
    const resources = new Resources(this.backend, this.project, this.progress)
    const networkIds = await resources.ensureNetworks()
    await resources.ensureVolumes()
    const observed = await this.backend.containers(this.project.name, { all: true })
    const orphans = this.backend.orphansAmong(this.project, observed)
    await this.handleOrphans(orphans, wishes)
    const imageIds = await new Images(this.backend, this.project, this.progress).ids()
    const kept = observed.filter((each) => !orphans.includes(each))
    const facts = { observed: kept, networkIds, imageIds }
    return new Convergence(this.backend, this.project, this.progress, facts, wishes)
  }

  private async handleOrphans(orphans: readonly ContainerSummary[], wishes: CreateWishes): Promise<void> {
    if (orphans.length === 0 || wishes.ignoreOrphans) return
    if (wishes.removeOrphans) return this.backend.remove(orphans, this.progress, wishes.timeout)
    this.backend.cli.warning(
      `Found orphan containers ([${orphans.map(nameOf).join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.`,
    )
  }

  private async ensureImages(wishes: CreateWishes): Promise<void> {
    const images = new Images(this.backend, this.project, this.progress)
    const pull = { quiet: wishes.quietPull ?? false, policy: wishes.pull }
    const missing = await images.missing(pull)
    if (missing.length > 0) await images.pullAll(missing, pull)
    const buildable: string[] = []
    for (const [name, service] of this.project.services) {
      if (!service.build || wishes.build === 'never') continue
      const must = wishes.build === 'always' || service.pull_policy === 'build'
      if (must || !(await images.inspect(imageOf(this.project, name, service)))) buildable.push(name)
    }
    const build: BuildWishes = { quiet: false }
    if (buildable.length > 0) await buildServices(this.backend, this.project, this.progress, buildable, build)
  }

  /** Starts what is there, each service after those it needs. @param names only these */
  async start(wishes: { readonly wait?: boolean; readonly waitTimeout?: number } = {}): Promise<void> {
    const containers = await this.backend.containers(this.project.name, { all: true })
    const waiting = new Waiting(this.backend, this.project, this.progress, wishes.waitTimeout)
    await inDependencyOrder(this.project, async (name) => {
      const own = containers.filter((each) => serviceOf(each) === name)
      await waiting.dependencies(name, containers)
      for (const container of own) if (container.State !== 'running') await this.startOne(name, container)
    })
    if (wishes.wait) await waiting.everything([...this.project.services.keys()], containers)
  }

  private async startOne(name: string, container: ContainerSummary): Promise<void> {
    const task = taskOf(container)
    this.progress.on(working(task, 'Starting'))
    await runPreStart(this.backend, container, this.project.services.get(name)?.pre_start ?? [])
    await this.backend.client.containers.start(container.Id)
    await runHooks(this.backend, container, this.project.services.get(name)?.post_start ?? [])
    this.progress.on(done(task, 'Started'))
  }

  async stop(containers: readonly ContainerSummary[], timeout?: number, roots?: readonly string[]): Promise<void> {
    await inReverseOrder(
      this.project,
      async (name) => {
        const own = containers.filter(
          (each) => serviceOf(each) === name && each.State !== 'exited' && each.State !== 'created',
        )
        await this.preStop(name, own)
        await this.backend.stop(own, this.progress, timeout)
      },
      roots,
    )
  }

  private async preStop(name: string, containers: readonly ContainerSummary[]): Promise<void> {
    const hooks = this.project.services.get(name)?.pre_stop ?? []
    await allOf(
      containers.filter(({ State }) => State === 'running'),
      (each) => runHooks(this.backend, each, hooks),
    )
  }

  /** Removes containers, then networks, and on demand images and volumes. @returns whether there was anything */
  async down(wishes: {
    readonly services: readonly string[]
    readonly removeOrphans: boolean
    readonly volumes: boolean
    readonly images: '' | 'local' | 'all'
    readonly timeout?: number | undefined
  }): Promise<boolean> {
    const containers = await this.backend.containers(this.project.name, {
      all: true,
      oneOff: wishes.removeOrphans ? 'include' : 'exclude',
    })
    const removed = { any: containers.length > 0 }
    await this.removeHookContainers(wishes.services)
    const roots = wishes.services.length > 0 ? this.withDependents(wishes.services) : undefined
    await inReverseOrder(
      this.project,
      async (name) => {
        if (roots && !roots.includes(name)) return
        const service = this.project.services.get(name) ?? {}
        if (service.provider) {
          const place = { project: this.project.name, name, service }
          await runProvider(this.backend.cli, place, 'down', this.progress)
          return
        }
        const own = containers.filter((each) => serviceOf(each) === name)
        await this.preStop(name, own)
        await this.backend.remove(own, this.progress, wishes.timeout, wishes.volumes)
      },
      roots,
    )
    const orphans = this.backend.orphansAmong(this.project, containers)
    if (wishes.removeOrphans) await this.backend.remove(orphans, this.progress, wishes.timeout)
    if (wishes.services.length > 0) return removed.any
    const resources = new Resources(this.backend, this.project, this.progress)
    await Promise.all([
      resources.removeNetworks(),
      wishes.images === '' ? undefined : this.removeImages(wishes.images),
      wishes.volumes ? resources.removeVolumes() : undefined,
    ])
    return removed.any
  }

  /** Those of hooks that failed. */
  private async removeHookContainers(services: readonly string[]): Promise<void> {
    const filters = projectFilter(this.project.name, `${LABEL.hook}=pre_start`)
    const found = await this.backend.client.containers.list({ all: true, filters })
    const own = found.filter((each) => services.length === 0 || services.includes(serviceOf(each)))
    await allOf(own, ({ Id }) => this.backend.client.containers.remove(Id, { force: true, v: true }))
  }

  private withDependents(names: readonly string[]): string[] {
    const found = new Set<string>()
    const add = (name: string): void => {
      if (found.has(name)) return
      found.add(name)
      for (const [other, service] of this.project.services) if (service.depends_on?.has(name)) add(other)
    }
    for (const name of names) add(name)
    return [...found]
  }

  private async removeImages(which: 'local' | 'all'): Promise<void> {
    const names = new Set<string>()
    for (const [name, service] of this.project.services)
      if (which === 'all' || !service.image) names.add(imageOf(this.project, name, service))
    const images = new Images(this.backend, this.project, this.progress)
    await allOf([...names], async (image) => {
      if (await images.inspect(image))
        await this.backend.removeResource(`Image ${image}`, this.progress, () =>
          this.backend.client.images.remove(image),
        )
    })
  }
}
