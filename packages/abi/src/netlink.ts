/**
 * What rtnetlink(7) and nf_tables do on Linux, as plain requests and answers: links, addresses, routes, neighbours and
 * NAT rules of the caller's network namespace.
 */
export type LinkKind = 'loopback' | 'bridge' | 'veth' | 'ether' | 'dummy'

export interface LinkInfo {
  readonly index: number
  readonly name: string
  readonly kind: LinkKind
  readonly mac: string
  readonly mtu: number
  readonly up: boolean
  /** Name of the bridge this link is a port of. */
  readonly master?: string
  /** Addresses with prefix length: `172.17.0.1/16`. */
  readonly addresses: readonly string[]
  readonly rxBytes: number
  readonly rxPackets: number
  readonly txBytes: number
  readonly txPackets: number
  /** Of a veth: the index of its peer. */
  readonly peerIndex?: number
}

export interface RouteInfo {
  /** `default` or a prefix such as `172.17.0.0/16`. */
  readonly destination: string
  readonly gateway?: string
  readonly dev: string
  readonly source?: string
}

/** A rule of the nat or filter table, in the order of its chain. iptables-extensions(8). */
export interface FirewallRule {
  readonly chain: 'PREROUTING' | 'OUTPUT' | 'POSTROUTING' | 'FORWARD' | 'INPUT'
  readonly proto?: 'tcp' | 'udp' | 'icmp'
  /** Prefixes; `!` in front negates. */
  readonly source?: string
  readonly destination?: string
  readonly destinationPort?: number
  /** Names of links; `!` in front negates. */
  readonly inLink?: string
  readonly outLink?: string
  /** Destination is one of the namespace's own addresses (`-m addrtype --dst-type LOCAL`). */
  readonly destinationLocal?: boolean
  readonly target:
    | { readonly kind: 'DNAT'; readonly to: string }
    | { readonly kind: 'MASQUERADE' | 'ACCEPT' | 'DROP' | 'REJECT' }
  /** Whose rule it is, so that the owner can find and delete it. */
  readonly comment?: string
}

export interface SocketInfo {
  readonly proto: 'tcp' | 'udp'
  /** TCP state as ss(8) prints it: LISTEN, ESTAB, TIME-WAIT… */
  readonly state: string
  readonly local: string
  readonly localPort: number
  readonly peer: string
  readonly peerPort: number
  /** Bytes queued to be read, to be sent. */
  readonly receiveQueue: number
  readonly sendQueue: number
  /** Inode of the socket, to match it with /proc/PID/fd; 0 when closed. */
  readonly ino: number
}

export type NetlinkRequest =
  | { op: 'link-list' }
  | { op: 'link-add'; name: string; kind: 'bridge' | 'dummy'; mac?: string }
  | { op: 'link-add'; name: string; kind: 'veth'; peer: string; mac?: string; peerMac?: string }
  | { op: 'link-set'; name: string; up?: boolean; master?: string | null; rename?: string; mac?: string; mtu?: number }
  /** Moves a link into the network namespace of process `pid` (as the caller sees it) or the namespace bound at `path`. */
  | { op: 'link-move'; name: string; pid?: number; path?: string }
  | { op: 'link-delete'; name: string }
  | { op: 'address-add'; link: string; address: string }
  | { op: 'address-delete'; link: string; address: string }
  | { op: 'route-list' }
  | { op: 'route-add'; route: RouteInfo }
  | { op: 'route-delete'; destination: string; dev?: string }
  | { op: 'neighbour-list' }
  | { op: 'rule-list' }
  | { op: 'rule-add'; rule: FirewallRule; first?: boolean }
  | { op: 'rule-delete'; comment: string }
  | { op: 'socket-list' }

export interface NeighbourInfo {
  readonly address: string
  readonly mac: string
  readonly dev: string
}

export interface NetlinkAnswers {
  'link-list': readonly LinkInfo[]
  'route-list': readonly RouteInfo[]
  'neighbour-list': readonly NeighbourInfo[]
  'rule-list': readonly FirewallRule[]
  'socket-list': readonly SocketInfo[]
}
/** Listing requests answer with their list, all others with undefined. */
export type NetlinkAnswer<R extends NetlinkRequest> = R['op'] extends keyof NetlinkAnswers
  ? NetlinkAnswers[R['op']]
  : undefined
