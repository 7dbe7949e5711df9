import type { Sys } from '@drydock/abi'
import { expect, it } from 'vitest'
import { Pace } from './pace.ts'

/** Turns that take so long each, one after the other: after how many of them each look was. */
function looks(turnMs: readonly number[]): number[] {
  let [nowMs, turn] = [0, 0]
  const seen: number[] = []
  const clock = { monotonic: () => nowMs }
  const sys = { clock, tick: () => void seen.push(turn) } as unknown as Sys
  const pace = new Pace()
  for (const ms of turnMs) {
    turn++
    pace.tick(sys)
    nowMs += ms
  }
  return seen
}

it('looks seldom at short turns, and at each long one', () => {
  expect(looks(Array(100).fill(0.01))).toEqual([1, 3, 7, 15, 31, 63, 95])
  expect(looks([1.5, 1.5, 1.5, 1.5, 1.5])).toEqual([1, 3, 4, 5])
})

it('is at once where turns have become long', () => {
  const short = Array(31).fill(0.01)
  expect(looks([...short, ...Array(40).fill(100)])).toEqual([1, 3, 7, 15, 31, 63, 64, 65, 66, 67, 68, 69, 70, 71])
})
