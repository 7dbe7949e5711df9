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
  type Process,
  type Program,
  type Sys,
} from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { listChains, ruleText, saveTable, specify, type Style } from './print-rules.ts'
import { parseRule, RuleError } from './rule-words.ts'

const VERSION = 'v1.8.9 (nf_tables)'
const HINT = "\nTry `iptables -h' or 'iptables --help' for more information."
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

type Command = (sys: Sys, line: CommandLine) => string | undefined

const chainsOf = (sys: Sys, table: FirewallTable) => sys.netlink({ op: 'rule-list', table })

function requireChain(sys: Sys, { table, chain }: CommandLine): string {
  if (chain === undefined) throw wrong('chain name required')
  if (!chainsOf(sys, table).some(({ name }) => name === chain)) throw new Refusal(NO_CHAIN, 1)
  return chain
}

/** The rule that the words say, in its chain. @throws Refusal */
function ruleOf(sys: Sys, line: CommandLine, words: readonly string[]): FirewallRule {
  const chain = requireChain(sys, line)
  const { draft, target } = parseRule(words)
  if (target.kind === 'JUMP' && !chainsOf(sys, line.table).some(({ name }) => name === target.chain))
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
function find(sys: Sys, table: FirewallTable, rule: FirewallRule): number | undefined {
  const rules = chainsOf(sys, table).find(({ name }) => name === rule.chain)?.rules ?? []
  const at = rules.findIndex((each) => ruleText(each) === ruleText(rule))
  return at < 0 ? undefined : at + 1
}

function deleteRule(sys: Sys, line: CommandLine): undefined {
  const { table } = line
  const chain = requireChain(sys, line)
  const { at, words } = numbered(line)
  const place = words.length === 0 ? at : find(sys, table, ruleOf(sys, line, words))
  if (place === undefined) throw new Refusal(BAD_RULE, 1)
  try {
    sys.netlink({ op: 'rule-delete', table, chain, at: place })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal('iptables: Index of deletion too big.', 1)
  }
  return undefined
}

const RUN: Readonly<Record<string, Command>> = {
  L(sys, line) {
    const chains = chainsOf(sys, line.table)
    const shown = line.chain === undefined ? chains : chains.filter(({ name }) => name === requireChain(sys, line))
    const references = (chain: string): number =>
      chains.flatMap(({ rules }) => rules).filter(({ target }) => target.kind === 'JUMP' && target.chain === chain)
        .length
    return listChains(shown, line.style, references)
  },
  S: (sys, line) => specify(chainsOf(sys, line.table), line.chain === undefined ? undefined : requireChain(sys, line)),
  A(sys, line) {
    sys.netlink({ op: 'rule-add', rule: ruleOf(sys, line, line.rest) })
    return undefined
  },
  I(sys, line) {
    const { at = 1, words } = numbered(line)
    try {
      sys.netlink({ op: 'rule-add', rule: ruleOf(sys, line, words), at })
    } catch (error) {
      if (!isErrno(error) || error.code !== 'EINVAL') throw error
      throw new Refusal('iptables: Index of insertion too big.', 1)
    }
    return undefined
  },
  R(sys, line) {
    const { at, words } = numbered(line)
    if (at === undefined) throw wrong('-R requires a rule number')
    sys.netlink({ op: 'rule-replace', rule: ruleOf(sys, line, words), at })
    return undefined
  },
  C(sys, line) {
    if (find(sys, line.table, ruleOf(sys, line, line.rest)) === undefined) throw new Refusal(BAD_RULE, 1)
    return undefined
  },
  D: deleteRule,
  F(sys, line) {
    const { table } = line
    sys.netlink({ op: 'chain-flush', table, ...(line.chain === undefined ? {} : { chain: requireChain(sys, line) }) })
    return undefined
  },
  Z(sys, line) {
    const { table } = line
    sys.netlink({ op: 'chain-zero', table, ...(line.chain === undefined ? {} : { chain: requireChain(sys, line) }) })
    return undefined
  },
  N(sys, { table, chain }) {
    if (chain === undefined) throw wrong('option "-N" requires an argument')
    try {
      sys.netlink({ op: 'chain-add', table, chain })
    } catch (error) {
      if (error === EEXIST) throw new Refusal('iptables: Chain already exists.', 1)
      throw error
    }
    return undefined
  },
  X(sys, line) {
    const { table, chain } = line
    try {
      sys.netlink({ op: 'chain-delete', table, ...(chain === undefined ? {} : { chain: requireChain(sys, line) }) })
    } catch (error) {
      if (error !== EBUSY && error !== ENOTEMPTY) throw error
      throw new Refusal(
        `iptables ${VERSION}:  CHAIN_DEL failed (Device or resource busy): chain ${chain ?? ''}`.trimEnd(),
        4,
      )
    }
    return undefined
  },
  P(sys, { table, chain = '', rest: [policy = ''] }) {
    if (!BUILTIN_CHAINS[table].includes(chain)) throw new Refusal('iptables: Bad built-in chain name.', 1)
    if (policy !== 'ACCEPT' && policy !== 'DROP')
      throw new Refusal("iptables: Bad policy name. Run `dmesg' for more information.", 1)
    sys.netlink({ op: 'chain-policy', table, chain, policy })
    return undefined
  },
  E(sys, line) {
    const [name = ''] = line.rest
    sys.netlink({ op: 'chain-rename', table: line.table, chain: requireChain(sys, line), name })
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

async function main({ sys, argv }: Process): Promise<number> {
  const io = new Stdio(sys)
  try {
    if (argv.includes('-V') || argv.includes('--version')) await io.print(`iptables ${VERSION}\n`)
    else {
      const line = new Reader(argv.slice(1)).read()
      const run = RUN[line.command]
      if (!run) throw wrong('no command specified')
      await io.print(run(sys, line) ?? '')
    }
    await io.out.flush()
    return 0
  } catch (error) {
    const { message, status } = refusalOf(error)
    await io.warn(`${message}\n`)
    return status
  }
}

/** iptables. iptables(8), iptables-extensions(8); version 1.8.9. */
export const iptables: Program = {
  name: 'iptables/iptables',
  paths: ['/usr/sbin/iptables', '/sbin/iptables', '/usr/sbin/iptables-nft', '/usr/sbin/iptables-legacy'],
  covers: 'partial',
  lacks: [
    'IPv6',
    'matches other than addrtype, comment, conntrack, icmp, limit, multiport, state, statistic, tcp, udp',
  ],
  summary: 'administration tool for IPv4 packet filtering and NAT',
  main,
}

/** iptables-save: all rules as text. iptables-save(8). */
export const iptablesSave: Program = {
  name: 'iptables/iptables-save',
  paths: ['/usr/sbin/iptables-save', '/sbin/iptables-save'],
  covers: 'full',
  summary: 'dump iptables rules',
  async main({ sys, argv }: Process): Promise<number> {
    const io = new Stdio(sys)
    const only = argv.indexOf('-t') > 0 ? argv[argv.indexOf('-t') + 1] : undefined
    const counters = argv.includes('-c') || argv.includes('--counters')
    const stamp = new Date(sys.clock.now())
      .toUTCString()
      .replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) .*$/, '$1 $3 $2 $5 $4')
    try {
      for (const table of FIREWALL_TABLES) {
        if (only !== undefined && table !== only) continue
        const chains = chainsOf(sys, table)
        const empty = chains.every(({ rules, policy }) => rules.length === 0 && policy === 'ACCEPT')
        if (empty && only === undefined && (table === 'raw' || table === 'mangle')) continue
        await io.print(`# Generated by iptables-save ${VERSION.split(' ')[0]} on ${stamp}\n`)
        await io.print(`${saveTable(table, chains, counters)}# Completed on ${stamp}\n`)
      }
      await io.out.flush()
      return 0
    } catch (error) {
      const { message, status } = refusalOf(error)
      await io.warn(`${message.replace('iptables ', 'iptables-save ')}\n`)
      return status
    }
  },
}
