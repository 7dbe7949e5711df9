/** A decimal: `digits` / 10^`scale`. bc(1) keeps the scale of every number. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

export const ZERO: Decimal = { digits: 0n, scale: 0 }
export const ONE: Decimal = { digits: 1n, scale: 0 }
export const fromInteger = (value: number): Decimal => ({ digits: BigInt(value), scale: 0 })

const power10 = (count: number): bigint => 10n ** BigInt(Math.max(0, count))

/** More digits behind the point, or fewer: those are cut off. */
export const rescale = ({ digits, scale }: Decimal, to: number): Decimal =>
  to >= scale
    ? { digits: digits * power10(to - scale), scale: to }
    : { digits: digits / power10(scale - to), scale: to }

const aligned = (a: Decimal, b: Decimal): [bigint, bigint, number] => {
  const scale = Math.max(a.scale, b.scale)
  return [rescale(a, scale).digits, rescale(b, scale).digits, scale]
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b)
  return { digits: x + y, scale }
}
export const negate = ({ digits, scale }: Decimal): Decimal => ({ digits: -digits, scale })
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b))
export function compare(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Scale of the result: min(a+b, max(scale, a, b)). bc(1). */
export const multiply = (a: Decimal, b: Decimal, scale: number): Decimal =>
  rescale(
    { digits: a.digits * b.digits, scale: a.scale + b.scale },
    Math.min(a.scale + b.scale, Math.max(scale, a.scale, b.scale)),
  )

/** @throws RangeError when b is zero */
export const divide = (a: Decimal, b: Decimal, scale: number): Decimal => ({
  digits:
    rescale(a, scale + b.scale + Math.max(0, a.scale - scale - b.scale)).digits /
    b.digits /
    power10(a.scale - scale - b.scale),
  scale,
})

/** a - (a/b)*b with the division to `scale` digits. */
export function modulo(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale)
  const product = { digits: quotient.digits * b.digits, scale: quotient.scale + b.scale }
  return rescale(subtract(a, product), Math.max(scale + b.scale, a.scale))
}

/** The exponent is cut to an integer. */
export function power(base: Decimal, exponent: Decimal, scale: number): Decimal {
  const count = Number(rescale(exponent, 0).digits)
  const whole = { digits: base.digits ** BigInt(Math.abs(count)), scale: base.scale * Math.abs(count) }
  if (count < 0) return divide(ONE, whole, scale)
  return rescale(whole, Math.min(whole.scale, Math.max(scale, base.scale)))
}

function rootOf(value: bigint): bigint {
  if (value < 2n) return value
  let guess = 1n << BigInt((value.toString(2).length >> 1) + 1)
  for (;;) {
    const next = (guess + value / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}
export function squareRoot(value: Decimal, scale: number): Decimal {
  const digits = Math.max(scale, value.scale)
  return { digits: rootOf(rescale(value, digits * 2).digits), scale: digits }
}

/** How many digits it has without leading zeros. */
export const lengthOf = ({ digits, scale }: Decimal): number => {
  const text = (digits < 0n ? -digits : digits).toString()
  return digits === 0n ? Math.max(1, scale) : Math.max(text.length, text.length < scale ? text.length : 0)
}

const DIGITS = '0123456789ABCDEF'

/** A number in input base `base`; single digits may be greater than the base. */
export function parseNumber(text: string, base: number): Decimal {
  const [whole = '', fraction = ''] = text.split('.')
  const valueOf = (char: string): number =>
    text.length === 1 ? DIGITS.indexOf(char) : Math.min(DIGITS.indexOf(char), base - 1)
  const all = Array.from(whole + fraction, valueOf)
  const digits = all.reduce((sum, digit) => sum * BigInt(base) + BigInt(digit), 0n)
  if (base === 10) return { digits, scale: fraction.length }
  return {
    digits: (digits * power10(fraction.length)) / BigInt(base) ** BigInt(fraction.length),
    scale: fraction.length,
  }
}

function formatTen({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale).replace(/^0$/, scale > 0 ? '' : '0')
  return `${digits < 0n ? '-' : ''}${whole}${scale > 0 ? `.${text.slice(text.length - scale)}` : ''}`
}

/** Digits above base 16 are groups of decimal figures, a blank in front of each. */
const group = (digit: bigint, base: number): string =>
  base <= 16 ? DIGITS.charAt(Number(digit)) : ` ${digit.toString().padStart((base - 1).toString().length, '0')}`

export function formatNumber(value: Decimal, base: number): string {
  if (value.digits === 0n) return '0'
  if (base === 10) return formatTen(value)
  const unit = power10(value.scale)
  const size = value.digits < 0n ? -value.digits : value.digits
  let whole = ''
  for (let rest = size / unit; rest > 0n; rest /= BigInt(base)) whole = group(rest % BigInt(base), base) + whole
  let fraction = ''
  let rest = size % unit
  for (let reached = 1n; value.scale > 0 && reached < unit; reached *= BigInt(base)) {
    rest *= BigInt(base)
    fraction += group(rest / unit, base)
    rest %= unit
  }
  return `${value.digits < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}
