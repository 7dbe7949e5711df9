import { isRecord, printValue } from './value.ts'

const pad = (text: string, flags: string, width: string): string => {
  const size = Number(width || 0)
  if (flags.includes('-')) return text.padEnd(size)
  return flags.includes('0') ? text.padStart(size, '0') : text.padStart(size)
}

const goType = (value: unknown): string =>
  typeof value === 'string'
    ? 'string'
    : typeof value === 'boolean'
      ? 'bool'
      : Number.isInteger(value)
        ? 'int'
        : 'float64'

type Verb = (value: unknown, precision: string | undefined, flags: string) => string | undefined
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const cut = (text: string, precision: string | undefined): string =>
  precision === undefined
    ? text
    : Array.from(text)
        .slice(0, Number(precision || 0))
        .join('')

const VERBS: Readonly<Record<string, Verb>> = {
  v: (value, _, flags) =>
    flags.includes('#') && typeof value === 'string' ? JSON.stringify(value) : printValue(value),
  s: (value, precision) =>
    typeof value === 'number' || typeof value === 'boolean' ? undefined : cut(printValue(value), precision),
  q: (value) => (typeof value === 'string' ? JSON.stringify(value) : undefined),
  d: (value, _, flags) => {
    const n = number(value)
    return n === undefined ? undefined : flags.includes('+') && n >= 0 ? `+${n}` : String(n)
  },
  f: (value, precision) => number(value)?.toFixed(precision === undefined ? 6 : Number(precision)),
  x: (value) => (typeof value === 'string' ? hex(value) : number(value)?.toString(16)),
  X: (value) => (typeof value === 'string' ? hex(value) : number(value)?.toString(16))?.toUpperCase(),
  o: (value) => number(value)?.toString(8),
  b: (value) => number(value)?.toString(2),
  c: (value) => (number(value) === undefined ? undefined : String.fromCodePoint(Number(value))),
  t: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  T: (value) => (isRecord(value) ? 'map[string]interface {}' : goType(value)),
}
const hex = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Go's fmt.Sprintf. */
export function sprintf(format: string, args: readonly unknown[]): string {
  let next = 0
  const text = format.replace(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+)?)?([a-zA-Z%])/g,
    (all: string, flags: string, width: string | undefined, digits: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      const size = width === '*' ? String(args[next++]) : (width ?? '')
      if (next >= args.length) return `%!${verb}(MISSING)`
      const value = args[next++]
      const precision = all.includes('.') ? (digits ?? '0') : undefined
      const printed = VERBS[verb]?.(value, precision, flags)
      return printed === undefined ? `%!${verb}(${goType(value)}=${printValue(value)})` : pad(printed, flags, size)
    },
  )
  const extra = args.slice(next)
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map((v) => `${goType(v)}=${printValue(v)}`).join(', ')})`
}
