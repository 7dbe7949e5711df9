import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { EventQueue } from './event-queue.ts'
import { Link } from './link.ts'
import { Stack } from './stack.ts'
import { countingEntropy, ManualClock, settle } from './testing/manual-clock.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)
const ip = (words: string): number => parseAddress(words) ?? 0

function lan() {
  const clock = new ManualClock()
  const link = new Link({ clock })
  const queue = new EventQueue(clock)
  const host = (address: string, seed: number): Stack => {
    const stack = new Stack({ clock, entropy: countingEntropy(seed), queue })
    stack.setUp(stack.loopback, true)
    const at = stack.addInterface(link, { name: 'eth0', address, prefix: 23 })
    const gateway = ip('192.168.0.1')
    stack.routes.add({ destination: { address: 0, length: 0 }, gateway, at, source: undefined, connected: false })
    stack.forwarding = true
    return stack
  }
  const router = new Stack({ clock, entropy: countingEntropy(200), promiscuous: true })
  router.addInterface(link, { name: 'eth0', address: '192.168.0.1', prefix: 23 })
  return { clock, link, router, one: host('192.168.0.8', 1), two: host('192.168.0.7', 50) }
}

/** A container on a bridge of `host`. */
function container(host: Stack, bridge: string, address: string, seed: number): Stack {
  const stack = new Stack({ clock: host.clock, entropy: countingEntropy(seed), queue: host.queue })
  const [outside, inside] = host.createPair(`veth${seed}`, `tmp${seed}`)
  const master = host.interfaces.get(bridge)
  outside.setMaster(master)
  host.setUp(outside, true)
  host.release(inside)
  stack.adopt(inside)
  stack.rename(inside, 'eth0')
  stack.addAddress(inside, { address: ip(address), length: 16 })
  stack.setUp(inside, true)
  stack.setUp(stack.loopback, true)
  const gateway = master?.addresses[0]?.address
  stack.routes.add({ destination: { address: 0, length: 0 }, gateway, at: inside, source: undefined, connected: false })
  return stack
}

function bridged() {
  const world = lan()
  const { one } = world
  const bridge = one.create('docker0', 'bridge')
  one.addAddress(bridge, { address: ip('172.17.0.1'), length: 16 })
  one.setUp(bridge, true)
  const { firewall } = one.netfilter
  firewall.add({ chain: 'POSTROUTING', source: '172.17.0.0/16', outLink: '!docker0', target: { kind: 'MASQUERADE' } })
  const dnat = { proto: 'tcp', destinationPort: '8080', destinationLocal: true } as const
  firewall.add({ chain: 'PREROUTING', ...dnat, target: { kind: 'DNAT', to: '172.17.0.2:80' } })
  firewall.add({ chain: 'OUTPUT', ...dnat, target: { kind: 'DNAT', to: '172.17.0.2:80' } })
  return { ...world, a: container(one, 'docker0', '172.17.0.2', 100), b: container(one, 'docker0', '172.17.0.3', 120) }
}

/** Serves each connection with the address it came from and what it said. */
function echo(stack: Stack, port: number): void {
  stack.listenStream(port, async (stream, { remote }) => {
    const heard = text(await stream.read())
    await stream.write(bytes(`${remote} said ${heard}`))
    stream.close()
  })
}

async function ask(from: Stack, address: string, port: number): Promise<string> {
  const stream = await from.dialStream(address, port)
  await stream.write(bytes('hello'))
  stream.shutdown()
  let answer = ''
  for (;;) {
    const part = await stream.read()
    if (part.length === 0) break
    answer += text(part)
  }
  stream.close()
  return answer
}

describe('TCP', () => {
  it.each([
    ['over the LAN', '192.168.0.7', '192.168.0.8 said hello'],
    ['to its own address', '192.168.0.8', '192.168.0.8 said hello'],
    ['over loopback', '127.0.0.1', '127.0.0.1 said hello'],
    ['to the internet', '8.8.8.8', '192.168.0.8 said hello'],
  ])('%s', async (_, address, expected) => {
    const { one, two, router } = lan()
    for (const stack of [one, two, router]) echo(stack, 80)
    expect(await ask(one, address, 80)).toBe(expected)
    await settle()
    expect(one.tcp.list().filter(({ state }) => state !== 'LISTEN' && state !== 'TIME-WAIT')).toEqual([])
  })

  it('is refused where nobody listens', async () => {
    const { one } = lan()
    await expect(one.dialStream('192.168.0.7', 81)).rejects.toBe(ECONNREFUSED)
    await expect(one.dialStream('127.0.0.1', 81)).rejects.toBe(ECONNREFUSED)
  })

  it('fails where nobody answers', async () => {
    const { one, clock } = lan()
    const failed = expect(one.dialStream('192.168.0.99', 80)).rejects.toBe(EHOSTUNREACH)
    await clock.advance(4000)
    await failed
    const nowhere = new Stack({ clock, entropy: countingEntropy() })
    await expect(nowhere.dialStream('8.8.8.8', 80)).rejects.toBe(ENETUNREACH)
  })

  it('times out when the SYN is dropped', async () => {
    const { one, two, clock } = lan()
    two.netfilter.firewall.add({ chain: 'INPUT', target: { kind: 'DROP' } })
    const failed = expect(one.dialStream('192.168.0.7', 80)).rejects.toBe(ETIMEDOUT)
    await clock.advance(130_000)
    await failed
    expect(clock.pending).toBe(0)
  })

  it('holds the writer back until the reader reads', async () => {
    const { one, two } = lan()
    let received = 0
    let go = (): void => {}
    const gate = new Promise<void>((resolve) => (go = resolve))
    two.listenStream(80, async (stream) => {
      await gate
      for (;;) {
        const part = await stream.read()
        if (part.length === 0) break
        received += part.length
      }
      stream.close()
    })
    const stream = await one.dialStream('192.168.0.7', 80)
    let sent = 0
    const writing = (async () => {
      for (let i = 0; i < 100; i++) {
        await stream.write(new Uint8Array(100_000))
        sent += 100_000
      }
      stream.close()
    })()
    await settle()
    expect(sent).toBeLessThan(1_000_000)
    go()
    await writing
    for (let i = 0; i < 20 && received < 10_000_000; i++) await settle()
    expect(received).toBe(10_000_000)
  })
})

describe('NAT', () => {
  it.each([
    ['published port from the LAN', 'two', '192.168.0.8', '192.168.0.7 said hello'],
    ['published port from the host itself', 'one', '192.168.0.8', '192.168.0.8 said hello'],
    ['published port over localhost', 'one', '127.0.0.1', '172.17.0.1 said hello'],
    ['published port from a neighbour container', 'b', '192.168.0.8', '172.17.0.1 said hello'],
    ['published port from the internet', 'router', '192.168.0.8', '192.168.0.1 said hello'],
  ] as const)('%s', async (_, from, address, expected) => {
    const world = bridged()
    echo(world.a, 80)
    expect(await ask(world[from], address, 8080)).toBe(expected)
    expect(await ask(world[from], address, 8080)).toBe(expected)
  })

  it('hides containers behind the host', async () => {
    const { a, b, router, two } = bridged()
    echo(router, 80)
    echo(two, 80)
    echo(b, 80)
    expect(await ask(a, '8.8.8.8', 80)).toBe('192.168.0.8 said hello')
    expect(await ask(a, '192.168.0.7', 80)).toBe('192.168.0.8 said hello')
    expect(await ask(a, '172.17.0.3', 80)).toBe('172.17.0.2 said hello')
  })

  it('lets what was sent arrive though the namespace is gone', async () => {
    const { one, a } = bridged()
    a.listenStream(80, async (stream) => {
      await stream.write(bytes('last words'))
      stream.close()
      a.dispose()
    })
    const stream = await one.dialStream('172.17.0.2', 80)
    await settle()
    expect(text(await stream.read())).toBe('last words')
    expect((await stream.read()).length).toBe(0)
  })

  it('takes both ends of a veth pair away with the namespace', async () => {
    const { one, a, b } = bridged()
    echo(b, 80)
    a.dispose()
    await settle()
    expect([...one.interfaces.keys()]).toEqual(['lo', 'eth0', 'docker0', 'veth120'])
    expect(await ask(one, '172.17.0.3', 80)).toBe('172.17.0.1 said hello')
  })
})

describe('ICMP', () => {
  const request = Uint8Array.of(8, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3)

  it.each([
    ['a neighbour', '172.17.0.3', undefined, [0, 0], '172.17.0.3', 64],
    ['the internet', '1.1.1.1', undefined, [0, 0], '1.1.1.1', 63],
    ['a hop on the way', '1.1.1.1', 1, [11, 0], '172.17.0.1', 64],
  ])('echo: %s', async (_, address, ttl, head, from, expectedTtl) => {
    const { a } = bridged()
    const socket = a.icmp.open()
    socket.send(request, { address: ip(address), port: 0 }, ttl)
    await settle()
    const received = socket.receive()
    expect([...received.data.subarray(0, 2)]).toEqual(head)
    expect(received.from.address).toBe(ip(from))
    expect(received.ttl).toBe(expectedTtl)
  })

  it('tells that a host does not answer, after three seconds', async () => {
    const { a, clock } = bridged()
    const socket = a.icmp.open()
    socket.send(request, { address: ip('172.17.0.77'), port: 0 })
    await clock.advance(3100)
    const { data, from } = socket.receive()
    expect([...data.subarray(0, 2)]).toEqual([3, 1])
    expect(from.address).toBe(ip('172.17.0.2'))
  })
})
