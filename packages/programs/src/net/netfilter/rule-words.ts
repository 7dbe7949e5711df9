import {
  type ConnectionState,
  type FirewallRule,
  type FirewallTarget,
  formatIpv6,
  type LogOption,
  parseIpv6,
  type TcpFlag,
} from '@drydock/abi'
import { IP6TABLES, IPTABLES, LOG_LEVELS, REJECTIONS } from './rule-family.ts'

type Draft = { -readonly [K in keyof FirewallRule]?: FirewallRule[K] }
type Taker = (draft: Draft, argument: string) => void

/** What the words of a rule come to, apart from where it goes. */
export interface ParsedRule {
  readonly draft: Draft
  readonly target: FirewallTarget
}

/** What is wrong with a command line. */
export class RuleError extends Error {}

const PROTOS = new Map([
  ['tcp', 'tcp'],
  ['6', 'tcp'],
  ['udp', 'udp'],
  ['17', 'udp'],
  ['icmp', 'icmp'],
  ['1', 'icmp'],
  ['ipv6-icmp', 'icmp'],
  ['icmpv6', 'icmp'],
  ['58', 'icmp'],
] as const)
const STATES: readonly ConnectionState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED']
const PER_SECOND = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
])

function setProto(draft: Draft, text: string): void {
  if (text === 'all' || text === '0') return
  const proto = PROTOS.get(text.toLowerCase() as 'tcp')
  if (proto === undefined) throw new RuleError(`unknown protocol "${text}" specified`)
  draft.proto = proto
}

/** A prefix with its host bits off, as the kernel keeps it: `10.0.0.0/8`, `1.2.3.4/32`. */
function prefixText(text: string): string {
  const negated = text.startsWith('!')
  const plain = negated ? text.slice(1) : text
  if (plain.includes(':')) return `${negated ? '!' : ''}${prefixText6(plain)}`
  const [host = '', bits = '32'] = plain.split('/')
  const parts = host.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part < 256)))
    throw new RuleError(`host/network \`${host}' not found`)
  const length = bits.includes('.') ? maskLength(bits) : Number(bits)
  const value = parts.reduce((sum, part) => sum * 256 + part, 0)
  const network = length === 0 ? 0 : Math.floor(value / 2 ** (32 - length)) * 2 ** (32 - length)
  const quad = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.')
  return `${negated ? '!' : ''}${quad}/${length}`
}

function prefixText6(text: string): string {
  const [host = '', bits = '128'] = text.split('/')
  const address = parseIpv6(host)
  const length = Number(bits)
  if (address === undefined || !(length >= 0 && length <= 128)) throw new RuleError(`host/network \`${host}' not found`)
  const rest = BigInt(128 - length)
  return `${formatIpv6((address >> rest) << rest)}/${length}`
}

const maskLength = (mask: string): number =>
  mask
    .split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length)
    .reduce((sum, ones) => sum + ones, 0)

const SERVICES = new Map([
  ['ssh', '22'],
  ['domain', '53'],
  ['http', '80'],
  ['https', '443'],
])

/** One, a range, or with `many` several of them. */
function ports(text: string, many: boolean): string {
  const wrong = (): RuleError => new RuleError(`invalid port/service \`${text.replace(/^!/, '')}' specified`)
  const named = text.replace(/[a-z]+/g, (name) => SERVICES.get(name) ?? name)
  if (!(many ? /^!?\d+([:,]\d+)*$/ : /^!?\d*(:\d*)?$/).test(named)) throw wrong()
  if (named.split(/[!:,]/).some((port) => Number(port) > 65535)) throw wrong()
  return named
}

function setStates(draft: Draft, text: string): void {
  const states = text.split(',').map((state) => state.toUpperCase() as ConnectionState)
  if (!states.every((state) => STATES.includes(state))) throw new RuleError(`Bad ctstate "${text}"`)
  draft.states = STATES.filter((state) => states.includes(state))
}

function setLimit(draft: Draft, text: string): void {
  const [, count = '', unit = ''] = /^(\d+)(?:\/(s|m|h|d)\w*)?$/.exec(text) ?? []
  const seconds = PER_SECOND.get(unit || 's')
  if (count === '' || seconds === undefined) throw new RuleError(`bad rate "${text}"'`)
  const name = { s: 'sec', m: 'min', h: 'hour', d: 'day' }[unit || 's']
  draft.limit = { perSecond: Number(count) / seconds, burst: draft.limit?.burst ?? 5, text: `${count}/${name}` }
}

function setBurst(draft: Draft, text: string): void {
  const before = draft.limit ?? { perSecond: 3 / 3600, text: '3/hour' }
  draft.limit = { ...before, burst: Number(text) }
}

const source: Taker = (draft, text) => (draft.source = prefixText(text))
const destination: Taker = (draft, text) => (draft.destination = prefixText(text))
const inLink: Taker = (draft, text) => (draft.inLink = text)
const outLink: Taker = (draft, text) => (draft.outLink = text)
const sport: Taker = (draft, text) => (draft.sourcePort = ports(text, false))
const dport: Taker = (draft, text) => (draft.destinationPort = ports(text, false))
const setNth = (draft: Draft, part: { every?: number; packet?: number }): void => {
  draft.nth = { every: 1, packet: 0, ...draft.nth, ...part }
}

/** Options of every rule. iptables(8) */
const PLAIN: ReadonlyMap<string, Taker> = new Map<string, Taker>([
  ['-s', source],
  ['--source', source],
  ['--src', source],
  ['-d', destination],
  ['--destination', destination],
  ['--dst', destination],
  ['-i', inLink],
  ['--in-interface', inLink],
  ['-o', outLink],
  ['--out-interface', outLink],
  ['-p', setProto],
  ['--proto', setProto],
  ['--protocol', setProto],
])

const PORTS: readonly (readonly [string, Taker])[] = [
  ['--sport', sport],
  ['--source-port', sport],
  ['--dport', dport],
  ['--destination-port', dport],
]

/** Options of `-m`, by match and name. iptables-extensions(8) */
const OF_MATCHES: ReadonlyMap<string, ReadonlyMap<string, Taker>> = new Map(
  Object.entries({
    tcp: [...PORTS],
    udp: [...PORTS],
    icmp: [
      ['--icmp-type', (draft, text) => (draft.icmpType = IPTABLES.icmpTypes.get(text) ?? text)],
      ['--icmpv6-type', (draft, text) => (draft.icmpType = IP6TABLES.icmpTypes.get(text) ?? text)],
    ],
    multiport: [
      ['--sports', (draft, text) => (draft.sourcePort = ports(text, true))],
      ['--source-ports', (draft, text) => (draft.sourcePort = ports(text, true))],
      ['--dports', (draft, text) => (draft.destinationPort = ports(text, true))],
      ['--destination-ports', (draft, text) => (draft.destinationPort = ports(text, true))],
    ],
    addrtype: [
      ['--dst-type', (draft, text) => (draft.destinationLocal = text.toUpperCase() === 'LOCAL')],
      ['--src-type', (draft, text) => (draft.sourceLocal = text.toUpperCase() === 'LOCAL')],
    ],
    state: [['--state', setStates]],
    conntrack: [['--ctstate', setStates]],
    limit: [
      ['--limit', setLimit],
      ['--limit-burst', setBurst],
    ],
    statistic: [
      ['--mode', () => {}],
      ['--probability', (draft, text) => (draft.probability = Number(text))],
      ['--every', (draft, text) => setNth(draft, { every: Number(text) })],
      ['--packet', (draft, text) => setNth(draft, { packet: Number(text) })],
    ],
    iprange: [
      ['--src-range', (draft, text) => (draft.sourceRange = text)],
      ['--dst-range', (draft, text) => (draft.destinationRange = text)],
    ],
    length: [['--length', (draft, text) => (draft.length = text)]],
    comment: [['--comment', (draft, text) => (draft.comment = text)]],
  } satisfies Record<string, readonly (readonly [string, Taker])[]>).map(([name, takers]) => [
    name,
    new Map<string, Taker>(takers),
  ]),
)

/** What the target's own options said. */
interface TargetOptions {
  jump: string | undefined
  goto: boolean
  to: string | undefined
  rejectWith: string | undefined
  prefix: string
  level: number | undefined
  options: LogOption[]
  ports: string | undefined
}

type TargetTaker = (target: TargetOptions, argument: string) => void
const TARGET_TAKERS: ReadonlyMap<string, TargetTaker> = new Map<string, TargetTaker>([
  ['-j', (target, text) => (target.jump = text)],
  ['--jump', (target, text) => (target.jump = text)],
  ['-g', goto],
  ['--goto', goto],
  ['--to', (target, text) => (target.to = text)],
  ['--to-destination', (target, text) => (target.to = text)],
  ['--to-source', (target, text) => (target.to = text)],
  ['--to-ports', (target, text) => (target.ports = text)],
  ['--to-port', (target, text) => (target.ports = text)],
  ['--reject-with', setRejection],
  ['--log-prefix', (target, text) => (target.prefix = text)],
  ['--log-level', setLevel],
])

const LOG_OPTIONS: ReadonlyMap<string, LogOption> = new Map([
  ['--log-tcp-sequence', 'tcp-sequence'],
  ['--log-tcp-options', 'tcp-options'],
  ['--log-ip-options', 'ip-options'],
  ['--log-uid', 'uid'],
  ['--log-macdecode', 'macdecode'],
])

function goto(target: TargetOptions, text: string): void {
  target.jump = text
  target.goto = true
}

function setRejection(target: TargetOptions, text: string): void {
  if (!REJECTIONS.includes(text)) throw new RuleError(`unknown reject type "${text}"`)
  target.rejectWith = text
}

function setLevel(target: TargetOptions, text: string): void {
  const named = LOG_LEVELS.findIndex((name) => text.toLowerCase().startsWith(name))
  const level = /^[0-7]$/.test(text) ? Number(text) : named
  if (level < 0) throw new RuleError(`log-level "${text}" unknown`)
  target.level = level
}

/** Reads the words of one rule. */
class RuleReader {
  private readonly draft: Draft = {}
  private readonly matches: string[] = []
  private readonly target: TargetOptions = {
    ...{ jump: undefined, goto: false, to: undefined, rejectWith: undefined, prefix: '' },
    ...{ level: undefined, options: [], ports: undefined },
  }
  private readonly words: string[]
  private negated = false

  constructor(words: readonly string[]) {
    this.words = [...words]
  }

  /** @throws RuleError */
  read(): ParsedRule {
    for (let word = this.words.shift(); word !== undefined; word = this.words.shift()) this.take(word)
    const { draft, matches } = this
    if (matches.includes('multiport') && !hasPorts(draft))
      throw new RuleError("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'")
    if (matches.length > 0) draft.matches = matches
    return { draft, target: targetOf(this.target) }
  }

  private take(word: string): void {
    const log = LOG_OPTIONS.get(word)
    if (word === '!') this.negated = true
    else if (word === '-m' || word === '--match') this.load(this.argument(word))
    else if (word === '--syn' || word === '--tcp-flags') this.takeFlags(word)
    else if (log) this.target.options.push(log)
    else this.takeArgument(word)
  }

  private takeArgument(word: string): void {
    const ofTarget = TARGET_TAKERS.get(word)
    const taker = ofTarget ? undefined : (PLAIN.get(word) ?? this.takerOf(word))
    if (!taker && !ofTarget)
      throw new RuleError(word.startsWith('-') ? `unknown option "${word}"` : `Bad argument \`${word}'`)
    const argument = this.argument(word)
    taker?.(this.draft, this.negated ? `!${argument}` : argument)
    ofTarget?.(this.target, argument)
    this.negated = false
  }

  /** A match that was asked for, or the one of the protocol, which comes by itself. */
  private takerOf(word: string): Taker | undefined {
    const own = this.matches.find((name) => OF_MATCHES.get(name)?.has(word))
    const { proto } = this.draft
    const name = own ?? (proto !== undefined && OF_MATCHES.get(proto)?.has(word) ? proto : undefined)
    if (name !== undefined && own === undefined) this.matches.push(name)
    return name === undefined ? undefined : OF_MATCHES.get(name)?.get(word)
  }

  private takeFlags(word: string): void {
    if (this.draft.proto !== 'tcp') throw new RuleError(`unknown option "${word}"`)
    if (!this.matches.includes('tcp')) this.matches.push('tcp')
    const syn = word === '--syn'
    const mask = flagsOf(syn ? 'FIN,SYN,RST,ACK' : this.argument(word))
    const set = flagsOf(syn ? 'SYN' : this.argument(word))
    this.draft.tcpFlags = { mask, set, ...(this.negated ? { negated: true } : {}) }
    this.negated = false
  }

  private load(name: string): void {
    const known = name === 'icmp6' || name === 'icmpv6' ? 'icmp' : name
    if (!OF_MATCHES.has(known)) throw new RuleError(`Couldn't load match \`${name}':No such file or directory\n`)
    if (!this.matches.includes(known)) this.matches.push(known)
  }

  private argument(word: string): string {
    let argument = this.words.shift()
    if (argument === '!') {
      this.negated = true
      argument = this.words.shift()
    }
    if (argument === undefined) throw new RuleError(`option "${word}" requires an argument`)
    return argument
  }
}

const hasPorts = ({ proto }: Draft): boolean => proto === 'tcp' || proto === 'udp'

const FLAGS: readonly TcpFlag[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG']
function flagsOf(text: string): readonly TcpFlag[] {
  if (text === 'ALL') return FLAGS
  const names = text === 'NONE' ? [] : text.split(',')
  const unknown = names.find((name) => !FLAGS.some((flag) => flag === name))
  if (unknown !== undefined) throw new RuleError(`Unknown TCP flag \`${unknown}'`)
  return FLAGS.filter((flag) => names.includes(flag))
}

/** @throws RuleError */
export const parseRule = (words: readonly string[]): ParsedRule => new RuleReader(words).read()

function redirectOf(text: string | undefined): FirewallTarget {
  if (text === undefined) return { kind: 'REDIRECT' }
  if (!/^\d+(-\d+)?$/.test(text)) throw new RuleError(`Port \`${text}' not valid`)
  const [port = 0, lastPort] = text.split('-').map(Number)
  return { kind: 'REDIRECT', port, ...(lastPort === undefined ? {} : { lastPort }) }
}

function targetOf({ jump, to, rejectWith, prefix, level, options, ...target }: TargetOptions): FirewallTarget {
  if (jump === undefined) return { kind: 'NONE' }
  if (jump === 'DNAT' || jump === 'SNAT') {
    if (to === undefined)
      throw new RuleError(`${jump}: option "--to-${jump === 'DNAT' ? 'destination' : 'source'}" must be specified\n`)
    return { kind: jump, to }
  }
  if (jump === 'REJECT') return { kind: jump, ...(rejectWith === undefined ? {} : { with: rejectWith }) }
  if (jump === 'LOG')
    return { kind: jump, prefix, ...(level === undefined ? {} : { level }), ...(options.length > 0 ? { options } : {}) }
  if (jump === 'REDIRECT') return redirectOf(target.ports)
  if (jump === 'ACCEPT' || jump === 'DROP' || jump === 'RETURN' || jump === 'MASQUERADE') return { kind: jump }
  return { kind: 'JUMP', chain: jump, ...(target.goto ? { goto: true } : {}) }
}
