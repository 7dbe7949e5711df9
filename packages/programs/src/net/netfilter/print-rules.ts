import type { FirewallChain, FirewallCounters, FirewallRule } from '@drydock/abi'
import { icmpNumber, type RuleFamily } from './rule-family.ts'

/** How iptables prints rules: -L as a table, -S as command lines. */
export interface Style {
  readonly numeric: boolean
  readonly verbose: boolean
  readonly lineNumbers: boolean
  readonly exact: boolean
}

const NUMBERS = { tcp: '6', udp: '17' } as const

const targetName = ({ target }: FirewallRule): string =>
  target.kind === 'JUMP' ? target.chain : target.kind === 'NONE' ? '' : target.kind

function place(prefix: string | undefined, numeric: boolean, { anywhere, single }: RuleFamily): string {
  if (prefix === undefined || prefix === anywhere) return numeric ? anywhere : 'anywhere'
  const plain = prefix.replace(/^!\s*/, '!')
  return plain.endsWith(single) ? plain.slice(0, -single.length) : plain
}

const protoName = (proto: NonNullable<FirewallRule['proto']>, { icmp }: RuleFamily): string =>
  proto === 'icmp' ? icmp.name : proto
const protoNumber = (proto: NonNullable<FirewallRule['proto']>, { icmp }: RuleFamily): string =>
  proto === 'icmp' ? icmp.number : NUMBERS[proto]

function portWords(kind: 'spt' | 'dpt', text: string): string {
  const negated = text.startsWith('!')
  const plain = negated ? text.slice(1) : text
  return `${kind}${plain.includes(':') ? 's' : ''}:${negated ? '!' : ''}${plain}`
}

function portColumns({ proto = 'tcp', sourcePort, destinationPort }: FirewallRule): string[] {
  const multi = (name: string, text: string): string =>
    `multiport ${name} ${text.startsWith('!') ? '!' : ''}${text.replace('!', '')}`
  if (sourcePort?.includes(',')) return [multi('sports', sourcePort)]
  if (destinationPort?.includes(',')) return [multi('dports', destinationPort)]
  const words = [
    ...(sourcePort === undefined ? [] : [portWords('spt', sourcePort)]),
    ...(destinationPort === undefined ? [] : [portWords('dpt', destinationPort)]),
  ]
  return words.length ? [`${proto} ${words.join(' ')}`] : []
}

function targetColumns({ target }: FirewallRule, { reject }: RuleFamily): string[] {
  switch (target.kind) {
    case 'DNAT':
    case 'SNAT':
      return [`to:${target.to}`]
    case 'REDIRECT':
      return target.port === undefined ? [] : [`redir ports ${target.port}`]
    case 'REJECT':
      return [`reject-with ${target.with ?? reject}`]
    case 'LOG':
      return [`LOG flags 0 level 4${target.prefix ? ` prefix "${target.prefix}"` : ''}`]
    default:
      return []
  }
}

function extras(rule: FirewallRule, numeric: boolean, family: RuleFamily): string {
  const { destinationLocal, sourceLocal, states, limit, icmpType, comment, syn, probability } = rule
  const type = (name: string, local: boolean): string => `${name}-type ${local ? '' : '!'}LOCAL`
  const addresses = [
    ...(sourceLocal === undefined ? [] : [type('src', sourceLocal)]),
    ...(destinationLocal === undefined ? [] : [type('dst', destinationLocal)]),
  ]
  const words = [
    ...(addresses.length ? [`ADDRTYPE match ${addresses.join(' ')}`] : []),
    ...portColumns(rule),
    ...(syn === undefined ? [] : [`flags:${syn ? '' : '!'}${numeric ? '0x17/0x02' : 'FIN,SYN,RST,ACK/SYN'}`]),
    ...(icmpType === undefined
      ? []
      : [numeric ? `icmptype ${icmpNumber(family, icmpType)}` : `${family.icmp.name} ${icmpType}`]),
    ...(states ? [`ctstate ${states.join(',')}`] : []),
    ...(limit ? [`limit: avg ${limit.text} burst ${limit.burst}`] : []),
    ...(probability === undefined ? [] : [`statistic mode random probability ${probability.toFixed(11)}`]),
    ...(comment === undefined ? [] : [`/* ${comment} */`]),
    ...targetColumns(rule, family),
  ]
  return words.length ? ` ${words.join(' ')}` : ''
}

const UNITS = ['', 'K', 'M', 'G', 'T']
/** Five digits at most: `12345`, `120K`, `3M`. */
function amount(value: number, exact: boolean): string {
  let left = value
  let unit = 0
  while (!exact && left > 99_999 && unit < UNITS.length - 1) {
    left = Math.round(left / 1000)
    unit++
  }
  return `${left}${UNITS[unit]}`
}

function listRow(rule: FirewallRule & FirewallCounters, index: number, style: Style, family: RuleFamily): string {
  const shown = style.numeric ? protoNumber : protoName
  const proto = rule.proto ? shown(rule.proto, family) : style.numeric ? '0' : 'all'
  const number = style.lineNumbers ? String(index + 1).padEnd(5) : ''
  const link = (text: string | undefined): string =>
    (text ?? (style.numeric ? '*' : 'any')).replace(/^!\s*/, '!').padEnd(6)
  const links = style.verbose ? `${link(rule.inLink)} ${link(rule.outLink)}  ` : ''
  const ends = [rule.source, rule.destination].map((each) => place(each, style.numeric, family).padEnd(20)).join(' ')
  const count = (value: number): string => amount(value, style.exact).padStart(5)
  const counts = style.verbose ? `${count(rule.packets)} ${count(rule.bytes)} ` : ''
  return `${number}${counts}${targetName(rule).padEnd(10)} ${proto.padEnd(4)} --  ${links}${ends}${extras(rule, style.numeric, family)}\n`
}

/** @param references how many rules jump to a chain */
export function listChains(
  chains: readonly FirewallChain[],
  style: Style,
  references: (chain: string) => number,
  family: RuleFamily,
): string {
  const columns = style.verbose
    ? ' pkts bytes target     prot opt in     out     source               destination         \n'
    : 'target     prot opt source               destination         \n'
  return chains
    .map((chain) => {
      const counts = style.verbose
        ? ` ${amount(chain.packets, style.exact)} packets, ${amount(chain.bytes, style.exact)} bytes`
        : ''
      const what = chain.policy ? `policy ${chain.policy}${counts}` : `${references(chain.name)} references`
      const rows = chain.rules.map((rule, index) => listRow(rule, index, style, family))
      return `Chain ${chain.name} (${what})\n${style.lineNumbers ? 'num  ' : ''}${columns}${rows.join('')}`
    })
    .join('\n')
}

const flagged = (name: string, text: string | undefined): string[] =>
  text === undefined ? [] : text.startsWith('!') ? ['!', name, text.slice(1).trim()] : [name, text]

function matchWords(rule: FirewallRule, family: RuleFamily): string[] {
  const { proto, sourcePort, destinationPort, destinationLocal, sourceLocal, states, limit, icmpType, syn } = rule
  const multi = sourcePort?.includes(',') || destinationPort?.includes(',')
  const many = multi ? 's' : ''
  const usesProto = multi || sourcePort !== undefined || destinationPort !== undefined || syn !== undefined
  const local = (name: string, on: boolean | undefined): string[] =>
    on === undefined ? [] : [...(on ? [] : ['!']), name, 'LOCAL']
  const addresses = [...local('--src-type', sourceLocal), ...local('--dst-type', destinationLocal)]
  return [
    ...flagged('-s', rule.source),
    ...flagged('-d', rule.destination),
    ...flagged('-i', rule.inLink),
    ...flagged('-o', rule.outLink),
    ...(proto ? ['-p', protoName(proto, family)] : []),
    ...(addresses.length ? ['-m', 'addrtype', ...addresses] : []),
    ...(usesProto ? ['-m', multi ? 'multiport' : (proto ?? 'tcp')] : []),
    ...flagged(`--sport${many}`, sourcePort),
    ...flagged(`--dport${many}`, destinationPort),
    ...(syn === undefined ? [] : [...(syn ? [] : ['!']), '--tcp-flags', 'FIN,SYN,RST,ACK', 'SYN']),
    ...(icmpType === undefined
      ? []
      : ['-m', family.family === 6 ? 'icmp6' : 'icmp', family.icmp.option, icmpNumber(family, icmpType)]),
    ...(states ? ['-m', 'conntrack', '--ctstate', states.join(',')] : []),
    ...(limit
      ? ['-m', 'limit', '--limit', limit.text, ...(limit.burst === 5 ? [] : ['--limit-burst', String(limit.burst)])]
      : []),
    ...(rule.probability === undefined
      ? []
      : ['-m', 'statistic', '--mode', 'random', '--probability', rule.probability.toFixed(11)]),
    ...(rule.comment === undefined ? [] : ['-m', 'comment', '--comment', quoted(rule.comment)]),
  ]
}

const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `"${text}"`)

function targetWords(rule: FirewallRule, family: RuleFamily): string[] {
  const { target } = rule
  if (target.kind === 'NONE') return []
  const options: Partial<Record<typeof target.kind, () => string[]>> = {
    DNAT: () => ['--to-destination', target.kind === 'DNAT' ? target.to : ''],
    SNAT: () => ['--to-source', target.kind === 'SNAT' ? target.to : ''],
    REJECT: () => ['--reject-with', target.kind === 'REJECT' ? (target.with ?? family.reject) : ''],
    REDIRECT: () =>
      target.kind === 'REDIRECT' && target.port !== undefined ? ['--to-ports', String(target.port)] : [],
    LOG: () => (target.kind === 'LOG' && target.prefix ? ['--log-prefix', quoted(target.prefix)] : []),
  }
  return ['-j', targetName(rule), ...(options[target.kind]?.() ?? [])]
}

/** The rule as a command line would make it, without `-A CHAIN`. Two rules are the same when these are. */
export const ruleText = (rule: FirewallRule, family: RuleFamily): string =>
  [...matchWords(rule, family), ...targetWords(rule, family)].join(' ')

const line = (rule: FirewallRule, family: RuleFamily): string =>
  `${`-A ${rule.chain} ${ruleText(rule, family)}`.trimEnd()}\n`

/** iptables -S. */
export function specify(chains: readonly FirewallChain[], only: string | undefined, family: RuleFamily): string {
  const shown = chains.filter(({ name }) => only === undefined || name === only)
  const own = shown.filter(({ policy }) => policy === undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const heads = [
    ...shown.flatMap(({ name, policy }) => (policy ? [`-P ${name} ${policy}\n`] : [])),
    ...own.map(({ name }) => `-N ${name}\n`),
  ]
  const order = [...shown.filter(({ policy }) => policy !== undefined), ...own]
  return [...heads, ...order.flatMap(({ rules }) => rules.map((rule) => line(rule, family)))].join('')
}

/** One table of iptables-save. */
export function saveTable(
  table: string,
  chains: readonly FirewallChain[],
  counters: boolean,
  family: RuleFamily,
): string {
  const head = chains.map(({ name, policy, packets, bytes }) => `:${name} ${policy ?? '-'} [${packets}:${bytes}]\n`)
  const rules = chains.flatMap((chain) =>
    chain.rules.map((rule) => `${counters ? `[${rule.packets}:${rule.bytes}] ` : ''}${line(rule, family)}`),
  )
  return `*${table}\n${head.join('')}${rules.join('')}COMMIT\n`
}
