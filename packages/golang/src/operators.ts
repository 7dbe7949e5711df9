import { take } from './channels.ts'
import { order } from './format.ts'
import { runtimeError } from './panic.ts'
import {
  bare,
  bytesOf,
  Channel,
  copied,
  equal,
  Float,
  GoMap,
  Named,
  numberOf,
  Pointer,
  Slice,
  textOfBytes,
  type Value,
} from './values.ts'

export const dereferenced = (value: Value): Value => (value instanceof Pointer ? value.get() : value)

export function intOf(text: string): number {
  const plain = text.replaceAll('_', '')
  return /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain)
}

export function within(index: number, length: number): number {
  if (index >= 0 && index < length) return index
  throw runtimeError(`index out of range [${index}] with length ${length}`)
}

/** What was a float, or of a named type, stays so. */
export function like(old: Value, value: Value): Value {
  if (old instanceof Float && typeof value === 'number') return new Float(value)
  if (old instanceof Named && !(value instanceof Named) && value !== undefined && typeof bare(old) === typeof value)
    return new Named(old.type, value)
  return copied(value)
}

export async function* rounds(over: Value): AsyncGenerator<readonly [Value, Value?], void, void> {
  if (typeof over === 'number') for (let i = 0; i < over; i++) yield [i]
  else if (over instanceof Slice) for (let i = 0; i < over.length; i++) yield [i, over.items[over.from + i]]
  else if (over instanceof GoMap) for (const { key, value } of [...over.entries.values()]) yield [key, value]
  else if (typeof over === 'string') {
    let at = 0
    for (const sign of over) {
      yield [at, sign.codePointAt(0)]
      at += bytesOf(sign).length
    }
  } else if (over instanceof Channel) {
    for (;;) {
      const { value, ok } = await take(over)
      if (!ok) return
      yield [value]
    }
  }
}

export function cut(of: Value, from: number, to: number | undefined): Value {
  if (typeof of === 'string') {
    const bytes = bytesOf(of)
    const end = to ?? bytes.length
    if (from < 0 || end > bytes.length || from > end)
      throw runtimeError(`slice bounds out of range [:${end}] with length ${bytes.length}`)
    return textOfBytes(bytes.slice(from, end))
  }
  if (!(of instanceof Slice)) return new Slice([])
  const end = to ?? of.length
  const capacity = of.items.length - of.from
  if (from < 0 || end > capacity || from > end)
    throw runtimeError(`slice bounds out of range [:${end}] with capacity ${capacity}`)
  return new Slice(of.items, of.of, of.from + from, end - from)
}

const INT_SIGNS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '%': (a, b) => a % b,
  '&': (a, b) => Number(BigInt.asIntN(64, BigInt(a) & BigInt(b))),
  '|': (a, b) => Number(BigInt.asIntN(64, BigInt(a) | BigInt(b))),
  '^': (a, b) => Number(BigInt.asIntN(64, BigInt(a) ^ BigInt(b))),
  '&^': (a, b) => Number(BigInt.asIntN(64, BigInt(a) & ~BigInt(b))),
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => Math.floor(a / 2 ** b),
}

/** @throws GoPanic for a division of integers by zero */
export function arithmetic(sign: string, left: Value, right: Value): Value {
  if (sign === '==') return equal(left, right)
  if (sign === '!=') return !equal(left, right)
  if (['<', '<=', '>', '>='].includes(sign)) {
    const way = order(left, right)
    return sign === '<' ? way < 0 : sign === '<=' ? way <= 0 : sign === '>' ? way > 0 : way >= 0
  }
  const named = left instanceof Named ? left.type : right instanceof Named ? right.type : undefined
  const plain = plainArithmetic(sign, bare(left), bare(right))
  return named === undefined ? plain : new Named(named, plain)
}

function plainArithmetic(sign: string, a: Value, b: Value): Value {
  if (typeof a === 'string' && sign === '+') return a + (typeof b === 'string' ? b : '')
  const [x, y] = [numberOf(a), numberOf(b)]
  if (a instanceof Float || b instanceof Float) {
    if (sign === '/') return new Float(x / y)
    return new Float(INT_SIGNS[sign]?.(x, y) ?? 0)
  }
  if ((sign === '/' || sign === '%') && y === 0) throw runtimeError('integer divide by zero')
  return sign === '/' ? Math.trunc(x / y) : (INT_SIGNS[sign]?.(x, y) ?? 0)
}
