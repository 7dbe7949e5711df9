import { AF_INET, AF_INET6, ENOENT, EOPNOTSUPP, type SocketInfo } from '@drydock/abi'
import { type Endpoint, TcpConnection } from '@drydock/net'
import { asListed } from '../socket/inet-address.ts'
import type { InetSocketView, NetNamespace } from './net-namespace.ts'

/** Every TCP and UDP socket of the namespace, listeners first. sock_diag(7). */
export function listSockets({ stack, sockets }: NetNamespace): SocketInfo[] {
  const tcp = stack.tcp.list().map(({ state, local, remote, queued, socket }) => ({
    proto: 'tcp' as const,
    state,
    ...ends(local, remote, sockets.get(socket)),
    receiveQueue: queued.receive,
    sendQueue: queued.send,
    ...(socket instanceof TcpConnection && { facts: socket.facts }),
  }))
  const udp = stack.udp.list().map((socket) => ({
    proto: 'udp' as const,
    state: socket.remote ? 'ESTAB' : 'UNCONN',
    ...ends(socket.local, socket.remote, sockets.get(socket)),
    receiveQueue: socket.queued.receive,
    sendQueue: 0,
  }))
  return [...udp, ...tcp]
}

/** SOCK_DESTROY. sock_diag(7) @throws ENOENT, EOPNOTSUPP */
export function destroySocket({ stack, sockets }: NetNamespace, ino: number): undefined {
  const found = stack.tcp.list().find(({ socket }) => sockets.get(socket)?.ino === ino)
  if (!found) throw ENOENT
  if (!(found.socket instanceof TcpConnection)) throw EOPNOTSUPP
  found.socket.abort()
  return undefined
}

function ends(local: Endpoint, peer: Endpoint | undefined, owner: InetSocketView | undefined) {
  const family = owner?.addresses.family ?? (typeof local.address === 'number' ? AF_INET : AF_INET6)
  const nobody = { address: family === AF_INET ? 0 : 0n, port: 0 }
  return {
    local: asListed(local, family),
    localPort: local.port,
    peer: asListed(peer ?? nobody, family),
    peerPort: peer?.port ?? 0,
    ino: owner?.ino ?? 0,
    ...(owner?.addresses.v6only ? { v6only: true } : {}),
  }
}
