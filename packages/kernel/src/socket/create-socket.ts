import {
  AF_INET,
  AF_PACKET,
  AF_UNIX,
  EAFNOSUPPORT,
  EPROTONOSUPPORT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from '@drydock/abi'
import type { NetNamespace } from '../net/net-namespace.ts'
import { InetDatagramSocket } from './inet-datagram.ts'
import { InetIcmpSocket } from './inet-icmp.ts'
import { InetStreamSocket } from './inet-stream.ts'
import type { SocketDescription } from './socket-description.ts'
import { PacketSocket } from './packet-socket.ts'
import { UnixStreamSocket } from './unix-stream.ts'

type Factory = (namespace: NetNamespace) => SocketDescription

const FAMILIES: ReadonlyMap<number, ReadonlyMap<number, Factory>> = new Map([
  [
    AF_INET,
    new Map<number, Factory>([
      [SOCK_STREAM, (namespace) => new InetStreamSocket(namespace)],
      [SOCK_DGRAM, (namespace) => new InetDatagramSocket(namespace)],
      [SOCK_RAW, (namespace) => new InetIcmpSocket(namespace)],
    ]),
  ],
  [AF_PACKET, new Map<number, Factory>([[SOCK_RAW, (namespace) => new PacketSocket(namespace)]])],
  [AF_UNIX, new Map<number, Factory>([[SOCK_STREAM, (namespace) => new UnixStreamSocket(namespace.network)]])],
])

/** socket(2). @throws EAFNOSUPPORT, EPROTONOSUPPORT */
export function createSocket(namespace: NetNamespace, family: number, type: number): SocketDescription {
  const types = FAMILIES.get(family)
  if (!types) throw EAFNOSUPPORT
  const factory = types.get(type)
  if (!factory) throw EPROTONOSUPPORT
  return factory(namespace)
}

/** socketpair(2), of the unix family. */
export const createSocketPair = (namespace: NetNamespace): [SocketDescription, SocketDescription] =>
  UnixStreamSocket.pair(namespace.network)
