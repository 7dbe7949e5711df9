import { coerced, JChar, JDouble, numberOf, type Value } from './values.ts'

type Of<T> = (a: T, b: T) => T

const INTS: Readonly<Record<string, Of<number>>> = {
  '+': (a, b) => (a + b) | 0,
  '-': (a, b) => (a - b) | 0,
  '*': Math.imul,
  '/': (a, b) => Math.trunc(a / b) | 0,
  '%': (a, b) => (a % b) | 0,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
}
const LONGS: Readonly<Record<string, Of<bigint>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
}
const DOUBLES: Readonly<Record<string, Of<number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}
const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
}
const LOGIC: Readonly<Record<string, (a: boolean, b: boolean) => boolean>> = {
  '&': (a, b) => a && b,
  '|': (a, b) => a || b,
  '^': (a, b) => a !== b,
}

/** An integer was divided by zero. */
export class DividedByZero extends Error {}

const bigOf = (value: Value): bigint => (typeof value === 'bigint' ? value : BigInt(numberOf(value)))

const isNumber = (value: Value): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof JDouble || value instanceof JChar

/** Operators of numbers and booleans, after binary numeric promotion. JLS 5.6, 15.17 to 15.22. @throws DividedByZero */
export function operated(op: string, a: Value, b: Value): Value {
  if (typeof a === 'boolean' && typeof b === 'boolean')
    return op === '==' ? a === b : op === '!=' ? a !== b : LOGIC[op]?.(a, b)
  if (op === '==' || op === '!=') return same(a, b) === (op === '==')
  const order = ORDERS[op]
  if (order) return order(compared(a, b))
  if (op === '<<' || op === '>>' || op === '>>>') return shifted(op, a, b)
  if (a instanceof JDouble || b instanceof JDouble) return floating(op, a, b)
  const divides = op === '/' || op === '%'
  if (typeof a === 'bigint' || typeof b === 'bigint') {
    if (divides && bigOf(b) === 0n) throw new DividedByZero()
    return BigInt.asIntN(64, LONGS[op]?.(bigOf(a), bigOf(b)) ?? 0n)
  }
  if (divides && numberOf(b) === 0) throw new DividedByZero()
  return INTS[op]?.(numberOf(a), numberOf(b))
}

/** A float stays one beside another, and beside an integer. */
function floating(op: string, a: Value, b: Value): JDouble {
  const single = [a, b].every((each) => !(each instanceof JDouble) || each.single)
  const value = DOUBLES[op]?.(numberOf(a), numberOf(b)) ?? 0
  return new JDouble(single ? Math.fround(value) : value, single)
}

/** `==`: numbers by their value, everything else by identity. Equal texts are one object here. */
export function same(a: Value, b: Value): boolean {
  if (!isNumber(a) || !isNumber(b)) return a === b
  return typeof a === 'bigint' || typeof b === 'bigint' ? compared(a, b) === 0 : numberOf(a) === numberOf(b)
}

/** NaN is in no order with anything. */
function compared(a: Value, b: Value): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  const [left, right] = [numberOf(a), numberOf(b)]
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN
}

function shifted(op: string, a: Value, b: Value): Value {
  const by = Number(bigOf(b))
  if (typeof a === 'bigint') {
    const count = BigInt(by & 63)
    if (op === '<<') return BigInt.asIntN(64, a << count)
    return BigInt.asIntN(64, (op === '>>' ? a : BigInt.asUintN(64, a)) >> count)
  }
  const value = numberOf(a)
  if (op === '<<') return (value << by) | 0
  return op === '>>' ? value >> by : (value >>> by) | 0
}

const UNARY: Readonly<Record<string, (of: Value) => Value>> = {
  '!': (of) => of !== true,
  '+': (of) => (of instanceof JChar ? of.code : of),
  '-': (of) =>
    of instanceof JDouble ? new JDouble(-of.value, of.single) : operated('-', typeof of === 'bigint' ? 0n : 0, of),
  '~': (of) => (typeof of === 'bigint' ? ~of : ~numberOf(of)),
}

export const unaryOf = (op: string, of: Value): Value => UNARY[op]?.(of)

/** ++ and -- keep the kind of their operand. */
export function stepped(op: string, of: Value): Value {
  const next = operated(op === '++' ? '+' : '-', of, 1)
  return of instanceof JChar ? coerced('char', next) : next
}
