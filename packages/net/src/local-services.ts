import { type ByteStream, EINVAL } from '@drydock/abi'
import { formatIp, parseIp } from './address6.ts'
import type { Stack } from './stack.ts'
import { TcpStream } from './tcp-stream.ts'
import { UdpSocket } from './udp.ts'

/** Gets a connection that came in, with where it is from and what it called. */
export type ServeStream = (stream: ByteStream, ends: { remote: string; local: string }) => void

/** Gets a datagram that came in, with a way to answer it. */
export type HandleDatagram = (
  datagram: { data: Uint8Array; from: string; port: number; to: string },
  reply: (data: Uint8Array) => void,
) => void

/** Every connection to `port` is handed to `serve`. @returns closes the port @throws EADDRINUSE */
export function listenStream(stack: Stack, port: number, serve: ServeStream): () => void {
  const reservation = stack.tcp.reserve(0, port)
  const listener = stack.tcp.listen(reservation, 1024)
  listener.onChange = () => {
    while (listener.readiness().readable) {
      const connection = listener.accept()
      const ends = {
        remote: formatIp(connection.remote.address),
        local: formatIp(connection.local.address),
      }
      serve(new TcpStream(connection), ends)
    }
  }
  return () => {
    listener.close()
    stack.tcp.release(reservation)
  }
}

/** @throws EINVAL for no address, ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT… */
export async function dialStream(stack: Stack, address: string, port: number): Promise<ByteStream> {
  const to = parseIp(address)
  if (to === undefined) throw EINVAL
  return new TcpStream(stack.tcp.connect({ address: to, port })).opened()
}

/** Every datagram to `port` is handed to `handle`, with a way to answer it. @returns closes the port */
export function bindUdp(stack: Stack, port: number, handle: HandleDatagram): () => void {
  const socket = new UdpSocket(stack.udp)
  socket.bind(0, port)
  socket.onChange = () => {
    while (socket.readiness().readable) {
      const { data, from, to } = socket.receive()
      const datagram = { data, from: formatIp(from.address), port: from.port, to: formatIp(to.address) }
      handle(datagram, (answer) => socket.send(answer, from, { from: to }))
    }
  }
  return () => socket.close()
}
