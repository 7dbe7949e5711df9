import type { BlockStore, Clock, Entropy, ForeignHost } from '@drydock/abi'
import type { Hub } from '@drydock/hub'
import type { Forge } from '@drydock/hub/forge'
import { Diskfs } from '@drydock/kernel'
import { Link } from '@drydock/net'
import { Gateway } from './gateway.ts'
import { Host } from './host.ts'
import { hostImage } from './host-image.ts'
import { Internet, type Service } from './internet.ts'
import { LazyProgramTable } from './program-table.ts'
import type { HostView, SessionView, StorageState } from './rpc.ts'
import { SavedValues, Saver } from './saver.ts'
import { nextHost, readSessionRecord, type HostRecord, type SessionRecord } from './session-record.ts'
import { deleteBelow, diskPrefix, hubPrefix, loadBelow, SESSIONS, sessionKey, terminalPrefix } from './store-keys.ts'

export interface SessionOptions {
  readonly id: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly foreign?: ForeignHost | undefined
  readonly store: BlockStore
  /** Why nothing can be kept, where that is so. */
  readonly unavailable?: string | undefined
  readonly onChange: (view: SessionView) => void
}

/** Names under which the Hub and its services are found. */
const HUB_NAMES: readonly string[] = [
  'registry-1.docker.io',
  'docker.io',
  'auth.docker.io',
  'index.docker.io',
  'hub.docker.com',
  'production.cloudflare.docker.com',
]

/** Hosts on one virtual LAN, the internet they see, and the store they are kept in. */
export class Session {
  readonly gateway: Gateway
  private readonly options: SessionOptions
  private readonly saver: Saver
  private readonly records: SavedValues
  private readonly lan: Link
  private readonly programs = new LazyProgramTable()
  private readonly hosts = new Map<string, Host>()
  private record: SessionRecord
  private announced = false

  /** Opens what is kept under the id, or begins anew. @throws when what is kept cannot be read */
  static async open(options: SessionOptions): Promise<Session> {
    const [kept] = await options.store.load(sessionKey(options.id))
    const now = options.clock.now()
    const found = kept ? readSessionRecord(kept[1]) : undefined
    if (kept && !found) throw new Error('this session was kept by another version and cannot be read')
    const record = found ?? { version: 1, id: options.id, createdMs: now, usedMs: now, hosts: [] }
    const session = new Session(options, record, await loadBelow(options.store, hubPrefix(options.id)))
    try {
      for (const host of record.hosts) await session.startHost(host)
    } catch (error) {
      session.dispose()
      throw error
    }
    if (found) session.keepRecord({ ...record, usedMs: now })
    return session
  }

  private constructor(options: SessionOptions, record: SessionRecord, pushed: Iterable<[string, unknown]>) {
    const { clock, entropy, store, unavailable } = options
    this.options = options
    this.record = record
    this.lan = new Link({ clock })
    this.saver = new Saver({ store, clock, unavailable, onState: () => this.announce() })
    this.records = new SavedValues([[options.id, record]], this.saver.dirty)
    this.saver.add(SESSIONS, this.records)
    const internet = new Internet({
      clock,
      entropy,
      lan: this.lan,
      hosts: () => this.hostNames(),
      services: this.services(pushed),
    })
    this.gateway = new Gateway(internet)
  }

  view(): SessionView {
    const hosts = [...this.hosts.values()].map((host) => host.view())
    return { id: this.record.id, createdMs: this.record.createdMs, hosts, storage: this.storage() }
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
    this.keepRecord({ ...this.record, hosts: [...this.record.hosts, record] })
    const host = await this.startHost(record)
    this.announce()
    return host.view()
  }

  async deleteHost(name: string): Promise<void> {
    this.host(name).dispose()
    this.hosts.delete(name)
    const prefixes = [diskPrefix(this.record.id, name), terminalPrefix(this.record.id, name)]
    for (const prefix of prefixes) this.saver.remove(prefix)
    this.keepRecord({ ...this.record, hosts: this.record.hosts.filter((host) => host.name !== name) })
    this.announce()
    await this.saver.flush()
    await deleteBelow(this.options.store, prefixes)
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

  private async startHost(record: HostRecord): Promise<Host> {
    const { clock, entropy, foreign, store, id } = this.options
    const [diskAt, terminalsAt] = [diskPrefix(id, record.name), terminalPrefix(id, record.name)]
    const blank = hostImage(record.name, record.address)
    const disk = Diskfs.open(await loadBelow(store, diskAt), { clock, blank })
    const terminals = new SavedValues(await loadBelow(store, terminalsAt), this.saver.dirty)
    disk.onDirty = this.saver.dirty
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
      onChange: () => this.announce(),
    })
    this.hosts.set(record.name, host)
    return host
  }

  private services(pushed: Iterable<[string, unknown]>): ReadonlyMap<string, Service> {
    const { clock, entropy, id } = this.options
    const values = new SavedValues(pushed, this.saver.dirty)
    this.saver.add(hubPrefix(id), values)
    const store = {
      get: (key: string) => values.get(key) as Uint8Array | undefined,
      put: (key: string, bytes: Uint8Array) => values.set(key, bytes),
      keys: () => values.keys(),
    }
    let hub: Promise<Hub> | undefined
    const load = async (): Promise<Hub> => {
      const [{ createHub }, { default: programs }] = await Promise.all([
        import('@drydock/hub'),
        import('virtual:program-rows'),
      ])
      return createHub({ programs, clock, entropy, store })
    }
    const serve: Service = async (stream, host, port) => {
      hub ??= load()
      return (await hub).serve(stream, host, port)
    }
    let forge: Promise<Forge> | undefined
    const serveForge: Service = async (stream) => {
      forge ??= import('@drydock/hub/forge').then((door) => new door.Forge())
      return (await forge).serve(stream)
    }
    const rows = HUB_NAMES.map((name): [string, Service] => [name, serve])
    return new Map<string, Service>([...rows, ['github.com', serveForge], ['www.github.com', serveForge]])
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
