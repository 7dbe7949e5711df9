import { describe, expect, it } from 'vitest'
import type { StoredValue } from '@drydock/abi'
import { Timeline } from './timeline.ts'

const change = (puts: Record<string, StoredValue>, deletes: string[] = []) => ({
  puts: new Map(Object.entries(puts)),
  deletes,
})
const doing = (command: string) => ({ kind: 'command', host: 'node1', command }) as const
const state = (timeline: Timeline) => Object.fromEntries(timeline.below(''))
const setUp = (kept: Record<string, StoredValue>, bounds = {}) =>
  new Timeline(Object.entries(kept), { now: () => 0, ...bounds })

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
    expect(timeline.moments().map(({ command }) => command)).toEqual(['write', 'write again'])
    goBack(timeline, 'write')
    expect(state(timeline)).toEqual({ a: 1 })
  })

  it('knows a file that was read from one that was changed, and a log from other files', () => {
    const inode = (ctimeMs: number, rest = {}) => ({ times: [50, 10, ctimeMs], ...rest })
    const timeline = new Timeline([['disks/s/h/i:2', inode(1, { entries: [['docker.log', 3]] })]], { now: () => 40 })
    timeline.mark(doing('look'))
    timeline.changed(change({ 'disks/s/h/i:9': inode(10), 'disks/s/h/i:3': inode(60), 'disks/s/h/superblock': {} }))
    expect(timeline.moments()).toEqual([])
    timeline.changed(change({ 'disks/s/h/i:9': inode(60) }))
    expect(timeline.moments()).toHaveLength(1)
  })

  it('lets go of the oldest when they hold too much', () => {
    const timeline = setUp({ big: new Uint8Array(600), small: 1 }, { mostBytes: 1000, most: 3 })
    timeline.mark(doing('first'))
    timeline.changed(change({ big: new Uint8Array(500) }))
    timeline.mark(doing('second'))
    timeline.changed(change({}, ['big']))
    expect(timeline.moments().map(({ command }) => command)).toEqual(['second'])
    for (const command of ['x', 'y', 'z']) {
      timeline.mark(doing(command))
      timeline.changed(change({ small: command }))
    }
    expect(timeline.moments().map(({ command }) => command)).toEqual(['x', 'y', 'z'])
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
