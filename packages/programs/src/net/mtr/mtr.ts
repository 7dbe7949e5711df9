import { AF_INET, isErrno, SIGINT, SOCK_RAW, type Sys } from '@drydock/abi'
import {
  defineProgram,
  flag,
  type ProgramContext,
  ResolveError,
  resolveHost,
  reverseHost,
  strftime,
  timeZone,
  value,
} from '@drydock/libc'
import { isTerminal } from '../../text/terminal.ts'
import { probe } from '../traceroute/hop-probe.ts'

const OPTIONS = {
  report: flag('r', 'report'),
  wide: flag('w', 'report-wide'),
  cycles: value('c', 'report-cycles'),
  interval: value('i', 'interval'),
  numeric: flag('n', 'no-dns'),
  both: flag('b', 'show-ips'),
  first: value('f', 'first-ttl'),
  most: value('m', 'max-ttl'),
  csv: flag('C', 'csv'),
  json: flag('j', 'json'),
  text: flag('t', 'curses'),
  ipv4: flag('4'),
  tcp: flag('T', 'tcp'),
  udp: flag('u', 'udp'),
  version: flag('v', 'version'),
} as const
type Context = ProgramContext<typeof OPTIONS>

const WAIT_MS = 1000

/** What is known of one hop. */
class Hop {
  readonly ttl: number
  from = ''
  name = '???'
  sent = 0
  readonly rtts: number[] = []

  constructor(ttl: number) {
    this.ttl = ttl
  }

  get loss(): number {
    return this.sent === 0 ? 0 : (100 * (this.sent - this.rtts.length)) / this.sent
  }
  get average(): number {
    return this.rtts.length === 0 ? 0 : this.rtts.reduce((sum, each) => sum + each, 0) / this.rtts.length
  }
  get deviation(): number {
    const { average, rtts } = this
    return rtts.length < 2
      ? 0
      : Math.sqrt(rtts.reduce((sum, each) => sum + (each - average) ** 2, 0) / (rtts.length - 1))
  }
  /** Last, average, best, worst and standard deviation, in milliseconds. */
  get times(): readonly number[] {
    const { rtts } = this
    if (rtts.length === 0) return [0, 0, 0, 0, 0]
    return [rtts.at(-1) ?? 0, this.average, Math.min(...rtts), Math.max(...rtts), this.deviation]
  }
}

/** mtr: ping and traceroute in one. mtr(8), 0.95 */
export const mtr = defineProgram({
  name: 'mtr/mtr',
  paths: ['/usr/bin/mtr', '/usr/sbin/mtr'],
  covers: 'partial',
  lacks: ['keys other than ^C while it runs', '-T and -u: it asks by ICMP echo', '-6', '-z', '-o'],
  summary: 'a network diagnostic tool',
  sizeBytes: 96_456,
  usage: 'mtr [options] hostname',
  options: OPTIONS,
  async main(context) {
    const { sys, io, operands, options: o } = context
    if (o.version) {
      await io.print('mtr 0.95\n')
      return 0
    }
    const host = operands[0] ?? 'localhost'
    try {
      const [address = ''] = await resolveHost(sys, host)
      return await new Run(context, host, address).toEnd()
    } catch (error) {
      if (error instanceof ResolveError) await io.warn(`mtr: Failed to resolve host: ${host}: ${error.message}\n`)
      else if (isErrno(error)) await io.warn(`mtr: ${error.message}\n`)
      else throw error
      return 1
    }
  },
})

class Run {
  private readonly context: Context
  private readonly host: string
  private readonly address: string
  private readonly hops: Hop[] = []
  private stopped = false
  private sequence = 0

  constructor(context: Context, host: string, address: string) {
    this.context = context
    this.host = host
    this.address = address
  }

  async toEnd(): Promise<number> {
    const { sys, io, options: o } = this.context
    const start = sys.clock.now()
    const screen = !o.report && !o.wide && !o.csv && !o.json && isTerminal(sys, 1)
    const cycles = Number(o.cycles ?? (screen ? Infinity : 10))
    sys.sigaction(SIGINT, () => (this.stopped = true))
    const fd = sys.socket(AF_INET, SOCK_RAW)
    try {
      for (let cycle = 0; cycle < cycles && !this.stopped; cycle++) {
        await this.cycle(sys, fd)
        if (screen) await this.draw(start)
        if (cycle + 1 < cycles && !this.stopped) await this.pause(Number(o.interval ?? 1) * 1000)
      }
    } finally {
      sys.close(fd)
    }
    if (!screen) await io.print(o.json ? this.json() : o.csv ? this.csv(start) : this.report(start))
    return 0
  }

  /** One probe to each hop, until the host itself answers. */
  private async cycle(sys: Sys, fd: number): Promise<void> {
    const { options: o } = this.context
    for (let ttl = Number(o.first ?? 1), i = 0; ttl <= Number(o.most ?? 30) && !this.stopped; ttl++, i++) {
      const hop = (this.hops[i] ??= new Hop(ttl))
      hop.sent++
      const reply = await this.ask(sys, fd, ttl)
      if (!reply) {
        if (i >= 5 && this.hops.slice(i - 4).every(({ from }) => from === '')) return
        continue
      }
      hop.rtts.push(reply.rttMs)
      if (hop.from !== reply.from) await this.learn(hop, reply.from)
      if (reply.type !== 11) {
        this.hops.length = i + 1
        return
      }
    }
  }

  private async ask(sys: Sys, fd: number, ttl: number): ReturnType<typeof probe> {
    try {
      return await probe(sys, fd, this.address, ttl, ++this.sequence, WAIT_MS)
    } catch (error) {
      if (this.stopped && isErrno(error)) return undefined
      throw error
    }
  }

  private async learn(hop: Hop, from: string): Promise<void> {
    const { sys, options: o } = this.context
    hop.from = from
    const name = o.numeric ? undefined : await reverseHost(sys, from)
    hop.name = name === undefined ? from : o.both ? `${name} (${from})` : name
  }

  private async pause(ms: number): Promise<void> {
    try {
      await this.context.sys.sleep(ms)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private get source(): string {
    return this.context.sys.uname().nodename
  }

  private report(startMs: number): string {
    const { env, options: o } = this.context
    const width = o.wide ? Math.max(26, ...this.hops.map(({ name }) => name.length + 1)) : 26
    const head = `HOST: ${this.source}`.padEnd(width + 8).slice(0, Math.max(width + 8, 34))
    const columns = 'Loss%   Snt   Last   Avg  Best  Wrst StDev'
    const start = strftime('%Y-%m-%dT%H:%M:%S%z', startMs, timeZone(env))
    return `Start: ${start}\n${head}${columns}\n${this.hops.map((hop) => `${this.row(hop, width)}\n`).join('')}`
  }

  private row(hop: Hop, width: number): string {
    const [last = 0, ...rest] = hop.times
    const times = [last.toFixed(1).padStart(6), ...rest.map((each) => each.toFixed(1).padStart(5))].join(' ')
    const name = hop.name.slice(0, width).padEnd(width)
    return `${String(hop.ttl).padStart(3)}.|-- ${name}${hop.loss.toFixed(1).padStart(5)}% ${String(hop.sent).padStart(5)} ${times}`
  }

  private csv(startMs: number): string {
    const head = 'Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt, ,Last,Avg,Best,Wrst,StDev,\n'
    const rows = this.hops.map((hop) =>
      [
        'MTR.0.95',
        Math.floor(startMs / 1000),
        'OK',
        this.host,
        hop.ttl,
        hop.name,
        hop.loss.toFixed(2),
        hop.sent,
        0,
        ...hop.times.map((each) => each.toFixed(2)),
      ].join(','),
    )
    return head + rows.map((row) => `${row}\n`).join('')
  }

  private json(): string {
    const { options: o } = this.context
    const hubs = this.hops.map((hop) => {
      const [Last, Avg, Best, Wrst, StDev] = hop.times.map((each) => Number(each.toFixed(3)))
      return { count: hop.ttl, host: hop.name, 'Loss%': hop.loss, Snt: hop.sent, Last, Avg, Best, Wrst, StDev }
    })
    const mtr = {
      src: this.source,
      dst: this.host,
      tos: 0,
      tests: Number(o.cycles ?? 10),
      psize: '64',
      bitpattern: '0x00',
    }
    return `${JSON.stringify({ report: { mtr, hubs } }, undefined, 4)}\n`
  }

  private async draw(startMs: number): Promise<void> {
    const { io, env, sys } = this.context
    const title = 'My traceroute  [v0.95]'
    const now = strftime('%Y-%m-%dT%H:%M:%S%z', sys.clock.now(), timeZone(env))
    const head = `${' '.repeat(29)}${title}\n${`${this.source} -> ${this.host} (${this.address})`.padEnd(54)}${now}\nKeys:  ^C ends it; running for ${Math.floor((sys.clock.now() - startMs) / 1000)} s\n`
    const columns = `${' '.repeat(40)}Packets               Pings\n Host${' '.repeat(33)}Loss%   Snt   Last   Avg  Best  Wrst StDev\n`
    const rows = this.hops.map((hop) => `${this.row(hop, 29).replace('.|-- ', '. ')}\n`).join('')
    await io.print(`\x1b[H\x1b[J${head}${columns}${rows}`)
    await io.out.flush()
  }
}
