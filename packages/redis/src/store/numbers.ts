import { CommandError, NOT_FLOAT, NOT_INTEGER } from '../resp/reply.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

/** A 64 bit integer written the one way redis takes it. @returns undefined otherwise */
export function parseInteger(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined
  const value = BigInt(text)
  return value < MIN || value > MAX ? undefined : value
}

/** @throws CommandError */
export function integer(text: string, message = NOT_INTEGER): number {
  const value = parseInteger(text)
  if (value === undefined) throw new CommandError(message)
  return Number(value)
}

/** The sum as text. @throws CommandError when it does not fit */
export function addIntegers(current: string, by: string): string {
  const [a, b] = [parseInteger(current), parseInteger(by)]
  if (a === undefined || b === undefined) throw new CommandError(NOT_INTEGER)
  const sum = a + b
  if (sum < MIN || sum > MAX) throw new CommandError('ERR increment or decrement would overflow')
  return String(sum)
}

const INFINITE: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-inf', -Infinity],
  ['-infinity', -Infinity],
])

/** @throws CommandError */
export function float(text: string, message = NOT_FLOAT): number {
  const infinite = INFINITE.get(text.toLowerCase())
  if (infinite !== undefined) return infinite
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new CommandError(message)
  return Number(text)
}

/** Digits of INCRBYFLOAT: no exponent, no zeros at the end. */
export function floatText(value: number): string {
  const plain = String(value)
  if (!plain.includes('e')) return plain
  const digits = value.toFixed(17)
  return digits.includes('e') ? BigInt(Math.round(value)).toString() : digits.replace(/\.?0+$/, '')
}

/** Start and end (exclusive) of a range that may count from the end. */
export function range(start: number, stop: number, length: number): readonly [start: number, end: number] {
  const from = Math.max(0, start < 0 ? length + start : start)
  const to = Math.min(length - 1, stop < 0 ? length + stop : stop)
  return from > to ? [0, 0] : [from, to + 1]
}
