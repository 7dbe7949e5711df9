import type { Clock, Entropy, Timer } from '@drydock/abi'
import type { NodeDescription, ServiceSpec, TaskState } from '@drydock/docker-api'
import { Agent } from '../agent/agent.ts'
import type { Executor, Exit, TaskController } from '../agent/executor.ts'
import { Leader } from '../cluster/leader.ts'
import { createCluster } from '../control/cluster.ts'
import { type ControlArgs, type ControlMethod, type ControlResult, perform } from '../control/control.ts'
import { addNode } from '../control/nodes.ts'
import type { NodeObject, RootCa, ServiceObject, TaskObject } from '../store/objects.ts'
import { ClusterStore } from '../store/store.ts'

/** A clock that stands still until it is advanced. */
export class TestClock implements Clock {
  private ms = 0
  private timers: { readonly at: number; readonly callback: () => void }[] = []

  now(): number {
    return 1_700_000_000_000 + this.ms
  }
  monotonic(): number {
    return this.ms
  }
  after(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.ms + delayMs, callback }
    this.timers.push(timer)
    return { cancel: () => void (this.timers = this.timers.filter((each) => each !== timer)) }
  }
  soon(callback: () => void): void {
    queueMicrotask(callback)
  }
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms
    for (;;) {
      await settle()
      const [next] = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (!next) break
      this.timers = this.timers.filter((each) => each !== next)
      this.ms = Math.max(this.ms, next.at)
      next.callback()
    }
    this.ms = end
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await Promise.resolve()
}

export function entropy(seed = 1): Entropy {
  let next = seed
  return { bytes: (length) => Uint8Array.from({ length }, () => (next = (next * 16807) % 2147483647) & 255) }
}

/** A container that runs until the test ends it. */
class FakeController implements TaskController {
  private end: (exit: Exit) => void = () => {}
  private readonly ended = new Promise<Exit>((resolve) => {
    this.end = resolve
  })
  private readonly image: string
  private readonly stopped: () => Promise<void>

  constructor(image: string, stopped: () => Promise<void>) {
    this.image = image
    this.stopped = stopped
  }
  find = () => 'missing' as const
  async prepare(): Promise<void> {
    if (this.image.startsWith('missing')) throw new Error(`No such image: ${this.image}`)
  }
  async start(): Promise<void> {}
  wait(): Promise<Exit> {
    if (this.image.startsWith('broken')) this.end({ code: 1 })
    if (this.image.startsWith('short')) this.end({ code: 0 })
    return this.ended
  }
  async shutdown(): Promise<void> {
    await this.stopped()
    this.end({ code: 143 })
  }
  async remove(): Promise<void> {}
  status = () => ({})
  exit(code: number): void {
    this.end({ code })
  }
}

const GIB = 1024 ** 3

const ROOT: RootCa = {
  certificate: 'certificate',
  key: 'key',
  info: { TrustRoot: 'certificate' },
  digest: '0'.repeat(50),
}

/** A swarm whose nodes run nothing real. */
export class FakeCluster {
  readonly clock = new TestClock()
  readonly store = new ClusterStore(this.clock)
  leader: Leader
  private readonly controllers = new Map<string, FakeController>()
  private readonly beats = new Map<string, Timer>()
  private readonly agents = new Map<string, Agent>()
  private readonly entropy = entropy()

  constructor() {
    createCluster(
      { store: this.store, clock: this.clock, entropy: this.entropy, wakeAt: () => {} },
      { spec: {}, addressPools: [], subnetSize: 0, dataPathPort: 0, root: ROOT },
    )
    this.leader = new Leader(this.store, this.clock, this.entropy)
  }

  /** @param stopMs how long its containers take to stop */
  node(hostname: string, description: NodeDescription = {}, { role = 'worker', stopMs = 0 } = {}): NodeObject {
    const node = addNode(this.leader.powers, {
      role: role === 'manager' ? 'manager' : 'worker',
      description: {
        Hostname: hostname,
        Platform: { OS: 'linux', Architecture: 'x86_64' },
        Resources: { NanoCPUs: 2e9, MemoryBytes: GIB },
        ...description,
      },
      address: '192.168.0.8',
      managerAddr: '',
      dataPathAddr: '192.168.0.8',
      availability: 'active',
    })
    const stopped = (): Promise<void> => new Promise((resolve) => this.clock.after(stopMs, resolve))
    const executor: Executor = {
      configure: () => {},
      controller: ({ ID, Spec }) => {
        const controller = new FakeController(Spec.ContainerSpec?.Image ?? '', stopped)
        this.controllers.set(ID, controller)
        return controller
      },
    }
    const report = (taskId: string, status: TaskObject['Status']): void =>
      this.leader.report(node.ID, [[taskId, status]])
    const agent = new Agent(executor, this.clock, report, (error) => {
      throw error
    })
    this.agents.set(node.ID, agent)
    this.openSession(node.ID)
    const beat = (): void => {
      this.leader.dispatcher.heartbeat(node.ID)
      this.beats.set(hostname, this.clock.after(5000, beat))
    }
    beat()
    return node
  }

  /** Another manager leads from now on; the nodes find him at once. */
  changeLeader(): void {
    this.leader.stop()
    this.leader = new Leader(this.store, this.clock, this.entropy)
    for (const { ID } of this.store.all('node')) this.openSession(ID)
  }

  private openSession(nodeId: string): void {
    this.leader.dispatcher.open(nodeId, (assignments) => this.agents.get(nodeId)?.assign(assignments))
  }

  /** The node is not heard of any more. */
  silence(hostname: string): void {
    this.beats.get(hostname)?.cancel()
  }

  control<Method extends ControlMethod>(method: Method, args: ControlArgs<Method>): ControlResult<Method> {
    return perform(this.leader.powers, method, args)
  }

  service(id: string): ServiceObject {
    const service = this.store.get('service', id)
    if (!service) throw new Error(`no service ${id}`)
    return service
  }

  create(spec: Partial<ServiceSpec> & { image?: string } = {}): string {
    const { image = 'app:1', TaskTemplate, ...rest } = spec
    return this.control('createService', {
      spec: { Name: 'web', ...rest, TaskTemplate: { ...TaskTemplate, ContainerSpec: { Image: image } } },
    })
  }

  update(id: string, change: (spec: ServiceSpec) => ServiceSpec): void {
    const { Spec, Version } = this.service(id)
    this.control('updateService', { id, version: Version.Index ?? 0, spec: change(Spec), rollback: false })
  }

  /** A task's container ends by itself. */
  exit({ ID }: TaskObject, code: number): void {
    this.controllers.get(ID)?.exit(code)
  }

  tasks(id: string, ...states: TaskState[]): TaskObject[] {
    return this.store
      .all('task')
      .filter(({ ServiceID, Status }) => ServiceID === id && (states.length === 0 || states.includes(Status.State)))
      .sort((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0))
  }

  after(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1000)
  }
}

export const replicas = (count: number) => ({ Mode: { Replicated: { Replicas: count } } })
