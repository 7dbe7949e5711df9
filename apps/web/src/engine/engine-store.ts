import type { ContainerSummary, DockerClient, EventMessage, ImageSummary, Network, Volume } from '@drydock/docker-api'
import type { SessionClient } from '../client/session-client.ts'

/** What a host's engine holds, as far as the page shows it. */
export interface EngineView {
  /** `starting` until the engine has answered once, `gone` while it does not answer. */
  readonly state: 'starting' | 'up' | 'gone'
  readonly containers: readonly ContainerSummary[]
  readonly images: readonly ImageSummary[]
  readonly volumes: readonly Volume[]
  readonly networks: readonly Network[]
}

export const NOTHING: EngineView = { state: 'starting', containers: [], images: [], volumes: [], networks: [] }
const RETRY_MS = 700
/** `Up 3 minutes` grows without an event. */
const AGING_MS = 10_000
/** A burst of events, compose's for instance, is read once. */
const SETTLE_MS = 40

type Part = 'containers' | 'images' | 'volumes' | 'networks'

/** Which lists an event can have changed. */
const CHANGED_BY: Readonly<Record<string, readonly Part[]>> = {
  container: ['containers', 'volumes', 'networks'],
  image: ['images'],
  volume: ['volumes'],
  network: ['networks', 'containers'],
}
/** Happen all the time and change nothing that is shown. */
const SILENT = /^(exec_|top|attach|detach|resize|copy|export|archive-path|extract-to-dir)/

/** One host's engine, followed by its events: one more client of its API. */
export class EngineStore {
  readonly host: string
  private readonly session: SessionClient
  private view: EngineView = NOTHING
  private readonly listeners = new Set<() => void>()
  private readonly stale = new Set<Part>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly aging: ReturnType<typeof setInterval>
  private connected: Promise<DockerClient> | undefined
  private disposed = false
  private hurry: (() => void) | undefined

  constructor(session: SessionClient, host: string) {
    this.session = session
    this.host = host
    this.aging = setInterval(() => this.age(), AGING_MS)
    void this.follow()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): EngineView => this.view

  /** A client of the engine; loaded with the first use. */
  client(): Promise<DockerClient> {
    this.connected ??= import('./connect.ts').then(({ connect }) => connect(this.session, this.host))
    return this.connected
  }

  /** A click is about to change something. @returns the moment that one can go back to */
  mark(command: string): Promise<number> {
    return this.session.api.mark(this.host, command)
  }

  /** The machine was replaced: there is no sense in waiting. */
  reconnect(): void {
    this.hurry?.()
  }

  dispose(): void {
    this.disposed = true
    clearInterval(this.aging)
    clearTimeout(this.timer)
  }

  private async follow(): Promise<void> {
    while (!this.disposed) {
      await this.followOnce().catch(() => undefined)
      if (this.disposed) return
      this.show({ ...this.view, state: this.view.state === 'starting' ? 'starting' : 'gone' })
      await new Promise<void>((later) => {
        this.hurry = later
        setTimeout(later, RETRY_MS)
      })
    }
  }

  /** Until the engine goes. The events are asked for before the lists, so that nothing falls between them. */
  private async followOnce(): Promise<void> {
    const client = await this.client()
    const events = client.system.events()
    const first = events.next()
    first.catch(() => undefined)
    await this.read(client, ['containers', 'images', 'volumes', 'networks'])
    for (let event = await first; !event.done && !this.disposed; event = await events.next()) this.heard(event.value)
  }

  private heard(event: EventMessage): void {
    if (SILENT.test(event.Action ?? '')) return
    for (const part of CHANGED_BY[event.Type ?? ''] ?? []) this.stale.add(part)
    if (this.stale.size > 0) this.timer ??= setTimeout(() => void this.refresh(), SETTLE_MS)
  }

  private age(): void {
    if (document.hidden || this.view.state !== 'up' || this.view.containers.length === 0) return
    this.stale.add('containers')
    this.timer ??= setTimeout(() => void this.refresh(), SETTLE_MS)
  }

  private async refresh(): Promise<void> {
    this.timer = undefined
    const parts = [...this.stale]
    this.stale.clear()
    await this.read(await this.client(), parts).catch(() => undefined)
  }

  private async read(client: DockerClient, parts: readonly Part[]): Promise<void> {
    const read = await Promise.all(
      parts.map(async (part) => [part, sameWhereEqual(this.view[part], await READERS[part](client))] as const),
    )
    this.show({ ...this.view, state: 'up', ...Object.fromEntries(read) })
  }

  private show(view: EngineView): void {
    this.view = view
    for (const listener of this.listeners) listener()
  }
}

/** What did not change stays the same object, so that its row is not drawn again. */
function sameWhereEqual(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const known = new Map(before.map((item) => [JSON.stringify(item), item]))
  return after.map((item) => known.get(JSON.stringify(item)) ?? item)
}

const READERS: { readonly [P in Part]: (client: DockerClient) => Promise<EngineView[P]> } = {
  containers: (client) => client.containers.list({ all: true }),
  images: (client) => client.images.list(),
  volumes: async (client) => (await client.volumes.list()).Volumes ?? [],
  networks: (client) => client.networks.list(),
}
