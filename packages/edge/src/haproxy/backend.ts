import { ETIMEDOUT, inet, isErrno, type Sys } from '@drydock/abi'
import { request as ask, HttpError } from '@drydock/http'
import { dial, type FdStream } from '@drydock/libc'
import { lastOf, type Section, type ServerSettings, serversOf } from './config.ts'

/** One server with what is known of it. */
export interface Server {
  readonly settings: ServerSettings
  readonly address: string
  up: boolean
  /** Checks in a row that said otherwise than `up`. */
  against: number
  active: number
  sessions: number
  current: number
  reason: string
  downSinceMs: number
}

export type Tell = (level: 'WARNING' | 'ALERT', text: string) => Promise<void>

/** Servers of a backend: who is up, and whose turn it is. */
export class Backend {
  readonly section: Section
  readonly servers: readonly Server[]
  private readonly sys: Sys
  private readonly tell: Tell

  constructor(sys: Sys, section: Section, addresses: ReadonlyMap<string, string>, tell: Tell) {
    this.sys = sys
    this.section = section
    this.tell = tell
    this.servers = serversOf(section).map((settings) => ({
      ...{ settings, address: addresses.get(settings.host) ?? settings.host, up: true, against: 0, active: 0 },
      ...{ sessions: 0, current: 0, reason: '', downSinceMs: 0 },
    }))
  }

  /** @returns undefined when none is up */
  choose(source: string, cookie: string | undefined): Server | undefined {
    const up = this.servers.filter((server) => server.up && !server.settings.backup)
    const free = up.length > 0 ? up : this.servers.filter((server) => server.up).slice(0, 1)
    const held = cookie === undefined ? undefined : free.find(({ settings }) => settings.cookie === cookie)
    return held ?? this.balanced(free, source)
  }

  private balanced(servers: readonly Server[], source: string): Server | undefined {
    const [method = 'roundrobin'] = lastOf(this.section, 'balance') ?? []
    if (method === 'first') return servers[0]
    if (method === 'source')
      return servers[
        [...source].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7) % Math.max(1, servers.length)
      ]
    if (method === 'leastconn') {
      const load = ({ active, settings }: Server): number => active / settings.weight
      const least = Math.min(...servers.map(load))
      return smooth(servers.filter((server) => load(server) === least))
    }
    return smooth(servers)
  }

  /** Checks for ever those that want it, each at its interval. */
  watch(): void {
    for (const server of this.servers) if (server.settings.check) void this.watchOne(server)
  }

  private async watchOne(server: Server): Promise<void> {
    for (;;) {
      const problem = await this.check(server)
      if ((problem === undefined) === server.up) server.against = 0
      else if (
        ++server.against >=
        (server.up
          ? server.sessions === 0 && server.downSinceMs === 0
            ? 1
            : server.settings.fall
          : server.settings.rise)
      )
        await this.turn(server, problem)
      server.reason = problem ?? 'L4OK'
      await this.sys.sleep(server.settings.intervalMs)
    }
  }

  private async turn(server: Server, problem: string | undefined): Promise<void> {
    server.up = !server.up
    server.against = 0
    server.downSinceMs = this.sys.clock.monotonic()
    const left = this.servers.filter((each) => each.up && !each.settings.backup).length
    const backups = this.servers.filter((each) => each.up && each.settings.backup).length
    const http = this.isHttpCheck()
    const layer = http ? 'Layer7' : 'Layer4'
    const words = server.up
      ? `UP, reason: ${layer} check passed${http ? ', code: 200' : ''}, check duration: 0ms. ${left} active and ${backups} backup servers online. 0 sessions requeued, 0 total in queue.`
      : `DOWN, reason: ${problem ?? ''}, check duration: 0ms. ${left} active and ${backups} backup servers left. ${server.active} sessions active, 0 requeued, 0 remaining in queue.`
    await this.tell('WARNING', `Server ${this.section.name}/${server.settings.name} is ${words}`)
    if (left + backups === 0) await this.tell('ALERT', `backend '${this.section.name}' has no server available!`)
  }

  private isHttpCheck(): boolean {
    return this.section.lines.some(({ words }) => words[0] === 'option' && words[1] === 'httpchk')
  }

  /** @returns what is wrong */
  private async check({ address, settings }: Server): Promise<string | undefined> {
    try {
      const stream = await dial(this.sys, inet(address, settings.port), settings.intervalMs)
      try {
        return this.isHttpCheck() ? await this.httpCheck(stream) : undefined
      } finally {
        stream.close()
      }
    } catch (error) {
      if (error === ETIMEDOUT) return 'Layer4 timeout'
      if (isErrno(error)) return `Layer4 connection problem, info: "${error.message}"`
      if (error instanceof HttpError) return 'Layer7 invalid response'
      throw error
    }
  }

  private async httpCheck(stream: FdStream): Promise<string | undefined> {
    const words =
      this.section.lines
        .findLast(({ words: [first, second] }) => first === 'option' && second === 'httpchk')
        ?.words.slice(2) ?? []
    const [method = 'OPTIONS', target = '/'] = words.length === 1 ? ['OPTIONS', words[0] ?? '/'] : words
    const { status } = await ask(stream, { method, target })
    return status >= 200 && status < 400 ? undefined : `Layer7 wrong status, code: ${status}`
  }
}

function smooth(servers: readonly Server[]): Server | undefined {
  let best: Server | undefined
  let total = 0
  for (const server of servers) {
    server.current += server.settings.weight
    total += server.settings.weight
    if (!best || server.current > best.current) best = server
  }
  if (best) best.current -= total
  return best
}
