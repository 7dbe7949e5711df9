import { GoBytes, isRecord, printValue } from './value.ts'

/** One directive of a format: `%+08.3f`. */
interface Directive {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
}

function pad(text: string, { flags, width }: Directive): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0')) return text.padStart(width)
  const sign = /^[+-]/.test(text) ? text.charAt(0) : ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}

export const goType = (value: unknown): string => {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return '[]string'
  if (isRecord(value) || value instanceof Map) return 'map[string]interface {}'
  return Number.isInteger(value) ? 'int' : 'float64'
}

type Verb = (value: unknown, directive: Directive) => string | undefined
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const integer = (value: unknown): number | undefined => (Number.isInteger(value) ? Number(value) : undefined)

const cut = (text: string, precision: number | undefined): string =>
  precision === undefined ? text : Array.from(text).slice(0, precision).join('')

function signed(text: string | undefined, flags: string): string | undefined {
  if (text === undefined || text.startsWith('-')) return text
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text
}

/** Go writes two digits of exponent at least. */
const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')

function general(value: number, precision: number | undefined): string {
  if (precision === undefined) {
    const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
    return power < -4 || power >= 21 ? exponent(value.toExponential()) : String(value)
  }
  const digits = Math.max(precision, 1)
  const power = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1])
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)))
  return exponent(value.toExponential(digits - 1).replace(/\.?0+e/, 'e'))
}

const hex = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')

const based =
  (base: number, prefix: string): Verb =>
  (value, { flags }) => {
    const digits = integer(value)?.toString(base)
    return digits === undefined ? undefined : signed((flags.includes('#') ? prefix : '') + digits, flags)
  }

const hexadecimal: Verb = (value, directive) =>
  typeof value === 'string' ? hex(value) : based(16, '0x')(value, directive)

const VERBS: Readonly<Record<string, Verb>> = {
  v: (value, { flags }) =>
    flags.includes('#') && typeof value === 'string' ? JSON.stringify(value) : printValue(value),
  s: (value, { precision }) =>
    typeof value === 'number' || typeof value === 'boolean'
      ? undefined
      : cut(value instanceof GoBytes ? value.text : printValue(value), precision),
  q: (value, { precision }) => {
    if (typeof value === 'string') return JSON.stringify(cut(value, precision))
    return integer(value) === undefined ? undefined : `'${String.fromCodePoint(Number(value))}'`
  },
  d: (value, { flags }) => signed(integer(value)?.toString(), flags),
  f: (value, { precision, flags }) => signed(number(value)?.toFixed(precision ?? 6), flags),
  F: (value, { precision, flags }) => signed(number(value)?.toFixed(precision ?? 6), flags),
  e: (value, { precision }) => {
    const n = number(value)
    return n === undefined ? undefined : exponent(n.toExponential(precision ?? 6))
  },
  E: (value, directive) => VERBS.e?.(value, directive)?.toUpperCase(),
  g: (value, { precision }) => {
    const n = number(value)
    return n === undefined ? undefined : general(n, precision)
  },
  G: (value, directive) => VERBS.g?.(value, directive)?.toUpperCase(),
  x: hexadecimal,
  X: (value, directive) => hexadecimal(value, directive)?.toUpperCase(),
  o: based(8, '0'),
  O: based(8, '0o'),
  b: based(2, '0b'),
  c: (value) => (integer(value) === undefined ? undefined : String.fromCodePoint(Number(value))),
  U: (value) => {
    const n = integer(value)
    return n === undefined ? undefined : `U+${n.toString(16).toUpperCase().padStart(4, '0')}`
  },
  t: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  T: goType,
}
/** Verbs of whole numbers, which a fraction does not fit, and the other way round. */
const FRACTIONS = 'eEfFgG'

/** Go's fmt.Sprintf. */
export function sprintf(format: string, args: readonly unknown[]): string {
  let next = 0
  const text = format.replace(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+)?)?([a-zA-Z%]|$)/g,
    (all: string, flags: string, width: string | undefined, digits: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      if (verb === '') return '%!(NOVERB)'
      const columns = width === '*' ? Number(args[next++]) : Number(width ?? 0)
      if (next >= args.length) return `%!${verb}(MISSING)`
      const value = args[next++]
      const directive = { flags, width: columns, precision: all.includes('.') ? Number(digits ?? 0) : undefined }
      const printed = VERBS[verb]?.(value, directive)
      const fits = !(FRACTIONS.includes(verb) && Number.isInteger(value))
      return printed === undefined || !fits ? misfit(verb, value) : pad(printed, directive)
    },
  )
  const extra = args.slice(next)
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map((v) => `${goType(v)}=${printValue(v)}`).join(', ')})`
}

const misfit = (verb: string, value: unknown): string =>
  value === null || value === undefined ? `%!${verb}(<nil>)` : `%!${verb}(${goType(value)}=${printValue(value)})`
