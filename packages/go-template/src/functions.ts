import { goType, sprintf } from './printf.ts'
import { isRecord, isTrue, Nil, printValue, toJson } from './value.ts'

/** A function failed; the executor says where. */
export class FunctionError extends Error {}
export type TemplateFunction = (...args: unknown[]) => unknown
export type FunctionTable = ReadonlyMap<string, TemplateFunction>

function at(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) throw new FunctionError('index of untyped nil')
  if (Array.isArray(value) || typeof value === 'string') {
    const place = Number(key)
    if (typeof key !== 'number') throw new FunctionError(`cannot index slice/array with type ${typeof key}`)
    if (place < 0 || place >= value.length) throw new FunctionError(`index out of range: ${place}`)
    return typeof value === 'string' ? value.charCodeAt(place) : value[place]
  }
  if (value instanceof Map) return (value.get(String(key)) as unknown) ?? ''
  if (isRecord(value)) return Object.hasOwn(value, String(key)) ? value[String(key)] : nothingOf(value)
  throw new FunctionError(`can't index item of type ${goType(value)}`)
}

/** What a map has at a key that it has not: texts are empty, of all else there is no value. */
const nothingOf = (map: Readonly<Record<string, unknown>>): unknown =>
  Object.values(map).every((each) => typeof each === 'string') ? '' : undefined

function size(value: unknown): number {
  if (Array.isArray(value)) return value.length
  if (typeof value === 'string') return new TextEncoder().encode(value).length
  if (value instanceof Map) return value.size
  if (isRecord(value)) return Object.keys(value).length
  if (value === null || value instanceof Nil) return 0
  if (value === undefined) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
  throw new FunctionError(`len of type ${goType(value)}`)
}

function compare(a: unknown, b: unknown): number {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string'))
    throw new FunctionError('incompatible types for comparison')
  const [left, right] = [a as number | string, b as number | string]
  return left < right ? -1 : left > right ? 1 : 0
}

function equal(a: unknown, b: unknown): boolean {
  if (a !== null && b !== null && typeof a !== typeof b) throw new FunctionError('incompatible types for comparison')
  return a === b
}

const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new FunctionError(
    `wrong type for value; expected string; got ${Number.isInteger(value) ? 'int' : typeof value}`,
  )
}
const title = (value: unknown): string => text(value).replace(/(^|\s)\p{Ll}/gu, (c) => c.toUpperCase())
function slice(value: unknown, ...bounds: unknown[]): unknown {
  if (!Array.isArray(value) && typeof value !== 'string')
    throw new FunctionError(`can't slice item of type ${goType(value)}`)
  for (const bound of bounds) {
    if (typeof bound !== 'number') throw new FunctionError(`cannot index slice/array with type ${goType(bound)}`)
    if (bound < 0 || bound > value.length) throw new FunctionError(`index out of range: ${bound}`)
  }
  const [from = 0, to = value.length] = bounds.map(Number)
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`)
  return value.slice(from, to)
}
const print = (args: readonly unknown[]): string =>
  args.reduce<string>((sofar, arg, i) => {
    const blank = i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string'
    return sofar + (blank ? ' ' : '') + printValue(arg)
  }, '')
const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}
const jsEscape = (c: string): string => JS[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
const HTML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&#34;', "'": '&#39;' }

function callFunction(value: unknown): unknown {
  throw new FunctionError(value === null ? 'call of nil' : `non-function of type ${goType(value)}`)
}

/** How many arguments: the least, and the most where there is one. */
export const arities: ReadonlyMap<string, readonly [least: number, most: number | undefined]> = new Map<
  string,
  readonly [number, number | undefined]
>([
  ...['and', 'or', 'index', 'slice', 'call', 'eq', 'printf'].map(
    (name) => [name, [1, undefined]] as [string, [number, undefined]],
  ),
  ...['not', 'len', 'json', 'title', 'lower', 'upper'].map((name) => [name, [1, 1]] as [string, [number, number]]),
  ...['ne', 'lt', 'le', 'gt', 'ge', 'split', 'join', 'truncate'].map(
    (name) => [name, [2, 2]] as [string, [number, number]],
  ),
  ['pad', [3, 3]],
])

/** Functions whose first so many arguments are texts. */
export const textArguments: ReadonlyMap<string, number> = new Map([
  ...['upper', 'lower', 'title', 'truncate', 'pad', 'printf'].map((name) => [name, 1] as const),
  ['split', 2],
])

/** The functions of text/template and those docker adds. `and` and `or` are read lazily by the executor. */
export const functions: FunctionTable = new Map<string, TemplateFunction>([
  ['and', (...args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1)],
  ['or', (...args) => args.find((arg) => isTrue(arg)) ?? args.at(-1)],
  ['not', (arg) => !isTrue(arg)],
  ['call', (first) => callFunction(first)],
  ['len', size],
  ['index', (value, ...keys) => keys.reduce(at, value)],
  ['slice', slice],
  ['print', (...args) => print(args)],
  ['printf', (format, ...args) => sprintf(text(format), args)],
  ['println', (...args) => `${args.map((arg) => printValue(arg)).join(' ')}\n`],
  ['html', (...args) => print(args).replace(/[<>&"']/g, (c) => HTML[c] ?? c)],
  ['js', (...args) => print(args).replace(/[\\'"<>&=\p{Cc}]/gu, jsEscape)],
  ['urlquery', (...args) => encodeURIComponent(print(args)).replaceAll('%20', '+')],
  ['eq', (first, ...others) => others.some((other) => equal(first, other))],
  ['ne', (a, b) => !equal(a, b)],
  ['lt', (a, b) => compare(a, b) < 0],
  ['le', (a, b) => compare(a, b) <= 0],
  ['gt', (a, b) => compare(a, b) > 0],
  ['ge', (a, b) => compare(a, b) >= 0],
  // A row marshals itself, with the escapes of encoding/json; other values are encoded without.
  ['json', (value) => toJson(value, value instanceof Map)],
  ['split', (value, separator) => text(value).split(text(separator))],
  [
    'join',
    (value, separator) => (Array.isArray(value) ? value.map((each) => printValue(each)).join(text(separator)) : ''),
  ],
  ['title', title],
  ['lower', (value) => text(value).toLowerCase()],
  ['upper', (value) => text(value).toUpperCase()],
  [
    'pad',
    (value, before, after) =>
      value === '' ? '' : ' '.repeat(Number(before)) + text(value) + ' '.repeat(Number(after)),
  ],
  ['truncate', (value, length) => text(value).slice(0, Number(length))],
])

/** For a table's header line, where the fields are titles: these change nothing. */
export const headerFunctions: FunctionTable = new Map<string, TemplateFunction>([
  ...functions,
  ...['json', 'title', 'lower', 'upper', 'truncate', 'split', 'join'].map((name): [string, TemplateFunction] => [
    name,
    (value) => value,
  ]),
  ['println', (...args) => args.map((arg) => printValue(arg)).join(' ')],
])
