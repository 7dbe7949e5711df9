import {
  bare,
  Channel,
  Closure,
  Float,
  GoMap,
  Named,
  numberOf,
  Opaque,
  Pointer,
  Slice,
  Struct,
  textOfBytes,
  Tuple,
  type Value,
} from './values.ts'

/** Calls String() or Error() of a value that has one. */
export type Speaker = (value: Value) => Promise<string | undefined>

/** A float as %v shows it: shortest, with an exponent below 1e-4 and from 1e21 on. Package fmt */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return String(value)
}

/** %v. @param quoted with names of fields (%+v) @param within not at the top: nil reads <nil> */
export async function valueText(value: Value, speak: Speaker, named = false): Promise<string> {
  const own = await speak(value)
  if (own !== undefined) return own
  if (value === undefined) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Named) return valueText(value.value, speak, named)
  if (value instanceof Slice) return `[${(await each(value.all(), speak, named)).join(' ')}]`
  if (value instanceof GoMap) {
    const entries = [...value.entries.values()].toSorted((a, b) => order(a.key, b.key))
    const texts = []
    for (const entry of entries)
      texts.push(`${await valueText(entry.key, speak, named)}:${await valueText(entry.value, speak, named)}`)
    return `map[${texts.join(' ')}]`
  }
  if (value instanceof Struct) {
    const texts = []
    for (const [name, field] of value.fields)
      texts.push(`${named ? `${name}:` : ''}${await valueText(field, speak, named)}`)
    return `{${texts.join(' ')}}`
  }
  if (value instanceof Pointer) {
    const inner = value.get()
    return inner instanceof Struct ? `&${await valueText(inner, speak, named)}` : '0xc000012028'
  }
  if (value instanceof Opaque) return value.text
  if (value instanceof Tuple) return (await each(value.values, speak, named)).join(' ')
  return value instanceof Channel || value instanceof Closure || typeof value === 'function' ? '0xc000100000' : ''
}

async function each(values: readonly Value[], speak: Speaker, named: boolean): Promise<string[]> {
  const texts = []
  for (const value of values) texts.push(await valueText(value, speak, named))
  return texts
}

export const order = (a: Value, b: Value): number => {
  const [x, y] = [bare(a), bare(b)]
  if (typeof x === 'string' && typeof y === 'string') return x < y ? -1 : x > y ? 1 : 0
  return numberOf(x) - numberOf(y)
}

/** The name of a value's type: %T. */
export function typeName(value: Value): string {
  if (value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'int'
  if (value instanceof Float) return 'float64'
  if (value instanceof Named) return `main.${value.type}`
  if (value instanceof Struct) return `main.${value.type}`
  if (value instanceof Pointer) return `*${typeName(value.get())}`
  if (value instanceof Slice)
    return `[]${value.of === '' ? typeName(value.all()[0]).replace('<nil>', 'interface {}') : value.of}`
  if (value instanceof GoMap) return 'map[string]interface {}'
  if (value instanceof Opaque) return value.type
  return 'func()'
}

const quote = (text: string): string => JSON.stringify(text)
const VERB = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*))?([a-zA-Z%])/g

/** Package fmt: Printf and its kin. */
export async function formatted(format: string, given: readonly Value[], speak: Speaker): Promise<string> {
  const args = [...given]
  let [out, at] = ['', 0]
  for (const match of format.matchAll(VERB)) {
    const [whole, flags = '', widthText, digitsText, verb = ''] = match
    out += format.slice(at, match.index)
    at = match.index + whole.length
    if (verb === '%') {
      out += '%'
      continue
    }
    const width = widthText === '*' ? numberOf(args.shift()) : Number(widthText ?? 0)
    const digits =
      digitsText === '*' ? numberOf(args.shift()) : digitsText === undefined ? undefined : Number(digitsText)
    out +=
      args.length === 0
        ? `%!${verb}(MISSING)`
        : padded(await one(verb, args.shift(), flags, digits, speak), flags, width)
  }
  out += format.slice(at)
  if (args.length === 0) return out
  const extra = []
  for (const value of args) extra.push(`${typeName(value)}=${await valueText(value, speak)}`)
  return `${out}%!(EXTRA ${extra.join(', ')})`
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (flags.includes('0') && /^[+-]?[\d.]/.test(text)) {
    const [, sign = '', rest = ''] = /^([+-]?)(.*)$/.exec(text) ?? []
    return sign + rest.padStart(width - sign.length, '0')
  }
  return text.padStart(width)
}

async function one(
  verb: string,
  value: Value,
  flags: string,
  digits: number | undefined,
  speak: Speaker,
): Promise<string> {
  const inner = bare(value)
  const wrong = async (): Promise<string> => `%!${verb}(${typeName(value)}=${await valueText(value, speak)})`
  const signed = (text: string): string => (flags.includes('+') && !text.startsWith('-') ? `+${text}` : text)
  if (verb === 'v') {
    if (flags.includes('#') && typeof inner === 'string') return quote(inner)
    return valueText(value, speak, flags.includes('+') || flags.includes('#'))
  }
  if (verb === 'T') return typeName(value)
  if (verb === 's' || verb === 'q') {
    const own = inner instanceof Slice ? textOfBytes(inner.all()) : await valueText(value, speak)
    if (typeof inner === 'number' || inner instanceof Float) return wrong()
    const cut = digits === undefined ? own : own.slice(0, digits)
    return verb === 'q' ? quote(cut) : cut
  }
  if (verb === 't') return typeof inner === 'boolean' ? String(inner) : wrong()
  if (verb === 'p') return '0xc000012028'
  if (verb === 'x' || verb === 'X') {
    const bytes =
      typeof inner === 'string'
        ? [...new TextEncoder().encode(inner)]
        : inner instanceof Slice
          ? inner.all().map(numberOf)
          : undefined
    const text = bytes
      ? bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
      : Math.trunc(numberOf(inner)).toString(16)
    return verb === 'X' ? text.toUpperCase() : text
  }
  if (verb === 'd' || verb === 'b' || verb === 'o' || verb === 'c' || verb === 'U') {
    if (inner instanceof Slice && verb === 'd')
      return `[${inner
        .all()
        .map((item) => String(numberOf(item)))
        .join(' ')}]`
    if (typeof inner !== 'number') return wrong()
    if (verb === 'c') return String.fromCodePoint(inner)
    if (verb === 'U') return `U+${inner.toString(16).toUpperCase().padStart(4, '0')}`
    return signed(inner.toString(verb === 'd' ? 10 : verb === 'b' ? 2 : 8))
  }
  if (['f', 'F', 'e', 'g'].includes(verb)) {
    if (!(inner instanceof Float)) return wrong()
    if (verb === 'e') return signed(inner.value.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, 'e$10$2'))
    if (verb === 'g')
      return signed(digits === undefined ? floatText(inner.value) : String(Number(inner.value.toPrecision(digits))))
    return signed(inner.value.toFixed(digits ?? 6))
  }
  return wrong()
}
