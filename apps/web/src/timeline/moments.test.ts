import type { Moment } from '@drydock/playground/rpc'
import { describe, expect, it } from 'vitest'
import { nextRedo, nextUndo, takenBack } from './moments.ts'

/** `1` is something done, `3>1` went back to the first. */
const line = (text: string): readonly Moment[] =>
  text.split(' ').map((word) => {
    const [id, to] = word.split('>').map(Number)
    const rest = { atMs: 0, command: word, id: id ?? 0 }
    return to === undefined ? { ...rest, kind: 'command' } : { ...rest, kind: 'return', to }
  })

describe('moments', () => {
  it.each([
    ['1 2 3', 3],
    ['1 2 3 4>3', 2],
    ['1 2 3 4>3 5>2', 1],
    ['1 2 3 4>3 5>2 6', 6],
    ['1 2 3 4>3 5>4', 3],
    ['1 2>1', undefined],
  ])('after %s, undo takes back %s', (text, id) => {
    expect(nextUndo(line(text))?.id).toBe(id)
  })

  it.each([
    ['1 2 3 4>2', [2, 3]],
    ['1 2 3 4>3 5>2', [2, 3, 4]],
    ['1 2 3 4>3 5>4', [4]],
  ])('after %s, %j are taken back', (text, ids) => {
    expect([...takenBack(line(text))].sort()).toEqual(ids)
  })

  it('leads forward only from a return', () => {
    expect(nextRedo(line('1 2 3>2'))?.id).toBe(3)
    expect(nextRedo(line('1 2'))).toBeUndefined()
  })
})
