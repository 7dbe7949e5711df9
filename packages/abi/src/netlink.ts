import type { FirewallChain, FirewallRule, FirewallTable } from './firewall.ts'

/**
 * What rtnetlink(7) and nf_tables do on Linux, as plain requests and answers: links, addresses, routes, neighbours and
 * NAT rules of the caller's network namespace.
 */
export type LinkKind = 'loopback' | 'bridge' | 'veth' | 'ether' | 'dummy' | 'vxlan' | SharingKind
/** Devices that share the wire of another: by a hardware address of their own, by IP address, by a tag. */
export type SharingKind = 'macvlan' | 'ipvlan' | 'vlan'

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
  /** Of IPv6: `fe80::1/64`. */
  readonly addresses6: readonly string[]
  readonly rxBytes: number
  readonly rxPackets: number
  readonly txBytes: number
  readonly txPackets: number
  /** Of a veth: the index of its peer. */
  readonly peerIndex?: number
  /** Of macvlan, ipvlan and vlan: the index of the device below, and its name where it is in the same namespace. */
  readonly parentIndex?: number
  /** The number that this namespace has given to the one where the peer or the parent is. */
  readonly netnsId?: number
  readonly parent?: string
  /** Of macvlan and ipvlan; of vlan the tag. */
  readonly mode?: SharerMode
  readonly tag?: number
  /** Of vxlan: the hosts that have an end of it. */
  readonly remotes?: readonly string[]
  /** What somebody has called it. IFLA_IFALIAS */
  readonly alias?: string
}

/** How macvlan devices of one parent see one another: through it, not at all, by the switch, or there is only one. */
export type MacvlanMode = 'bridge' | 'private' | 'vepa' | 'passthru'
/** On the wire by ARP, or routed by the parent's host. ip-link(8) */
export type IpvlanMode = 'l2' | 'l3' | 'l3s'
export type SharerMode = MacvlanMode | IpvlanMode

export interface RouteInfo {
  /** `default` or a prefix such as `172.17.0.0/16`. */
  readonly destination: string
  readonly gateway?: string
  readonly dev: string
  readonly source?: string
  /** Of IPv6. */
  readonly metric?: number
  /** Made by the kernel for an address of the interface; not read from requests. */
  readonly connected?: boolean
  /** Says the family of `default`; else the addresses do. */
  readonly family?: IpFamily
}

/** Which IP a request is about; default 4. */
export type IpFamily = 4 | 6

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
  /** Of sockets of AF_INET6: nothing of IPv4 comes to it. IPV6_V6ONLY */
  readonly v6only?: boolean
  readonly facts?: TcpFacts
}

/** What a TCP connection has measured and counted. tcp(7), TCP_INFO */
export interface TcpFacts {
  readonly roundTripMs?: number
  readonly varianceMs: number
  readonly timeoutMs: number
  readonly bytesSent: number
  readonly bytesAcked: number
  readonly bytesReceived: number
  readonly sendWindow: number
  readonly receiveWindow: number
  /** Milliseconds until what was not acknowledged is sent again, and how often it was. */
  readonly resendsInMs?: number
  readonly resends: number
}

/** A socket of the unix family. unix(7), sock_diag(7) */
export interface UnixSocketInfo {
  /** Default stream. */
  readonly type?: 'stream' | 'dgram' | 'seqpacket'
  /** LISTEN, ESTAB or UNCONN. */
  readonly state: string
  /** Its name, abstract ones with an @ before them; '' without. */
  readonly path: string
  readonly ino: number
  /** 0 without a peer. */
  readonly peerIno: number
  /** Bytes to be read, of a listener calls that wait. */
  readonly receiveQueue: number
  /** Bytes the peer has not read, of a listener its backlog. */
  readonly sendQueue: number
}

export type NetlinkRequest =
  | { op: 'link-list' }
  | { op: 'link-add'; name: string; kind: 'bridge' | 'dummy'; mac?: string }
  | { op: 'link-add'; name: string; kind: 'veth'; peer: string; mac?: string; peerMac?: string }
  /** @throws ENODEV without the device below, EINVAL for one that shares itself, EBUSY beside the other kind */
  | { op: 'link-add'; name: string; kind: 'macvlan'; parent: string; mode: MacvlanMode; mac?: string }
  | { op: 'link-add'; name: string; kind: 'ipvlan'; parent: string; mode?: IpvlanMode }
  | { op: 'link-add'; name: string; kind: 'vlan'; parent: string; tag: number }
  /** Its packets leave by the namespace that it is made in, wherever it is moved. @throws EEXIST for an id that is taken */
  | { op: 'link-add'; name: string; kind: 'vxlan'; id: number }
  /** Who is behind a vxlan: the hosts that have an end of it, and addresses that are not asked for there. */
  | { op: 'vxlan-set'; name: string; remotes: readonly string[]; proxied: readonly string[] }
  | {
      op: 'link-set'
      name: string
      up?: boolean
      master?: string | null
      rename?: string
      alias?: string
      mac?: string
      mtu?: number
      ipv6?: boolean
    }
  /** Moves a link into the network namespace of process `pid` (as the caller sees it) or the namespace bound at `path`. */
  | { op: 'link-move'; name: string; pid?: number; path?: string }
  | { op: 'link-delete'; name: string }
  /** The number this namespace knows another one by; with `id` it is given. @throws EEXIST where it has one */
  | { op: 'netns-id'; path: string; id?: number }
  | { op: 'address-add'; link: string; address: string }
  | { op: 'address-delete'; link: string; address: string }
  | { op: 'route-list'; family?: IpFamily }
  | { op: 'route-add'; route: RouteInfo }
  | { op: 'route-delete'; destination: string; dev?: string; family?: IpFamily }
  | { op: 'neighbour-list'; family?: IpFamily }
  | { op: 'neighbour-add'; address: string; mac: string; dev: string }
  | { op: 'neighbour-delete'; address: string; dev: string }
  /** Hardware addresses as bridges know them: those of the devices themselves, and those learned. */
  | { op: 'fdb-list' }
  /** Chains of a table, built-in ones first. */
  | { op: 'rule-list'; table: FirewallTable; family?: IpFamily }
  /** @param at place from 1; default at the end */
  | { op: 'rule-add'; rule: FirewallRule; at?: number; family?: IpFamily }
  | { op: 'rule-replace'; rule: FirewallRule; at: number; family?: IpFamily }
  /** By place, or all that belong to an owner. */
  | { op: 'rule-delete'; table: FirewallTable; chain: string; at: number; family?: IpFamily }
  | { op: 'rule-delete'; owner: string; family?: IpFamily }
  | { op: 'chain-add'; table: FirewallTable; chain: string; family?: IpFamily }
  /** Without a name: every chain of the user's own (delete), all chains (flush, zero). */
  | { op: 'chain-delete'; table: FirewallTable; chain?: string; family?: IpFamily }
  | { op: 'chain-flush'; table: FirewallTable; chain?: string; family?: IpFamily }
  | { op: 'chain-zero'; table: FirewallTable; chain?: string; family?: IpFamily }
  | { op: 'chain-rename'; table: FirewallTable; chain: string; name: string; family?: IpFamily }
  | { op: 'chain-policy'; table: FirewallTable; chain: string; policy: 'ACCEPT' | 'DROP'; family?: IpFamily }
  | { op: 'conntrack-list'; family?: IpFamily }
  | { op: 'qdisc-list' }
  /** Without settings the link has its standard discipline again. @throws ENODEV, ENOENT when there is none to take away */
  | { op: 'qdisc-set'; dev: string; qdisc: QdiscSettings | undefined }
  | { op: 'socket-list' }
  /** SOCK_DESTROY: the connection ends with a reset. @throws ENOENT, EOPNOTSUPP for what is no connection */
  | { op: 'socket-destroy'; ino: number }
  | { op: 'unix-list' }

/** What is done to packets that leave. tc-netem(8), tc-tbf(8) */
export interface NetemSettings {
  readonly delayMs?: number
  readonly jitterMs?: number
  /** How delays lie around `delayMs`; default uniform. */
  readonly distribution?: 'normal'
  readonly lossPercent?: number
  readonly duplicatePercent?: number
  readonly reorderPercent?: number
  /** Each so many packets one may overtake those that wait. */
  readonly gap?: number
  readonly corruptPercent?: number
  /** How far each throw of the dice depends on the one before it, in percent. */
  readonly correlations?: Partial<Readonly<Record<'delay' | 'loss' | 'duplicate' | 'reorder' | 'corrupt', number>>>
  readonly rateBitsPerSecond?: number
  /** Packets that may wait. */
  readonly limit?: number
}
export interface QdiscSettings extends NetemSettings {
  readonly kind: 'netem' | 'tbf'
  /** `8001:`, and how `tc qdisc show` prints the rest. */
  readonly handle: string
  readonly text: string
}
export interface QdiscStatistics {
  readonly bytes: number
  readonly packets: number
  readonly dropped: number
  readonly backlogPackets: number
}
export interface QdiscInfo extends QdiscStatistics {
  readonly dev: string
  /** Undefined: the standard one of such a link. */
  readonly settings?: QdiscSettings
  readonly link: LinkKind
}

/** A row of a bridge's forwarding database. */
export interface FdbEntry {
  readonly mac: string
  readonly dev: string
  /** The bridge; undefined for an address of the device itself. */
  readonly master?: string
  readonly permanent: boolean
}

/** A conversation that is followed, as conntrack(8) lists it. */
export interface ConntrackInfo {
  readonly proto: 'tcp' | 'udp' | 'icmp'
  /** Seconds until it is forgotten. */
  readonly seconds: number
  readonly state: string
  readonly original: ConntrackTuple
  readonly reply: ConntrackTuple
}
export interface ConntrackTuple {
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
}

export interface NeighbourInfo {
  readonly address: string
  readonly mac: string
  readonly dev: string
  /** As ip-neighbour(8) says it. */
  readonly state: 'REACHABLE' | 'STALE' | 'PERMANENT'
}

export interface NetlinkAnswers {
  'link-list': readonly LinkInfo[]
  'route-list': readonly RouteInfo[]
  'neighbour-list': readonly NeighbourInfo[]
  'fdb-list': readonly FdbEntry[]
  'rule-list': readonly FirewallChain[]
  'conntrack-list': readonly ConntrackInfo[]
  'qdisc-list': readonly QdiscInfo[]
  'netns-id': number | undefined
  'socket-list': readonly SocketInfo[]
  'unix-list': readonly UnixSocketInfo[]
}
/** Listing requests answer with their list, all others with undefined. */
export type NetlinkAnswer<R extends NetlinkRequest> = R['op'] extends keyof NetlinkAnswers
  ? NetlinkAnswers[R['op']]
  : undefined
