import { CommandError } from '../resp/reply.ts'
import { float } from './numbers.ts'
import type { Scored, SortedSet } from './sorted-set.ts'

/** Where a range of a sorted set lies: indices, the end exclusive. */
export type Span = readonly [start: number, end: number]

interface Bound {
  readonly value: number
  readonly open: boolean
}

function bound(text: string): Bound {
  const open = text.startsWith('(')
  return { value: float(open ? text.slice(1) : text, 'ERR min or max is not a float'), open }
}

/** `(1 +inf`. @throws CommandError */
export function spanByScore(set: SortedSet, min: string, max: string): Span {
  const [from, to] = [bound(min), bound(max)]
  const start = set.first(({ score }) => (from.open ? score > from.value : score >= from.value))
  const end = set.first(({ score }) => (to.open ? score >= to.value : score > to.value))
  return [start, Math.max(start, end)]
}

type Reached = (item: Scored) => boolean

function lexBound(text: string, isStart: boolean): Reached {
  if (text === '-') return () => true
  if (text === '+') return () => false
  const value = text.slice(1)
  if (text[0] !== '[' && text[0] !== '(') throw new CommandError('ERR min or max not valid string range item')
  const strict = (text[0] === '(') === isStart
  return ({ member }) => (strict ? member > value : member >= value)
}

/** `[a (c`. @throws CommandError */
export function spanByLex(set: SortedSet, min: string, max: string): Span {
  const start = set.first(lexBound(min, true))
  const end = set.first(lexBound(max, false))
  return [start, Math.max(start, end)]
}
