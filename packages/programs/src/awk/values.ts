import { type Conversion, formatFloat } from '../format/c-printf.ts'

/** Text that came from outside and looks like a number: compared as one. POSIX awk, "numeric string". */
export class NumericString {
  readonly text: string
  readonly value: number
  constructor(text: string, value: number) {
    this.text = text
    this.value = value
  }
}

/** Undefined: a variable that was never set, which is "" and 0. */
export type Value = number | string | NumericString | undefined

/** A name: a scalar, an array, or not yet known which. */
export class Variable {
  scalar: Value = undefined
  private table: Map<string, Value> | undefined
  /** The caller's variable that this parameter stands for, as long as neither was used. */
  private readonly origin: Variable | undefined

  constructor(scalar?: Value, origin?: Variable) {
    this.scalar = scalar
    this.origin = origin
  }

  get array(): Map<string, Value> {
    this.table ??= this.origin ? this.origin.array : new Map()
    return this.table
  }

  isArray(): boolean {
    return this.table !== undefined || (this.origin?.isArray() ?? false)
  }
}

const NUMBER = /^[ \t\n\r\f\v]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/
const WHOLE = /^[ \t\n\r\f\v]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\f\v]*$/
const SPECIAL = /^[ \t\n]*([+-])(inf|nan)/i

/** The number at the head of the text, as strtod(3) in the decimal forms. */
export function parseNumber(text: string): number {
  const match = NUMBER.exec(text)
  if (match) return Number(match[1])
  const special = SPECIAL.exec(text)
  if (!special) return 0
  if (special[2]?.toLowerCase() === 'nan') return NaN
  return special[1] === '-' ? -Infinity : Infinity
}

/** A value of input: fields, getline, FS splitting, ARGV, -v, ENVIRON. */
export function fromInput(text: string): Value {
  const first = text.charCodeAt(0)
  // Nothing that begins with a letter, as most of a text does, is a number.
  if (first > NINE || Number.isNaN(first)) return text
  const digits = wholeNumber(text)
  if (digits >= 0) return new NumericString(text, digits)
  return WHOLE.test(text) ? new NumericString(text, Number(text.trim())) : text
}
const NINE = 57
const ZERO = 48

/** Of digits alone, which most numbers are; -1 for everything else. */
function wholeNumber(text: string): number {
  if (text.length > 15) return -1
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  return typeof value === 'string' ? parseNumber(value) : value.value
}

export const toBoolean = (value: Value): boolean => {
  if (typeof value === 'number') return value !== 0
  if (value === undefined) return false
  return typeof value === 'string' ? value !== '' : value.value !== 0
}

/** Numbers that are whole print in full, others by CONVFMT or OFMT. */
export function formatNumber(value: number, format: string): string {
  if (Number.isInteger(value))
    return Math.abs(value) < 1e16 ? String(value === 0 ? 0 : value) : wholeText(value, format)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  return byFormat(value, format)
}
const wholeText = (value: number, format: string): string =>
  Math.abs(value) < 2 ** 63 ? BigInt(value).toString() : byFormat(value, format)

const SIX_DIGITS: Conversion = { flags: '', width: 0, precision: 6, type: 'g' }
function byFormat(value: number, format: string): string {
  if (format === '%.6g') return formatFloat(value, SIX_DIGITS)
  const match = /^([^%]*)%([-+ #0]*)(\d*)(?:\.(\d+))?([a-zA-Z])(.*)$/s.exec(format)
  if (!match) return format
  const [, head = '', flags = '', width = '', precision, type = 'g', tail = ''] = match
  if (type === 'd' || type === 'i') return `${head}${Math.trunc(value)}${tail}`
  const conversion = {
    flags,
    width: Number(width),
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
  return head + formatFloat(value, conversion) + tail
}

export function toText(value: Value, format: string): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  return typeof value === 'number' ? formatNumber(value, format) : value.text
}

/** Texts of values, with a separator between them. */
export function joined(values: readonly Value[], separator: string, format: string): string {
  let text = toText(values[0], format)
  for (let at = 1; at < values.length; at++) text += separator + toText(values[at], format)
  return text
}

/** @returns below, at or above zero; NaN where numbers do not compare */
export function compare(left: Value, right: Value, format: string): number {
  if (typeof left !== 'string' && typeof right !== 'string' && !(left === undefined && right === undefined)) {
    const difference = toNumber(left) - toNumber(right)
    return Number.isNaN(difference) && toNumber(left) === toNumber(right) ? 0 : difference
  }
  const a = toText(left, format)
  const b = toText(right, format)
  return a < b ? -1 : a > b ? 1 : 0
}
