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
  /** `--tcp-flags`: which are looked at, and which of them are set. `--syn` is FIN,SYN,RST,ACK and SYN. */
  readonly tcpFlags?: {
    readonly mask: readonly TcpFlag[]
    readonly set: readonly TcpFlag[]
    readonly negated?: boolean
  }
  /** `-m iprange`: `10.0.0.1-10.0.0.9`; `!` in front negates. */
  readonly sourceRange?: string
  readonly destinationRange?: string
  /** `-m length`, bytes of the packet: `100`, `100:200`; `!` in front negates. */
  readonly length?: string
  /** `-m limit`: so many a second on average, `burst` at once. */
  readonly limit?: { readonly perSecond: number; readonly burst: number; readonly text: string }
  /** `-m statistic --mode random` */
  readonly probability?: number
  /** `-m statistic --mode nth`: the packet of that number of each `every`. */
  readonly nth?: { readonly every: number; readonly packet: number }
}

export type TcpFlag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK' | 'URG'

/** What a LOG rule may tell beyond the packet's head. */
export type LogOption = 'tcp-sequence' | 'tcp-options' | 'ip-options' | 'uid' | 'macdecode'

export type FirewallTarget =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly kind: 'REJECT'; readonly with?: string }
  | { readonly kind: 'DNAT' | 'SNAT'; readonly to: string }
  /** To a port of the host's own, or one of several: the first. */
  | { readonly kind: 'REDIRECT'; readonly port?: number; readonly lastPort?: number }
  | { readonly kind: 'MASQUERADE' }
  /** Default level: 4, a warning. syslog(3) */
  | {
      readonly kind: 'LOG'
      readonly prefix: string
      readonly level?: number
      readonly options?: readonly LogOption[]
    }
  /** To another chain of the table; comes back at its end, or with `goto` where this one was come from. */
  | { readonly kind: 'JUMP'; readonly chain: string; readonly goto?: boolean }
  /** Only counts: a rule without `-j`. */
  | { readonly kind: 'NONE' }

export interface FirewallRule extends FirewallMatch {
  /** Default `nat` where only that makes sense, else `filter`. */
  readonly table?: FirewallTable
  readonly chain: string
  readonly target: FirewallTarget
  /** `-m comment`. */
  readonly comment?: string
  /** Names of the matches as they were asked for, which is how they are shown; without: the usual order. */
  readonly matches?: readonly string[]
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
