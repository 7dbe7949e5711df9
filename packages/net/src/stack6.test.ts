import { EADDRINUSE, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, formatIpv6, parseIpv6 } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { type Address, LOOPBACK } from './address.ts'
import { ANY6, isLinkLocal, LOOPBACK6, parsePrefix6, solicitedNode } from './address6.ts'
import { EventQueue } from './event-queue.ts'
import type { Interface } from './interface.ts'
import { Link } from './link.ts'
import type { PingSocket } from './icmp.ts'
import { type Frame, isNeighbourMessage } from './packet.ts'
import { Stack } from './stack.ts'
import { TcpStream } from './tcp-stream.ts'
import { countingEntropy, ManualClock, settle } from './testing/manual-clock.ts'
import { UdpSocket } from './udp.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)
const ip = (words: string): bigint => parseIpv6(words) ?? 0n
const prefix = (words: string) => parsePrefix6(words) ?? { address: 0n, length: 0 }

function world() {
  const clock = new ManualClock()
  const queue = new EventQueue(clock)
  const link = new Link({ clock })
  const host = (seed: number): Stack => {
    const stack = new Stack({ clock, entropy: countingEntropy(seed), queue })
    stack.setUp(stack.loopback, true)
    return stack
  }
  const plugged = (name: string, to: Link, address: string, seed: number): Stack => {
    const stack = host(seed)
    const at = stack.addInterface(to, { name, address: `10.0.0.${seed}` })
    if (address) stack.addAddress(at, prefix(address))
    return stack
  }
  return { clock, queue, link, host, plugged }
}

function pair() {
  const base = world()
  return {
    ...base,
    a: base.plugged('eth0', base.link, 'fd00::a/64', 1),
    b: base.plugged('eth0', base.link, 'fd00::b/64', 2),
  }
}

const eth0 = (stack: Stack): Interface => stack.interfaces.get('eth0') ?? stack.loopback
const linkLocal = (at: Interface): bigint => at.addresses6.find(({ address }) => isLinkLocal(address))?.address ?? 0n

function echo(stack: Stack, address: Address, port: number, dual = false): void {
  const listener = stack.tcp.listen(stack.tcp.reserve(address, port, dual), 16)
  listener.onChange = async () => {
    const stream = new TcpStream(listener.accept())
    await stream.write(bytes(`heard ${text(await stream.read())}`))
    stream.close()
  }
}

async function ask(from: Stack, address: Address, port: number, scope?: number): Promise<string> {
  const remote = { address, port, ...(scope === undefined ? {} : { scope }) }
  const stream = await new TcpStream(from.tcp.connect(remote)).opened()
  await stream.write(bytes('hello'))
  const answer = text(await stream.read())
  stream.close()
  return answer
}

const question = Uint8Array.from([128, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3])
async function answer(socket: PingSocket): Promise<string> {
  await settle()
  const { data, from } = socket.receive()
  return `${data[0]} ${data[1]} from ${formatIpv6(BigInt(from.address))}`
}

describe('addresses', () => {
  it('come up with the link: ::1, and fe80:: made of the hardware address', () => {
    const { a } = pair()
    expect(a.loopback.info().addresses6).toEqual(['::1/128'])
    expect(eth0(a).info().addresses6).toEqual(['fd00::a/64', 'fe80::42:aff:fe00:1/64'])
    const routes = a.ip6.routes.routes.map(({ destination, at }) => `${formatIpv6(destination.address)} ${at.name}`)
    expect(routes.toSorted()).toEqual(['fd00:: eth0', 'fe80:: eth0'])
  })

  it('go when IPv6 is turned off, and that of the link comes back with it', () => {
    const { a } = pair()
    a.ip6.setDisabled(eth0(a), true)
    expect(eth0(a).info().addresses6).toEqual([])
    expect(() => a.sourceFor(ip('fd00::b'))).toThrow(ENETUNREACH)
    a.ip6.setDisabled(eth0(a), false)
    expect(eth0(a).info().addresses6).toEqual(['fe80::42:aff:fe00:1/64'])
  })
})

describe('neighbours', () => {
  it('are asked for by the group of their address, and answer with their hardware address', async () => {
    const { a, link } = pair()
    const heard: Frame[] = []
    link.attach({ mac: '02:00:00:00:00:99', receive: (frame) => heard.push(frame) })
    const socket = a.ip6.icmp.open()
    socket.send(question, { address: ip('fd00::b'), port: 0 })
    expect(await answer(socket)).toBe('129 0 from fd00::b')
    const asked = heard.find(({ body }) => 'ip' in body && isNeighbourMessage(body.ip.payload))
    expect(asked?.destination).toBe('33:33:ff:00:00:0b')
    expect(asked && 'ip' in asked.body && asked.body.ip.destination).toBe(solicitedNode(ip('fd00::b')))
    expect(a.ip6.neighbours.entries()).toMatchObject([{ mac: '02:42:0a:00:00:02', state: 'REACHABLE' }])
  })

  it('who do not answer are unreachable', async () => {
    const { a, clock } = pair()
    const connection = a.tcp.connect({ address: ip('fd00::c'), port: 80 })
    await clock.advance(5000)
    expect(connection.takeError()).toBe(EHOSTUNREACH)
  })

  it('of the link are reached by its scope, and answer there', async () => {
    const { a, b } = pair()
    echo(b, ANY6, 80)
    expect(await ask(a, linkLocal(eth0(b)), 80, eth0(a).index)).toBe('heard hello')
  })
})

describe('sockets', () => {
  it('carry TCP and UDP, and hear that nobody listens', async () => {
    const { a, b } = pair()
    echo(b, ip('fd00::b'), 80)
    expect(await ask(a, ip('fd00::b'), 80)).toBe('heard hello')
    await expect(ask(a, ip('fd00::b'), 81)).rejects.toBe(ECONNREFUSED)
    await expect(ask(a, LOOPBACK6, 80)).rejects.toBe(ECONNREFUSED)
    const socket = new UdpSocket(a.udp, 6)
    socket.connect({ address: ip('fd00::b'), port: 53 })
    socket.send(bytes('x'))
    await settle()
    expect(() => socket.receive()).toThrow(ECONNREFUSED)
  })

  it('bound to :: have all of IPv4 as well unless they want none of it', async () => {
    const { a } = pair()
    echo(a, ANY6, 80, true)
    expect(await ask(a, LOOPBACK6, 80)).toBe('heard hello')
    expect(await ask(a, LOOPBACK, 80)).toBe('heard hello')
    expect(() => a.tcp.reserve(LOOPBACK, 80)).toThrow(EADDRINUSE)
    echo(a, ANY6, 81)
    await expect(ask(a, LOOPBACK, 81)).rejects.toBe(ECONNREFUSED)
    expect(a.tcp.reserve(LOOPBACK, 81).local.port).toBe(81)
  })
})

describe('routers', () => {
  function routed() {
    const { clock, link, host, plugged } = world()
    const other = new Link({ clock })
    const a = plugged('eth0', link, 'fd00::a/64', 1)
    const c = plugged('eth0', other, 'fd01::c/64', 3)
    const router = host(9)
    for (const [name, to, address] of [
      ['eth0', link, 'fd00::1/64'],
      ['eth1', other, 'fd01::1/64'],
    ] as const)
      router.addAddress(router.addInterface(to, { name }), prefix(address))
    const row = { destination: { address: 0n, length: 0 }, source: undefined, connected: false }
    a.ip6.routes.add({ ...row, gateway: ip('fd00::1'), at: eth0(a) })
    c.ip6.routes.add({ ...row, gateway: ip('fd01::1'), at: eth0(c) })
    return { a, c, router }
  }

  it('pass packets on only when they are told to', async () => {
    const { a, c, router } = routed()
    const socket = a.ip6.icmp.open()
    const to = { address: ip('fd01::c'), port: 0 }
    socket.send(question, to)
    await settle()
    expect(socket.readiness().readable).toBe(false)
    router.ip6.forwarding = true
    socket.send(question, to)
    expect(await answer(socket)).toBe('129 0 from fd01::c')
    echo(c, ANY6, 80)
    expect(await ask(a, ip('fd01::c'), 80)).toBe('heard hello')
  })

  it('tell where a packet lived its last, and where none leads', async () => {
    const { a, router } = routed()
    router.ip6.forwarding = true
    const socket = a.ip6.icmp.open()
    socket.send(question, { address: ip('fd01::c'), port: 0 }, 1)
    expect(await answer(socket)).toBe('3 0 from fd00::1')
    socket.send(question, { address: ip('2001:db8::1'), port: 0 })
    expect(await answer(socket)).toBe('1 0 from fd00::1')
  })

  it('translate what comes to a published port, and hide who goes out', async () => {
    const { a, c, router } = routed()
    router.ip6.forwarding = true
    const { firewall } = router.ip6.netfilter
    const published = { proto: 'tcp', destinationPort: '8080', destinationLocal: true } as const
    firewall.add({ chain: 'PREROUTING', ...published, target: { kind: 'DNAT', to: '[fd01::c]:80' } })
    firewall.add({ chain: 'POSTROUTING', source: 'fd00::/64', outLink: 'eth1', target: { kind: 'MASQUERADE' } })
    const from: Address[] = []
    const listener = c.tcp.listen(c.tcp.reserve(ANY6, 80), 4)
    listener.onChange = () => {
      from.push(listener.accept().remote.address)
    }
    a.tcp.connect({ address: ip('fd00::1'), port: 8080 })
    await settle()
    expect(from).toEqual([ip('fd01::1')])
    expect(a.tcp.list().map(({ state }) => state)).toEqual(['ESTAB'])
  })
})
