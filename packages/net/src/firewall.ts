import type { FirewallRule } from '@drydock/abi'
import { contains, parseAddress, parsePrefix } from './address.ts'
import type { Packet } from './packet.ts'

/** Where a packet is when the rules are asked. */
export interface Hook {
  readonly packet: Packet
  readonly inLink?: string | undefined
  readonly outLink?: string | undefined
  readonly destinationLocal: boolean
}

export interface NatTarget {
  readonly address: number
  /** Undefined: the port stays. */
  readonly port: number | undefined
}

type Chain = FirewallRule['chain']

/** Rules in the order of their chains; whatever no rule decides is accepted. nft(8), iptables-extensions(8). */
export class Firewall {
  private rows: Row[] = []

  get rules(): readonly FirewallRule[] {
    return this.rows.map(({ rule }) => rule)
  }

  get empty(): boolean {
    return this.rows.length === 0
  }

  add(rule: FirewallRule, first = false): void {
    const row = { rule, matches: matcherOf(rule) }
    this.rows = first ? [row, ...this.rows] : [...this.rows, row]
  }

  /** @returns whether there was any */
  deleteByComment(comment: string): boolean {
    const before = this.rows.length
    this.rows = this.rows.filter(({ rule }) => rule.comment !== comment)
    return this.rows.length < before
  }

  /** The filter table: what happens to the packet in `chain`. */
  verdict(chain: 'INPUT' | 'FORWARD' | 'OUTPUT', hook: Hook): 'ACCEPT' | 'DROP' | 'REJECT' {
    const rule = this.match(chain, hook, (kind) => kind === 'ACCEPT' || kind === 'DROP' || kind === 'REJECT')
    const kind = rule?.target.kind
    return kind === 'DROP' || kind === 'REJECT' ? kind : 'ACCEPT'
  }

  /** The nat table, for the first packet of a conversation: where it goes instead. */
  destinationNat(chain: 'PREROUTING' | 'OUTPUT', hook: Hook): NatTarget | undefined {
    const rule = this.match(chain, hook, (kind) => kind === 'DNAT')
    if (rule?.target.kind !== 'DNAT') return undefined
    const [host = '', port] = rule.target.to.split(':')
    const address = parseAddress(host)
    return address === undefined ? undefined : { address, port: port === undefined ? undefined : Number(port) }
  }

  masquerades(hook: Hook): boolean {
    return this.match('POSTROUTING', hook, (kind) => kind !== 'DNAT')?.target.kind === 'MASQUERADE'
  }

  private match(chain: Chain, hook: Hook, wanted: (kind: string) => boolean): FirewallRule | undefined {
    return this.rows.find(({ rule, matches }) => rule.chain === chain && wanted(rule.target.kind) && matches(hook))
      ?.rule
  }
}

/** A rule with its texts read once: it is asked for every packet. */
interface Row {
  readonly rule: FirewallRule
  readonly matches: (hook: Hook) => boolean
}

function matcherOf(rule: FirewallRule): (hook: Hook) => boolean {
  const source = prefixMatcher(rule.source)
  const destination = prefixMatcher(rule.destination)
  return ({ packet, inLink, outLink, destinationLocal }) => {
    const { payload } = packet
    return (
      (rule.proto === undefined || rule.proto === payload.proto) &&
      (rule.destinationPort === undefined || rule.destinationPort === payload.destinationPort) &&
      (rule.destinationLocal === undefined || rule.destinationLocal === destinationLocal) &&
      source(packet.source) &&
      destination(packet.destination) &&
      matchesName(rule.inLink, inLink) &&
      matchesName(rule.outLink, outLink)
    )
  }
}

/** `!` in front negates; what is no prefix matches nothing. */
function prefixMatcher(wanted: string | undefined): (address: number) => boolean {
  if (wanted === undefined) return () => true
  const negated = wanted.startsWith('!')
  const prefix = parsePrefix(negated ? wanted.slice(1).trim() : wanted)
  return prefix === undefined ? () => false : (address) => contains(prefix, address) !== negated
}

/** A name that ends in `+` matches every name with that beginning. */
function matchesName(wanted: string | undefined, name: string | undefined): boolean {
  if (wanted === undefined) return true
  const negated = wanted.startsWith('!')
  const text = negated ? wanted.slice(1).trim() : wanted
  const equal = text.endsWith('+') ? (name ?? '').startsWith(text.slice(0, -1)) : name === text
  return equal !== negated
}
