import { type ByteStream, SIGINT, SIGTERM } from '@drydock/abi'
import { inBackground, isProblem } from '@drydock/cli-plugin'
import { type ContainerSummary, type EventMessage, isNotFound } from '@drydock/docker-api'
import { allOf, type Backend } from '../engine/backend.ts'
import { LABEL, nameOf, projectFilter, serviceOf } from '../engine/labels.ts'
import { Lifecycle } from '../engine/lifecycle.ts'
import type { Project } from '../load/project.ts'
import { withProgress } from '../progress/printers.ts'
import { SILENT } from '../progress/tasks.ts'
import { type Until, watchBeside } from '../watch/watch-project.ts'
import { LogConsumer, type LogSettings, WATCH_LOGGER } from './log-consumer.ts'
import { ShortcutMenu } from './shortcut-menu.ts'
import { followAttached, followLogs, logName } from './streams.ts'

export interface AttachWishes extends LogSettings {
  /** Services whose end is waited for. */
  readonly services: readonly string[]
  /** Services whose output is shown. */
  readonly attachTo: readonly string[]
  /** What the end of one container means for the others. */
  readonly cascade: 'none' | 'stop' | 'fail'
  readonly exitCodeFrom: string
  readonly timeout?: number | undefined
  readonly watch: (log: LogConsumer, until: Until) => Promise<void>
  readonly watchAtOnce: boolean
  /** Whether there is a line of shortcuts, and what its keys can do. */
  readonly menu: { readonly canWatch: boolean; readonly canBuild: boolean } | undefined
}

/** `up` without -d: starts the services, shows what they say and ends with them, or stops them at ^C. */
export async function attachAndFollow(backend: Backend, project: Project, wishes: AttachWishes): Promise<number> {
  return new AttachedUp(backend, project, wishes).run()
}

class AttachedUp {
  private readonly backend: Backend
  private readonly project: Project
  private readonly wishes: AttachWishes
  private readonly consumer: LogConsumer
  /** Containers that have not ended, by id. */
  private readonly alive = new Map<string, ContainerSummary>()
  /** Names of containers whose successor is being made. */
  private readonly replaced = new Set<string>()
  private readonly streams: ByteStream[] = []
  private readonly over: Promise<void>
  private end: () => void = () => {}
  private exitCode = 0
  private codeFrom: string
  private aborting = false
  private interrupts = 0
  private stopping: Promise<void> | undefined

  constructor(backend: Backend, project: Project, wishes: AttachWishes) {
    this.backend = backend
    this.project = project
    this.wishes = wishes
    this.consumer = new LogConsumer(backend.cli, wishes)
    this.codeFrom = wishes.exitCodeFrom
    this.over = new Promise((resolve) => {
      this.end = resolve
    })
  }

  async run(): Promise<number> {
    const { sys } = this.backend.cli
    const before = [SIGINT, SIGTERM].map(
      (signal) => [signal, sys.sigaction(signal, () => this.interrupt(), { restart: true })] as const,
    )
    try {
      const containers = (await this.backend.containers(this.project.name, { all: true })).filter((each) =>
        this.isWatched(each),
      )
      this.openMenu()
      await this.attachAll(containers)
      this.follow(containers)
      await this.start()
      if (this.wishes.watchAtOnce) this.toggleWatch()
      await this.over
      await this.stopping
      await this.consumer.settle()
    } finally {
      for (const [signal, disposition] of before) sys.sigaction(signal, disposition)
      for (const stream of this.streams) stream.close()
      await this.consumer.menu?.close()
    }
    return this.interrupts > 0 ? 130 : this.exitCode
  }

  private openMenu(): void {
    const { menu } = this.wishes
    if (!menu) return
    this.consumer.menu = new ShortcutMenu(this.backend.cli, {
      toggleWatch: menu.canWatch ? () => this.toggleWatch() : undefined,
      canBuild: menu.canBuild,
      interrupt: () => this.interrupt(),
    })
  }

  private watching: Until | undefined

  private toggleWatch(): void {
    const until = this.watching ? undefined : { over: false }
    if (this.watching) this.watching.over = true
    this.watching = until
    this.showWatch(until !== undefined)
    if (!until) return
    watchBeside(this.wishes.watch(this.consumer, until), (error) => {
      this.watching = undefined
      this.showWatch(false)
      this.consumer.err(WATCH_LOGGER, error.message)
    })
  }

  private showWatch(watches: boolean): void {
    if (this.consumer.menu) this.consumer.menu.watches = watches
  }

  private isWatched(container: ContainerSummary): boolean {
    return this.wishes.services.includes(serviceOf(container)) || this.wishes.attachTo.includes(serviceOf(container))
  }

  private async attachAll(containers: readonly ContainerSummary[]): Promise<void> {
    const shown = containers.filter((each) => this.wishes.attachTo.includes(serviceOf(each)))
    await this.backend.cli.print(`Attaching to ${shown.map(logName).join(', ')}\n`)
    await this.backend.cli.io.out.flush()
    for (const each of shown) this.consumer.register(logName(each))
    for (const each of containers) this.alive.set(each.Id, each)
    await allOf(shown, async (each) => {
      this.streams.push((await followAttached(this.backend, each, this.consumer)).stream)
    })
  }

  /** The engine's events tell of starts and ends. */
  private follow(containers: readonly ContainerSummary[]): void {
    const events = this.backend.client.system.events({
      filters: { type: ['container'], ...projectFilter(this.project.name, `${LABEL.oneOff}=False`) },
    })
    const known = new Set(containers.map(({ Id }) => Id))
    const read = async (): Promise<void> => {
      for await (const event of events) await this.handle(event, known)
    }
    inBackground(read())
  }

  private async handle(event: EventMessage, known: Set<string>): Promise<void> {
    const id = event.Actor.ID
    const service = event.Actor.Attributes[LABEL.service] ?? ''
    const successorOf = event.Action === 'create' ? event.Actor.Attributes[LABEL.replace] : undefined
    if (successorOf !== undefined) this.replaced.add(successorOf)
    if (event.Action === 'die') await this.ended(id, service, Number(event.Actor.Attributes['exitCode'] ?? 0))
    if (event.Action !== 'start' || !this.wishes.attachTo.includes(service)) return
    const isNew = !known.has(id)
    known.add(id)
    if (isNew || !this.alive.has(id)) await this.reattach(id, service, event.time)
  }

  /** A container that came later, or came back. */
  private async reattach(id: string, service: string, time: number): Promise<void> {
    const [container] = (await this.backend.containers(this.project.name, { all: true, services: [service] })).filter(
      ({ Id }) => Id === id,
    )
    if (!container) return
    this.alive.set(id, container)
    this.replaced.delete(nameOf(container))
    inBackground(followLogs(this.backend, container, this.consumer, { follow: true, since: String(time) }))
  }

  private async ended(id: string, service: string, code: number): Promise<void> {
    const container = this.alive.get(id)
    if (!container) return
    const restarting = await this.comesBack(id)
    // What it said last is still on its way.
    await this.backend.cli.sys.sleep(20)
    const isReplaced = this.replaced.has(nameOf(container))
    if (!this.aborting) {
      this.consumer.status(logName(container), `exited with code ${code}`)
      if (isReplaced) this.consumer.status(logName(container), 'has been recreated')
    }
    if (!restarting) this.alive.delete(id)
    if (isReplaced) return
    const { cascade } = this.wishes
    if (cascade === 'fail' && code !== 0 && !this.aborting) this.codeFrom = service
    if (cascade === 'stop' && this.codeFrom === '') this.codeFrom = service
    if (this.codeFrom === service) this.exitCode = code
    if ((cascade === 'stop' || (cascade === 'fail' && code !== 0)) && !this.aborting) this.cascadeStop()
    if (this.alive.size === 0) this.end()
  }

  private async comesBack(id: string): Promise<boolean> {
    try {
      const { State: state } = await this.backend.client.containers.inspect(id)
      return state.Restarting || state.Running
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }

  private cascadeStop(): void {
    this.aborting = true
    this.consumer.mute()
    this.stopping = this.consumer
      .settle()
      .then(() => this.backend.cli.warn('Aborting on container exit...\n'))
      .then(() => this.stopAll('Running'))
    inBackground(this.stopping)
  }

  private interrupt(): void {
    this.interrupts++
    this.aborting = true
    this.consumer.mute()
    if (this.interrupts === 1) {
      this.stopping = this.backend.cli
        .warn('Gracefully stopping... (press Ctrl+C again to force)\n')
        .then(() => this.stopAll('Stopping'))
        .then(() => this.end())
      inBackground(this.stopping)
    } else {
      const killing = allOf([...this.alive.keys()], (id) => this.backend.client.containers.kill(id, 'SIGKILL'))
      inBackground(killing.then(() => this.end()))
    }
  }

  private async stopAll(title: string): Promise<void> {
    const containers = await this.backend.containers(this.project.name, { all: false })
    const own = containers.filter((each) => this.wishes.services.includes(serviceOf(each)))
    await withProgress(this.backend.cli, title, (progress) =>
      new Lifecycle(this.backend, this.project, progress).stop(own, this.wishes.timeout),
    )
  }

  private async start(): Promise<void> {
    try {
      await new Lifecycle(this.backend, this.project, SILENT).start()
    } catch (error) {
      if (!isProblem(error) || this.interrupts === 0) throw error
    }
  }
}
