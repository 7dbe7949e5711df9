import { EBUSY, ECONNREFUSED, EEXIST, ELOOP, ENOENT, ENOTEMPTY, type Entropy, type FirewallRule } from '@drydock/abi'
import { beforeEach, describe, expect, it } from 'vitest'
import { EventQueue } from './event-queue.ts'
import type { Firewall } from './firewall.ts'
import { Link } from './link.ts'
import { Netem } from './netem.ts'
import { Stack } from './stack.ts'
import { countingEntropy, ManualClock } from './testing/manual-clock.ts'

let clock: ManualClock
let one: Stack
let two: Stack
let firewall: Firewall
let logged: string[]

function host(link: Link, queue: EventQueue, address: string, seed: number): Stack {
  const log = (text: string): void => void logged.push(text)
  const stack = new Stack({ clock, entropy: countingEntropy(seed), queue, log })
  stack.setUp(stack.loopback, true)
  stack.addInterface(link, { name: 'eth0', address, prefix: 24 })
  return stack
}

beforeEach(() => {
  clock = new ManualClock()
  logged = []
  const link = new Link({ clock })
  const queue = new EventQueue(clock)
  one = host(link, queue, '10.0.0.1', 1)
  two = host(link, queue, '10.0.0.2', 90)
  firewall = two.netfilter.firewall
  two.listenStream(80, (stream) => {
    void stream.write(new TextEncoder().encode('hello'))
    stream.close()
  })
})

/** `hello`, the name of an error, or `silence` when nothing came within a few seconds. */
async function knock(from: Stack, address: string, port: number): Promise<string> {
  let heard = 'silence'
  const answer = from.dialStream(address, port).then(
    async (stream) => (heard = new TextDecoder().decode(await stream.read())),
    (error: { code?: string }) => (heard = error.code ?? String(error)),
  )
  for (let turn = 0; turn < 20 && heard === 'silence'; turn++) await clock.advance(200)
  void answer
  return heard
}

/** Bytes that look like chance, and are the same every time. */
function dice(): Entropy {
  let state = 7
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 16) & 255
  }
  return { bytes: (length) => Uint8Array.from({ length }, next) }
}

const rule = (more: Partial<FirewallRule>): FirewallRule => ({ chain: 'INPUT', target: { kind: 'DROP' }, ...more })

describe('the filter table', () => {
  it.each<[string, FirewallRule, string]>([
    ['drops', rule({ proto: 'tcp', destinationPort: '80' }), 'silence'],
    ['rejects', rule({ target: { kind: 'REJECT', with: 'tcp-reset' } }), ECONNREFUSED.code],
    ['rejects with an ICMP error', rule({ target: { kind: 'REJECT' } }), ECONNREFUSED.code],
    ['lets other ports through', rule({ proto: 'tcp', destinationPort: '81:90' }), 'hello'],
    ['knows lists of ports', rule({ proto: 'tcp', destinationPort: '22,80' }), 'silence'],
    ['knows the sender', rule({ source: '10.0.0.1/32' }), 'silence'],
    ['knows who is not the sender', rule({ source: '!10.0.0.0/24' }), 'hello'],
    ['knows the link', rule({ inLink: 'eth+' }), 'silence'],
    ['knows connections', rule({ states: ['INVALID'] }), 'hello'],
    ['knows the first packet', rule({ tcpFlags: { mask: ['SYN', 'ACK'], set: ['SYN'] }, proto: 'tcp' }), 'silence'],
  ])('%s', async (_name, each, expected) => {
    firewall.add(each)
    expect(await knock(one, '10.0.0.2', 80)).toBe(expected)
  })

  it('a policy of DROP with established connections let in', async () => {
    firewall.setPolicy('filter', 'INPUT', 'DROP')
    expect(await knock(one, '10.0.0.2', 80)).toBe('silence')
    one.listenStream(81, (stream) => {
      void stream.write(new TextEncoder().encode('hello'))
      stream.close()
    })
    expect(await knock(two, '10.0.0.1', 81)).toBe('silence')
    firewall.add(rule({ states: ['RELATED', 'ESTABLISHED'], target: { kind: 'ACCEPT' } }))
    expect(await knock(two, '10.0.0.1', 81)).toBe('hello')
    expect(await knock(one, '10.0.0.2', 80)).toBe('silence')
  })

  it('jumps, returns, counts and logs', async () => {
    firewall.newChain('filter', 'MINE')
    firewall.add(rule({ proto: 'tcp', target: { kind: 'JUMP', chain: 'MINE' } }))
    firewall.add(rule({ chain: 'MINE', destinationPort: '22', proto: 'tcp', target: { kind: 'RETURN' } }))
    firewall.add(rule({ chain: 'MINE', target: { kind: 'LOG', prefix: 'seen ' } }))
    firewall.add(rule({ chain: 'MINE' }))
    expect(await knock(one, '10.0.0.2', 80)).toBe('silence')
    expect(await knock(one, '10.0.0.2', 22)).toBe(ECONNREFUSED.code)
    const mine = firewall.list('filter').find(({ name }) => name === 'MINE')
    expect(mine?.rules.map(({ packets }) => packets > 0)).toEqual([true, true, true])
    expect(logged[0]).toMatch(/^seen IN=eth0 OUT= SRC=10\.0\.0\.1 DST=10\.0\.0\.2 .*PROTO=TCP SPT=\d+ DPT=80 /)
  })
})

describe('the nat table', () => {
  it('redirects to another port', async () => {
    firewall.add(
      rule({
        table: 'nat',
        chain: 'PREROUTING',
        proto: 'tcp',
        destinationPort: '8080',
        target: { kind: 'REDIRECT', port: 80 },
      }),
    )
    expect(await knock(one, '10.0.0.2', 8080)).toBe('hello')
  })

  it('gives a source of its own', async () => {
    const seen: string[] = []
    two.listenStream(90, (stream, { remote }) => {
      seen.push(remote)
      stream.close()
    })
    one.addAddress([...one.interfaces.values()][1] ?? one.loopback, { address: 0x0a000063, length: 24 })
    const table = one.netfilter.firewall
    table.add(rule({ table: 'nat', chain: 'POSTROUTING', target: { kind: 'SNAT', to: '10.0.0.99' } }))
    await knock(one, '10.0.0.2', 90)
    expect(seen).toEqual(['10.0.0.99'])
  })
})

describe('chains', () => {
  it('are made and deleted with the errors of netlink', () => {
    firewall.newChain('filter', 'A')
    firewall.newChain('filter', 'B')
    expect(() => firewall.newChain('filter', 'A')).toThrow(EEXIST)
    expect(() => firewall.add(rule({ chain: 'C' }))).toThrow(ENOENT)
    expect(() => firewall.add(rule({ target: { kind: 'JUMP', chain: 'C' } }))).toThrow(ENOENT)
    firewall.add(rule({ chain: 'A', target: { kind: 'JUMP', chain: 'B' } }))
    expect(() => firewall.add(rule({ chain: 'B', target: { kind: 'JUMP', chain: 'A' } }))).toThrow(ELOOP)
    expect(() => firewall.deleteChain('filter', 'A')).toThrow(ENOTEMPTY)
    expect(() => firewall.deleteChain('filter', 'B')).toThrow(EBUSY)
    expect(() => firewall.deleteChain('filter', 'INPUT')).toThrow(EBUSY)
    firewall.flush('filter', undefined)
    firewall.deleteChain('filter', undefined)
    expect(firewall.list('filter').map(({ name }) => name)).toEqual(['INPUT', 'FORWARD', 'OUTPUT'])
    expect(firewall.empty).toBe(true)
  })
})

describe('netem', () => {
  const megabyte = 2 ** 20

  async function download(): Promise<{ bytes: number; ms: number }> {
    one.listenStream(99, async (stream) => {
      await stream.write(new Uint8Array(megabyte))
      stream.close()
    })
    const start = clock.monotonic()
    let bytes = 0
    let over = false
    void two.dialStream('10.0.0.1', 99).then(async (stream) => {
      for (;;) {
        const piece = await stream.read()
        if (piece.length === 0) break
        bytes += piece.length
      }
      over = true
    })
    for (let turn = 0; turn < 20_000 && !over; turn++) await clock.advance(20)
    return { bytes, ms: clock.monotonic() - start }
  }
  const eth0 = () => {
    const found = one.interfaces.get('eth0')
    if (!found) throw new Error('no eth0')
    return found
  }
  const shape = (more: object) => one.setQdisc(eth0(), { kind: 'netem', handle: '8001:', text: '', ...more })

  it('delays both a connection and its data', async () => {
    shape({ delayMs: 300 })
    const { bytes, ms } = await download()
    expect(bytes).toBe(megabyte)
    expect(ms).toBeGreaterThan(600)
  })

  it('loses packets, and everything arrives all the same', async () => {
    await knock(one, '10.0.0.2', 80)
    eth0().netem = new Netem({ lossPercent: 30 }, { clock, entropy: dice() })
    expect((await download()).bytes).toBe(megabyte)
    expect(eth0().netem?.statistics.dropped).toBeGreaterThan(0)
  })

  it.each([
    [{ duplicatePercent: 100 }, 6, 0],
    [{ corruptPercent: 100 }, 0, 0],
    [{ lossPercent: 100, correlations: { loss: 50 } }, 0, 3],
    [{ delayMs: 10, jitterMs: 5, distribution: 'normal', reorderPercent: 50, gap: 2 }, 3, 0],
  ] as const)('does with three packets what %j says', async (settings, arrived, dropped) => {
    const netem = new Netem(settings, { clock, entropy: dice() })
    let count = 0
    for (let i = 0; i < 3; i++) netem.send(100, () => count++)
    await clock.advance(100)
    expect([count, netem.statistics.dropped]).toEqual([arrived, dropped])
  })

  it('carries no more than its rate', async () => {
    shape({ rateBitsPerSecond: 8 * 2 ** 20 })
    const { bytes, ms } = await download()
    expect(bytes).toBe(megabyte)
    expect(ms).toBeGreaterThan(950)
  })
})
