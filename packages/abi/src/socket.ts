/** Socket families, types and addresses. socket(2), ip(7), unix(7). */
export const AF_UNIX = 1
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_PACKET = 17
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
/** For ICMP echo, as ping(8) uses it without privileges (icmp(7), "ping sockets"). */
export const SOCK_RAW = 3
/** Connections that keep messages apart; unix sockets only. unix(7) */
export const SOCK_SEQPACKET = 5

/** sockaddr_in and sockaddr_in6: the address says by its form which. ip(7), ipv6(7) */
export interface InetAddress {
  readonly family: typeof AF_INET | typeof AF_INET6
  /** Dotted quad, `0.0.0.0` is INADDR_ANY; or IPv6, `::` for any, with the zone behind it where it is of a link (`fe80::1%eth0`). */
  readonly address: string
  readonly port: number
  /** For sendto(2) of datagrams: their time to live in hops (IP_TTL); default 64. */
  readonly ttl?: number
}
export interface UnixAddress {
  readonly family: typeof AF_UNIX
  readonly path: string
}
/** An interface and what passed it. packet(7), sockaddr_ll */
export interface PacketAddress {
  readonly family: typeof AF_PACKET
  /** 0: every interface. */
  readonly interfaceIndex: number
  /** Of what was received. */
  readonly packetType?: number
  /** Who sent it on this link. */
  readonly mac?: string
}
export const PACKET_HOST = 0
export const PACKET_BROADCAST = 1
export const PACKET_MULTICAST = 2
export const PACKET_OTHERHOST = 3
export const PACKET_OUTGOING = 4

export type SocketAddress = InetAddress | UnixAddress | PacketAddress

/** @param address of either family */
export const inet = (address: string, port: number): InetAddress => ({
  family: address.includes(':') ? AF_INET6 : AF_INET,
  address,
  port,
})
export const isInet = (address: SocketAddress): address is InetAddress =>
  address.family === AF_INET || address.family === AF_INET6
export const unix = (path: string): UnixAddress => ({ family: AF_UNIX, path })

/** Settings of a socket, by their names in <netinet/in.h>; numbers, yes is 1. ipv6(7) */
export type SocketOption = 'IPV6_V6ONLY' | 'SO_REUSEADDR'

/** Who was at the other end when it was connected. unix(7), SO_PEERCRED */
export interface PeerCredentials {
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

export const SHUT_RD = 0
export const SHUT_WR = 1
export const SHUT_RDWR = 2

export interface Datagram {
  readonly data: Uint8Array
  readonly from: SocketAddress
  /** For SOCK_RAW (ICMP) only: the IP header's time to live. */
  readonly ttl?: number
  /** For AF_PACKET: when it passed, since the epoch. SO_TIMESTAMP */
  readonly timeMs?: number
}
