import {
  AF_INET,
  AF_INET6,
  AF_PACKET,
  AF_UNIX,
  EAFNOSUPPORT,
  EPROTONOSUPPORT,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '@drydock/abi'
import type { NetNamespace } from '../net/net-namespace.ts'
import type { InetFamily } from './inet-address.ts'
import { InetDatagramSocket } from './inet-datagram.ts'
import { InetIcmpSocket } from './inet-icmp.ts'
import { InetStreamSocket } from './inet-stream.ts'
import type { SocketDescription } from './socket-description.ts'
import { PacketSocket } from './packet-socket.ts'
import { UnixDatagramSocket } from './unix-datagram.ts'
import { UnixSeqpacketSocket } from './unix-seqpacket.ts'
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
  [
    AF_UNIX,
    new Map<number, Factory>([
      [SOCK_STREAM, (namespace) => new UnixStreamSocket(namespace.network)],
      [SOCK_DGRAM, (namespace) => new UnixDatagramSocket(namespace.network)],
      [SOCK_SEQPACKET, (namespace) => new UnixSeqpacketSocket(namespace.network)],
    ]),
  ],
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
export function createSocketPair(namespace: NetNamespace, type: number): [SocketDescription, SocketDescription] {
  const { network } = namespace
  if (type === SOCK_STREAM) return UnixStreamSocket.pair(network)
  if (type === SOCK_DGRAM) return UnixDatagramSocket.pair(network)
  if (type === SOCK_SEQPACKET) return UnixSeqpacketSocket.pair(network)
  throw EPROTONOSUPPORT
}
