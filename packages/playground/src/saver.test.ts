import { describe, expect, it } from 'vitest'
import type { BlockStore, Clock, StoredValue } from '@drydock/abi'
import type { StorageState } from './rpc.ts'
import { SavedValues, Saver } from './saver.ts'

function setUp(fail: { now: boolean }) {
  const kept = new Map<string, StoredValue>()
  const timers: (() => void)[] = []
  const store: BlockStore = {
    load: async () => [...kept],
    async commit({ puts, deletes }) {
      if (fail.now) throw new Error('the disk is full')
      for (const [key, value] of puts) kept.set(key, value)
      for (const key of deletes) kept.delete(key)
    },
  }
  const clock = {
    after: (_: number, callback: () => void) => (timers.push(callback), { cancel() {} }),
  } as unknown as Clock
  const states: StorageState[] = []
  const saver = new Saver({ store, clock, onState: (state) => states.push(state) })
  const values = new SavedValues([], saver.dirty)
  saver.add('a/', values)
  return { kept, timers, states, saver, values }
}

describe('saver', () => {
  it('commits what changed, and only that', async () => {
    const { kept, saver, values } = setUp({ now: false })
    values.set('x', 1)
    values.set('y', 2)
    await saver.flush()
    kept.clear()
    values.set('y', 3)
    values.delete('x')
    await saver.flush()
    expect([...kept]).toEqual([['a/y', 3]])
  })

  it('tells of a failure, keeps the change and saves it later', async () => {
    const fail = { now: true }
    const { kept, saver, values, states, timers } = setUp(fail)
    values.set('x', 1)
    await saver.flush()
    expect(states.at(-1)).toEqual({ kind: 'failing', reason: 'the disk is full' })
    expect(kept.size).toBe(0)
    fail.now = false
    timers.at(-1)?.()
    await saver.flush()
    expect([...kept]).toEqual([['a/x', 1]])
    expect(states.at(-1)).toEqual({ kind: 'saved' })
  })
})
