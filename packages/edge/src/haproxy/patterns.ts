import type { KeptRows } from './kept-files.ts'

type Compare = (value: string, pattern: string) => boolean

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

const inNetwork: Compare = (value, pattern) => {
  if (value.includes(':') || pattern.includes(':')) return value === pattern
  const [network = '', length = '32'] = pattern.split('/')
  const rest = 2 ** (32 - Number(length))
  return Math.floor(numberOf(network) / rest) === Math.floor(numberOf(value) / rest)
}

/** Within `wanted`, between the marks or at an end. */
const delimited =
  (marks: string): Compare =>
  (value, pattern) => {
    const wanted = pattern.replace(new RegExp(`^[${marks}]+|[${marks}]+$`, 'g'), '')
    return new RegExp(`(^|[${marks}])${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[${marks}?])`).test(value)
  }

/** `5`, `1:10`, `:10`, `10:`. */
const inRange: Compare = (value, pattern) => {
  const [low = '', high = low] = pattern.split(':')
  const number = Number(value)
  return (low === '' || number >= Number(low)) && (high === '' ? pattern.includes(':') : number <= Number(high))
}

/** How values are held against patterns: `-m`, or the end of a fetch's name. Configuration manual 7.1. */
export const COMPARISONS: Readonly<Record<string, Compare>> = {
  str: (value, pattern) => value === pattern,
  beg: (value, pattern) => value.startsWith(pattern),
  end: (value, pattern) => value.endsWith(pattern),
  sub: (value, pattern) => value.includes(pattern),
  dir: delimited('/?'),
  dom: delimited('/?.:'),
  reg: (value, pattern) => new RegExp(pattern).test(value),
  ip: inNetwork,
  int: inRange,
  len: (value, pattern) => inRange(String(value.length), pattern),
}

const OPERATORS: Readonly<Record<string, (value: number, pattern: number) => boolean>> = {
  eq: (value, pattern) => value === pattern,
  ge: (value, pattern) => value >= pattern,
  gt: (value, pattern) => value > pattern,
  le: (value, pattern) => value <= pattern,
  lt: (value, pattern) => value < pattern,
}

/** Patterns of numbers may have operators before them: `gt 5`, `ge 1 le 9` is either. */
export function numberFits(value: string, patterns: readonly string[], measure: (text: string) => number): boolean {
  let operator: string | undefined
  for (const word of patterns) {
    if (Object.hasOwn(OPERATORS, word)) operator = word
    else if (
      operator === undefined
        ? inRange(String(measure(value)), word)
        : OPERATORS[operator]?.(measure(value), Number(word))
    )
      return true
  }
  return false
}

/** What a map has for a value; of several beginnings, domains or networks the longest fits best. */
export function mapped(rows: KeptRows, how: string, value: string): string | undefined {
  const compare = COMPARISONS[how]
  const fitting = rows.filter(([key]) => compare?.(value, key))
  const best = how === 'beg' || how === 'ip' ? fitting.toSorted(([a], [b]) => weight(b, how) - weight(a, how)) : fitting
  return best[0]?.[1]
}

const weight = (key: string, how: string): number => (how === 'ip' ? Number(key.split('/')[1] ?? 32) : key.length)
