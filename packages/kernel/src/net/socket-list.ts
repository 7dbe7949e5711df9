import type { SocketInfo } from '@drydock/abi'
import { formatAddress } from '@drydock/net'
import type { NetNamespace } from './net-namespace.ts'

/** Every TCP and UDP socket of the namespace, listeners first. sock_diag(7). */
export function listSockets({ stack, sockets }: NetNamespace): SocketInfo[] {
  const tcp = stack.tcp.list().map(({ state, local, remote, queued, socket }) => ({
    proto: 'tcp' as const,
    state,
    ...ends(local, remote),
    receiveQueue: queued.receive,
    sendQueue: queued.send,
    ino: sockets.get(socket) ?? 0,
  }))
  const udp = stack.udp.list().map((socket) => ({
    proto: 'udp' as const,
    state: socket.remote ? 'ESTAB' : 'UNCONN',
    ...ends(socket.local, socket.remote ?? { address: 0, port: 0 }),
    receiveQueue: socket.queued.receive,
    sendQueue: 0,
    ino: sockets.get(socket) ?? 0,
  }))
  return [...udp, ...tcp]
}

const ends = (local: { address: number; port: number }, peer: { address: number; port: number }) => ({
  local: formatAddress(local.address),
  localPort: local.port,
  peer: formatAddress(peer.address),
  peerPort: peer.port,
})
