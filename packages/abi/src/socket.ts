/** Socket families, types and addresses. socket(2), ip(7), unix(7). */
export const AF_UNIX = 1
export const AF_INET = 2
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
/** For ICMP echo, as ping(8) uses it without privileges (icmp(7), "ping sockets"). */
export const SOCK_RAW = 3

export interface InetAddress {
  readonly family: typeof AF_INET
  /** Dotted quad; `0.0.0.0` is INADDR_ANY. */
  readonly address: string
  readonly port: number
  /** For sendto(2) of datagrams: their time to live in hops (IP_TTL); default 64. */
  readonly ttl?: number
}
export interface UnixAddress {
  readonly family: typeof AF_UNIX
  readonly path: string
}
export type SocketAddress = InetAddress | UnixAddress

export const inet = (address: string, port: number): InetAddress => ({ family: AF_INET, address, port })
export const unix = (path: string): UnixAddress => ({ family: AF_UNIX, path })

export const SHUT_RD = 0
export const SHUT_WR = 1
export const SHUT_RDWR = 2

export interface Datagram {
  readonly data: Uint8Array
  readonly from: SocketAddress
  /** For SOCK_RAW (ICMP) only: the IP header's time to live. */
  readonly ttl?: number
}
