import {
  BUILTIN_CHAINS,
  EBUSY,
  EEXIST,
  EINVAL,
  ELOOP,
  ENOENT,
  ENOTEMPTY,
  FIREWALL_TABLES,
  type FirewallChain,
  type FirewallCounters,
  type FirewallRule,
  type FirewallTable,
  type FirewallTarget,
} from '@drydock/abi'
import type { Address } from './address.ts'
import { formatIp, parseIp } from './address6.ts'
import { type Hook, type Matcher, matcherOf } from './firewall-match.ts'
import { packetSize } from './packet.ts'

export interface NatTarget {
  readonly address: Address
  /** Undefined: the port stays. */
  readonly port: number | undefined
}

/** What was decided about a packet. */
export type Verdict = 'ACCEPT' | 'DROP' | { readonly reject: string }

const MOST_JUMPS = 64

interface Row {
  rule: FirewallRule
  readonly matches: Matcher
  packets: number
  bytes: number
}

interface Chain {
  name: string
  policy: 'ACCEPT' | 'DROP' | undefined
  rows: Row[]
  packets: number
  bytes: number
}

/** A rule's table: where it says none, the one that its target or its chain is of. */
export const tableOf = ({ table, target, chain }: FirewallRule): FirewallTable =>
  table ?? (NAT_KINDS.has(target.kind) || chain.endsWith('ROUTING') ? 'nat' : 'filter')
const NAT_KINDS: ReadonlySet<string> = new Set(['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT'])

/** The tables and chains of a network namespace. iptables(8), iptables-extensions(8). */
export class Firewall {
  private readonly tables = new Map<FirewallTable, Map<string, Chain>>()
  private readonly log: (text: string) => void
  private readonly random: () => number
  private readonly now: () => number
  /** Rules, and policies other than ACCEPT: without any nobody has to look. */
  private weight = 0

  constructor(powers: { log(text: string): void; random(): number; now(): number }) {
    this.log = (text) => powers.log(text)
    this.random = () => powers.random()
    this.now = () => powers.now()
    for (const table of FIREWALL_TABLES)
      this.tables.set(table, new Map(BUILTIN_CHAINS[table].map((name) => [name, newChain(name, 'ACCEPT')])))
  }

  get empty(): boolean {
    return this.weight === 0
  }

  // administration ----------------------------------------------------------------------------------------------------

  /** Every chain of a table with its rules, built-in ones first. */
  list(table: FirewallTable): FirewallChain[] {
    return [...this.chains(table).values()].map(({ name, policy, rows, packets, bytes }) => ({
      ...{ table, name, packets, bytes },
      ...(policy ? { policy } : {}),
      rules: rows.map(({ rule, packets, bytes }) => ({ ...rule, packets, bytes })),
    }))
  }

  /** @param at from 1; default at the end @throws ENOENT without such a chain or target, EINVAL beyond the end, ELOOP */
  add(rule: FirewallRule, at?: number): void {
    const table = tableOf(rule)
    const chain = this.chain(table, rule.chain)
    if (rule.target.kind === 'JUMP') this.checkJump(table, rule.chain, rule.target.chain)
    if (at !== undefined && (at < 1 || at > chain.rows.length + 1)) throw EINVAL
    const { random, now } = this
    const row: Row = { rule: { ...rule, table }, matches: matcherOf(rule, { random, now }), packets: 0, bytes: 0 }
    chain.rows.splice(at === undefined ? chain.rows.length : at - 1, 0, row)
    this.weight++
  }

  /** @param at from 1 @throws ENOENT, EINVAL */
  deleteAt(table: FirewallTable, chain: string, at: number): void {
    const { rows } = this.chain(table, chain)
    if (at < 1 || at > rows.length) throw EINVAL
    rows.splice(at - 1, 1)
    this.weight--
  }

  /** Puts a rule in the place of another. @throws ENOENT, EINVAL */
  replace(rule: FirewallRule, at: number): void {
    this.deleteAt(tableOf(rule), rule.chain, at)
    this.add(rule, at)
  }

  /** @returns whether there was any */
  deleteOwned(owner: string): boolean {
    let found = false
    for (const chain of this.all()) {
      const left = chain.rows.filter(({ rule }) => rule.owner !== owner)
      found ||= left.length < chain.rows.length
      this.weight -= chain.rows.length - left.length
      chain.rows = left
    }
    return found
  }

  /** @throws EEXIST */
  newChain(table: FirewallTable, name: string): void {
    if (this.chains(table).has(name)) throw EEXIST
    this.chains(table).set(name, newChain(name, undefined))
  }

  /** Undefined: every chain of the user's own. @throws ENOENT, ENOTEMPTY, EBUSY while somebody jumps to it */
  deleteChain(table: FirewallTable, name: string | undefined): void {
    const names = name === undefined ? this.own(table) : [name]
    for (const each of names) {
      const chain = this.chain(table, each)
      if (chain.policy !== undefined) throw EBUSY
      if (chain.rows.length > 0) throw ENOTEMPTY
      if (this.references(table, each) > 0) throw EBUSY
      this.chains(table).delete(each)
    }
  }

  renameChain(table: FirewallTable, from: string, to: string): void {
    const chain = this.chain(table, from)
    if (this.chains(table).has(to)) throw EEXIST
    chain.name = to
    this.chains(table).delete(from)
    this.chains(table).set(to, chain)
    for (const row of chain.rows) row.rule = { ...row.rule, chain: to }
    for (const { rows } of this.chains(table).values())
      for (const row of rows) {
        const { target } = row.rule
        if (target.kind === 'JUMP' && target.chain === from)
          row.rule = { ...row.rule, target: { ...target, chain: to } }
      }
  }

  flush(table: FirewallTable, name: string | undefined): void {
    for (const chain of name === undefined ? this.chains(table).values() : [this.chain(table, name)]) {
      this.weight -= chain.rows.length
      chain.rows = []
    }
  }

  zero(table: FirewallTable, name: string | undefined): void {
    for (const chain of name === undefined ? this.chains(table).values() : [this.chain(table, name)])
      for (const each of [chain, ...chain.rows]) each.packets = each.bytes = 0
  }

  /** @throws ENOENT, EINVAL for a chain of the user's own */
  setPolicy(table: FirewallTable, name: string, policy: 'ACCEPT' | 'DROP'): void {
    const chain = this.chain(table, name)
    if (chain.policy === undefined) throw EINVAL
    this.weight += Number(policy === 'DROP') - Number(chain.policy === 'DROP')
    chain.policy = policy
  }

  /** How many rules jump to a chain. */
  references(table: FirewallTable, name: string): number {
    let count = 0
    for (const { rows } of this.chains(table).values())
      for (const { rule } of rows) if (rule.target.kind === 'JUMP' && rule.target.chain === name) count++
    return count
  }

  // packets -----------------------------------------------------------------------------------------------------------

  /** The filter table: what happens to the packet in `chain`. */
  verdict(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', hook: Hook): Verdict {
    if (this.weight === 0) return 'ACCEPT'
    for (const table of ['mangle', 'filter'] as const) {
      const target = this.run(table, chain, hook)
      if (target.kind === 'DROP') return 'DROP'
      if (target.kind === 'REJECT') return { reject: target.with ?? 'icmp-port-unreachable' }
    }
    return 'ACCEPT'
  }

  /** raw and mangle before anything else is done with a packet. @returns whether it goes on */
  admits(chain: 'PREROUTING' | 'OUTPUT', hook: Hook): boolean {
    if (this.weight === 0) return true
    if (this.run('raw', chain, hook).kind === 'DROP') return false
    return chain === 'OUTPUT' || this.run('mangle', chain, hook).kind !== 'DROP'
  }

  /** The nat table, for the first packet of a conversation: where it goes instead. */
  destinationNat(chain: 'PREROUTING' | 'OUTPUT', hook: Hook, own: Address | undefined): NatTarget | undefined {
    const target = this.run('nat', chain, hook)
    if (target.kind === 'DNAT') return natTarget(target.to)
    if (target.kind === 'REDIRECT' && own !== undefined) return { address: own, port: target.port }
    return undefined
  }

  /** Where the first packet of a conversation comes from instead: an address, or that of the link it leaves by. */
  sourceNat(hook: Hook): NatTarget | 'masquerade' | undefined {
    const target = this.run('nat', 'POSTROUTING', hook)
    if (target.kind === 'MASQUERADE') return 'masquerade'
    return target.kind === 'SNAT' ? natTarget(target.to) : undefined
  }

  /** Goes through a chain and whatever it jumps to. */
  private run(table: FirewallTable, name: string, hook: Hook): FirewallTarget {
    const chain = this.chains(table).get(name)
    if (!chain) return ACCEPT
    const found = this.walk(table, chain, hook, 0)
    if (found) return found
    count(chain, hook)
    return chain.policy === 'DROP' ? DROP : ACCEPT
  }

  private walk(table: FirewallTable, chain: Chain, hook: Hook, depth: number): FirewallTarget | undefined {
    for (const row of chain.rows) {
      if (!row.matches(hook)) continue
      count(row, hook)
      const { target } = row.rule
      if (target.kind === 'NONE') continue
      if (target.kind === 'LOG') {
        this.log(`${target.prefix}${describe(hook)}`)
        continue
      }
      if (target.kind === 'RETURN') return undefined
      if (target.kind !== 'JUMP') return target
      const next = depth < MOST_JUMPS ? this.chains(table).get(target.chain) : undefined
      const found = next && this.walk(table, next, hook, depth + 1)
      if (found || target.goto) return found
    }
    return undefined
  }

  // tables ------------------------------------------------------------------------------------------------------------

  private chains(table: FirewallTable): Map<string, Chain> {
    const found = this.tables.get(table)
    if (!found) throw ENOENT
    return found
  }
  private chain(table: FirewallTable, name: string): Chain {
    const found = this.chains(table).get(name)
    if (!found) throw ENOENT
    return found
  }
  private *all(): IterableIterator<Chain> {
    for (const chains of this.tables.values()) yield* chains.values()
  }
  private own(table: FirewallTable): string[] {
    return [...this.chains(table).values()].filter(({ policy }) => policy === undefined).map(({ name }) => name)
  }

  /** A chain must not lead back to itself. */
  private checkJump(table: FirewallTable, from: string, to: string): void {
    const target = this.chain(table, to)
    if (target.policy !== undefined) throw ENOENT
    if (to === from) throw ELOOP
    for (const { rule } of target.rows) if (rule.target.kind === 'JUMP') this.checkJump(table, from, rule.target.chain)
  }
}

const ACCEPT: FirewallTarget = { kind: 'ACCEPT' }
const DROP: FirewallTarget = { kind: 'DROP' }

const newChain = (name: string, policy: Chain['policy']): Chain => ({ name, policy, rows: [], packets: 0, bytes: 0 })

function count(counters: { -readonly [K in keyof FirewallCounters]: number }, { packet }: Hook): void {
  counters.packets++
  counters.bytes += packetSize(packet)
}

/** `172.17.0.2:80`, `172.17.0.2`, `[fd00::2]:80`, `fd00::2`. */
function natTarget(to: string): NatTarget | undefined {
  const [, inner, rest] = /^\[(.*)\](?::(\d+))?$/.exec(to) ?? []
  const [host = '', port] = inner === undefined ? (to.split(':').length > 2 ? [to] : to.split(':')) : [inner, rest]
  const address = parseIp(host)
  return address === undefined ? undefined : { address, port: port === undefined ? undefined : Number(port) }
}

/** As nf_log_ipv4 prints a packet. */
function describe({ packet, inLink, outLink }: Hook): string {
  const { source, destination, ttl, payload } = packet
  const ports = payload.proto === 'icmp' ? '' : `SPT=${payload.sourcePort} DPT=${payload.destinationPort} `
  const head = `IN=${inLink ?? ''} OUT=${outLink ?? ''} SRC=${formatIp(source)} DST=${formatIp(destination)}`
  return `${head} LEN=${packetSize(packet)} TOS=0x00 PREC=0x00 TTL=${ttl} ID=0 DF PROTO=${payload.proto.toUpperCase()} ${ports}`
}
