import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Clock,
  EADDRINUSE,
  EAFNOSUPPORT,
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EPIPE,
  inet,
  ENOENT,
  ENOPROTOOPT,
  isInet,
  type NetlinkRequest,
  POLLHUP,
  POLLIN,
  SHUT_WR,
  SOCK_DGRAM,
  SOCK_STREAM,
  type SocketAddress,
  unix,
} from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { type NetNamespace, Network, netlink } from '../net/index.ts'
import { createSocket, createSocketPair, type SocketDescription, type UnixNames } from './index.ts'

const clock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after: () => ({ cancel: () => {} }),
  soon: (callback) => queueMicrotask(callback),
}
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve()
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array): string => new TextDecoder().decode(data)

function newNetwork(): Network {
  let ino = 100
  let byte = 0
  const entropy = { bytes: (length: number) => Uint8Array.from({ length }, () => byte++ & 255) }
  return new Network({ clock, entropy, nextIno: () => ++ino, log: () => undefined })
}

function noNames(): UnixNames {
  const bound = new Map<string, object>()
  return {
    bind: (path, socket) => {
      if (bound.has(path)) throw EADDRINUSE
      bound.set(path, socket)
    },
    find: (path) => {
      const found = bound.get(path)
      if (!found) throw ENOENT
      return found
    },
  }
}

/** Two connected sockets, by way of a listener. */
async function connected(listener: SocketDescription, client: SocketDescription, at: SocketAddress, names: UnixNames) {
  listener.bind(at, names)
  listener.listen(5)
  client.connect(at, names)
  await settle()
  client.finishConnect()
  return { client, server: listener.accept().description }
}

const loopback = (): NetNamespace => {
  const namespace = newNetwork().createNamespace()
  netlink(namespace, { op: 'link-set', name: 'lo', up: true }, nowhere)
  return namespace
}
const nowhere = {
  ofPid: (): NetNamespace => {
    throw ENOENT
  },
}

describe.each([
  ['tcp', AF_INET, inet('127.0.0.1', 80)],
  ['unix', AF_UNIX, unix('/run/x.sock')],
] as const)('%s stream sockets', (_, family, address) => {
  const open = async () => {
    const namespace = loopback()
    const names = noNames()
    const make = (): SocketDescription => createSocket(namespace, family, SOCK_STREAM)
    return { namespace, names, make, ...(await connected(make(), make(), address, names)) }
  }

  it('carry bytes both ways', async () => {
    const { client, server } = await open()
    client.write(bytes('ping'))
    await settle()
    expect(server.poll() & POLLIN).toBe(POLLIN)
    expect(text(server.read(100))).toBe('ping')
    server.write(bytes('pong'))
    await settle()
    expect(text(client.read(2)) + text(client.read(100))).toBe('pong')
    expect(() => client.read(1)).toThrow(EAGAIN)
  })

  it('end one way at a time', async () => {
    const { client, server } = await open()
    client.shutdown(SHUT_WR)
    await settle()
    expect(server.read(1).length).toBe(0)
    server.write(bytes('still'))
    await settle()
    expect(text(client.read(10))).toBe('still')
    expect(() => client.write(bytes('x'))).toThrow(EPIPE)
    server.release()
    await settle()
    expect(client.poll() & POLLHUP).toBe(POLLHUP)
  })

  it('reset when closed with bytes unread', async () => {
    const { client, server } = await open()
    client.write(bytes('lost'))
    await settle()
    server.release()
    await settle()
    expect(() => client.read(1)).toThrow(ECONNRESET)
  })

  it('hold the writer back', async () => {
    const { client, server } = await open()
    const piece = new Uint8Array(65536)
    let sent = 0
    const fill = async (): Promise<void> => {
      try {
        for (;;) {
          sent += client.write(piece)
          await settle()
        }
      } catch (error) {
        expect(error).toBe(EAGAIN)
      }
    }
    await fill()
    const before = sent
    expect(before).toBeLessThan(1024 * 1024)
    let woken = 0
    client.queue.add(() => woken++)
    for (let read = 0; read < before; await settle()) {
      try {
        read += server.read(65536).length
      } catch (error) {
        expect(error).toBe(EAGAIN)
        break
      }
    }
    expect(woken).toBeGreaterThan(0)
    await fill()
    expect(sent).toBeGreaterThan(before)
  })

  it('refuse where nobody listens any more', async () => {
    const namespace = loopback()
    const names = noNames()
    const listener = createSocket(namespace, family, SOCK_STREAM)
    listener.bind(address, names)
    listener.listen(1)
    listener.release()
    const client = createSocket(namespace, family, SOCK_STREAM)
    await expect(
      (async () => {
        client.connect(address, names)
        await settle()
        client.finishConnect()
      })(),
    ).rejects.toBe(ECONNREFUSED)
  })

  it('share no address', () => {
    const namespace = loopback()
    const names = noNames()
    createSocket(namespace, family, SOCK_STREAM).bind(address, names)
    expect(() => createSocket(namespace, family, SOCK_STREAM).bind(address, names)).toThrow(EADDRINUSE)
  })
})

it('socketpair', () => {
  const [one, other] = createSocketPair(loopback(), SOCK_STREAM)
  one.write(bytes('hi'))
  expect(text(other.read(10))).toBe('hi')
  one.release()
  expect(other.read(10).length).toBe(0)
})

it('UDP tells of closed ports', async () => {
  const namespace = loopback()
  const socket = createSocket(namespace, AF_INET, SOCK_DGRAM)
  socket.connect(inet('127.0.0.1', 9), noNames())
  socket.write(bytes('x'))
  await settle()
  expect(() => socket.recvfrom()).toThrow(ECONNREFUSED)
})

describe('sockets of IPv6', () => {
  function lo(): NetNamespace {
    const namespace = newNetwork().createNamespace()
    netlink(namespace, { op: 'link-set', name: 'lo', up: true }, { ofPid: () => namespace })
    return namespace
  }

  /** Listens, is called from `from`, and tells whom it sees and how lists of sockets show it. */
  async function call(namespace: NetNamespace, at: string, from: string, v6only: boolean): Promise<string[]> {
    const server = createSocket(namespace, AF_INET6, SOCK_STREAM)
    server.setOption('IPV6_V6ONLY', Number(v6only))
    server.bind(inet(at, 80), noNames())
    server.listen(4)
    const to = inet(from, 80)
    const client = createSocket(namespace, to.family, SOCK_STREAM)
    client.connect(to, noNames())
    await settle()
    client.finishConnect()
    const { peer } = server.accept()
    const rows = netlink(namespace, { op: 'socket-list' }, { ofPid: () => namespace })
    const listed = rows.filter(({ localPort }) => localPort === 80).map(({ state, local }) => `${state} ${local}`)
    return [isInet(peer) ? peer.address : '', ...listed]
  }

  it('see callers of IPv4 at mapped addresses', async () => {
    expect(await call(lo(), '::', '::1', false)).toEqual(['::1', 'LISTEN ::', 'ESTAB ::1'])
    const mapped = '::ffff:127.0.0.1'
    expect(await call(lo(), '::', '127.0.0.1', false)).toEqual([mapped, 'LISTEN ::', `ESTAB ${mapped}`])
    expect(await call(lo(), '::', mapped, false)).toEqual([mapped, 'LISTEN ::', `ESTAB ${mapped}`])
  })

  it('take none of IPv4 where IPV6_V6ONLY says so, and no addresses of the other family', async () => {
    await expect(call(lo(), '::', '127.0.0.1', true)).rejects.toBe(ECONNREFUSED)
    const socket = createSocket(lo(), AF_INET6, SOCK_STREAM)
    expect(() => socket.bind(inet('127.0.0.1', 80), noNames())).toThrow(EAFNOSUPPORT)
    expect(() => createSocket(lo(), AF_INET, SOCK_STREAM).setOption('IPV6_V6ONLY', 1)).toThrow(ENOPROTOOPT)
  })

  it('carry datagrams of both families by one socket', async () => {
    const namespace = lo()
    const server = createSocket(namespace, AF_INET6, SOCK_DGRAM)
    server.bind(inet('::', 53), noNames())
    for (const address of ['127.0.0.1', '::1']) {
      const client = createSocket(namespace, inet(address, 53).family, SOCK_DGRAM)
      client.sendto(bytes(address), inet(address, 53), noNames())
    }
    await settle()
    const heard = [server.recvfrom(), server.recvfrom()]
    expect(heard.map(({ data, from }) => [text(data), isInet(from) && from.address])).toEqual([
      ['127.0.0.1', '::ffff:127.0.0.1'],
      ['::1', '::1'],
    ])
  })
})

it('what dockerd does for a container with a published port', async () => {
  const network = newNetwork()
  const host = network.createNamespace()
  const inside = network.createNamespace()
  const lookup = { ofPid: () => inside }
  const ask = (namespace: NetNamespace, ...requests: NetlinkRequest[]): void => {
    for (const request of requests) netlink(namespace, request, lookup)
  }
  ask(
    host,
    { op: 'link-set', name: 'lo', up: true },
    { op: 'link-add', name: 'docker0', kind: 'bridge' },
    { op: 'address-add', link: 'docker0', address: '172.17.0.1/16' },
    { op: 'link-set', name: 'docker0', up: true },
    { op: 'link-add', name: 'veth1', kind: 'veth', peer: 'tmp1' },
    { op: 'link-set', name: 'veth1', master: 'docker0', up: true },
    { op: 'link-move', name: 'tmp1', pid: 7 },
  )
  ask(
    inside,
    { op: 'link-set', name: 'lo', up: true },
    { op: 'link-set', name: 'tmp1', rename: 'eth0', up: true },
    { op: 'address-add', link: 'eth0', address: '172.17.0.2/16' },
    { op: 'route-add', route: { destination: 'default', gateway: '172.17.0.1', dev: 'eth0' } },
  )
  const rule = {
    proto: 'tcp',
    destinationPort: '8080',
    destinationLocal: true,
    target: { kind: 'DNAT', to: '172.17.0.2:80' },
  } as const
  ask(host, { op: 'rule-add', rule: { chain: 'OUTPUT', ...rule, owner: 'c1' } })
  const [server, client] = [createSocket(inside, AF_INET, SOCK_STREAM), createSocket(host, AF_INET, SOCK_STREAM)]
  server.bind(inet('0.0.0.0', 80), noNames())
  server.listen(1)
  client.connect(inet('127.0.0.1', 8080), noNames())
  await settle()
  client.finishConnect()
  expect(server.accept().peer).toMatchObject({ address: '172.17.0.1' })
  expect(
    netlink(inside, { op: 'link-list' }, lookup).map(({ name, up, addresses }) => [name, up, ...addresses]),
  ).toEqual([
    ['lo', true, '127.0.0.1/8'],
    ['eth0', true, '172.17.0.2/16'],
  ])
  expect(netlink(inside, { op: 'socket-list' }, lookup)[0]).toMatchObject({
    state: 'LISTEN',
    localPort: 80,
    ino: server.ino,
  })
  ask(host, { op: 'rule-delete', owner: 'c1' })
  const late = createSocket(host, AF_INET, SOCK_STREAM)
  late.connect(inet('127.0.0.1', 8080), noNames())
  await settle()
  expect(() => late.finishConnect()).toThrow(ECONNREFUSED)
  inside.release()
  await settle()
  expect(netlink(host, { op: 'link-list' }, lookup).map(({ name }) => name)).toEqual(['lo', 'docker0'])
})
