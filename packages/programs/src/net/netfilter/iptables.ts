import type { FirewallRule, Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { parseRule } from './rule-words.ts'

type Table = 'filter' | 'nat'
const CHAINS: Readonly<Record<Table, readonly FirewallRule['chain'][]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
}
const tableOf = ({ target, chain }: FirewallRule): Table =>
  target.kind === 'DNAT' || target.kind === 'MASQUERADE' || chain === 'PREROUTING' || chain === 'POSTROUTING'
    ? 'nat'
    : 'filter'

const NUMBERS = { tcp: '6', udp: '17', icmp: '1' } as const

interface Style {
  readonly numeric: boolean
  readonly verbose: boolean
  readonly lineNumbers: boolean
}

const withoutBang = (text: string): string => text.replace(/^!\s*/, '!')

function place(prefix: string | undefined, numeric: boolean): string {
  if (prefix === undefined) return numeric ? '0.0.0.0/0' : 'anywhere'
  return withoutBang(prefix).replace(/\/32$/, '')
}

function extras({ destinationLocal, proto, destinationPort, target }: FirewallRule): string {
  const words = [
    ...(destinationLocal ? ['ADDRTYPE match dst-type LOCAL'] : []),
    ...(destinationPort === undefined ? [] : [`${proto ?? 'tcp'} dpt:${destinationPort}`]),

    ...(target.kind === 'DNAT' ? [`to:${target.to}`] : []),
    ...(target.kind === 'REJECT' ? ['reject-with icmp-port-unreachable'] : []),
  ]
  return words.length ? ` ${words.join(' ')}` : ''
}

function listRow(rule: FirewallRule, index: number, style: Style): string {
  const proto = style.numeric ? (rule.proto ? NUMBERS[rule.proto] : '0') : (rule.proto ?? 'all')
  const number = style.lineNumbers ? String(index + 1).padEnd(5) : ''
  const links = style.verbose
    ? `${withoutBang(rule.inLink ?? '*').padEnd(6)} ${withoutBang(rule.outLink ?? '*').padEnd(6)}  `
    : ''
  const ends = [rule.source, rule.destination].map((each) => place(each, style.numeric).padEnd(20)).join(' ')
  const counts = style.verbose ? '    0     0 ' : ''
  return `${number}${counts}${rule.target.kind.padEnd(10)} ${proto.padEnd(4)} --  ${links}${ends}${extras(rule)}\n`
}

function list(rules: readonly FirewallRule[], table: Table, only: string | undefined, style: Style): string {
  const counts = style.verbose ? ' 0 packets, 0 bytes' : ''
  const columns = style.verbose
    ? ' pkts bytes target     prot opt in     out     source               destination         \n'
    : 'target     prot opt source               destination         \n'
  return CHAINS[table]
    .filter((chain) => only === undefined || chain === only)
    .map((chain) => {
      const rows = rules.filter((rule) => rule.chain === chain && tableOf(rule) === table)
      const number = style.lineNumbers ? 'num  ' : ''
      return `Chain ${chain} (policy ACCEPT${counts})\n${number}${columns}${rows.map((rule, index) => listRow(rule, index, style)).join('')}`
    })
    .join('\n')
}

const flagged = (name: string, text: string | undefined): string[] =>
  text === undefined ? [] : text.startsWith('!') ? ['!', name, text.slice(1).trim()] : [name, text]

/** The rule as a command line would make it. iptables -S. */
function ruleWords(rule: FirewallRule): string {
  const { chain, proto, source, destination, destinationPort, inLink, outLink, destinationLocal, target } = rule
  const port = destinationPort === undefined ? [] : ['-m', proto ?? 'tcp', '--dport', String(destinationPort)]
  const jump =
    target.kind === 'DNAT'
      ? ['--to-destination', target.to]
      : target.kind === 'REJECT'
        ? ['--reject-with', 'icmp-port-unreachable']
        : []
  return [
    ...[
      '-A',
      chain,
      ...flagged('-s', source),
      ...flagged('-d', destination),
      ...flagged('-i', inLink),
      ...flagged('-o', outLink),
    ],
    ...(proto ? ['-p', proto] : []),
    ...port,
    ...(destinationLocal ? ['-m', 'addrtype', '--dst-type', 'LOCAL'] : []),
    ...['-j', target.kind, ...jump],
  ].join(' ')
}

const spec = (rules: readonly FirewallRule[], table: Table): string =>
  [
    ...CHAINS[table].map((chain) => `-P ${chain} ACCEPT`),
    ...rules.filter((rule) => tableOf(rule) === table).map(ruleWords),
  ]
    .map((line) => `${line}\n`)
    .join('')

interface CommandLine {
  table: Table
  command: string
  chain: string | undefined
  style: Style
  rest: string[]
}

function read(argv: readonly string[]): CommandLine {
  const line: CommandLine = {
    table: 'filter',
    command: '',
    chain: undefined,
    style: { numeric: false, verbose: false, lineNumbers: false },
    rest: [],
  }
  const style = { numeric: false, verbose: false, lineNumbers: false }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const following = argv[at + 1]
    if (word === '-t' || word === '--table') {
      line.table = following === 'nat' ? 'nat' : 'filter'
      at++
    } else if (word === '-n' || word === '--numeric') style.numeric = true
    else if (word === '-v' || word === '--verbose') style.verbose = true
    else if (word === '--line-numbers') style.lineNumbers = true
    else if (/^-[LSADFIPXN]/.test(word) && line.command === '') {
      line.command = word.slice(0, 2)
      style.numeric ||= word.slice(2).includes('n')
      style.verbose ||= word.slice(2).includes('v')
      if (following !== undefined && !following.startsWith('-')) line.chain = argv[++at]
    } else if (/^-[nvxw]+$/.test(word)) {
      style.numeric ||= word.includes('n')
      style.verbose ||= word.includes('v')
      if (word.includes('L')) line.command = '-L'
    } else if (/^-[nv]*L[nv]*$/.test(word)) {
      line.command = '-L'
      style.numeric ||= word.includes('n')
      style.verbose ||= word.includes('v')
    } else line.rest.push(word)
  }
  return { ...line, style }
}

/** iptables. iptables(8). Rules that a user adds carry a comment, by which they are found again. */
export const iptables: Program = {
  name: 'iptables/iptables',
  paths: ['/usr/sbin/iptables', '/sbin/iptables'],
  covers: 'partial',
  lacks: [
    'chains of the user',
    'policies',
    'matches other than -s -d -p -i -o --dport',
    'tables other than filter and nat',
    'counters',
  ],
  summary: 'administration tool for IPv4 packet filtering and NAT',
  main: async ({ sys, argv }: Process) => {
    const io = new Stdio(sys)
    if (argv.includes('-V') || argv.includes('--version')) {
      await io.print('iptables v1.8.9 (nf_tables)\n')
      await io.out.flush()
      return 0
    }
    const line = read(argv.slice(1))
    const rules = sys.netlink({ op: 'rule-list' })
    const fail = async (message: string, status = 2): Promise<number> => {
      await io.warn(`iptables v1.8.9 (nf_tables): ${message}\n`)
      return status
    }
    const unknown = line.chain !== undefined && !CHAINS[line.table].some((chain) => chain === line.chain)
    if (line.command === '')
      return fail("no command specified\nTry `iptables -h' or 'iptables --help' for more information.")
    if (unknown) return fail(`chain \`${line.chain}' in table \`${line.table}' is incompatible, use 'nft' tool.`, 1)
    if (line.command === '-L') await io.print(list(rules, line.table, line.chain, line.style))
    else if (line.command === '-S') await io.print(spec(rules, line.table))
    else if (line.command === '-F') {
      for (const rule of rules)
        if (
          tableOf(rule) === line.table &&
          rule.comment !== undefined &&
          (line.chain === undefined || rule.chain === line.chain)
        )
          sys.netlink({ op: 'rule-delete', comment: rule.comment })
    } else {
      const rule = parseRule(line.chain ?? '', line.rest)
      if (typeof rule === 'string') return fail(rule)
      if (line.command === '-A' || line.command === '-I')
        sys.netlink({ op: 'rule-add', rule, first: line.command === '-I' })
      else if (line.command === '-D') sys.netlink({ op: 'rule-delete', comment: rule.comment ?? '' })
      else return fail(`option ${line.command} is not supported here`)
    }
    await io.out.flush()
    return 0
  },
}
