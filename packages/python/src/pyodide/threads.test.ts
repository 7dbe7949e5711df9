import { describe, expect, it } from 'vitest'
import { CallError } from './call-error.ts'
import { type States, Threads } from './threads.ts'

interface Stage {
  readonly threads: Threads
  readonly said: string[]
  /** The interpreter's own state: who stands in it. */
  readonly inside: () => string
  readonly wake: () => void
}

function stage(): Stage {
  const said: string[] = []
  let inside = 'main'
  const sleeping: (() => void)[] = []
  const states: States = {
    begin: (thread) => said.push(`begin ${thread}`),
    end: (thread) => said.push(`end ${thread}`),
    enter: (thread) => (inside = thread === 0 ? 'main' : `thread ${thread}`),
    save: () => inside,
    restore: (state) => (inside = String(state)),
  }
  const threads = new Threads(() => new Promise<void>((wake) => sleeping.push(wake)))
  threads.allow(states)
  return { threads, said, inside: () => inside, wake: () => sleeping.splice(0).forEach((wake) => wake()) }
}

describe('threads of the interpreter', () => {
  it('run one at a time, each when those before it wait', async () => {
    const { threads, said, inside } = stage()
    const body = (name: string) => async (): Promise<void> => {
      threads.begun()
      said.push(`${name} in ${inside()}`)
      await threads.leave('read')?.()
      said.push(`${name} again in ${inside()}`)
    }
    threads.start(body('a'))
    threads.start(body('b'))
    expect(threads.leave('write')).toBeUndefined()
    expect(said).toEqual(['begin 0'])
    for (const ticket of [1, 2]) {
      await later(threads.park(ticket, null), () => threads.unpark(ticket))
      expect(inside()).toBe('main')
    }
    expect(said).toEqual([
      'begin 0',
      'begin 1',
      'a in thread 1',
      'begin 2',
      'b in thread 2',
      'a again in thread 1',
      'end 1',
      'b again in thread 2',
      'end 2',
    ])
    expect(threads.leave('read')).toBeUndefined()
  })

  it.each([
    ['before anybody waits', async ({ threads }: Stage) => (threads.unpark(7), threads.park(7, null)), true],
    ['while somebody waits', async ({ threads }: Stage) => later(threads.park(7, null), () => threads.unpark(7)), true],
    ['too late', async ({ threads, wake }: Stage) => later(threads.park(7, 10), wake), false],
  ])('a ticket is good once: unparked %s', async (_, run, expected) => {
    expect(await run(stage())).toBe(expected)
  })

  it('a signal wakes the main thread', async () => {
    const { threads } = stage()
    const parked = threads.park(7, null)
    threads.interrupt()
    await expect(parked).rejects.toEqual(new CallError('EINTR'))
  })
})

function later<T>(value: T, then: () => void): T {
  then()
  return value
}
