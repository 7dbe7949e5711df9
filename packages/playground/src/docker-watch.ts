import type { ByteStream, Clock, Timer } from '@drydock/abi'
import { ApiError, type ContainerSummary, DockerClient, type Node, type Service } from '@drydock/docker-api'
import type { PublishedPort, SwarmRole } from './rpc.ts'

interface DockerWatchOptions {
  readonly dial: () => Promise<ByteStream>
  readonly clock: Clock
  readonly onChange: () => void
}

const RETRY_MS = 100
const SLOWEST_RETRY_MS = 2000
/** Events that come within so many milliseconds are one. */
const TOGETHER_MS = 25

/** What happened to a container or a network that can change which ports are published. */
const TELLING: readonly string[] = [
  ...['start', 'die', 'destroy', 'rename', 'pause', 'unpause', 'connect', 'disconnect'],
  ...['create', 'update', 'remove'],
]

const OF_SWARM: readonly string[] = ['node', 'service']

/** A swarm as its manager tells of it: who is in it, and what is published on each of its nodes, tasks there or not. */
export interface Mesh {
  /** Nodes that are up, by address. */
  readonly roles: Readonly<Record<string, SwarmRole>>
  readonly ports: readonly PublishedPort[]
}

/** Follows the engine from outside, as one more client of its API: which ports are published, and why others are not. */
export class DockerWatch {
  ports: readonly PublishedPort[] = []
  /** Undefined on a host that is no manager of a swarm. */
  mesh: Mesh | undefined
  private readonly options: DockerWatchOptions
  private readonly client: DockerClient
  private timer: Timer | undefined
  private reading: Timer | undefined
  private asksSwarm = false
  private disposed = false
  private retryMs = RETRY_MS

  constructor(options: DockerWatchOptions) {
    this.options = options
    this.client = new DockerClient({ dial: options.dial })
    void this.follow()
  }

  dispose(): void {
    this.disposed = true
    this.reading?.cancel()
    this.timer?.cancel()
  }

  /** Why nobody answers on the host's port, in a sentence for the page. */
  async explain(port: number): Promise<string> {
    try {
      return explanation(await this.client.containers.list({ all: true }), port)
    } catch {
      return `Nothing listens on port ${port}, and the Docker engine does not answer.`
    }
  }

  /** The stream of events is opened before the list is read, so that nothing falls between them. */
  private async follow(): Promise<void> {
    try {
      const filters = { type: ['container', 'network', 'service', 'node'], event: [...TELLING] }
      const events = this.client.system.events({ filters })
      const first = events.next()
      // Should the list fail as well, one of the two failures is enough.
      first.catch(() => undefined)
      await this.read(true)
      this.retryMs = RETRY_MS
      for (let event = await first; !event.done && !this.disposed; event = await events.next())
        this.readSoon(OF_SWARM.includes(event.value.Type))
    } catch {
      // The engine is not up yet, or is being restarted.
    }
    if (this.disposed) return
    this.show([])
    this.timer = this.options.clock.after(this.retryMs, () => void this.follow())
    this.retryMs = Math.min(SLOWEST_RETRY_MS, this.retryMs * 2)
  }

  /** What happens in one go is read once. */
  private readSoon(ofSwarm: boolean): void {
    // A node that is in no swarm is asked for services when something of a swarm happens, not before.
    this.asksSwarm ||= ofSwarm || this.mesh !== undefined
    this.reading ??= this.options.clock.after(TOGETHER_MS, () => {
      this.reading = undefined
      const { asksSwarm } = this
      this.asksSwarm = false
      // A daemon that went away is noticed by its events.
      if (!this.disposed) void this.read(asksSwarm).catch(() => undefined)
    })
  }

  private async read(asksSwarm: boolean): Promise<void> {
    const containers = await this.client.containers.list({ filters: { publish: ['1-65535/tcp', '1-65535/udp'] } })
    if (asksSwarm) await this.readMesh()
    this.show(containers.flatMap(published))
  }

  /** Only managers know. */
  private async readMesh(): Promise<void> {
    const before = JSON.stringify(this.mesh)
    try {
      const services = await this.client.services.list()
      const nodes = await this.client.nodes.list()
      const up = nodes.filter(({ Status }) => Status.State === 'ready')
      const roles = Object.fromEntries(up.map((node) => [node.Status.Addr ?? '', roleOf(node)]))
      const ports = services.flatMap(publishedByService).sort((a, b) => a.port - b.port)
      this.mesh = { roles, ports }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.mesh = undefined
    }
    if (JSON.stringify(this.mesh) !== before) this.options.onChange()
  }

  private show(ports: readonly PublishedPort[]): void {
    const sorted = ports.toSorted((a, b) => a.port - b.port)
    if (JSON.stringify(sorted) === JSON.stringify(this.ports)) return
    this.ports = sorted
    this.options.onChange()
  }
}

const nameOf = (container: ContainerSummary): string =>
  (container.Names[0] ?? container.Id.slice(0, 12)).replace(/^\//, '')

function roleOf({ ManagerStatus }: Node): SwarmRole {
  if (!ManagerStatus) return 'worker'
  return ManagerStatus.Leader ? 'leader' : 'manager'
}

const publishedByService = ({ Spec, Endpoint }: Service): PublishedPort[] =>
  (Endpoint?.Ports ?? []).flatMap(({ PublishedPort, Protocol, PublishMode }) =>
    PublishedPort && PublishMode !== 'host'
      ? [
          {
            port: PublishedPort,
            protocol: Protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
            ...{ address: '0.0.0.0', container: Spec.Name ?? '' },
          },
        ]
      : [],
  )

/** A port bound on IPv4 and IPv6 is one port. */
function published(container: ContainerSummary): PublishedPort[] {
  return container.Ports.flatMap(({ IP = '', PublicPort, Type }) =>
    PublicPort === undefined || IP.includes(':')
      ? []
      : [{ port: PublicPort, protocol: Type === 'udp' ? 'udp' : 'tcp', address: IP, container: nameOf(container) }],
  )
}

function explanation(containers: readonly ContainerSummary[], port: number): string {
  const rows = containers.map((container) => ({
    name: nameOf(container),
    state: container.State,
    ports: container.Ports,
    status: container.Status,
  }))
  const running = rows.filter(({ state }) => state === 'running')
  const bound = running.flatMap((row) =>
    row.ports.filter(({ PublicPort }) => PublicPort === port).map((each) => ({ ...row, each })),
  )[0]
  if (bound?.each.IP?.startsWith('127.'))
    return `Port ${port} of ${bound.name} is published on 127.0.0.1 only, so nobody outside the host can reach it. Publish it with -p ${port}:${bound.each.PrivatePort}.`
  if (bound)
    return `${bound.name} publishes port ${port}, but nothing inside it listens on port ${bound.each.PrivatePort} yet.`
  const inside = running.find((row) =>
    row.ports.some(({ PrivatePort, PublicPort }) => PrivatePort === port && PublicPort === undefined),
  )
  if (inside)
    return `${inside.name} listens on port ${port} inside its own network, but the port is not published. Run it with -p ${port}:${port}.`
  const elsewhere = running.flatMap((row) =>
    row.ports
      .filter((each) => each.PrivatePort === port && each.PublicPort !== undefined)
      .map((each) => ({ ...row, each })),
  )[0]
  if (elsewhere) return `${elsewhere.name} publishes its port ${port} as ${elsewhere.each.PublicPort}: open that one.`
  const exited = rows.find(({ state }) => state === 'exited')
  if (running.length === 0 && exited)
    return `Nothing listens on port ${port}. The container ${exited.name} has exited (${exited.status}).`
  return `Nothing listens on port ${port} of this host.`
}
