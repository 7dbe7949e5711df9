/** `-L [bind:]port:host:hostport`: connections to a port here go on from the other side. ssh(1). */
import { inet, isErrno, type Process, type Sys } from '@drydock/abi'
import { FdStream, listen, Stdio, writeAll } from '@drydock/libc'
import { authenticate, type Peer, verifyHost } from './authenticate.ts'
import { dial } from '@drydock/libc'
import { MSG, SERVER_VERSION, toJson, Wire } from './wire.ts'

export async function forwardPort(process: Process, peer: Peer, text: string): Promise<void> {
  const parts = text.split(':')
  const [port, host, hostPort] = parts.slice(-3)
  const bind = parts.length > 3 ? (parts[0] ?? '') : '127.0.0.1'
  const { sys } = process
  try {
    const fd = listen(
      sys,
      inet(bind === '*' || bind === '' ? '0.0.0.0' : bind.replace('localhost', '127.0.0.1'), Number(port)),
    )
    void acceptAll(sys, fd, peer, { host: host ?? 'localhost', port: Number(hostPort) })
  } catch (error) {
    if (!isErrno(error)) throw error
    const io = new Stdio(sys)
    await io.warn(
      `bind [${bind}]:${port}: ${error.message}\r\nchannel_setup_fwd_listener_tcpip: cannot listen to port: ${port}\r\nCould not request local forwarding.\r\n`,
    )
  }
}

async function acceptAll(sys: Sys, fd: number, peer: Peer, target: { host: string; port: number }): Promise<void> {
  for (;;) {
    const accepted = await sys.accept(fd)
    void carry(sys, accepted.fd, peer, target)
  }
}

/** Each connection has a connection of its own to the server, with the same rights. */
async function carry(sys: Sys, fd: number, peer: Peer, target: { host: string; port: number }): Promise<void> {
  const local = new FdStream(sys, fd)
  try {
    const remote = await dial(sys, inet(peer.address, peer.port))
    const wire = new Wire(sys, remote.fd)
    await wire.sendLine(SERVER_VERSION)
    await wire.line()
    const again: Peer = { ...peer, wire }
    const session = await verifyHost(again)
    if (session && (await authenticate(again, session))) {
      await wire.send(MSG.forward, toJson(target))
      await Promise.all([up(sys, fd, wire), down(sys, fd, wire)])
    }
    remote.close()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  local.close()
}

async function up(sys: Sys, fd: number, wire: Wire): Promise<void> {
  for (;;) {
    const bytes = await sys.read(fd, 32_768)
    if (bytes.length === 0) return wire.send(MSG.eof)
    await wire.send(MSG.data, bytes)
  }
}

async function down(sys: Sys, fd: number, wire: Wire): Promise<void> {
  for (;;) {
    const frame = await wire.next()
    if (!frame || frame.type === MSG.close || frame.type === MSG.eof) return sys.shutdown(fd, 1)
    if (frame.type === MSG.data) await writeAll(sys, fd, frame.payload)
  }
}
