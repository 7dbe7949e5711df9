import { expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { Stack } from './stack.ts'
import { countingEntropy, ManualClock } from './testing/manual-clock.ts'

const clock = new ManualClock()
const host = (seed: number): Stack => new Stack({ clock, entropy: countingEntropy(seed) })

/** A host whose link is a port of `middle`'s bridge. */
function behind(middle: Stack, seed: number): Stack {
  const stack = host(seed)
  const [port, end] = middle.createPair(`port${seed}`, `end${seed}`)
  port.setMaster(middle.interfaces.get('br0'))
  middle.setUp(port, true)
  middle.release(end)
  stack.adopt(end)
  stack.addAddress(end, { address: parseAddress(`10.0.0.${seed}`) ?? 0, length: 24 })
  stack.setUp(end, true)
  return stack
}

it('asks the rules for what crosses a bridge only when it was told to', async () => {
  const middle = host(3)
  middle.setUp(middle.create('br0', 'bridge'), true)
  const [one, two] = [behind(middle, 1), behind(middle, 2)]
  const destination = parseAddress('10.0.0.2') ?? 0
  const knock = async (): Promise<boolean> => {
    let heard = false
    const stop = two.bindUdp(53, () => (heard = true))
    const payload = { proto: 'udp', sourcePort: 99, destinationPort: 53, data: new Uint8Array(1) } as const
    one.send({ source: one.sourceFor(destination), destination, payload })
    for (let turn = 0; turn < 10; turn++) await clock.advance(20)
    stop()
    return heard
  }
  middle.netfilter.firewall.setPolicy('filter', 'FORWARD', 'DROP')
  expect(await knock()).toBe(true)
  middle.bridgeFilter[4] = true
  expect(await knock()).toBe(false)
  middle.netfilter.firewall.add({ chain: 'FORWARD', inLink: 'br0', outLink: 'br0', target: { kind: 'ACCEPT' } })
  expect(await knock()).toBe(true)
})
