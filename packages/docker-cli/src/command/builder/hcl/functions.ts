import { decodeBase64Text, encodeBase64, hashHex, sha256Hex } from '@drydock/codec'
import { equal, EvaluationError, type HclFunction, isList, isMap, numberOf, textOf, truth } from './evaluate.ts'
import type { Value } from './syntax.ts'

const list = (value: Value | undefined): readonly Value[] => {
  if (isList(value)) return value
  throw new EvaluationError('Invalid function argument; list of values required.')
}
const map = (value: Value | undefined): { readonly [key: string]: Value } => (isMap(value) ? value : {})
const text = (value: Value | undefined): string => textOf(value ?? null)
const number = (value: Value | undefined): number => numberOf(value ?? null)
const fail = (message: string): never => {
  throw new EvaluationError(`Error in function call; ${message}`)
}

const onText =
  (fn: (text: string) => Value): HclFunction =>
  ([value]) =>
    fn(text(value))
const onNumbers =
  (fn: (...numbers: number[]) => Value): HclFunction =>
  (args) =>
    fn(...args.map((arg) => number(arg)))

function distinct(values: readonly Value[]): Value[] {
  return values.filter((value, i) => values.findIndex((other) => equal(other, value)) === i)
}

/** `/…/` is a pattern. */
const pattern = (given: string, flags = 'g'): RegExp => new RegExp(given.replaceAll('(?P<', '(?<'), flags)

/** Named groups as a map, numbered ones as a list, else the whole. */
function found(match: RegExpExecArray | RegExpMatchArray): Value {
  if (match.groups) return { ...match.groups }
  return match.length > 1 ? match.slice(1) : match[0]
}

/** `%s`, `%d`, `%v`, `%q`, `%f` with width and precision. */
function format(template: string, args: readonly Value[]): string {
  let at = 0
  return template.replaceAll(
    /%([-+0 #]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (_all, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      const value = args[at++] ?? null
      const plain =
        FORMATS[verb]?.(value, precision) ??
        fail(`Call to function "format" failed: unsupported format verb '${verb}'.`)
      const padded = flags.includes('-')
        ? plain.padEnd(Number(width))
        : plain.padStart(Number(width), flags.includes('0') ? '0' : ' ')
      return padded
    },
  )
}

const shown = (value: Value): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
const FORMATS: Readonly<Record<string, (value: Value, precision: string | undefined) => string>> = {
  s: (value, precision) => (precision === undefined ? text(value) : text(value).slice(0, Number(precision))),
  v: shown,
  d: (value) => String(Math.trunc(number(value))),
  f: (value, precision) => number(value).toFixed(Number(precision ?? 6)),
  x: (value) => Math.trunc(number(value)).toString(16),
  t: (value) => String(truth(value)),
  q: (value) => JSON.stringify(text(value)),
}

function flatten(values: readonly Value[]): Value[] {
  return values.flatMap((value) => (isList(value) ? flatten(value) : [value]))
}

function product(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>((sofar, each) => sofar.flatMap((head) => each.map((value) => [...head, value])), [[]])
}

function compareVersions(a: string, b: string): number {
  const parts = (version: string): number[] => version.replace(/^v/, '').split(/[.+-]/).map(Number)
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return Number(b.includes('-')) - Number(a.includes('-'))
}

function range(args: readonly number[]): Value {
  const [from, to, step] = args.length === 1 ? [0, args[0] ?? 0, 1] : [args[0] ?? 0, args[1] ?? 0, args[2] ?? 1]
  const values: number[] = []
  for (let value = from; step > 0 ? value < to : value > to; value += step) values.push(value)
  return values
}

const substr = (whole: string, offset: number, length: number): string => {
  const from = offset < 0 ? whole.length + offset : offset
  return length < 0 ? whole.slice(from) : whole.slice(from, from + length)
}

const trimSet = (whole: string, set: string): string => {
  const has = (sign: string | undefined): boolean => sign !== undefined && set.includes(sign)
  let [from, to] = [0, whole.length]
  while (from < to && has(whole[from])) from++
  while (to > from && has(whole[to - 1])) to--
  return whole.slice(from, to)
}

const CONVERSIONS: Readonly<Record<string, (value: Value) => Value>> = {
  string: textOf,
  number: numberOf,
  bool: truth,
}

/** The functions of bake. buildx bake/hclparser/stdlib.go; github.com/zclconf/go-cty, function/stdlib */
export const FUNCTIONS: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ['absolute', onNumbers(Math.abs)],
  ['add', onNumbers((a = 0, b = 0) => a + b)],
  ['and', ([a = null, b = null]) => truth(a) && truth(b)],
  [
    'base64decode',
    onText((given) => decodeBase64Text(given) ?? fail('Call to function "base64decode" failed: illegal base64 data.')),
  ],
  ['base64encode', onText((given) => encodeBase64(given))],
  ['basename', onText((given) => given.replace(/\/+$/, '').split('/').at(-1) || (given === '' ? '.' : '/'))],
  ['ceil', onNumbers(Math.ceil)],
  ['chomp', onText((given) => given.replace(/[\r\n]+$/, ''))],
  [
    'chunklist',
    ([all, size]) =>
      Array.from({ length: Math.ceil(list(all).length / number(size)) }, (_, i) =>
        list(all).slice(i * number(size), (i + 1) * number(size)),
      ),
  ],
  [
    'coalesce',
    (args) => args.find((arg) => arg !== null) ?? fail('Call to function "coalesce" failed: no non-null arguments.'),
  ],
  ['coalescelist', (args) => args.find((arg) => isList(arg) && arg.length > 0) ?? []],
  ['compact', ([all]) => list(all).filter((each) => each !== '' && each !== null)],
  ['concat', (args) => args.flatMap((arg) => list(arg))],
  ['contains', ([all, wanted = null]) => list(all).some((each) => equal(each, wanted))],
  ['dirname', onText((given) => given.replace(/\/?[^/]*\/*$/, '') || (given.startsWith('/') ? '/' : '.'))],
  ['distinct', ([all]) => distinct(list(all))],
  ['divide', onNumbers((a = 0, b = 0) => a / b)],
  ['element', ([all, at]) => list(all)[number(at) % list(all).length] ?? null],
  ['equal', ([a = null, b = null]) => equal(a, b)],
  ['flatten', ([all]) => flatten(list(all))],
  ['floor', onNumbers(Math.floor)],
  ['format', ([template, ...args]) => format(text(template), args)],
  [
    'formatlist',
    ([template, ...args]) => {
      const length = Math.max(...args.map((arg) => (isList(arg) ? arg.length : 1)))
      return Array.from({ length }, (_, i) =>
        format(
          text(template),
          args.map((arg) => (isList(arg) ? (arg[i] ?? null) : arg)),
        ),
      )
    },
  ],
  ['greaterthan', onNumbers((a = 0, b = 0) => a > b)],
  ['greaterthanorequalto', onNumbers((a = 0, b = 0) => a >= b)],
  [
    'hasindex',
    ([all, key = null]) => (isList(all) ? list(all)[number(key)] !== undefined : Object.hasOwn(map(all), text(key))),
  ],
  ['indent', ([spaces, given]) => text(given).replaceAll('\n', `\n${' '.repeat(number(spaces))}`)],
  ['index', ([all, key = null]) => (isList(all) ? (all[number(key)] ?? null) : (map(all)[text(key)] ?? null))],
  ['indexof', ([all, wanted = null]) => list(all).findIndex((each) => equal(each, wanted))],
  ['int', onNumbers(Math.trunc)],
  [
    'join',
    ([separator, ...lists]) =>
      lists
        .flatMap((each) => list(each))
        .map(textOf)
        .join(text(separator)),
  ],
  ['jsondecode', onText((given) => JSON.parse(given) as Value)],
  ['jsonencode', ([value = null]) => JSON.stringify(value)],
  ['keys', ([all]) => Object.keys(map(all)).toSorted()],
  [
    'length',
    ([all = null]) =>
      typeof all === 'string' ? [...all].length : isList(all) ? all.length : Object.keys(map(all)).length,
  ],
  ['lessthan', onNumbers((a = 0, b = 0) => a < b)],
  ['lessthanorequalto', onNumbers((a = 0, b = 0) => a <= b)],
  ['log', onNumbers((a = 0, base = 0) => Math.log(a) / Math.log(base))],
  ['lookup', ([all, key, otherwise = null]) => map(all)[text(key)] ?? otherwise],
  ['lower', onText((given) => given.toLowerCase())],
  ['max', onNumbers(Math.max)],
  ['md5', onText((given) => hashHex('md5', given))],
  ['merge', (args) => Object.assign({}, ...args.map((arg) => map(arg))) as Value],
  ['min', onNumbers(Math.min)],
  ['modulo', onNumbers((a = 0, b = 0) => a % b)],
  ['multiply', onNumbers((a = 0, b = 0) => a * b)],
  ['negate', onNumbers((a = 0) => -a)],
  ['not', ([a = null]) => !truth(a)],
  ['notequal', ([a = null, b = null]) => !equal(a, b)],
  ['or', ([a = null, b = null]) => truth(a) || truth(b)],
  ['parseint', ([given, base]) => Number.parseInt(text(given), number(base))],
  ['pow', onNumbers((a = 0, b = 0) => a ** b)],
  ['range', (args) => range(args.map(numberOf))],
  [
    'regex',
    ([given, subject]) =>
      found(
        pattern(text(given), '').exec(text(subject)) ??
          fail('Call to function "regex" failed: pattern did not match any part of the given string.'),
      ),
  ],
  [
    'regex_replace',
    ([subject, given, by]) =>
      text(subject).replaceAll(
        pattern(text(given)),
        text(by).replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => (/^\d/.test(name) ? `$${name}` : `$<${name}>`)),
      ),
  ],
  ['regexall', ([given, subject]) => [...text(subject).matchAll(pattern(text(given)))].map(found)],
  ['replace', ([subject, old, by]) => text(subject).replaceAll(text(old), text(by).replaceAll('$', '$$$$'))],
  ['reverse', onText((given) => [...given].toReversed().join(''))],
  ['reverselist', ([all]) => list(all).toReversed()],
  ['sanitize', onText((given) => given.replaceAll(/[^a-zA-Z0-9_-]+/g, '_'))],
  ['semvercmp', ([version, constraint]) => fulfils(text(version), text(constraint))],
  ['sethaselement', ([all, wanted = null]) => list(all).some((each) => equal(each, wanted))],
  [
    'setintersection',
    ([first, ...rest]) =>
      distinct(list(first).filter((each) => rest.every((other) => list(other).some((value) => equal(value, each))))),
  ],
  ['setproduct', (args) => product(args.map((arg) => list(arg)))],
  ['setsubtract', ([a, b]) => distinct(list(a).filter((each) => !list(b).some((value) => equal(value, each))))],
  ['setunion', (args) => distinct(args.flatMap((arg) => list(arg)))],
  ['sha1', onText((given) => hashHex('sha1', given))],
  ['sha256', onText((given) => sha256Hex(given))],
  ['sha512', onText((given) => hashHex('sha512', given))],
  ['signum', onNumbers(Math.sign)],
  ['slice', ([all, from, to]) => list(all).slice(number(from), number(to))],
  ['sort', ([all]) => list(all).map(textOf).toSorted()],
  ['split', ([separator, given]) => text(given).split(text(separator))],
  ['strlen', onText((given) => [...given].length)],
  ['substr', ([given, offset, length]) => substr(text(given), number(offset), number(length))],
  ['subtract', onNumbers((a = 0, b = 0) => a - b)],
  ['title', onText((given) => given.replaceAll(/(^|\s)\S/g, (word) => word.toUpperCase()))],
  ['trim', ([given, set]) => trimSet(text(given), text(set))],
  [
    'trimprefix',
    ([given, head]) => (text(given).startsWith(text(head)) ? text(given).slice(text(head).length) : text(given)),
  ],
  ['trimspace', onText((given) => given.trim())],
  [
    'trimsuffix',
    ([given, tail]) =>
      text(given).endsWith(text(tail)) ? text(given).slice(0, text(given).length - text(tail).length) : text(given),
  ],
  ['upper', onText((given) => given.toUpperCase())],
  ['urlencode', onText((given) => encodeURIComponent(given).replaceAll('%20', '+'))],
  [
    'values',
    ([all]) =>
      Object.entries(map(all))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, value]) => value),
  ],
  ['zipmap', ([keys, values]) => Object.fromEntries(list(keys).map((key, i) => [text(key), list(values)[i] ?? null]))],
])

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
}

/** `>= 1.2, < 2`. */
const fulfils = (version: string, constraint: string): boolean =>
  constraint.split(',').every((part) => {
    const [, op = '', wanted = ''] = /^\s*(=|!=|>=|<=|>|<)?\s*(.*?)\s*$/.exec(part) ?? []
    return (COMPARISONS[op || '='] ?? COMPARISONS['='])?.(compareVersions(version, wanted)) ?? false
  })

/** A value as a variable's `type` wants it. */
export const convert = (value: Value, type: string): Value => CONVERSIONS[type]?.(value) ?? value
