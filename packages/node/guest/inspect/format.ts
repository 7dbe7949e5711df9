import { inspect, type InspectOptions } from '../inspect.ts'
import { bigintText, numberText } from './text.ts'

/** printf in node's manner: %s %d %i %f %j %o %O %c %%, the rest appended. */
export function format(args: readonly unknown[], options: InspectOptions = {}): string {
  const [first, ...rest] = args
  const words = (value: unknown): string => (typeof value === 'string' ? value : inspect(value, options))
  if (typeof first !== 'string' || args.length === 1) return args.map(words).join(' ')
  let used = 0
  const text = first.replaceAll(/%[sdifjoOc%]/g, (mark) => {
    if (mark === '%%') return '%'
    if (used >= rest.length) return mark
    return FORMATS[mark]?.(rest[used++], options) ?? mark
  })
  return [text, ...rest.slice(used).map(words)].join(' ')
}

/** Whether an object was told how to become a string by a class of the script. */
function saysItself(value: object): boolean {
  if (value instanceof Error || value instanceof Date) return true
  for (let at: object | null = value; at; at = Object.getPrototypeOf(at) as object | null) {
    if (!Object.hasOwn(at, 'toString')) continue
    const maker = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as object | undefined
    return at === value || (typeof maker === 'function' && !BUILTIN.has(maker))
  }
  return false
}
const BUILTIN = new Set<object>([
  Object,
  Array,
  Function,
  Map,
  Set,
  RegExp,
  Promise,
  Number,
  String,
  Boolean,
  Symbol,
  BigInt,
])

function asString(value: unknown, options: InspectOptions): string {
  if (typeof value === 'number') return numberText(value, false)
  if (typeof value === 'bigint') return bigintText(value, false)
  if (typeof value !== 'object' || value === null || saysItself(value)) {
    if (typeof value === 'function' && !Object.hasOwn(value, 'toString'))
      return inspect(value, { ...options, depth: 0, colors: false, compact: 3 })
    return typeof value === 'object' && value instanceof Date ? value.toISOString() : String(value)
  }
  return inspect(value, { ...options, depth: 0, colors: false, compact: 3 })
}

function toNumber(value: unknown, read: (text: string) => number, options: InspectOptions): string {
  if (typeof value === 'bigint') return bigintText(value, options.numericSeparator ?? false)
  return typeof value === 'symbol' || typeof value === 'object' ? 'NaN' : numberText(read(String(value)), false)
}

const FORMATS: Readonly<Record<string, (value: unknown, options: InspectOptions) => string>> = {
  '%s': asString,
  '%d': (value, options) => toNumber(value, Number, options),
  '%i': (value, options) => toNumber(value, (text) => Number.parseInt(text, 10), options),
  '%f': (value) => (typeof value === 'symbol' ? 'NaN' : numberText(Number.parseFloat(String(value)), false)),
  '%j': (value) => {
    try {
      return JSON.stringify(value) ?? 'undefined'
    } catch (error) {
      if (/circular/i.test((error as Error).message)) return '[Circular]'
      throw error
    }
  },
  '%o': (value, options) => inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 }),
  '%O': (value, options) => inspect(value, options),
  '%c': () => '',
}
