import {
  BUILTIN_CHAINS,
  EBUSY,
  EEXIST,
  ELOOP,
  ENOENT,
  ENOTEMPTY,
  EPERM,
  FIREWALL_TABLES,
  type FirewallRule,
  type FirewallTable,
  isErrno,
  type NetlinkAnswer,
  type NetlinkRequest,
  type Process,
  type Program,
  type Sys,
} from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { listChains, ruleText, saveTable, specify, type Style } from './print-rules.ts'
import { IP6TABLES, IPTABLES, type RuleFamily } from './rule-family.ts'
import { parseRule, RuleError } from './rule-words.ts'

const VERSION = 'v1.8.9 (nf_tables)'
const HINT = "\nTry `iptables -h' or 'iptables --help' for more information."

/** The rules of one family, as the commands ask for them and change them. */
class Rules {
  readonly words: RuleFamily
  private readonly sys: Sys

  constructor(sys: Sys, words: RuleFamily) {
    this.sys = sys
    this.words = words
  }

  netlink<R extends RuleRequest>(request: R): NetlinkAnswer<R> {
    return this.sys.netlink({ ...request, family: this.words.family })
  }
}
type RuleRequest = Extract<NetlinkRequest, { op: `rule-${string}` | `chain-${string}` }>
const NO_CHAIN = 'iptables: No chain/target/match by that name.'
const BAD_RULE = 'iptables: Bad rule (does a matching rule exist in that chain?).'

/** Ends the command with a line of its own. */
class Refusal extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}
const wrong = (message: string): Refusal => new Refusal(`iptables ${VERSION}: ${message}${HINT}`, 2)

/** Commands with the letter that stands for them. */
const COMMANDS = new Map([
  ['--append', 'A'],
  ['--check', 'C'],
  ['--delete', 'D'],
  ['--insert', 'I'],
  ['--replace', 'R'],
  ['--list', 'L'],
  ['--list-rules', 'S'],
  ['--flush', 'F'],
  ['--zero', 'Z'],
  ['--new-chain', 'N'],
  ['--delete-chain', 'X'],
  ['--policy', 'P'],
  ['--rename-chain', 'E'],
])

interface CommandLine {
  table: FirewallTable
  command: string
  chain: string | undefined
  style: Style
  /** What belongs to the rule, with a number in front for -I, -R and -D. */
  rest: string[]
}

const isTable = (text: string): text is FirewallTable => (FIREWALL_TABLES as readonly string[]).includes(text)

/** Letters that only change how something is shown or done: `-nvL`, `-w`. */
const STYLE_LETTERS = new Map<string, keyof Style | undefined>([
  ['n', 'numeric'],
  ['v', 'verbose'],
  ['x', 'exact'],
  ['w', undefined],
])

class Reader {
  private readonly words: string[]
  private readonly style: { -readonly [K in keyof Style]: Style[K] } = {
    numeric: false,
    verbose: false,
    lineNumbers: false,
    exact: false,
  }
  private readonly line: CommandLine = { table: 'filter', command: '', chain: undefined, style: this.style, rest: [] }

  constructor(words: readonly string[]) {
    this.words = [...words]
  }

  /** @throws Refusal */
  read(): CommandLine {
    for (let word = this.words.shift(); word !== undefined; word = this.words.shift()) this.take(word)
    return this.line
  }

  private take(word: string): void {
    if (word === '-t' || word === '--table') return this.setTable(this.words.shift() ?? '')
    if (word === '--line-numbers') return void (this.style.lineNumbers = true)
    if (word === '--numeric') return void (this.style.numeric = true)
    if (word === '--verbose') return void (this.style.verbose = true)
    if (word === '--exact') return void (this.style.exact = true)
    if (word === '--wait') return
    const long = COMMANDS.get(word)
    if (long) return this.setCommand(long)
    if (/^-[A-Za-z]+$/.test(word) && this.letters(word.slice(1))) return
    this.line.rest.push(word)
  }

  /** Letters together, as in `-nvL`. @returns whether all of them are known here */
  private letters(letters: string): boolean {
    const all = [...letters]
    const isCommand = (letter: string): boolean => 'ACDIRLSFZNXPE'.includes(letter)
    if (!all.every((letter) => STYLE_LETTERS.has(letter) || isCommand(letter))) return false
    for (const letter of all) {
      const style = STYLE_LETTERS.get(letter)
      if (style) this.style[style] = true
      if (isCommand(letter)) this.setCommand(letter)
    }
    return true
  }

  private setTable(text: string): void {
    if (!isTable(text))
      throw new Refusal(
        `iptables ${VERSION}: table '${text}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.`,
        3,
      )
    this.line.table = text
  }

  private setCommand(letter: string): void {
    this.line.command = letter
    const next = this.words[0]
    if (next !== undefined && !next.startsWith('-') && next !== '!') this.line.chain = this.words.shift()
  }
}

type Command = (rules: Rules, line: CommandLine) => string | undefined

const chainsOf = (rules: Rules, table: FirewallTable) => rules.netlink({ op: 'rule-list', table })

function requireChain(rules: Rules, { table, chain }: CommandLine): string {
  if (chain === undefined) throw wrong('chain name required')
  if (!chainsOf(rules, table).some(({ name }) => name === chain)) throw new Refusal(NO_CHAIN, 1)
  return chain
}

/** The rule that the words say, in its chain. @throws Refusal */
function ruleOf(rules: Rules, line: CommandLine, words: readonly string[]): FirewallRule {
  const chain = requireChain(rules, line)
  const { draft, target } = parseRule(words)
  if (target.kind === 'JUMP' && !chainsOf(rules, line.table).some(({ name }) => name === target.chain))
    throw wrong(`Chain '${target.chain}' does not exist`)
  return { ...draft, table: line.table, chain, target }
}

const NUMBER = /^\d+$/

/** A place in front of the rule's words. */
function numbered({ rest }: CommandLine): { at: number | undefined; words: readonly string[] } {
  const [first] = rest
  return first !== undefined && NUMBER.test(first)
    ? { at: Number(first), words: rest.slice(1) }
    : { at: undefined, words: rest }
}

/** Where a rule that reads the same stands, from 1. */
function find(rules: Rules, table: FirewallTable, rule: FirewallRule): number | undefined {
  const all = chainsOf(rules, table).find(({ name }) => name === rule.chain)?.rules ?? []
  const at = all.findIndex((each) => ruleText(each, rules.words) === ruleText(rule, rules.words))
  return at < 0 ? undefined : at + 1
}

function deleteRule(rules: Rules, line: CommandLine): undefined {
  const { table } = line
  const chain = requireChain(rules, line)
  const { at, words } = numbered(line)
  const place = words.length === 0 ? at : find(rules, table, ruleOf(rules, line, words))
  if (place === undefined) throw new Refusal(BAD_RULE, 1)
  try {
    rules.netlink({ op: 'rule-delete', table, chain, at: place })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal('iptables: Index of deletion too big.', 1)
  }
  return undefined
}

const RUN: Readonly<Record<string, Command>> = {
  L(rules, line) {
    const chains = chainsOf(rules, line.table)
    const shown = line.chain === undefined ? chains : chains.filter(({ name }) => name === requireChain(rules, line))
    const references = (chain: string): number =>
      chains.flatMap(({ rules }) => rules).filter(({ target }) => target.kind === 'JUMP' && target.chain === chain)
        .length
    return listChains(shown, line.style, references, rules.words)
  },
  S: (rules, line) =>
    specify(chainsOf(rules, line.table), line.chain === undefined ? undefined : requireChain(rules, line), rules.words),
  A(rules, line) {
    rules.netlink({ op: 'rule-add', rule: ruleOf(rules, line, line.rest) })
    return undefined
  },
  I(rules, line) {
    const { at = 1, words } = numbered(line)
    try {
      rules.netlink({ op: 'rule-add', rule: ruleOf(rules, line, words), at })
    } catch (error) {
      if (!isErrno(error) || error.code !== 'EINVAL') throw error
      throw new Refusal('iptables: Index of insertion too big.', 1)
    }
    return undefined
  },
  R(rules, line) {
    const { at, words } = numbered(line)
    if (at === undefined) throw wrong('-R requires a rule number')
    rules.netlink({ op: 'rule-replace', rule: ruleOf(rules, line, words), at })
    return undefined
  },
  C(rules, line) {
    if (find(rules, line.table, ruleOf(rules, line, line.rest)) === undefined) throw new Refusal(BAD_RULE, 1)
    return undefined
  },
  D: deleteRule,
  F(rules, line) {
    const { table } = line
    rules.netlink({
      op: 'chain-flush',
      table,
      ...(line.chain === undefined ? {} : { chain: requireChain(rules, line) }),
    })
    return undefined
  },
  Z(rules, line) {
    const { table } = line
    rules.netlink({
      op: 'chain-zero',
      table,
      ...(line.chain === undefined ? {} : { chain: requireChain(rules, line) }),
    })
    return undefined
  },
  N(rules, { table, chain }) {
    if (chain === undefined) throw wrong('option "-N" requires an argument')
    try {
      rules.netlink({ op: 'chain-add', table, chain })
    } catch (error) {
      if (error === EEXIST) throw new Refusal('iptables: Chain already exists.', 1)
      throw error
    }
    return undefined
  },
  X(rules, line) {
    const { table, chain } = line
    try {
      rules.netlink({ op: 'chain-delete', table, ...(chain === undefined ? {} : { chain: requireChain(rules, line) }) })
    } catch (error) {
      if (error !== EBUSY && error !== ENOTEMPTY) throw error
      throw new Refusal(
        `iptables ${VERSION}:  CHAIN_DEL failed (Device or resource busy): chain ${chain ?? ''}`.trimEnd(),
        4,
      )
    }
    return undefined
  },
  P(rules, { table, chain = '', rest: [policy = ''] }) {
    if (!BUILTIN_CHAINS[table].includes(chain)) throw new Refusal('iptables: Bad built-in chain name.', 1)
    if (policy !== 'ACCEPT' && policy !== 'DROP')
      throw new Refusal("iptables: Bad policy name. Run `dmesg' for more information.", 1)
    rules.netlink({ op: 'chain-policy', table, chain, policy })
    return undefined
  },
  E(rules, line) {
    const [name = ''] = line.rest
    rules.netlink({ op: 'chain-rename', table: line.table, chain: requireChain(rules, line), name })
    return undefined
  },
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof RuleError) return wrong(error.message)
  if (error === EPERM)
    return new Refusal(
      `iptables ${VERSION}: Could not fetch rule set generation id: Permission denied (you must be root)`,
      4,
    )
  if (error === ENOENT) return new Refusal(NO_CHAIN, 1)
  if (error === ELOOP) return new Refusal(`iptables ${VERSION}:  RULE_APPEND failed (Too many links)`, 4)
  throw error
}

async function main({ sys, argv }: Process, words: RuleFamily): Promise<number> {
  const io = new Stdio(sys)
  try {
    if (argv.includes('-V') || argv.includes('--version')) await io.print(`${words.program} ${VERSION}\n`)
    else {
      const line = new Reader(argv.slice(1)).read()
      const run = RUN[line.command]
      if (!run) throw wrong('no command specified')
      await io.print(run(new Rules(sys, words), line) ?? '')
    }
    await io.out.flush()
    return 0
  } catch (error) {
    const { message, status } = refusalOf(error)
    await io.warn(`${message.replaceAll('iptables', words.program)}\n`)
    return status
  }
}

const LACKS = [
  'matches other than addrtype, comment, conntrack, icmp, limit, multiport, state, statistic, tcp, udp',
] as const

/** iptables. iptables(8), iptables-extensions(8); version 1.8.9. */
export const iptables: Program = {
  name: 'iptables/iptables',
  paths: ['/usr/sbin/iptables', '/sbin/iptables', '/usr/sbin/iptables-nft', '/usr/sbin/iptables-legacy'],
  covers: 'partial',
  lacks: LACKS,
  summary: 'administration tool for IPv4 packet filtering and NAT',
  main: (process) => main(process, IPTABLES),
}

/** ip6tables: the same for IPv6. */
export const ip6tables: Program = {
  name: 'iptables/ip6tables',
  paths: ['/usr/sbin/ip6tables', '/sbin/ip6tables', '/usr/sbin/ip6tables-nft', '/usr/sbin/ip6tables-legacy'],
  covers: 'partial',
  lacks: LACKS,
  summary: 'administration tool for IPv6 packet filtering and NAT',
  main: (process) => main(process, IP6TABLES),
}

/** All rules of a family as text. iptables-save(8). */
async function save({ sys, argv }: Process, words: RuleFamily): Promise<number> {
  const io = new Stdio(sys)
  const only = argv.indexOf('-t') > 0 ? argv[argv.indexOf('-t') + 1] : undefined
  const counters = argv.includes('-c') || argv.includes('--counters')
  const stamp = new Date(sys.clock.now()).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) .*$/, '$1 $3 $2 $5 $4')
  try {
    for (const table of FIREWALL_TABLES) {
      if (only !== undefined && table !== only) continue
      const chains = chainsOf(new Rules(sys, words), table)
      const empty = chains.every(({ rules, policy }) => rules.length === 0 && policy === 'ACCEPT')
      if (empty && only === undefined && (table === 'raw' || table === 'mangle')) continue
      await io.print(`# Generated by ${words.program}-save ${VERSION.split(' ')[0]} on ${stamp}\n`)
      await io.print(`${saveTable(table, chains, counters, words)}# Completed on ${stamp}\n`)
    }
    await io.out.flush()
    return 0
  } catch (error) {
    const { message, status } = refusalOf(error)
    await io.warn(`${message.replace('iptables ', `${words.program}-save `)}\n`)
    return status
  }
}

export const iptablesSave: Program = {
  name: 'iptables/iptables-save',
  paths: ['/usr/sbin/iptables-save', '/sbin/iptables-save'],
  covers: 'full',
  summary: 'dump iptables rules',
  main: (process) => save(process, IPTABLES),
}

export const ip6tablesSave: Program = {
  name: 'iptables/ip6tables-save',
  paths: ['/usr/sbin/ip6tables-save', '/sbin/ip6tables-save'],
  covers: 'full',
  summary: 'dump ip6tables rules',
  main: (process) => save(process, IP6TABLES),
}
