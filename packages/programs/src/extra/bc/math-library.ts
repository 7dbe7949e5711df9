import { add, type Decimal, divide, fromInteger, negate, ONE, rescale, squareRoot, subtract, ZERO } from './number.ts'

/** Digits worked with beyond those asked for. */
const GUARD = 8

const times = (a: Decimal, b: Decimal, scale: number): Decimal =>
  rescale({ digits: a.digits * b.digits, scale: a.scale + b.scale }, scale)

/** Sums terms until they vanish at `scale` digits. */
function series(first: Decimal, next: (term: Decimal, n: number) => Decimal): Decimal {
  let sum = first
  let term = first
  for (let n = 1; term.digits !== 0n; n++) {
    term = next(term, n)
    sum = add(sum, term)
  }
  return sum
}

/** e^x = (e^(x/2^k))^(2^k). */
function exponential(x: Decimal, scale: number): Decimal {
  if (x.digits < 0n) return divide(ONE, exponential(negate(x), scale + GUARD), scale)
  const whole = Number(rescale(x, 0).digits)
  const halvings = Math.max(0, whole.toString(2).length) + 4
  const work = scale + GUARD + Math.ceil(whole * 0.45) + halvings
  const small = divide(x, fromInteger(2 ** halvings), work)
  let result = series(rescale(ONE, work), (term, n) => divide(times(term, small, work), fromInteger(n), work))
  for (let i = 0; i < halvings; i++) result = times(result, result, work)
  return rescale(result, scale)
}

/** ln x = 2^k · 2·artanh((r-1)/(r+1)), r the 2^k-th root of x. */
function logarithm(x: Decimal, scale: number): Decimal {
  if (x.digits <= 0n) return rescale({ digits: 1n - 10n ** BigInt(scale), scale: 0 }, scale)
  const work = scale + GUARD + 12
  let root = rescale(x, Math.max(work, x.scale))
  let factor = 2
  while (Math.abs(Number(rescale(subtract(root, ONE), 6).digits)) > 100_000) {
    root = squareRoot(root, work)
    factor *= 2
  }
  const ratio = divide(subtract(root, ONE), add(root, ONE), work)
  const square = times(ratio, ratio, work)
  let odd = ratio
  const sum = series(ratio, () => ZERO)
  let total = sum
  for (let n = 3; odd.digits !== 0n; n += 2) {
    odd = times(odd, square, work)
    total = add(total, divide(odd, fromInteger(n), work))
  }
  return rescale(times(total, fromInteger(factor), work), scale)
}

function arcTangent(x: Decimal, scale: number): Decimal {
  const work = scale + GUARD + 4
  let value = rescale(x, Math.max(work, x.scale))
  let factor = 1
  // atan x = 2 atan(x / (1 + sqrt(1 + x²))) makes the series short.
  while (Math.abs(Number(rescale(value, 3).digits)) > 100) {
    const root = squareRoot(add(ONE, times(value, value, work)), work)
    value = divide(value, add(ONE, root), work)
    factor *= 2
  }
  const square = negate(times(value, value, work))
  let power = value
  let total = value
  for (let n = 3; power.digits !== 0n; n += 2) {
    power = times(power, square, work)
    total = add(total, divide(power, fromInteger(n), work))
  }
  return rescale(times(total, fromInteger(factor), work), scale)
}

function sine(x: Decimal, scale: number): Decimal {
  const work = scale + GUARD + 4 + lengthBeforePoint(x)
  const turn = times(arcTangent(ONE, work), fromInteger(8), work)
  const turns = rescale(divide(x, turn, 0), 0)
  const value = rescale(subtract(x, times(turns, turn, work)), work)
  const square = negate(times(value, value, work))
  return rescale(
    series(value, (term, n) => divide(times(term, square, work), fromInteger(2 * n * (2 * n + 1)), work)),
    scale,
  )
}
const lengthBeforePoint = (x: Decimal): number => rescale(x, 0).digits.toString().length

const cosine = (x: Decimal, scale: number): Decimal =>
  sine(add(x, times(arcTangent(ONE, scale + GUARD + 4), fromInteger(2), scale + GUARD + 4)), scale)

/** The functions of `bc -l`, to `scale` digits, cut off. */
export const MATH_LIBRARY: ReadonlyMap<string, (x: Decimal, scale: number) => Decimal> = new Map([
  ['e', exponential],
  ['l', logarithm],
  ['a', arcTangent],
  ['s', sine],
  ['c', cosine],
])
