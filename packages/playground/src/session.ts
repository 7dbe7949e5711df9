import type { BlockStore, Clock, Entropy, ForeignHost } from '@drydock/abi'
import { Diskfs } from '@drydock/kernel'
import { Link } from '@drydock/net'
import type { Mesh } from './docker-watch.ts'
import { Gateway } from './gateway.ts'
import { Host, type OpenScreens } from './host.ts'
import { hostImage } from './host-image.ts'
import { HubService } from './hub-service.ts'
import { Internet } from './internet.ts'
import { LazyProgramTable } from './program-table.ts'
import type { HostView, MessageEndpoint, Moment, SessionState, StorageState } from './rpc.ts'
import { SavedValues, Saver } from './saver.ts'
import { nextHost, readSessionRecord, type HostRecord, type SessionRecord } from './session-record.ts'
import {
  diskPrefix,
  hubPrefix,
  momentPrefix,
  replacedPrefix,
  SESSIONS,
  sessionKey,
  sessionPrefixes,
  terminalPrefix,
} from './store-keys.ts'
import { type NewMoment, Timeline } from './timeline.ts'

export interface SessionOptions {
  readonly id: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign?: ForeignHost | undefined
  readonly store: BlockStore
  /** Why nothing can be kept, where that is so. */
  readonly unavailable?: string | undefined
  readonly onChange: (state: SessionState) => void
}

/** Hosts on one virtual LAN, the internet they see, and the store they are kept in. */
export class Session {
  readonly gateway: Gateway
  private readonly options: SessionOptions
  private readonly saver: Saver
  private readonly timeline: Timeline
  private readonly hub: HubService
  private readonly records: SavedValues
  private readonly lan: Link
  private readonly programs = new LazyProgramTable()
  private readonly hosts = new Map<string, Host>()
  private record: SessionRecord
  private announced = false

  /** Opens what is kept under the id, or begins anew. @throws when what is kept cannot be read */
  static async open(options: SessionOptions): Promise<Session> {
    const { id, store, clock } = options
    const prefixes = [momentPrefix(id), sessionKey(id), ...sessionPrefixes(id)]
    const [past = [], ...below] = await Promise.all(prefixes.map((prefix) => store.load(prefix)))
    const kept = new Map(below.flat())
    const known = kept.get(sessionKey(id))
    const now = clock.now()
    const found = known === undefined ? undefined : readSessionRecord(known)
    if (known !== undefined && !found) throw new Error('this session was kept by another version and cannot be read')
    const record = found ?? { version: 1, id, createdMs: now, usedMs: now, hosts: [] }
    const session = new Session(options, record, kept, past)
    try {
      for (const host of record.hosts) session.startHost(host)
    } catch (error) {
      session.dispose()
      throw error
    }
    return session
  }

  private constructor(
    options: SessionOptions,
    record: SessionRecord,
    kept: Iterable<[string, unknown]>,
    past: Iterable<[string, unknown]>,
  ) {
    const { clock, entropy, store, unavailable, id } = options
    this.options = options
    this.record = record
    this.lan = new Link({ clock })
    const places = { heads: momentPrefix(id), pieces: replacedPrefix(id) }
    this.timeline = new Timeline(kept, { now: () => clock.now(), places }, past)
    this.saver = new Saver({
      store,
      clock,
      unavailable,
      onState: () => this.announce(),
      onChange: (change) => this.timeline.changed(change),
      beside: () => this.timeline.collect(),
    })
    this.records = new SavedValues([[id, record]], this.saver.dirty)
    this.saver.add(SESSIONS, this.records)
    this.hub = new HubService({ clock, entropy, saver: this.saver, prefix: hubPrefix(id) })
    this.hub.open(this.timeline.below(hubPrefix(id)))
    const internet = new Internet({
      clock,
      entropy,
      lan: this.lan,
      hosts: () => this.hostNames(),
      services: this.hub.services,
    })
    this.gateway = new Gateway(internet, clock, entropy)
  }

  view(): SessionState {
    const hosts = [...this.hosts.values()].map((host) => host.view())
    const gauges = Object.fromEntries([...this.hosts].map(([name, host]) => [name, host.gauge()]))
    const { id, createdMs } = this.record
    return { id, createdMs, hosts, moments: this.timeline.moments(), storage: this.storage(), gauges }
  }

  storage(): StorageState {
    return this.saver.state
  }

  host(name: string): Host {
    const host = this.hosts.get(name)
    if (!host) throw new Error(`no host ${name} in this session`)
    return host
  }

  async addHost(): Promise<HostView> {
    const record = nextHost(this.record.hosts, this.options.clock.now())
    if (!record) throw new Error('ten instances are the most that a session can have')
    if (this.hosts.size > 0) this.mark({ kind: 'click', command: `add ${record.name}` })
    this.keepRecord({ ...this.record, hosts: [...this.record.hosts, record] })
    const host = this.startHost(record)
    this.announce()
    return host.view()
  }

  async deleteHost(name: string): Promise<void> {
    const host = this.host(name)
    this.mark({ kind: 'click', command: `delete ${name}` })
    host.dispose()
    this.forget(name)
    for (const prefix of this.prefixesOf(name)) {
      const deletes = this.timeline.below(prefix).map(([key]) => prefix + key)
      this.saver.take({ puts: new Map(), deletes })
    }
    this.keepRecord({ ...this.record, hosts: this.record.hosts.filter((each) => each.name !== name) })
    this.announce()
    await this.saver.flush()
  }

  /** Serves a port of a host to the page, whatever machine stands for the host when it is asked. */
  bridge(name: string, port: number, endpoint: MessageEndpoint): void {
    this.gateway.serve(() => this.host(name), port, endpoint)
  }

  /** Something is about to be done that one may want to take back. @returns the number of its moment */
  mark(moment: NewMoment): number {
    this.saver.gather()
    return this.timeline.mark(moment)
  }

  /** Those that one can go back to, what was done just now among them: the view tells of it a little later. */
  moments(): readonly Moment[] {
    this.saver.gather()
    return this.timeline.moments()
  }

  /**
   * Everything that is kept as it was at the moment. Machines whose disk was another go through a power cut, so that
   * what ran on them starts again; the others run on. At once, unless it is a moment from before the session was opened.
   * @throws when the moment is no more
   */
  async goBack(id: number): Promise<void> {
    if (this.timeline.isEarlier(id)) this.timeline.recall(await this.options.store.load(replacedPrefix(this.record.id)))
    this.saver.gather()
    const way = this.timeline.wayBack(id)
    if (!way) throw new Error('this is too long ago to go back to')
    const left = this.record.hosts.filter(({ name }) => !this.leadsThrough(way, diskPrefix(this.record.id, name)))
    // What stands on the screens of those that run on is newer.
    for (const { name } of left)
      for (const key of way.keys()) if (key.startsWith(terminalPrefix(this.record.id, name))) way.delete(key)
    const screens = new Map<string, OpenScreens>()
    for (const [name, host] of this.hosts) {
      if (left.some((each) => each.name === name)) continue
      screens.set(name, host.cutOff())
      this.forget(name)
    }
    this.saver.take(this.timeline.goBack(id, way))
    if (this.leadsThrough(way, hubPrefix(this.record.id))) this.hub.open(this.timeline.below(hubPrefix(this.record.id)))
    this.keepRecord(readSessionRecord(this.timeline.get(sessionKey(this.record.id))) ?? this.record)
    for (const record of this.record.hosts)
      if (!this.hosts.has(record.name)) this.startHost(record, screens.get(record.name))
    this.announce()
  }

  /** Says in its record that it was used now. */
  touch(): void {
    this.keepRecord({ ...this.record, usedMs: this.options.clock.now() })
  }

  /** Loads programs that will be wanted soon, while nothing else is to be done. */
  prefetch(): Promise<void> {
    return this.programs.prefetch()
  }

  flush(): Promise<void> {
    return this.saver.flush()
  }

  /** Stops everything without a word to anybody; what was not saved is lost. */
  dispose(): void {
    this.saver.stop()
    for (const host of this.hosts.values()) host.dispose()
    this.hosts.clear()
  }

  private startHost(record: HostRecord, screens?: OpenScreens): Host {
    const { clock, entropy, foreign, id } = this.options
    const [diskAt, terminalsAt] = [diskPrefix(id, record.name), terminalPrefix(id, record.name)]
    const blank = hostImage(record.name, record.address)
    const disk = Diskfs.open(this.timeline.below(diskAt), { clock, blank })
    const terminals = new SavedValues(this.timeline.below(terminalsAt), this.saver.dirty)
    disk.onDirty = this.saver.dirty
    this.timeline.engineStarts(diskAt)
    this.saver.add(diskAt, disk)
    this.saver.add(terminalsAt, terminals)
    const host = new Host({
      record,
      clock,
      entropy,
      foreign,
      programs: this.programs,
      lan: this.lan,
      disk,
      terminals,
      screens,
      onChange: () => this.announce(),
      onEnter: (command) => void this.mark({ kind: 'command', host: record.name, command }),
      meshOf: (address) => this.meshOf(address),
      onEngineAnswer: () => {
        this.saver.gather()
        this.timeline.engineAnswers(diskAt)
      },
    })
    this.hosts.set(record.name, host)
    return host
  }

  private meshOf(address: string): Mesh | undefined {
    for (const { mesh } of this.hosts.values()) if (mesh?.roles[address]) return mesh
    return undefined
  }

  /** Its machine is gone; what it wrote last is gathered, as nothing comes after it. */
  private forget(name: string): void {
    this.hosts.delete(name)
    for (const prefix of this.prefixesOf(name)) this.saver.remove(prefix)
  }

  private prefixesOf(host: string): readonly string[] {
    return [diskPrefix(this.record.id, host), terminalPrefix(this.record.id, host)]
  }

  private leadsThrough(way: ReadonlyMap<string, unknown>, prefix: string): boolean {
    return [...way.keys()].some((key) => key.startsWith(prefix))
  }

  private hostNames(): ReadonlyMap<string, string> {
    return new Map(this.record.hosts.map(({ name, address }) => [name, address]))
  }

  private keepRecord(record: SessionRecord): void {
    this.record = record
    this.records.set(record.id, record)
  }

  /** Many changes in one turn are one view. */
  private announce(): void {
    if (this.announced) return
    this.announced = true
    queueMicrotask(() => {
      this.announced = false
      this.options.onChange(this.view())
    })
  }
}
