import { EBUSY, EINVAL, type LinkKind, type SharerMode } from '@drydock/abi'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { EventQueue } from './event-queue.ts'
import type { Interface } from './interface.ts'
import { Link } from './link.ts'
import { Stack } from './stack.ts'
import { countingEntropy, ManualClock, settle } from './testing/manual-clock.ts'

const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)
const text = (heard: Uint8Array): string => new TextDecoder().decode(heard)
const ip = (words: string): number => parseAddress(words) ?? 0

/** Two hosts on a LAN: one with devices that share its wire, each in a network namespace of its own. */
function lan() {
  const clock = new ManualClock()
  const link = new Link({ clock })
  let seed = 0
  const stack = (): Stack => {
    const made = new Stack({ clock, entropy: countingEntropy((seed += 40)), queue: new EventQueue(clock) })
    made.setUp(made.loopback, true)
    return made
  }
  const host = (address: string): Stack => {
    const made = stack()
    made.addInterface(link, { name: 'eth0', address, prefix: 24 })
    made.forwarding = true
    return made
  }
  const child = (
    parent: Stack,
    kind: LinkKind,
    address: string,
    more: { mode?: SharerMode; below?: string } = {},
  ): Stack => {
    const { below = 'eth0', mode } = more
    const name = `tmp${seed}`
    const at = parent.createSharer(parent.interfaces.get(below) as Interface, { name, kind, mode })
    const inside = stack()
    parent.release(at)
    inside.adopt(at)
    inside.rename(at, 'eth0')
    inside.addAddress(at, { address: ip(address), length: 24 })
    inside.setUp(at, true)
    return inside
  }
  return { clock, host, child }
}

/** Whether a connection stands and carries something both ways. */
async function reaches(clock: ManualClock, from: Stack, to: Stack, address: string): Promise<boolean> {
  const close = to.listenStream(80, async (stream) => {
    await stream.write(await stream.read())
    stream.close()
  })
  const dialled = from.dialStream(address, 80).then(
    async (stream) => {
      await stream.write(bytes('hello'))
      const heard = text(await stream.read())
      stream.close()
      return heard === 'hello'
    },
    () => false,
  )
  let outcome: boolean | undefined
  void dialled.then((value) => (outcome = value))
  for (let second = 0; second < 300 && outcome === undefined; second++) {
    await settle()
    if (outcome === undefined) await clock.advance(1000)
  }
  close()
  return outcome ?? false
}

describe.each(['macvlan', 'ipvlan'] as const)('%s', (kind) => {
  it('is reached from the LAN and by its siblings, never by its own host', async () => {
    const { clock, host, child } = lan()
    const [one, two] = [host('192.168.0.10'), host('192.168.0.11')]
    const [a, b] = [child(one, kind, '192.168.0.50'), child(one, kind, '192.168.0.51')]
    expect(await reaches(clock, two, a, '192.168.0.50')).toBe(true)
    expect(await reaches(clock, a, two, '192.168.0.11')).toBe(true)
    expect(await reaches(clock, a, b, '192.168.0.51')).toBe(true)
    expect(await reaches(clock, two, one, '192.168.0.10')).toBe(true)
    expect(await reaches(clock, one, a, '192.168.0.50')).toBe(false)
    expect(await reaches(clock, a, one, '192.168.0.10')).toBe(false)
  })
})

describe('macvlan', () => {
  it('has a hardware address of its own, ipvlan that of its parent', () => {
    const { host, child } = lan()
    const one = host('192.168.0.10')
    const mac = one.interfaces.get('eth0')?.mac
    expect(child(one, 'macvlan', '192.168.0.50').interfaces.get('eth0')?.mac).not.toBe(mac)
    expect(child(host('192.168.0.12'), 'ipvlan', '192.168.0.51').interfaces.get('eth0')?.mac).not.toBe(mac)
    expect(() => child(one, 'ipvlan', '192.168.0.52')).toThrow(EBUSY)
    expect(() => one.createSharer(one.loopback, { name: 'x', kind: 'macvlan' })).toThrow(EINVAL)
  })

  it('does not see its siblings in private mode', async () => {
    const { clock, host, child } = lan()
    const [one, two] = [host('192.168.0.10'), host('192.168.0.11')]
    const a = child(one, 'macvlan', '192.168.0.50', { mode: 'private' })
    const b = child(one, 'macvlan', '192.168.0.51', { mode: 'private' })
    expect(await reaches(clock, a, b, '192.168.0.51')).toBe(false)
    expect(await reaches(clock, two, a, '192.168.0.50')).toBe(true)
  })

  it('leaves siblings to the switch in mode vepa, and has its parent for itself in mode passthru', async () => {
    const { clock, host, child } = lan()
    const [one, two, three] = [host('192.168.0.10'), host('192.168.0.11'), host('192.168.0.12')]
    const a = child(one, 'macvlan', '192.168.0.50', { mode: 'vepa' })
    const b = child(one, 'macvlan', '192.168.0.51', { mode: 'vepa' })
    expect(await reaches(clock, a, b, '192.168.0.51')).toBe(false)
    expect(await reaches(clock, a, two, '192.168.0.11')).toBe(true)
    const alone = child(three, 'macvlan', '192.168.0.52', { mode: 'passthru' })
    expect(await reaches(clock, two, alone, '192.168.0.52')).toBe(true)
    expect(() => child(three, 'macvlan', '192.168.0.53', { mode: 'passthru' })).toThrow(EINVAL)
  })

  it('is routed by the host below in mode l3, without asking for neighbours', async () => {
    const { clock, host, child } = lan()
    const [one, two] = [host('192.168.0.10'), host('192.168.0.11')]
    const routed = (address: string): Stack => {
      const inside = child(one, 'ipvlan', address, { mode: 'l3' })
      const at = inside.interfaces.get('eth0') as Interface
      inside.routes.add({
        destination: { address: 0, length: 0 },
        gateway: undefined,
        source: undefined,
        at,
        connected: false,
      })
      return inside
    }
    const a = routed('10.60.0.2')
    const b = routed('10.61.0.2')
    const gateway = ip('192.168.0.10')
    const at = two.interfaces.get('eth0') as Interface
    two.routes.add({
      destination: { address: ip('10.60.0.0'), length: 16 },
      gateway,
      source: undefined,
      at,
      connected: false,
    })
    expect(await reaches(clock, a, b, '10.61.0.2')).toBe(true)
    expect(await reaches(clock, a, two, '192.168.0.11')).toBe(true)
    expect(await reaches(clock, two, a, '10.60.0.2')).toBe(true)
    expect(a.neighbours.entries()).toEqual([])
  })

  it('goes with its parent', () => {
    const { host, child } = lan()
    const one = host('192.168.0.10')
    const dummy = one.create('dummy0', 'dummy')
    one.setUp(dummy, true)
    const inside = child(one, 'macvlan', '10.0.0.2', { below: 'dummy0' })
    one.destroy(dummy)
    expect(inside.interfaces.has('eth0')).toBe(false)
  })
})

describe('vlan', () => {
  it('keeps tagged traffic apart from what has another tag or none', async () => {
    const { clock, host } = lan()
    const tagged = (address: string, own: string, tag: number): Stack => {
      const made = host(address)
      const at = made.createSharer(made.interfaces.get('eth0') as Interface, { name: `eth0.${tag}`, kind: 'vlan', tag })
      made.addAddress(at, { address: ip(own), length: 24 })
      made.setUp(at, true)
      return made
    }
    const one = tagged('192.168.0.10', '10.50.0.1', 50)
    const two = tagged('192.168.0.11', '10.50.0.2', 50)
    const other = tagged('192.168.0.12', '10.50.0.3', 60)
    expect(await reaches(clock, one, two, '10.50.0.2')).toBe(true)
    expect(await reaches(clock, one, other, '10.50.0.3')).toBe(false)
    expect(await reaches(clock, one, other, '192.168.0.12')).toBe(true)
  })

  it('carries the devices that share it in turn', async () => {
    const { clock, host, child } = lan()
    const hosts = ['192.168.0.10', '192.168.0.11'].map((address) => {
      const made = host(address)
      const at = made.createSharer(made.interfaces.get('eth0') as Interface, { name: 'eth0.7', kind: 'vlan', tag: 7 })
      made.setUp(at, true)
      return made
    })
    const [a, b] = hosts.map((each, i) => child(each, 'macvlan', `10.7.0.${i + 1}`, { below: 'eth0.7' }))
    expect(await reaches(clock, a as Stack, b as Stack, '10.7.0.2')).toBe(true)
  })
})
