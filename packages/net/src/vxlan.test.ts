import { EEXIST } from '@drydock/abi'
import { expect, it } from 'vitest'
import { formatAddress, parseAddress } from './address.ts'
import { formatIp } from './address6.ts'
import { EventQueue } from './event-queue.ts'
import { Link } from './link.ts'
import { Stack } from './stack.ts'
import { countingEntropy, ManualClock, settle } from './testing/manual-clock.ts'

const ip = (text: string): number => parseAddress(text) ?? 0

/** Two hosts on a LAN, each with a network namespace that has one end of network 4097. */
function hosts() {
  const clock = new ManualClock()
  const link = new Link({ clock })
  let seed = 0
  const stack = (): Stack => {
    const made = new Stack({ clock, entropy: countingEntropy((seed += 40)), queue: new EventQueue(clock) })
    made.setUp(made.loopback, true)
    return made
  }
  const end = (own: string, other: string, address: string) => {
    const host = stack()
    host.addInterface(link, { name: 'eth0', address: own, prefix: 24 })
    const inside = stack()
    const at = host.createVxlan('vx0', 4097)
    host.release(at)
    inside.adopt(at)
    at.tunnel?.set([ip(other)], [ip('10.0.1.1')])
    inside.addAddress(at, { address: ip(address), length: 24 })
    inside.setUp(at, true)
    return { host, inside }
  }
  return {
    clock,
    one: end('192.168.0.8', '192.168.0.9', '10.0.1.2'),
    two: end('192.168.0.9', '192.168.0.8', '10.0.1.3'),
  }
}

it('carries a network from host to host', async () => {
  const { one, two } = hosts()
  const heard: string[] = []
  two.inside.listenStream(80, (_stream, { remote }) => heard.push(remote))
  const dialled = one.inside.dialStream('10.0.1.3', 80)
  await settle()
  await dialled
  expect(heard).toEqual(['10.0.1.2'])
})

it('does not ask other hosts for addresses that each has for itself', async () => {
  const { one, two } = hosts()
  await settle()
  const asked: string[] = []
  two.inside.taps.add({ hear: (_at, { body }) => 'arp' in body && asked.push(formatAddress(body.arp.target)) })
  for (const address of ['10.0.1.1', '10.0.1.9'])
    one.inside.send({
      source: ip('10.0.1.2'),
      destination: ip(address),
      payload: { proto: 'udp', sourcePort: 1, destinationPort: 2, data: new Uint8Array() },
    })
  await settle()
  expect(asked).toEqual(['10.0.1.9'])
})

it('has one device for each number', () => {
  const { one } = hosts()
  expect(() => one.host.createVxlan('vx1', 4097)).toThrow(EEXIST)
})

it('sends every third packet to each of three', () => {
  const { one } = hosts()
  const { firewall } = one.host.netfilter
  for (const [at, every] of [3, 2, 1].entries())
    firewall.add({
      table: 'nat',
      chain: 'PREROUTING',
      nth: { every, packet: 0 },
      target: { kind: 'DNAT', to: `10.0.1.${10 + at}` },
    })
  const packet = (sourcePort: number) => ({
    source: ip('10.0.1.2'),
    destination: ip('10.0.1.5'),
    ttl: 64,
    payload: { proto: 'udp', sourcePort, destinationPort: 2, data: new Uint8Array() } as const,
  })
  const targets = [1, 2, 3, 4, 5, 6].map(
    (port) =>
      firewall.destinationNat('PREROUTING', { packet: packet(port), destinationLocal: true }, undefined)?.address,
  )
  expect(targets.map((each) => formatIp(each ?? 0))).toEqual([
    '10.0.1.10',
    '10.0.1.11',
    '10.0.1.12',
    '10.0.1.10',
    '10.0.1.11',
    '10.0.1.12',
  ])
})
