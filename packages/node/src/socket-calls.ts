import {
  AF_UNIX,
  inet,
  isInet,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
  type SocketAddress,
  type Sys,
  unix,
} from '@drydock/abi'
import { answer, asNumber, asText, type ForeignAnswer, type ForeignCall, listen, resolveHost } from '@drydock/libc'

async function connect(sys: Sys, host: string, port: number): Promise<ForeignAnswer> {
  let failure: unknown
  // One family after the other, as autoSelectFamily has it.
  for (const address of await resolveHost(sys, host)) {
    const to = inet(address, port)
    const fd = sys.socket(to.family, SOCK_STREAM)
    try {
      await sys.connect(fd, to)
      return answer({ fd, local: sys.getsockname(fd), peer: sys.getpeername(fd) })
    } catch (error) {
      sys.close(fd)
      failure ??= error
    }
  }
  throw failure
}

async function connectUnix(sys: Sys, path: string): Promise<number> {
  const fd = sys.socket(AF_UNIX, SOCK_STREAM)
  try {
    await sys.connect(fd, unix(path))
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

function bindDatagrams(sys: Sys, address: string, port: number): number {
  const at = inet(address, port)
  const fd = sys.socket(at.family, SOCK_DGRAM)
  try {
    sys.bind(fd, at)
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** Both ends of a socket, as far as they are addresses. */
function socketNames(sys: Sys, fd: number): { local: SocketAddress; peer?: SocketAddress } {
  const local = sys.getsockname(fd)
  try {
    return { local, peer: sys.getpeername(fd) }
  } catch {
    return { local }
  }
}

/** A datagram goes to the first address that a name has. */
async function sendDatagram(sys: Sys, fd: number, to: { host: string; port: number }, bytes: Uint8Array) {
  const own = sys.getsockname(fd)
  const addresses = await resolveHost(sys, to.host)
  const family = isInet(own) ? own.family : 0
  const address = addresses.find((each) => inet(each, 0).family === family) ?? addresses[0] ?? to.host
  await sys.sendto(fd, bytes, inet(address, to.port))
}

/** What a script asks of the kernel about sockets. */
export const SOCKET_CALLS: readonly (readonly [name: string, ForeignCall])[] = [
  [
    'listen',
    (sys, [host, port]) => {
      const fd = listen(sys, inet(asText(host), asNumber(port)))
      return answer({ fd, local: sys.getsockname(fd) })
    },
  ],
  ['listening', (sys, [fd]) => answer({ fd, local: sys.getsockname(asNumber(fd)) })],
  ['listenUnix', (sys, [path]) => answer({ fd: listen(sys, unix(asText(path))) })],
  ['connectUnix', async (sys, [path]) => answer({ fd: await connectUnix(sys, asText(path)) })],
  ['accept', async (sys, [fd]) => answer(await sys.accept(asNumber(fd)))],
  ['connect', (sys, [host, port]) => connect(sys, asText(host), asNumber(port))],
  ['shutdown', (sys, [fd]) => answer(sys.shutdown(asNumber(fd), SHUT_WR))],
  ['socketNames', (sys, [fd]) => answer(socketNames(sys, asNumber(fd)))],
  ['bindDatagrams', (sys, [address, port]) => answer(bindDatagrams(sys, asText(address), asNumber(port)))],
  [
    'sendto',
    async (sys, [fd, host, port], bytes) =>
      answer(await sendDatagram(sys, asNumber(fd), { host: asText(host), port: asNumber(port) }, bytes)),
  ],
  [
    'recvfrom',
    async (sys, [fd]) => {
      const { data, from } = await sys.recvfrom(asNumber(fd))
      return { value: from, bytes: data }
    },
  ],
  [
    'sendRights',
    async (sys, [fd, sent], bytes) => answer(await sys.sendRights(asNumber(fd), bytes, sent as readonly number[])),
  ],
  [
    'receiveRights',
    async (sys, [fd, max]) => {
      const { data, fds } = await sys.receiveRights(asNumber(fd), asNumber(max))
      // A child of the script's is none of theirs.
      for (const each of fds) sys.setFdFlags(each, { cloexec: true })
      return { value: fds, bytes: data }
    },
  ],
]
