import { describe, expect, it } from 'vitest'
import type { StoredValue } from '@drydock/abi'
import { Timeline } from './timeline.ts'

const change = (puts: Record<string, StoredValue>, deletes: string[] = []) => ({
  puts: new Map(Object.entries(puts)),
  deletes,
})
const doing = (command: string) => ({ kind: 'command', host: 'node1', command }) as const
const state = (timeline: Timeline) => Object.fromEntries(timeline.below(''))
const places = { heads: 'moments/', pieces: 'replaced/' }
const setUp = (kept: Record<string, StoredValue>, bounds = {}) =>
  new Timeline(Object.entries(kept), { now: () => 0, places, ...bounds })
const commands = (timeline: Timeline) => timeline.moments().map(({ command }) => command)

function goBack(timeline: Timeline, command: string): void {
  const { id } = timeline.moments().findLast((moment) => moment.command === command) ?? { id: -1 }
  const way = timeline.wayBack(id)
  if (way) timeline.changed(timeline.goBack(id, way))
}

describe('a timeline', () => {
  it('goes back to any moment and forward again', () => {
    const timeline = setUp({ a: 1, b: 1 })
    timeline.mark(doing('first'))
    timeline.changed(change({ a: 2, c: 1 }))
    timeline.mark(doing('second'))
    timeline.changed(change({ a: 3 }, ['b']))
    timeline.changed(change({ a: 4 }, ['c']))
    goBack(timeline, 'second')
    expect(state(timeline)).toEqual({ a: 2, b: 1, c: 1 })
    goBack(timeline, 'first')
    expect(state(timeline)).toEqual({ a: 1, b: 1 })
    goBack(timeline, 'first')
    expect(state(timeline)).toEqual({ a: 2, b: 1, c: 1 })
  })

  it('gives changes of a moment that told nothing to the one before', () => {
    const timeline = setUp({ a: 1 })
    timeline.mark(doing('write'))
    timeline.changed(change({ a: 2 }))
    timeline.mark(doing('look'))
    timeline.changed(change({ 'terminals/s/h/main': 'screen' }))
    timeline.mark(doing('write again'))
    timeline.changed(change({ a: 3 }))
    expect(commands(timeline)).toEqual(['write', 'write again'])
    goBack(timeline, 'write')
    expect(state(timeline)).toEqual({ a: 1 })
  })

  it('lets go of the oldest when they hold too much', () => {
    const timeline = setUp({ big: new Uint8Array(600), small: 1 }, { mostBytes: 1000, most: 3 })
    timeline.mark(doing('first'))
    timeline.changed(change({ big: new Uint8Array(500) }))
    timeline.mark(doing('second'))
    timeline.changed(change({}, ['big']))
    expect(commands(timeline)).toEqual(['second'])
    for (const command of ['x', 'y', 'z']) {
      timeline.mark(doing(command))
      timeline.changed(change({ small: command }))
    }
    expect(commands(timeline)).toEqual(['x', 'y', 'z'])
  })

  it('takes what an editor saves again and again for one change', () => {
    const timeline = setUp({ a: 1 })
    for (const value of [2, 3, 4]) {
      timeline.mark({ kind: 'edit', host: 'node1', command: 'edit /a' })
      timeline.changed(change({ a: value }))
    }
    goBack(timeline, 'edit /a')
    expect(state(timeline)).toEqual({ a: 1 })
  })
})

/** What a tab leaves: the state, and beside it what its timeline wanted kept with every commit. */
class Tab {
  readonly store = new Map<string, StoredValue>()
  readonly timeline: Timeline
  constructor(kept: Record<string, StoredValue>, bounds = {}, past: ReadonlyMap<string, StoredValue> = new Map()) {
    for (const [key, value] of past) this.store.set(key, value)
    const heads = [...past].filter(([key]) => key.startsWith(places.heads))
    this.timeline = new Timeline(Object.entries(kept), { now: () => 0, places, ...bounds }, heads)
  }
  does(command: string, puts: Record<string, StoredValue>, deletes: string[] = []): void {
    if (command) this.timeline.mark(doing(command))
    this.timeline.changed(change(puts, deletes))
    this.commit()
  }
  commit(): void {
    const { puts, deletes } = this.timeline.collect()
    for (const key of deletes) this.store.delete(key)
    for (const [key, value] of puts) this.store.set(key, structuredClone(value))
  }
  next(bounds = {}): Tab {
    return new Tab(state(this.timeline), bounds, this.store)
  }
  goBack(command: string): Record<string, StoredValue> {
    const { id } = this.timeline.moments().findLast((moment) => moment.command === command) ?? { id: -1 }
    if (this.timeline.isEarlier(id))
      this.timeline.recall([...this.store].filter(([key]) => key.startsWith('replaced/')))
    goBack(this.timeline, command)
    this.commit()
    return state(this.timeline)
  }
}

describe('a timeline that is kept', () => {
  it('leads back through what every tab did, and what happened by itself between them', () => {
    const first = new Tab({ a: 1 })
    first.does('first', { a: 2, b: 1 })
    first.does('', { a: 3 })
    first.does('second', { c: 1 }, ['b'])
    const second = first.next()
    second.does('', { a: 4, d: 1 })
    second.does('third', { a: 5 })
    expect(commands(second.timeline)).toEqual(['first', 'second', 'third'])
    const third = second.next()
    expect(third.goBack('third')).toEqual({ a: 4, c: 1, d: 1 })
    expect(third.goBack('second')).toEqual({ a: 3, b: 1 })
    const fourth = third.next()
    expect(fourth.goBack('first')).toEqual({ a: 1 })
    expect(fourth.goBack('third')).toEqual({ a: 5, c: 1, d: 1 })
  })

  it('keeps the newest moments that are not too much', () => {
    const bounds = { mostKeptBytes: 1000 }
    const first = new Tab({ big: new Uint8Array(600), small: 1 }, bounds)
    first.does('first', { big: new Uint8Array(500) })
    first.does('second', {}, ['big'])
    first.does('third', { small: 2 })
    expect(commands(first.timeline)).toEqual(['first', 'second', 'third'])
    const second = first.next(bounds)
    expect(commands(second.timeline)).toEqual(['second', 'third'])
    expect(second.goBack('second')).toEqual({ big: new Uint8Array(500), small: 1 })
    for (let count = 0; count < 70; count++) second.does(`more ${count}`, { small: count + 3 })
    expect(second.store.size).toBeLessThan(130)
  })

  it('does not lead behind what is missing', () => {
    const first = new Tab({ a: 1 })
    for (const [index, command] of ['first', 'second', 'third'].entries()) first.does(command, { a: index + 2 })
    const second = first.next()
    second.store.delete('replaced/2/0')
    expect(second.goBack('third')).toEqual({ a: 3 })
    expect(commands(second.timeline)).toEqual(['third', 'third'])
  })
})
