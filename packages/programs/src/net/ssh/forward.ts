/** `-L` and `-D`: connections to a port here go on from the other side. ssh(1). */
import { inet, isErrno, type Process, type Sys } from '@drydock/abi'
import { FdStream, listen, Stdio, writeAll } from '@drydock/libc'
import { type Peer, signIn } from './authenticate.ts'
import { MSG, toJson, type Wire } from './wire.ts'

interface Target {
  readonly host: string
  readonly port: number
}
/** Finds out where a connection is to go. */
type Ask = (sys: Sys, fd: number) => Promise<Target | undefined>

function bound(bind: string): string {
  return bind === '*' || bind === '' ? '0.0.0.0' : bind.replace('localhost', '127.0.0.1')
}

async function listening(process: Process, peer: Peer, bind: string, port: string, ask: Ask): Promise<boolean> {
  const { sys } = process
  try {
    const fd = listen(sys, inet(bound(bind), Number(port)))
    void acceptAll(sys, fd, peer, ask)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    await new Stdio(sys).warn(
      `bind [${bind}]:${port}: ${error.message}\r\nchannel_setup_fwd_listener_tcpip: cannot listen to port: ${port}\r\nCould not request local forwarding.\r\n`,
    )
    return false
  }
}

/** `-L [bind:]port:host:hostport`. */
export async function forwardPort(process: Process, peer: Peer, text: string): Promise<boolean> {
  const parts = text.split(':')
  const [port = '', host = 'localhost', hostPort] = parts.slice(-3)
  const bind = parts.length > 3 ? (parts[0] ?? '') : '127.0.0.1'
  return listening(process, peer, bind, port, async () => ({ host, port: Number(hostPort) }))
}

/** `-D [bind:]port`: a SOCKS server. */
export async function forwardDynamic(process: Process, peer: Peer, text: string): Promise<boolean> {
  const at = text.lastIndexOf(':')
  return listening(process, peer, at < 0 ? '127.0.0.1' : text.slice(0, at), text.slice(at + 1), askSocks)
}

async function acceptAll(sys: Sys, fd: number, peer: Peer, ask: Ask): Promise<void> {
  for (;;) {
    const accepted = await sys.accept(fd)
    void carry(sys, accepted.fd, peer, ask)
  }
}

/** Reads exactly so many bytes. @returns undefined at the end */
async function exactly(sys: Sys, fd: number, count: number): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; ) {
    const part = await sys.read(fd, count - at)
    if (part.length === 0) return undefined
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const portOf = (bytes: Uint8Array): number => ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)

/** SOCKS 5 of RFC 1928 without a password, and SOCKS 4 with its names. */
async function askSocks(sys: Sys, fd: number): Promise<Target | undefined> {
  const [version, count = 0] = (await exactly(sys, fd, 2)) ?? []
  if (version === 4) return socks4(sys, fd)
  if (version !== 5 || !(await exactly(sys, fd, count))) return undefined
  await writeAll(sys, fd, Uint8Array.of(5, 0))
  const [, command, , kind] = (await exactly(sys, fd, 4)) ?? []
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await exactly(sys, fd, 1))?.[0] ?? 0)
  const [address, port] = [await exactly(sys, fd, length), await exactly(sys, fd, 2)]
  if (command !== 1 || !address || !port) return undefined
  await writeAll(sys, fd, Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
  return { host: kind === 3 ? new TextDecoder().decode(address) : addressText(address), port: portOf(port) }
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  return Array.from({ length: 8 }, (_, at) => portOf(bytes.subarray(at * 2)).toString(16)).join(':')
}

/** The command was the second byte; a null ends the user's name, and one more a host's where the address is 0.0.0.x. */
async function socks4(sys: Sys, fd: number): Promise<Target | undefined> {
  const [port, address] = [await exactly(sys, fd, 2), await exactly(sys, fd, 4)]
  const word = async (): Promise<string> => {
    let text = ''
    for (let byte = await exactly(sys, fd, 1); byte && byte[0] !== 0; byte = await exactly(sys, fd, 1))
      text += String.fromCharCode(byte[0] ?? 0)
    return text
  }
  await word()
  if (!port || !address) return undefined
  const named = address[0] === 0 && address[1] === 0 && address[2] === 0
  const host = named ? await word() : addressText(address)
  await writeAll(sys, fd, Uint8Array.of(0, 90, 0, 0, 0, 0, 0, 0))
  return { host, port: portOf(port) }
}

/** Each connection has a connection of its own to the server, with the same rights. */
async function carry(sys: Sys, fd: number, peer: Peer, ask: Ask): Promise<void> {
  const local = new FdStream(sys, fd)
  try {
    const target = await ask(sys, fd)
    const again = target && (await peer.connect())
    if (target && again && (await signIn({ ...peer, wire: again }))) {
      await again.send(MSG.forward, toJson(target))
      await Promise.all([up(sys, fd, again), down(sys, fd, again)])
    }
    if (again) sys.close(again.fd)
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

/** -W: standard input and output are the connection. */
export async function standardForward(sys: Sys, wire: Wire, text: string): Promise<number> {
  const at = text.lastIndexOf(':')
  await wire.send(
    MSG.forward,
    toJson({ host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) }),
  )
  void up(sys, 0, wire).catch((error: unknown) => {
    if (!isErrno(error)) throw error
  })
  for (;;) {
    const frame = await wire.next()
    if (!frame || frame.type === MSG.close) return 0
    if (frame.type === MSG.data) await writeAll(sys, 1, frame.payload)
  }
}
