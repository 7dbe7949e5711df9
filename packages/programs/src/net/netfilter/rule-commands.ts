import {
  BUILTIN_CHAINS,
  EBUSY,
  EEXIST,
  ELOOP,
  ENOENT,
  ENOTEMPTY,
  EPERM,
  FIREWALL_TABLES,
  type FirewallChain,
  type FirewallRule,
  type FirewallTable,
  type FirewallTarget,
  isErrno,
  type NetlinkAnswer,
  type NetlinkRequest,
  type Sys,
} from '@drydock/abi'
import type { Showing } from './matches.ts'
import { listChains, listOne, ruleText, specify, specifyOne, type Style } from './print-rules.ts'
import type { RuleFamily } from './rule-family.ts'
import { parseRule, RuleError } from './rule-words.ts'

export const VERSION = 'v1.8.9 (nf_tables)'
const HINT = "\nTry `iptables -h' or 'iptables --help' for more information."

/** The rules of one family, as the commands ask for them and change them. */
export class Rules {
  readonly words: RuleFamily
  /** Names of services by port and protocol, `80/tcp`. */
  readonly services: ReadonlyMap<string, string>
  private readonly sys: Sys

  constructor(sys: Sys, words: RuleFamily, services: ReadonlyMap<string, string> = new Map()) {
    this.sys = sys
    this.words = words
    this.services = services
  }

  showing({ numeric }: Style): Showing {
    return {
      family: this.words,
      numeric,
      port: (port, proto) => (numeric ? port : (this.services.get(`${port}/${proto}`) ?? port)),
    }
  }

  netlink<R extends RuleRequest>(request: R): NetlinkAnswer<R> {
    return this.sys.netlink({ ...request, family: this.words.family })
  }
}
type RuleRequest = Extract<NetlinkRequest, { op: `rule-${string}` | `chain-${string}` }>
const NO_CHAIN = 'iptables: No chain/target/match by that name.'
const BAD_RULE = 'iptables: Bad rule (does a matching rule exist in that chain?).'

/** Ends the command with a line of its own. */
export class Refusal extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}
export const wrong = (message: string): Refusal => new Refusal(`iptables ${VERSION}: ${message}${HINT}`, 2)

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

export const chainsOf = (rules: Rules, table: FirewallTable) => rules.netlink({ op: 'rule-list', table })

function requireChain(rules: Rules, { table, chain, command }: CommandLine): string {
  if (chain === undefined) throw wrong(`option "-${command}" requires an argument`)
  if (!chainsOf(rules, table).some(({ name }) => name === chain)) throw new Refusal(NO_CHAIN, 1)
  return chain
}

/** Where what a rule does can be done; chains of the user's own are asked when they are jumped to. */
const PLACES: Partial<Readonly<Record<FirewallTarget['kind'], readonly string[]>>> = {
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
  SNAT: ['POSTROUTING', 'INPUT'],
  MASQUERADE: ['POSTROUTING'],
}

/** @throws Refusal */
function requirePlace(table: FirewallTable, chain: string, draft: Partial<FirewallRule>, target: FirewallTarget): void {
  if (draft.outLink && ['INPUT', 'PREROUTING'].includes(chain)) throw wrong(`Can't use -o with ${chain}\n`)
  if (draft.inLink && ['OUTPUT', 'POSTROUTING'].includes(chain)) throw wrong(`Can't use -i with ${chain}\n`)
  if (table === 'nat' && target.kind === 'DROP')
    throw wrong('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n')
  const places = PLACES[target.kind]
  const elsewhere = BUILTIN_CHAINS[table].includes(chain) && !places?.includes(chain)
  if (places && (table !== 'nat' || elsewhere))
    throw new Refusal(`iptables ${VERSION}:  RULE_APPEND failed (Invalid argument): rule in chain ${chain}`, 4)
}

/** The rule that the words say, in its chain. @throws Refusal */
function ruleOf(rules: Rules, line: CommandLine, words: readonly string[]): FirewallRule {
  const chain = requireChain(rules, line)
  const { draft, target } = parseRule(words)
  requirePlace(line.table, chain, draft, target)
  if (target.kind === 'JUMP' && !chainsOf(rules, line.table).some(({ name }) => name === target.chain))
    throw wrong(`Chain '${target.chain}' does not exist`)
  return { ...draft, table: line.table, chain, target }
}

/** @throws Refusal */
function shownChain(chains: readonly FirewallChain[], { table, chain = '' }: CommandLine): FirewallChain {
  const found = chains.find(({ name }) => name === chain)
  if (found) return found
  throw new Refusal(`iptables ${VERSION}: chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.`, 1)
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

/** Does what one command line says. @returns what it prints @throws Refusal, RuleError, Errno */
export function runLine(rules: Rules, words: readonly string[]): string {
  const line = new Reader(words).read()
  const run = RUN[line.command]
  if (!run) throw wrong('no command specified')
  return run(rules, line) ?? ''
}

const RUN: Readonly<Record<string, Command>> = {
  L(rules, line) {
    const { style } = line
    const chains = chainsOf(rules, line.table)
    const shown = line.chain === undefined ? chains : [shownChain(chains, line)]
    const { at } = numbered(line)
    if (at !== undefined) return listOne(shown[0]?.rules[at - 1], at, style, rules.showing(style))
    const references = (chain: string): number =>
      chains.flatMap(({ rules }) => rules).filter(({ target }) => target.kind === 'JUMP' && target.chain === chain)
        .length
    return listChains(shown, style, references, rules.showing(style))
  },
  S(rules, line) {
    const chains = chainsOf(rules, line.table)
    const { at } = numbered(line)
    if (line.chain === undefined) return specify(chains, undefined, rules.words)
    const { name, rules: own } = shownChain(chains, line)
    return at === undefined ? specify(chains, name, rules.words) : specifyOne(own[at - 1], rules.words)
  },
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
    const rule = ruleOf(rules, line, words)
    if (at > (chainsOf(rules, line.table).find(({ name }) => name === rule.chain)?.rules.length ?? 0))
      throw new Refusal('iptables: Index of replacement too big.', 1)
    rules.netlink({ op: 'rule-replace', rule, at })
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

export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof RuleError)
    return error.message.startsWith('Bad argument') ? new Refusal(`${error.message}${HINT}`, 2) : wrong(error.message)
  if (error === EPERM)
    return new Refusal(
      `iptables ${VERSION}: Could not fetch rule set generation id: Permission denied (you must be root)`,
      4,
    )
  if (error === ENOENT) return new Refusal(NO_CHAIN, 1)
  if (error === ELOOP) return new Refusal(`iptables ${VERSION}:  RULE_APPEND failed (Too many links)`, 4)
  throw error
}
