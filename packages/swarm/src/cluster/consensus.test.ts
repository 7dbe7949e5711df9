import { expect, it } from 'vitest'
import { ClusterStore } from '../store/store.ts'
import { entropy, TestClock } from '../testing/fake-cluster.ts'
import { Consensus, type Peers } from './consensus.ts'

/** Three managers on a network that can be cut. */
function managers() {
  const clock = new TestClock()
  const ids = ['a', 'b', 'c']
  const cut = new Set<string>()
  const stores = new Map(ids.map((id) => [id, new ClusterStore(clock)]))
  const all = new Map<string, Consensus>()
  const ask = async <T>(from: string, to: string, question: (peer: Consensus) => T): Promise<T> => {
    const peer = all.get(to)
    if (!peer || cut.has(from) || cut.has(to)) throw new Error('unreachable')
    await Promise.resolve()
    return question(peer)
  }
  for (const [at, id] of ids.entries()) {
    const peers: Peers = {
      members: () => ids,
      vote: (to, wish) => ask(id, to, (peer) => peer.vote(wish)),
      append: (to, entry) => ask(id, to, (peer) => peer.append(entry)),
      leads: () => {},
      reachable: () => {},
      saveTerm: () => {},
    }
    all.set(id, new Consensus(id, stores.get(id) as ClusterStore, peers, { clock, entropy: entropy(at * 977 + 5) }))
  }
  const leaders = (): string[] => ids.filter((id) => all.get(id)?.isLeader)
  const names = (id: string): string[] => (stores.get(id)?.all('secret') ?? []).map(({ Spec }) => Spec.Name)
  const write = (id: string, name: string): Promise<boolean> | undefined => {
    stores.get(id)?.create('secret', { ID: name, Spec: { Name: name } })
    return all.get(id)?.committed()
  }
  return { clock, cut, leaders, names, write }
}

it('has one leader, whose changes all have', async () => {
  const { clock, leaders, names, write } = managers()
  await clock.advance(10_000)
  expect(leaders()).toHaveLength(1)
  const kept = write(leaders()[0] ?? '', 'x')
  await clock.advance(100)
  expect(await kept).toBe(true)
  expect(['a', 'b', 'c'].map(names)).toEqual([['x'], ['x'], ['x']])
})

it('has another when the first is cut off, who in turn hears of what he missed', async () => {
  const { clock, cut, leaders, names, write } = managers()
  await clock.advance(10_000)
  const [first = ''] = leaders()
  cut.add(first)
  const lost = write(first, 'lost')
  await clock.advance(20_000)
  expect(await lost).toBe(false)
  const [second = ''] = leaders()
  expect(leaders()).toEqual([second])
  expect(second).not.toBe(first)
  void write(second, 'kept')
  await clock.advance(1000)
  cut.delete(first)
  await clock.advance(10_000)
  expect(leaders()).toHaveLength(1)
  expect(names(first)).toEqual(['kept'])
})

it('has none without a majority', async () => {
  const { clock, cut, leaders } = managers()
  await clock.advance(10_000)
  cut.add('a')
  cut.add('b')
  await clock.advance(10_000)
  expect(leaders()).toEqual([])
})
