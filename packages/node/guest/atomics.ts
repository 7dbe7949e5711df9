import { invalidType } from './errors.ts'

declare function __now(): number

/**
 * ECMA-262, Atomics: the engine has none. Whoever could come in between is another process here, and has no memory in
 * common with this one; so each of these is as undivided as it can be.
 */
type Numbers = Int32Array | BigInt64Array
type Change = (before: number | bigint, value: number | bigint) => number | bigint
const KINDS = [
  'Int8Array',
  'Uint8Array',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
]

function placeIn(array: Numbers, index: number): number {
  if (!KINDS.includes(array?.constructor?.name ?? ''))
    throw new TypeError('[object Object] is not an integer typed array.')
  if (!(index >= 0 && index < array.length)) throw new RangeError('Invalid atomic access index')
  return Math.trunc(index)
}
const changing =
  (change: Change) =>
  (array: Numbers, index: number, value: number | bigint): number | bigint => {
    const place = placeIn(array, index)
    const before = array[place] as number | bigint
    ;(array as unknown as Record<number, number | bigint>)[place] = change(before, value)
    return before
  }
const bits =
  (number: (a: number, b: number) => number, big: (a: bigint, b: bigint) => bigint): Change =>
  (a, b) =>
    typeof a === 'bigint' ? big(a, b as bigint) : number(a, b as number)

export const atomics = {
  add: changing(
    bits(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
  ),
  sub: changing(
    bits(
      (a, b) => a - b,
      (a, b) => a - b,
    ),
  ),
  and: changing(
    bits(
      (a, b) => a & b,
      (a, b) => a & b,
    ),
  ),
  or: changing(
    bits(
      (a, b) => a | b,
      (a, b) => a | b,
    ),
  ),
  xor: changing(
    bits(
      (a, b) => a ^ b,
      (a, b) => a ^ b,
    ),
  ),
  exchange: changing((_, value) => value),
  load: (array: Numbers, index: number) => array[placeIn(array, index)],
  store(array: Numbers, index: number, value: number | bigint): number | bigint {
    ;(array as unknown as Record<number, number | bigint>)[placeIn(array, index)] = value
    return value
  },
  compareExchange(array: Numbers, index: number, expected: number | bigint, value: number | bigint) {
    const place = placeIn(array, index)
    const before = array[place]
    if (before === expected) (array as unknown as Record<number, number | bigint>)[place] = value
    return before
  },
  isLockFree: (size: number) => [1, 2, 4, 8].includes(size),
  /** Nobody else can wake who waits: it is a sleep. */
  wait(array: Numbers, index: number, value: number | bigint, ms = Number.POSITIVE_INFINITY): string {
    if (array[placeIn(array, index)] !== value) return 'not-equal'
    if (ms === Number.POSITIVE_INFINITY) throw invalidType('timeout', 'a number: nobody could wake this process', ms)
    for (const end = __now() + ms; __now() < end; );
    return 'timed-out'
  },
  notify: (array: Numbers, index: number) => (placeIn(array, index), 0),
}
Object.defineProperty(atomics, Symbol.toStringTag, { value: 'Atomics', configurable: true })
if (!('Atomics' in globalThis))
  Object.defineProperty(globalThis, 'Atomics', { value: atomics, configurable: true, writable: true })
