import { type ConnectionState, type FirewallRule, type FirewallTarget, formatIpv6, parseIpv6 } from '@drydock/abi'
import { IP6TABLES, IPTABLES } from './rule-family.ts'

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
function ports(draft: Draft, text: string): string {
  if (draft.proto !== 'tcp' && draft.proto !== 'udp') throw new RuleError('unknown option "--dport"')
  const named = text.replace(/[a-z]+/g, (name) => SERVICES.get(name) ?? name)
  if (!/^!?\d*([:,]\d*)*$/.test(named)) throw new RuleError(`invalid port/service \`${text}' specified`)
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
  if (count === '' || seconds === undefined) throw new RuleError(`bad rate \`${text}'`)
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
const sport: Taker = (draft, text) => (draft.sourcePort = ports(draft, text))
const dport: Taker = (draft, text) => (draft.destinationPort = ports(draft, text))

/** Options with one argument. iptables(8), iptables-extensions(8) */
const TAKERS: ReadonlyMap<string, Taker> = new Map<string, Taker>([
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
  ['--sport', sport],
  ['--source-port', sport],
  ['--sports', sport],
  ['--dport', dport],
  ['--destination-port', dport],
  ['--dports', dport],
  ['--dst-type', (draft, text) => (draft.destinationLocal = text.toUpperCase().replace('!', '') === 'LOCAL')],
  ['--src-type', (draft, text) => (draft.sourceLocal = text.toUpperCase().replace('!', '') === 'LOCAL')],
  ['--state', setStates],
  ['--ctstate', setStates],
  ['--icmp-type', (draft, text) => (draft.icmpType = IPTABLES.icmpTypes.get(text) ?? text)],
  ['--icmpv6-type', (draft, text) => (draft.icmpType = IP6TABLES.icmpTypes.get(text) ?? text)],
  ['--limit', setLimit],
  ['--limit-burst', setBurst],
  ['--mode', () => {}],
  ['--probability', (draft, text) => (draft.probability = Number(text))],
  ['--comment', (draft, text) => (draft.comment = text)],
  ['-m', () => {}],
  ['--match', () => {}],
])

/** What the target's own options said. */
interface TargetOptions {
  jump: string | undefined
  to: string | undefined
  rejectWith: string | undefined
  prefix: string
  ports: string | undefined
}

type TargetTaker = (target: TargetOptions, argument: string) => void
const TARGET_TAKERS: ReadonlyMap<string, TargetTaker> = new Map<string, TargetTaker>([
  ['-j', (target, text) => (target.jump = text)],
  ['--jump', (target, text) => (target.jump = text)],
  ['-g', (target, text) => (target.jump = text)],
  ['--to-destination', (target, text) => (target.to = text)],
  ['--to-source', (target, text) => (target.to = text)],
  ['--to-ports', (target, text) => (target.ports = text)],
  ['--to-port', (target, text) => (target.ports = text)],
  ['--reject-with', (target, text) => (target.rejectWith = text)],
  ['--log-prefix', (target, text) => (target.prefix = text)],
  ['--log-level', () => {}],
])

/** @throws RuleError */
export function parseRule(words: readonly string[]): ParsedRule {
  const draft: Draft = {}
  const target: TargetOptions = { jump: undefined, to: undefined, rejectWith: undefined, prefix: '', ports: undefined }
  let negated = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '!') {
      negated = true
      continue
    }
    if (word === '--syn') {
      draft.syn = !negated
      negated = false
      continue
    }
    const taker = TAKERS.get(word)
    const ofTarget = TARGET_TAKERS.get(word)
    if (!taker && !ofTarget)
      throw new RuleError(word.startsWith('-') ? `unknown option "${word}"` : `Bad argument \`${word}'`)
    let argument = words[++at]
    if (argument === '!') {
      negated = true
      argument = words[++at]
    }
    if (argument === undefined) throw new RuleError(`option "${word}" requires an argument`)
    taker?.(draft, negated ? `!${argument}` : argument)
    ofTarget?.(target, argument)
    negated = false
  }
  return { draft, target: targetOf(target) }
}

function targetOf({ jump, to, rejectWith, prefix, ports: port }: TargetOptions): FirewallTarget {
  if (jump === undefined) return { kind: 'NONE' }
  if (jump === 'DNAT' || jump === 'SNAT') {
    if (to === undefined)
      throw new RuleError(`${jump}: option "--to-${jump === 'DNAT' ? 'destination' : 'source'}" must be specified`)
    return { kind: jump, to }
  }
  if (jump === 'REJECT') return { kind: jump, ...(rejectWith === undefined ? {} : { with: rejectWith }) }
  if (jump === 'LOG') return { kind: jump, prefix }
  if (jump === 'REDIRECT') return { kind: jump, ...(port === undefined ? {} : { port: Number(port) }) }
  if (jump === 'ACCEPT' || jump === 'DROP' || jump === 'RETURN' || jump === 'MASQUERADE') return { kind: jump }
  return { kind: 'JUMP', chain: jump }
}
