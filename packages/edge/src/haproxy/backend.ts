import { isErrno, type Sys } from '@drydock/abi'
import { ResolveError, resolveHost } from '@drydock/libc'
import { type Asking, BALANCES, smooth } from './balance.ts'
import { lastOf, type Section, type ServerSettings, serversOf, wordsOf } from './config.ts'
import { checkServer, type Checked } from './health-check.ts'

/** How often names are asked for anew where a section of resolvers is named. Milliseconds. */
const RESOLVE_MS = 1000

export type Tell = (level: 'NOTICE' | 'WARNING' | 'ALERT', text: string) => Promise<void>

/** One server with what is known of it. */
export class Server {
  readonly settings: ServerSettings
  address: string
  port: number
  up: boolean
  /** What the administration said: taken out, or only for those who are here. */
  admin: 'ready' | 'drain' | 'maint'
  weight: number
  /** Checks in a row that said otherwise than `up`. */
  against = 0
  active = 0
  most = 0
  sessions = 0
  bytesIn = 0
  bytesOut = 0
  failedChecks = 0
  downs = 0
  errors = 0
  current = 0
  changedMs: number
  checked: Checked | undefined
  readonly statuses = new Map<string, number>()

  constructor(settings: ServerSettings, address: string, nowMs: number) {
    this.settings = settings
    this.address = address
    this.port = settings.port
    this.up = address !== ''
    this.admin = settings.disabled ? 'maint' : 'ready'
    this.weight = settings.weight
    this.changedMs = nowMs
  }

  /** Whether new requests may go there. */
  get isUsable(): boolean {
    return this.up && this.admin === 'ready' && this.weight > 0
  }
}

/** Servers of a backend: who is up, and whose turn it is. */
export class Backend {
  readonly section: Section
  readonly servers: readonly Server[]
  sessions = 0
  active = 0
  most = 0
  readonly statuses = new Map<string, number>()
  private readonly sys: Sys
  private readonly tell: Tell

  constructor(sys: Sys, section: Section, addresses: ReadonlyMap<string, readonly string[]>, tell: Tell) {
    this.sys = sys
    this.section = section
    this.tell = tell
    const now = sys.clock.monotonic()
    this.servers = serversOf(section).map(
      (settings) => new Server(settings, (addresses.get(settings.host) ?? [])[settings.share] ?? '', now),
    )
  }

  get usable(): readonly Server[] {
    return this.servers.filter((server) => server.isUsable)
  }

  /** @returns undefined when none is up */
  choose(asking: Asking, not: readonly Server[] = []): Server | undefined {
    const usable = this.usable.filter((server) => !not.includes(server))
    const main = usable.filter(({ settings }) => !settings.backup)
    const backups = usable.filter(({ settings }) => settings.backup)
    const all = wordsOf(this.section, 'option').some(([name]) => name === 'allbackups')
    const free = main.length > 0 ? main : all ? backups : backups.slice(0, 1)
    const [method = 'roundrobin', ...args] = lastOf(this.section, 'balance') ?? []
    const [, name = method, inner] = /^([\w-]+)\(([^)]*)\)$/.exec(method) ?? []
    return (BALANCES[name] ?? smooth)(free, asking, inner === undefined ? args : [inner, ...args], this.section)
  }

  /** Checks for ever those that want it, each at its interval, until told otherwise. */
  watch(stopped: () => boolean): void {
    for (const server of this.servers) {
      if (server.settings.check) void this.watchOne(server, stopped)
      if (server.settings.resolvers) void this.follow(server, stopped)
    }
  }

  private async watchOne(server: Server, stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      if (server.admin !== 'maint' && server.address !== '') await this.checkOnce(server)
      await this.sys.sleep(
        server.up || server.settings.downMs === undefined ? server.settings.intervalMs : server.settings.downMs,
      )
    }
  }

  private async checkOnce(server: Server): Promise<void> {
    const first = server.checked === undefined
    const checked = await checkServer(this.sys, this.section, server)
    server.checked = checked
    if (!checked.passed && server.up) server.failedChecks++
    if (checked.passed === server.up) server.against = 0
    else if (++server.against >= (server.up ? (first ? 1 : server.settings.fall) : server.settings.rise))
      await this.turn(server, checked)
  }

  private async turn(server: Server, { passed, words, took }: Checked): Promise<void> {
    server.up = passed
    server.against = 0
    server.changedMs = this.sys.clock.monotonic()
    if (!passed) server.downs++
    const main = this.usable.filter(({ settings }) => !settings.backup).length
    const backups = this.usable.length - main
    const duration = `check duration: ${took}ms`
    const state = passed
      ? `UP, reason: ${words}, ${duration}. ${main} active and ${backups} backup servers online. 0 sessions requeued, 0 total in queue.`
      : `DOWN, reason: ${words}, ${duration}. ${main} active and ${backups} backup servers left.${main + backups === 0 || main > 0 ? '' : ' Running on backup.'} ${server.active} sessions active, 0 requeued, 0 remaining in queue.`
    const kind = server.settings.backup ? 'Backup Server' : 'Server'
    await this.tell('WARNING', `${kind} ${this.section.name}/${server.settings.name} is ${state}`)
    if (main + backups === 0) await this.tell('ALERT', `backend '${this.section.name}' has no server available!`)
  }

  /** A server with `resolvers` takes the address that its name has now; with none it is down. */
  private async follow(server: Server, stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      await this.sys.sleep(RESOLVE_MS)
      const address = (await addressesOf(this.sys, server.settings.host))[server.settings.share] ?? ''
      if (address === server.address) continue
      const name = `${this.section.name}/${server.settings.name}`
      if (address === '')
        await this.tell('WARNING', `Server ${name} was DOWN and now enters maintenance (DNS NX status).`)
      else
        await this.tell(
          'WARNING',
          `${name} changed its IP from ${server.address === '' ? '(none)' : server.address} to ${address} by resolver.`,
        )
      server.address = address
      server.up = address !== ''
      server.changedMs = this.sys.clock.monotonic()
    }
  }
}

async function addressesOf(sys: Sys, host: string): Promise<readonly string[]> {
  try {
    return (await resolveHost(sys, host)).toSorted()
  } catch (error) {
    if (!(error instanceof ResolveError) && !isErrno(error)) throw error
    return []
  }
}
