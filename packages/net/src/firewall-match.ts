import type { ConnectionState, FirewallMatch, TcpFlag } from '@drydock/abi'
import { type Address, contains } from './address.ts'
import { contains6, isPrefix6, parseIp, parseIpPrefix } from './address6.ts'
import { isIcmpError, type Packet, packetSize } from './packet.ts'

/** Where a packet is when the rules are asked. */
export interface Hook {
  readonly packet: Packet
  readonly inLink?: string | undefined
  readonly outLink?: string | undefined
  readonly destinationLocal: boolean
  readonly sourceLocal?: boolean
  /** What connection tracking says of it. */
  readonly state?: ConnectionState
}

export type Matcher = (hook: Hook) => boolean

interface Powers {
  random(): number
  now(): number
}

/** A rule's wishes with their texts read once: they are asked of every packet. */
export function matcherOf(match: FirewallMatch, powers: Powers): Matcher {
  const parts = [
    ...wish(
      match.proto,
      (proto): Matcher =>
        ({ packet }) =>
          packet.payload.proto === proto,
    ),
    ...wish(match.source, (text): Matcher => byAddress(text, ({ packet }) => packet.source)),
    ...wish(match.destination, (text): Matcher => byAddress(text, ({ packet }) => packet.destination)),
    ...wish(match.sourcePort, (text): Matcher => byPort(text, ({ packet }) => packet.payload.sourcePort)),
    ...wish(match.destinationPort, (text): Matcher => byPort(text, ({ packet }) => packet.payload.destinationPort)),
    ...wish(match.inLink, (text): Matcher => byName(text, ({ inLink }) => inLink)),
    ...wish(match.outLink, (text): Matcher => byName(text, ({ outLink }) => outLink)),
    ...wish(
      match.destinationLocal,
      (local): Matcher =>
        (hook) =>
          hook.destinationLocal === local,
    ),
    ...wish(
      match.sourceLocal,
      (local): Matcher =>
        (hook) =>
          (hook.sourceLocal ?? false) === local,
    ),
    ...wish(
      match.states,
      (states): Matcher =>
        (hook) =>
          states.includes(hook.state ?? 'NEW'),
    ),
    ...wish(match.icmpType, byIcmpType),
    ...wish(match.tcpFlags, byTcpFlags),
    ...wish(match.sourceRange, (text) => byRange(text, ({ packet }) => packet.source)),
    ...wish(match.destinationRange, (text) => byRange(text, ({ packet }) => packet.destination)),
    ...wish(match.length, byLength),
    ...wish(
      match.probability,
      (share): Matcher =>
        () =>
          powers.random() < share,
    ),
    ...wish(match.limit, (limit) => tokenBucket(limit, powers)),
    ...wish(match.nth, countingMatcher),
  ]
  return (hook) => parts.every((part) => part(hook))
}

const wish = <T>(value: T | undefined, make: (value: T) => Matcher): Matcher[] =>
  value === undefined ? [] : [make(value)]

/** `!` in front negates. */
function negatable(text: string): { readonly text: string; readonly negated: boolean } {
  return text.startsWith('!') ? { text: text.slice(1).trim(), negated: true } : { text, negated: false }
}

/** What is no prefix matches nothing. */
function byAddress(wanted: string, read: (hook: Hook) => Address): Matcher {
  const { text, negated } = negatable(wanted)
  const prefix = parseIpPrefix(text)
  if (prefix === undefined) return () => false
  const within = isPrefix6(prefix)
    ? (address: Address): boolean => typeof address === 'bigint' && contains6(prefix, address)
    : (address: Address): boolean => typeof address === 'number' && contains(prefix, address)
  return (hook) => within(read(hook)) !== negated
}

function byPort(wanted: string, read: (hook: Hook) => number): Matcher {
  const { text, negated } = negatable(wanted)
  const ranges = text.split(',').map((range) => {
    const [first = 0, last = first] = range.split(':').map((port) => (port === '' ? undefined : Number(port)))
    return { first, last: range.endsWith(':') ? 65535 : last }
  })
  return (hook) => {
    const { proto } = hook.packet.payload
    if (proto !== 'tcp' && proto !== 'udp') return false
    const port = read(hook)
    return ranges.some(({ first, last }) => port >= first && port <= last) !== negated
  }
}

function byTcpFlags({ mask, set, negated = false }: NonNullable<FirewallMatch['tcpFlags']>): Matcher {
  return ({ packet: { payload } }) => {
    if (payload.proto !== 'tcp') return false
    const { fin, syn, rst, ack, data } = payload
    const flags: Readonly<Record<TcpFlag, boolean>> = {
      ...{ FIN: fin, SYN: syn, RST: rst, ACK: ack, URG: false },
      PSH: data.length > 0,
    }
    return mask.every((flag) => flags[flag] === set.includes(flag)) !== negated
  }
}

/** `10.0.0.1-10.0.0.9`; what is no range matches nothing. */
function byRange(wanted: string, read: (hook: Hook) => Address): Matcher {
  const { text, negated } = negatable(wanted)
  const [first, last = first] = text.split('-').map(parseIp)
  if (first === undefined || last === undefined) return () => false
  return (hook) => {
    const address = read(hook)
    return (typeof address === typeof first && address >= first && address <= last) !== negated
  }
}

function byLength(wanted: string): Matcher {
  const { text, negated } = negatable(wanted)
  const [first = 0, last = first] = text.split(':').map(Number)
  return ({ packet }) => {
    const size = packetSize(packet)
    return (size >= first && size <= (last || 65535)) !== negated
  }
}

/** A name that ends in `+` matches every name with that beginning. */
function byName(wanted: string, read: (hook: Hook) => string | undefined): Matcher {
  const { text, negated } = negatable(wanted)
  return (hook) => {
    const name = read(hook)
    const equal = text.endsWith('+') ? (name ?? '').startsWith(text.slice(0, -1)) : name === text
    return equal !== negated
  }
}

const ICMP_KINDS: Readonly<Record<string, readonly string[]>> = {
  'echo-request': ['echo-request', '8'],
  'echo-reply': ['echo-reply', '0'],
  'time-exceeded': ['time-exceeded', '11'],
}
const UNREACHABLE = ['destination-unreachable', '3']

function byIcmpType(wanted: string): Matcher {
  const { text, negated } = negatable(wanted)
  return ({ packet: { payload } }) => {
    if (payload.proto !== 'icmp') return false
    const names = ICMP_KINDS[payload.kind] ?? (isIcmpError(payload) ? UNREACHABLE : [])
    return names.includes(text) !== negated
  }
}

/** `-m limit`: a bucket of `burst` tokens that fills again. */
function tokenBucket({ perSecond, burst }: { perSecond: number; burst: number }, { now }: Powers): Matcher {
  let tokens = burst
  let lastMs = now()
  return () => {
    const at = now()
    tokens = Math.min(burst, tokens + ((at - lastMs) / 1000) * perSecond)
    lastMs = at
    if (tokens < 1) return false
    tokens--
    return true
  }
}

/** `-m statistic --mode nth`: counts those that all the rule's other wishes fit. */
function countingMatcher({ every, packet }: NonNullable<FirewallMatch['nth']>): Matcher {
  let seen = 0
  return () => seen++ % every === packet
}
