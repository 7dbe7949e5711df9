import type { FirewallChain, FirewallCounters, FirewallRule, LogOption } from '@drydock/abi'
import { flagged, matchesOf, quoted, type Showing } from './matches.ts'
import { LOG_LEVELS, type RuleFamily } from './rule-family.ts'

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

const LOG_FLAGS: readonly (readonly [option: LogOption, bit: number, word: string])[] = [
  ['tcp-sequence', 1, '--log-tcp-sequence'],
  ['tcp-options', 2, '--log-tcp-options'],
  ['ip-options', 4, '--log-ip-options'],
  ['uid', 8, '--log-uid'],
  ['macdecode', 32, '--log-macdecode'],
]
const WARNING = 4

type LogTarget = Extract<FirewallRule['target'], { readonly kind: 'LOG' }>

function logColumns({ prefix, level = WARNING, options = [] }: LogTarget, numeric: boolean): string {
  const flags = LOG_FLAGS.filter(([option]) => options.includes(option))
  const said = prefix === '' ? [] : [`prefix "${prefix}"`]
  if (numeric)
    return ['LOG', `flags ${flags.reduce((sum, [, bit]) => sum + bit, 0)}`, `level ${level}`, ...said].join(' ')
  return ['LOG', `level ${LOG_LEVELS[level]}`, ...flags.map(([option]) => option), ...said].join(' ')
}

const logWords = ({ prefix, level = WARNING, options = [] }: LogTarget): string[] => [
  ...(prefix === '' ? [] : ['--log-prefix', quoted(prefix)]),
  ...(level === WARNING ? [] : ['--log-level', String(level)]),
  ...LOG_FLAGS.flatMap(([option, , word]) => (options.includes(option) ? [word] : [])),
]

type RedirectTarget = Extract<FirewallRule['target'], { readonly kind: 'REDIRECT' }>
const redirectPorts = ({ port, lastPort }: RedirectTarget): string =>
  `${port}${lastPort === undefined ? '' : `-${lastPort}`}`

function targetColumns({ target }: FirewallRule, { family, numeric }: Showing): string[] {
  switch (target.kind) {
    case 'DNAT':
    case 'SNAT':
      return [`to:${target.to}`]
    case 'REDIRECT':
      return target.port === undefined ? [] : [`redir ports ${redirectPorts(target)}`]
    case 'REJECT':
      return [`reject-with ${target.with ?? family.reject}`]
    case 'LOG':
      return [logColumns(target, numeric)]
    default:
      return []
  }
}

function extras(rule: FirewallRule, showing: Showing): string {
  const words = [...matchesOf(rule).map((match) => match.columns(rule, showing)), ...targetColumns(rule, showing)]
  const goto = rule.target.kind === 'JUMP' && rule.target.goto ? '[goto] ' : ''
  return `${words.length ? ` ${words.join(' ')}` : ''}${goto}`
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

/** A sign of negation has a place of its own. */
const marked = (text: string): string => `${text.startsWith('!') ? text : ` ${text}`}`.padEnd(20)

function listRow(rule: FirewallRule & FirewallCounters, index: number, style: Style, showing: Showing): string {
  const { family } = showing
  const shown = style.numeric ? protoNumber : protoName
  const proto = rule.proto ? shown(rule.proto, family) : style.numeric ? '0' : 'all'
  const number = style.lineNumbers ? String(index + 1).padEnd(5) : ''
  const link = (text: string | undefined): string =>
    (text ?? (style.numeric ? '*' : 'any')).replace(/^!\s*/, '!').padEnd(6)
  const links = style.verbose ? ` ${link(rule.inLink)} ${link(rule.outLink)} ` : ''
  const ends = [rule.source, rule.destination].map((each) => marked(place(each, style.numeric, family))).join(' ')
  const count = (value: number): string => amount(value, style.exact).padStart(5)
  const counts = style.verbose ? `${count(rule.packets)} ${count(rule.bytes)} ` : ''
  return `${number}${counts}${targetName(rule).padEnd(9)}  ${proto.padEnd(4)} -- ${links}${ends} ${extras(rule, showing)}\n`
}

/** @param references how many rules jump to a chain */
export function listChains(
  chains: readonly FirewallChain[],
  style: Style,
  references: (chain: string) => number,
  showing: Showing,
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
      const rows = chain.rules.map((rule, index) => listRow(rule, index, style, showing))
      return `Chain ${chain.name} (${what})\n${style.lineNumbers ? 'num  ' : ''}${columns}${rows.join('')}`
    })
    .join('\n')
}

function matchWords(rule: FirewallRule, family: RuleFamily): string[] {
  return [
    ...flagged('-s', rule.source),
    ...flagged('-d', rule.destination),
    ...flagged('-i', rule.inLink),
    ...flagged('-o', rule.outLink),
    ...(rule.proto ? ['-p', protoName(rule.proto, family)] : []),
    ...matchesOf(rule).flatMap((match) => {
      const name = match.name === 'icmp' && family.family === 6 ? 'icmp6' : match.name
      return ['-m', name, ...match.words(rule, family)]
    }),
  ]
}

function targetWords(rule: FirewallRule, family: RuleFamily): string[] {
  const { target } = rule
  if (target.kind === 'NONE') return []
  const options: Partial<Record<typeof target.kind, () => string[]>> = {
    DNAT: () => ['--to-destination', target.kind === 'DNAT' ? target.to : ''],
    SNAT: () => ['--to-source', target.kind === 'SNAT' ? target.to : ''],
    REJECT: () => ['--reject-with', target.kind === 'REJECT' ? (target.with ?? family.reject) : ''],
    REDIRECT: () =>
      target.kind === 'REDIRECT' && target.port !== undefined ? ['--to-ports', redirectPorts(target)] : [],
    LOG: () => (target.kind === 'LOG' ? logWords(target) : []),
  }
  const jump = target.kind === 'JUMP' && target.goto ? '-g' : '-j'
  return [jump, targetName(rule), ...(options[target.kind]?.() ?? [])]
}

/** The rule as a command line would make it, without `-A CHAIN`. Two rules are the same when these are. */
export const ruleText = (rule: FirewallRule, family: RuleFamily): string =>
  [...matchWords(rule, family), ...targetWords(rule, family)].join(' ')

/** The one rule of that number. */
export const specifyOne = (rule: FirewallRule | undefined, family: RuleFamily): string =>
  rule === undefined ? '' : line(rule, family)
export const listOne = (
  rule: (FirewallRule & FirewallCounters) | undefined,
  at: number,
  style: Style,
  showing: Showing,
) => (rule === undefined ? '' : listRow(rule, at - 1, style, showing))

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
