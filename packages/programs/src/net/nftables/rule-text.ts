import type { FirewallCounters, FirewallRule, FirewallTarget, IpFamily } from '@drydock/abi'

/** `!` in front of a value is `!= ` of nft. */
const against = (text: string): string => (text.startsWith('!') ? `!= ${text.slice(1).trim()}` : text)
const hostOf = (text: string): string => against(text).replace(/\/(?:32|128)$/, '')

/** Names that iptables and nft give to types of ICMP alike; numbers by name. */
const ICMP_NAMES = new Map([
  ['8', 'echo-request'],
  ['0', 'echo-reply'],
  ['3', 'destination-unreachable'],
  ['11', 'time-exceeded'],
])

/** `{ 1, 2, 3-5 }` of multiport, `1-5` of a range. */
function portText(text: string): string {
  const [negation, list] = text.startsWith('!') ? ['!= ', text.slice(1).trim()] : ['', text]
  const ports = list.split(',').map((port) => port.replace(':', '-'))
  return negation + (ports.length > 1 ? `{ ${ports.join(', ')} }` : (ports[0] ?? ''))
}

const isList = (port: string | undefined): boolean => port?.includes(',') ?? false

/** The protocol is said by itself where no port of it says it. */
function protocol(
  { proto, sourcePort, destinationPort, icmpType, tcpFlags }: FirewallRule,
  family: IpFamily,
): string[] {
  if (proto === undefined) return []
  const name = proto === 'icmp' && family === 6 ? 'ipv6-icmp' : proto
  const alone = sourcePort === undefined && destinationPort === undefined && !tcpFlags
  return alone || icmpType !== undefined || isList(sourcePort) || isList(destinationPort)
    ? [`meta l4proto ${name}`]
    : []
}

function ports({ proto, sourcePort, destinationPort }: FirewallRule): string[] {
  return [
    ...(sourcePort === undefined ? [] : [`${proto} sport ${portText(sourcePort)}`]),
    ...(destinationPort === undefined ? [] : [`${proto} dport ${portText(destinationPort)}`]),
  ]
}

function flags({ tcpFlags }: FirewallRule): string[] {
  if (!tcpFlags) return []
  const names = (all: readonly string[]): string => all.map((name) => name.toLowerCase()).join(',')
  return [`tcp flags ${tcpFlags.negated ? '!= ' : ''}${names(tcpFlags.set)} / ${names(tcpFlags.mask)}`]
}

const LIMIT_UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' }
/** iptables' default burst, which nft leaves out. */
const BURST = 5
function limit({ limit: wanted }: FirewallRule): string[] {
  if (!wanted) return []
  const [amount = '', unit = 's'] = wanted.text.split('/')
  const burst = wanted.burst === BURST ? '' : ` burst ${wanted.burst} packets`
  return [`limit rate ${amount}/${LIMIT_UNITS[unit.charAt(0)] ?? unit}${burst}`]
}

const HALF = 2 ** 31 - 1

/** The conditions in the order in which iptables-nft makes them. */
function conditions(rule: FirewallRule, family: IpFamily): string[] {
  const ip = family === 6 ? 'ip6' : 'ip'
  const { inLink, outLink, source, destination, sourceRange, destinationRange, states, icmpType, probability } = rule
  const one = (value: string | undefined, text: (value: string) => string): string[] =>
    value === undefined ? [] : [text(value)]
  const link = (key: string) => (value: string) =>
    `${key} ${against(value).replace(/(\S+)$/, (name) => `"${name.replace(/\+$/, '*')}"`)}`
  return [
    ...one(inLink, link('iifname')),
    ...one(outLink, link('oifname')),
    ...one(source, (value) => `${ip} saddr ${hostOf(value)}`),
    ...one(destination, (value) => `${ip} daddr ${hostOf(value)}`),
    ...protocol(rule, family),
    ...one(icmpType, (value) => `${family === 6 ? 'icmpv6' : 'icmp'} type ${ICMP_NAMES.get(value) ?? value}`),
    ...flags(rule),
    ...ports(rule),
    ...one(sourceRange, (value) => `${ip} saddr ${against(value)}`),
    ...one(destinationRange, (value) => `${ip} daddr ${against(value)}`),
    ...(rule.sourceLocal === undefined ? [] : [`fib saddr type ${rule.sourceLocal ? '' : '!= '}local`]),
    ...(rule.destinationLocal === undefined ? [] : [`fib daddr type ${rule.destinationLocal ? '' : '!= '}local`]),
    ...(states ? [`ct state ${states.map((state) => state.toLowerCase()).join(',')}`] : []),
    ...one(rule.length, (value) => `meta length ${portText(value)}`),
    ...limit(rule),
    ...(probability === undefined ? [] : [`meta random & ${HALF} < ${Math.round(probability * (HALF + 1))}`]),
    // Comments of iptables have no words in nft.
    ...(rule.comment === undefined ? [] : ['']),
  ]
}

const REJECTS = new Map([
  ['tcp-reset', ' with tcp reset'],
  ['icmp-host-prohibited', ' with icmp host-prohibited'],
  ['icmp-admin-prohibited', ' with icmp admin-prohibited'],
  ['icmp-host-unreachable', ' with icmp host-unreachable'],
  ['icmp-net-unreachable', ' with icmp net-unreachable'],
])

function verdict(target: FirewallTarget): string | undefined {
  const plain: Partial<Record<FirewallTarget['kind'], string>> = {
    ...{ ACCEPT: 'accept', DROP: 'drop', RETURN: 'return', MASQUERADE: 'masquerade' },
  }
  if (target.kind === 'JUMP') return `${target.goto ? 'goto' : 'jump'} ${target.chain}`
  if (target.kind === 'DNAT' || target.kind === 'SNAT') return `${target.kind.toLowerCase()} to ${target.to}`
  if (target.kind === 'REJECT') return `reject${REJECTS.get(target.with ?? '') ?? ''}`
  if (target.kind === 'LOG') return `log${target.prefix === '' ? '' : ` prefix "${target.prefix}"`}`
  if (target.kind !== 'REDIRECT') return plain[target.kind]
  if (target.port === undefined) return 'redirect'
  return `redirect to :${target.port}${target.lastPort === undefined ? '' : `-${target.lastPort}`}`
}

/** One rule as `nft list` shows what iptables-nft has made. @param stateless  -s: without what was counted */
export function ruleText(rule: FirewallRule & FirewallCounters, family: IpFamily, stateless: boolean): string {
  const counter = stateless ? 'counter' : `counter packets ${rule.packets} bytes ${rule.bytes}`
  const words = [...conditions(rule, family), counter, verdict(rule.target)]
  return words.filter((word) => word !== undefined).join(' ')
}
