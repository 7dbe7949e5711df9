import type { FirewallRule } from '@drydock/abi'
import { icmpNumber, type RuleFamily } from './rule-family.ts'

/** How a rule is shown. */
export interface Showing {
  readonly family: RuleFamily
  readonly numeric: boolean
  /** The service's name, where there is one and numbers are not wanted. */
  port(port: string, proto: string): string
}

/** One of `-m`: whether a rule has it, as the command line has it, and as -L tells it. */
interface Match {
  readonly name: string
  has(rule: FirewallRule): boolean
  words(rule: FirewallRule, family: RuleFamily): string[]
  columns(rule: FirewallRule, showing: Showing): string
}

const plainOf = (text: string): { readonly plain: string; readonly mark: string } =>
  text.startsWith('!') ? { plain: text.slice(1).trim(), mark: '!' } : { plain: text, mark: '' }

/** `! -s 10.0.0.0/8` */
export const flagged = (name: string, text: string | undefined): string[] => {
  if (text === undefined) return []
  const { plain, mark } = plainOf(text)
  return mark === '' ? [name, plain] : ['!', name, plain]
}

export const quoted = (text: string): string => (/^[\w.-]+$/.test(text) ? text : `"${text}"`)

const isMulti = (text: string | undefined): boolean => text?.includes(',') ?? false
const hasMulti = ({ matches, sourcePort, destinationPort }: FirewallRule): boolean =>
  matches?.includes('multiport') ?? (isMulti(sourcePort) || isMulti(destinationPort))

function portColumn(kind: 'spt' | 'dpt', text: string | undefined, proto: string, { port }: Showing): string[] {
  if (text === undefined) return []
  const { plain, mark } = plainOf(text)
  const range = plain.includes(':')
  return [`${kind}${range ? 's' : ''}:${mark}${range ? plain : port(plain, proto)}`]
}

const MASK_BITS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const
const hex = (flags: readonly string[]): string => {
  const value = MASK_BITS.reduce((sum, flag, bit) => sum + (flags.includes(flag) ? 1 << bit : 0), 0)
  return `0x${value.toString(16).padStart(2, '0')}`
}
const list = (flags: readonly string[]): string => (flags.length === 0 ? 'NONE' : flags.join(','))

function flagColumn({ tcpFlags }: FirewallRule, { numeric }: Showing): string[] {
  if (tcpFlags === undefined) return []
  const { mask, set, negated } = tcpFlags
  const shown = numeric ? `${hex(mask)}/${hex(set)}` : `${list(mask)}/${list(set)}`
  return [`flags:${negated ? '!' : ''}${shown}`]
}

function flagWords({ tcpFlags }: FirewallRule): string[] {
  if (tcpFlags === undefined) return []
  const { mask, set, negated } = tcpFlags
  return [...(negated ? ['!'] : []), '--tcp-flags', list(mask), list(set)]
}

const portMatch = (name: 'tcp' | 'udp'): Match => ({
  name,
  has: (rule) =>
    rule.proto === name &&
    (rule.tcpFlags !== undefined ||
      (!hasMulti(rule) && (rule.sourcePort !== undefined || rule.destinationPort !== undefined))),
  words: (rule) => [
    ...(hasMulti(rule) ? [] : [...flagged('--sport', rule.sourcePort), ...flagged('--dport', rule.destinationPort)]),
    ...flagWords(rule),
  ],
  columns: (rule, showing) =>
    [
      name,
      ...(hasMulti(rule)
        ? []
        : [
            ...portColumn('spt', rule.sourcePort, name, showing),
            ...portColumn('dpt', rule.destinationPort, name, showing),
          ]),
      ...flagColumn(rule, showing),
    ].join(' '),
})

const stateMatch = (name: 'state' | 'conntrack', option: string): Match => ({
  name,
  has: ({ states, matches }) => states !== undefined && (name === 'conntrack' || (matches?.includes(name) ?? false)),
  words: ({ states = [] }) => [option, states.join(',')],
  columns: ({ states = [] }) => `${option.slice(2)} ${states.join(',')}`,
})

const isLocal = (name: string, on: boolean | undefined): string[] =>
  on === undefined ? [] : [...(on ? [] : ['!']), name, 'LOCAL']

const rangeColumn = (what: string, text: string | undefined): string[] => {
  if (text === undefined) return []
  const { plain, mark } = plainOf(text)
  return [`${what} IP range ${mark === '' ? '' : '! '}${plain}`]
}

/** In the order in which rules show them that do not say how they were asked for. iptables-extensions(8) */
export const MATCHES: readonly Match[] = [
  {
    name: 'addrtype',
    has: ({ sourceLocal, destinationLocal }) => sourceLocal !== undefined || destinationLocal !== undefined,
    words: ({ sourceLocal, destinationLocal }) => [
      ...isLocal('--src-type', sourceLocal),
      ...isLocal('--dst-type', destinationLocal),
    ],
    columns: ({ sourceLocal, destinationLocal }) => {
      const type = (name: string, local: boolean | undefined): string[] =>
        local === undefined ? [] : [`${name}-type ${local ? '' : '!'}LOCAL`]
      return ['ADDRTYPE match', ...type('src', sourceLocal), ...type('dst', destinationLocal)].join(' ')
    },
  },
  {
    name: 'multiport',
    has: hasMulti,
    words: (rule) => [...flagged('--sports', rule.sourcePort), ...flagged('--dports', rule.destinationPort)],
    columns: ({ sourcePort, destinationPort, proto = 'tcp' }, { port }) => {
      const text = sourcePort ?? destinationPort ?? ''
      const { plain, mark } = plainOf(text)
      const all = plain.split(',').map((each) => (each.includes(':') ? each : port(each, proto)))
      return `multiport ${sourcePort === undefined ? 'dports' : 'sports'} ${mark === '' ? '' : '! '}${all.join(',')}`
    },
  },
  portMatch('tcp'),
  portMatch('udp'),
  {
    name: 'icmp',
    has: ({ icmpType }) => icmpType !== undefined,
    words: ({ icmpType = '' }, family) => [family.icmp.option, icmpNumber(family, icmpType)],
    columns: ({ icmpType = '' }, { numeric, family }) =>
      numeric ? `icmptype ${icmpNumber(family, icmpType)}` : `${family.icmp.name} ${icmpType}`,
  },
  stateMatch('state', '--state'),
  stateMatch('conntrack', '--ctstate'),
  {
    name: 'iprange',
    has: ({ sourceRange, destinationRange }) => sourceRange !== undefined || destinationRange !== undefined,
    words: (rule) => [...flagged('--src-range', rule.sourceRange), ...flagged('--dst-range', rule.destinationRange)],
    columns: (rule) =>
      [...rangeColumn('source', rule.sourceRange), ...rangeColumn('destination', rule.destinationRange)].join(' '),
  },
  {
    name: 'length',
    has: ({ length }) => length !== undefined,
    words: ({ length }) => flagged('--length', length),
    columns: ({ length = '' }) => `length ${length}`,
  },
  {
    name: 'limit',
    has: ({ limit }) => limit !== undefined,
    words: ({ limit }) =>
      limit ? ['--limit', limit.text, ...(limit.burst === 5 ? [] : ['--limit-burst', String(limit.burst)])] : [],
    columns: ({ limit }) => (limit ? `limit: avg ${limit.text} burst ${limit.burst}` : ''),
  },
  {
    name: 'statistic',
    has: ({ probability, nth }) => probability !== undefined || nth !== undefined,
    words: ({ probability = 0, nth }) =>
      nth
        ? ['--mode', 'nth', '--every', String(nth.every), '--packet', String(nth.packet)]
        : ['--mode', 'random', '--probability', probability.toFixed(11)],
    columns: ({ probability = 0, nth }) =>
      nth
        ? `statistic mode nth every ${nth.every}${nth.packet > 0 ? ` packet ${nth.packet}` : ''}`
        : `statistic mode random probability ${probability.toFixed(11)}`,
  },
  {
    name: 'comment',
    has: ({ comment }) => comment !== undefined,
    words: ({ comment = '' }) => ['--comment', quoted(comment)],
    columns: ({ comment = '' }) => `/* ${comment} */`,
  },
]

/** The matches of a rule, as they are to be shown. */
export function matchesOf(rule: FirewallRule): readonly Match[] {
  const { matches } = rule
  if (matches === undefined) return MATCHES.filter((each) => each.has(rule))
  return matches.flatMap((name) => MATCHES.find((each) => each.name === name) ?? [])
}
