/** Netfilter as iptables(8) sees it: tables of chains of rules. */
export type FirewallTable = 'raw' | 'mangle' | 'nat' | 'filter'
export const FIREWALL_TABLES: readonly FirewallTable[] = ['raw', 'mangle', 'nat', 'filter']

/** The chains that a table always has, in the order of iptables -L. */
export const BUILTIN_CHAINS: Readonly<Record<FirewallTable, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
}

export type ConnectionState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID'

/** What a rule wants of a packet; what is left out matches all. iptables-extensions(8). */
export interface FirewallMatch {
  readonly proto?: 'tcp' | 'udp' | 'icmp'
  /** Prefixes; `!` in front negates. */
  readonly source?: string
  readonly destination?: string
  /** `80`, `1024:65535`, `80,443` (multiport); `!` in front negates. */
  readonly sourcePort?: string
  readonly destinationPort?: string
  /** Names of links, `+` at the end for all that begin so; `!` in front negates. */
  readonly inLink?: string
  readonly outLink?: string
  /** Whether it is one of the namespace's own addresses (`-m addrtype --dst-type LOCAL`). */
  readonly destinationLocal?: boolean
  readonly sourceLocal?: boolean
  /** `-m conntrack --ctstate` */
  readonly states?: readonly ConnectionState[]
  /** `echo-request`, `echo-reply`, `destination-unreachable`, `time-exceeded` */
  readonly icmpType?: string
  /** `--syn` */
  readonly syn?: boolean
  /** `-m limit`: so many a second on average, `burst` at once. */
  readonly limit?: { readonly perSecond: number; readonly burst: number; readonly text: string }
  /** `-m statistic --mode random` */
  readonly probability?: number
  /** `-m statistic --mode nth`: the packet of that number of each `every`. */
  readonly nth?: { readonly every: number; readonly packet: number }
}

export type FirewallTarget =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly kind: 'REJECT'; readonly with?: string }
  | { readonly kind: 'DNAT' | 'SNAT'; readonly to: string }
  | { readonly kind: 'REDIRECT'; readonly port?: number }
  | { readonly kind: 'MASQUERADE' }
  | { readonly kind: 'LOG'; readonly prefix: string }
  /** To another chain of the table; comes back at its end. */
  | { readonly kind: 'JUMP'; readonly chain: string }
  /** Only counts: a rule without `-j`. */
  | { readonly kind: 'NONE' }

export interface FirewallRule extends FirewallMatch {
  /** Default `nat` where only that makes sense, else `filter`. */
  readonly table?: FirewallTable
  readonly chain: string
  readonly target: FirewallTarget
  /** `-m comment`. */
  readonly comment?: string
  /** Whose rule it is, so that the owner finds it again; not shown. */
  readonly owner?: string
}

export interface FirewallCounters {
  readonly packets: number
  readonly bytes: number
}

export interface FirewallChain extends FirewallCounters {
  readonly table: FirewallTable
  readonly name: string
  /** Of a built-in chain. */
  readonly policy?: 'ACCEPT' | 'DROP'
  readonly rules: readonly (FirewallRule & FirewallCounters)[]
}
