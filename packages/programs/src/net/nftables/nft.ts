import { FIREWALL_TABLES, type FirewallChain, type FirewallTable, type IpFamily, isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'
import { ruleText } from './rule-text.ts'

interface Table {
  readonly family: 'ip' | 'ip6'
  readonly name: FirewallTable
  readonly chains: readonly FirewallChain[]
}

const NUMBERS: Readonly<Record<Table['family'], IpFamily>> = { ip: 4, ip6: 6 }
const HOOKS: Readonly<Record<string, string>> = {
  ...{ PREROUTING: 'prerouting', INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output', POSTROUTING: 'postrouting' },
}
/** Priorities by name, where nft has one for the hook. nft(8), "Standard priority names" */
function priorityOf(table: FirewallTable, chain: string): string {
  if (table !== 'nat') return table
  if (chain === 'PREROUTING') return 'dstnat'
  return chain === 'OUTPUT' ? '-100' : 'srcnat'
}

/** A chain that is always there shows when somebody has used it. */
const isUsed = ({ policy, rules }: FirewallChain): boolean =>
  policy === undefined || policy === 'DROP' || rules.length > 0
const ownFirst = (a: FirewallChain, b: FirewallChain): number =>
  Number(a.policy !== undefined) - Number(b.policy !== undefined)

function tablesOf(sys: Sys): Table[] {
  const ORDER: readonly FirewallTable[] = [
    'filter',
    ...FIREWALL_TABLES.filter((name) => name !== 'filter').toReversed(),
  ]
  return (['ip', 'ip6'] as const).flatMap((family) =>
    ORDER.flatMap((name) => {
      const all = sys.netlink({ op: 'rule-list', table: name, family: NUMBERS[family] })
      const chains = all.filter(isUsed).toSorted(ownFirst)
      return chains.length > 0 ? [{ family, name, chains }] : []
    }),
  )
}

interface Style {
  readonly handles: boolean
  readonly stateless: boolean
}

function chainText({ family, name: table }: Table, chain: FirewallChain, style: Style, number: () => number): string {
  const { name, policy, rules } = chain
  const handle = (): string => (style.handles ? ` # handle ${number()}` : '')
  const base = policy
    ? `\t\ttype ${table === 'nat' ? 'nat' : 'filter'} hook ${HOOKS[name]} priority ${priorityOf(table, name)}; policy ${policy.toLowerCase()};\n`
    : ''
  const head = `\tchain ${name} {${handle()}\n${base}`
  const body = rules.map((rule) => `\t\t${ruleText(rule, NUMBERS[family], style.stateless)}${handle()}\n`)
  return `${head}${body.join('')}\t}\n`
}

function counter(): () => number {
  let last = 0
  return () => ++last
}

function tableText(table: Table, style: Style, only?: string): string {
  const number = counter()
  const chains = table.chains.map((chain) => [chain.name, chainText(table, chain, style, number)] as const)
  const shown = chains.filter(([name]) => only === undefined || name === only).map(([, text]) => text)
  return `table ${table.family} ${table.name} {${style.handles && only === undefined ? ' # handle 1' : ''}\n${shown.join('\n')}}\n`
}

const managed = ({ family, name }: Table): string =>
  family === 'ip' ? `# Warning: table ${family} ${name} is managed by iptables-nft, do not touch!\n` : ''

/** Points at the word that is wrong. */
class Mistake extends Error {
  constructor(message: string, words: readonly string[], at: number) {
    const line = words.join(' ')
    const column = words.slice(0, at).join(' ').length + (at > 0 ? 1 : 0)
    const width = words[at]?.length ?? 1
    super(`Error: ${message}\n${line}\n${' '.repeat(column)}${'^'.repeat(width)}\n`)
  }
}

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'])

/** The family, which may be left out, and what follows it. */
function placed(words: readonly string[], from: number): { family: string; rest: readonly string[]; at: number } {
  const first = words[from]
  if (first !== undefined && FAMILIES.has(first)) return { family: first, rest: words.slice(from + 1), at: from + 1 }
  return { family: 'ip', rest: words.slice(from), at: from }
}

function list(sys: Sys, words: readonly string[], style: Style): string {
  const what = words[1]
  const tables = tablesOf(sys)
  if (what === 'ruleset') {
    const family = words[2]
    const shown = tables.filter((table) => family === undefined || table.family === family)
    return shown.map((table) => managed(table) + tableText(table, style)).join('')
  }
  if (what === 'tables') return tables.map(({ family, name }) => `table ${family} ${name}\n`).join('')
  if (what === 'chains')
    return tables
      .map((table) => {
        const bare = { ...table, chains: table.chains.map((chain) => ({ ...chain, rules: [] })) }
        return tableText(bare, { ...style, handles: false }).replaceAll('\n\n', '\n')
      })
      .join('')
  if (what === 'sets' || what === 'maps' || what === 'flowtables' || what === 'counters') return ''
  if (what !== 'table' && what !== 'chain')
    throw new Mistake(`syntax error, unexpected ${what === undefined ? 'newline' : 'string'}`, words, 1)
  const { family, rest, at } = placed(words, 2)
  const table = tables.find((each) => each.family === family && each.name === rest[0])
  if (!table) throw new Mistake('No such file or directory', words, at)
  if (what === 'table') return managed(table) + tableText(table, style)
  if (!table.chains.some(({ name }) => name === rest[1])) throw new Mistake('No such file or directory', words, at + 1)
  return tableText(table, style, rest[1])
}

/** flush and delete: what iptables does by -F and -X. */
function change(sys: Sys, words: readonly string[]): void {
  const [verb, what] = words
  const { family, rest, at } = placed(words, 2)
  const number = NUMBERS[family as Table['family']] ?? 4
  const tables = tablesOf(sys)
  if (verb === 'flush' && what === 'ruleset') {
    for (const each of tables)
      for (const chain of each.chains)
        sys.netlink({ op: 'chain-flush', table: each.name, chain: chain.name, family: NUMBERS[each.family] })
    return
  }
  const table = tables.find((each) => each.family === family && each.name === rest[0])
  if (!table) throw new Mistake('No such file or directory', words, at)
  const chains = what === 'table' ? table.chains : table.chains.filter(({ name }) => name === rest[1])
  if (chains.length === 0) throw new Mistake('No such file or directory', words, at + 1)
  if (verb === 'flush')
    for (const { name } of chains) sys.netlink({ op: 'chain-flush', table: table.name, chain: name, family: number })
  else
    for (const { name } of chains) sys.netlink({ op: 'chain-delete', table: table.name, chain: name, family: number })
}

function run(sys: Sys, words: readonly string[], style: Style): string {
  const [verb] = words
  if (verb === 'list') return list(sys, words, style)
  if ((verb === 'flush' && words[1] !== undefined) || (verb === 'delete' && words[1] === 'chain')) {
    change(sys, words)
    return ''
  }
  throw new Mistake('syntax error, unexpected newline, expecting string', words, 0)
}

/** nft: the rules as nftables shows them. nftables 1.0.6. */
export const nft = defineProgram({
  name: 'nftables/nft',
  paths: ['/usr/sbin/nft'],
  covers: 'partial',
  summary: 'administration tool of the nftables framework',
  usage: 'nft [ options ] [ cmds... ]',
  stopAtOperand: true,
  options: {
    version: flag('v', 'version'),
    handle: flag('a', 'handle'),
    stateless: flag('s', 'stateless'),
    numeric: flag('n', 'numeric'),
    numericPriority: flag('y', 'numeric-priority'),
    terse: flag('t', 'terse'),
  },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('nftables v1.0.6 (Lester Gooch #5)\n')
      return 0
    }
    if (operands.length === 0) {
      await io.warn('nft: no command specified\n')
      return 1
    }
    try {
      const words = operands.flatMap((text) => text.split(/\s+/)).filter(Boolean)
      await io.print(run(sys, words, { handles: o.handle > 0, stateless: o.stateless > 0 }))
      return 0
    } catch (error) {
      if (error instanceof Mistake) await io.warn(error.message)
      else if (isErrno(error)) await io.warn(`Error: Could not process rule: ${error.message}\n`)
      else throw error
      return 1
    }
  },
})
