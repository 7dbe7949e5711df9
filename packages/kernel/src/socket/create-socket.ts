import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  AF_UNIX,
  EAFNOSUPPORT,
  EPROTONOSUPPORT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from '@drydock/abi'
import type { NetNamespace } from '../net/net-namespace.ts'
import type { InetFamily } from './inet-address.ts'
import { InetDatagramSocket } from './inet-datagram.ts'
import { InetIcmpSocket } from './inet-icmp.ts'
import { InetStreamSocket } from './inet-stream.ts'
import type { SocketDescription } from './socket-description.ts'
import { PacketSocket } from './packet-socket.ts'
import { UnixStreamSocket } from './unix-stream.ts'

type Factory = (namespace: NetNamespace) => SocketDescription

function inetTypes(family: InetFamily): ReadonlyMap<number, Factory> {
  return new Map<number, Factory>([
    [SOCK_STREAM, (namespace) => new InetStreamSocket(namespace, family)],
    [SOCK_DGRAM, (namespace) => new InetDatagramSocket(namespace, family)],
    [SOCK_RAW, (namespace) => new InetIcmpSocket(namespace, family)],
  ])
}

const FAMILIES: ReadonlyMap<number, ReadonlyMap<number, Factory>> = new Map([
  [AF_INET, inetTypes(AF_INET)],
  [AF_INET6, inetTypes(AF_INET6)],
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
