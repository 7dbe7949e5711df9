import { FatalError } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { hashOrder, type Variable } from '../interp/variables.ts'
import { ansiEscapes } from '../syntax/ansi-escapes.ts'
import { asBytes, fromBytes, patternSource, type PatternOptions } from './pattern.ts'
import { doubleQuote, singleQuote } from './quote.ts'

const options = (shell: Shell): PatternOptions => ({
  extglob: shell.dialect.bash,
  nocase: shell.shopt.get('nocasematch') ?? false,
})

/** `#` `##` `%` `%%` on one value; `pattern` is a pattern. */
export function removeAffix(shell: Shell, operator: string, text: string, pattern: string): string {
  if (pattern === '') return text
  if (shell.dialect.name !== 'bash' && asBytes(text) !== text)
    return fromBytes(affixRemoved(shell, operator, asBytes(text), asBytes(pattern)))
  return affixRemoved(shell, operator, text, pattern)
}

function affixRemoved(shell: Shell, operator: string, text: string, pattern: string): string {
  const quick = quickAffix(shell, operator, text, pattern)
  if (quick !== undefined) return quick
  const extglob = shell.dialect.bash
  if (operator.startsWith('%')) return removeSuffix(shell, operator, text, pattern, extglob)
  if (!extglob || !/[@?*+!]\(/.test(pattern)) return removePrefix(shell, operator, text, pattern)
  const lengths = operator === '#' ? ascending(text) : ascending(text).reverse()
  const regex = shell.patterns.regex(pattern, { extglob }, '^(?:', ')$')
  const found = lengths.find((length) => regex.test(text.slice(0, length)))
  return found === undefined ? text : text.slice(found)
}

/** What stands before the suffix takes as much as it can for `%`, and as little for `%%`. */
function removeSuffix(shell: Shell, operator: string, text: string, pattern: string, extglob: boolean): string {
  const before = operator === '%' ? '^([^]*)(?:' : '^([^]*?)(?:'
  return shell.patterns.regex(pattern, { extglob }, before, ')$').exec(text)?.[1] ?? text
}

/** Without alternatives, stars that take as little or as much as they can give the shortest and the longest match. */
function removePrefix(shell: Shell, operator: string, text: string, pattern: string): string {
  const match = shell.patterns.regex(pattern, { lazy: operator === '#' }, '^(?:', ')').exec(text)
  return match ? text.slice(match[0].length) : text
}

/** Patterns of one star and plain text, which are nearly all: `*x`, `x*`, `x`. */
function quickAffix(shell: Shell, operator: string, text: string, pattern: string): string | undefined {
  const plain = shell.patterns.plainPattern(pattern)
  if (!plain || plain.text === '' || (plain.starBefore && plain.starAfter)) return undefined
  const { text: fixed, starBefore } = plain
  const prefix = operator.charCodeAt(0) === 35
  if (!starBefore && !plain.starAfter) {
    if (prefix) return text.startsWith(fixed) ? text.slice(fixed.length) : text
    return text.endsWith(fixed) ? text.slice(0, -fixed.length) : text
  }
  if (prefix !== starBefore) return undefined
  if (prefix) {
    const at = operator === '#' ? text.indexOf(fixed) : text.lastIndexOf(fixed)
    return at < 0 ? text : text.slice(at + fixed.length)
  }
  const at = operator === '%' ? text.lastIndexOf(fixed) : text.indexOf(fixed)
  return at < 0 ? text : text.slice(0, at)
}

function ascending(text: string): number[] {
  const places = [0]
  for (const char of text) places.push((places.at(-1) ?? 0) + char.length)
  return places
}

/** `/` `//` `/#` `/%`; an unquoted & in the replacement stands for what matched. */
export function replace(shell: Shell, operator: string, text: string, pattern: string, replacement: string): string {
  if (pattern === '') {
    if (operator === '/#') return replacement + text
    return operator === '/%' ? text + replacement : text
  }
  const marked = replacement.includes('\0&')
  const plain = marked || shell.shopt.get('nocasematch') ? undefined : shell.patterns.plainPattern(pattern)
  if (plain && !plain.starBefore && !plain.starAfter) return replacePlain(operator, text, pattern, replacement)
  const whole = marked
    ? (match: string): string => replacement.replaceAll('\0&', () => match)
    : (): string => replacement
  const before = operator === '/#' ? '^(?:' : '(?:'
  const after = operator === '/%' ? ')$' : ')'
  const regex = shell.patterns.regex(pattern, options(shell), before, after, operator === '//' ? 'g' : '')
  // What matches nothing nowhere needs no closer look at each match.
  if (operator === '//' && !marked && !pattern.includes('(') && !regex.test(''))
    return text.replace(regex, replacement.replaceAll('$', '$$$$'))
  // Nothing matches between characters, and not behind the last one.
  if (operator === '//')
    return text.replace(regex, (match, at: number) => (at === text.length && text !== '' ? '' : whole(match)))
  if (operator !== '/%') return text.replace(regex, whole)
  for (const start of ascending(text)) {
    regex.lastIndex = 0
    if (new RegExp(`^(?:${patternSource(pattern, options(shell))})$`, regex.flags).test(text.slice(start)))
      return text.slice(0, start) + whole(text.slice(start))
  }
  return text
}

/** The same where the pattern is a text. */
function replacePlain(operator: string, text: string, part: string, replacement: string): string {
  if (operator === '//') return text.split(part).join(replacement)
  if (operator === '/#') return text.startsWith(part) ? replacement + text.slice(part.length) : text
  const last = operator === '/%'
  if (last && !text.endsWith(part)) return text
  const at = last ? text.length - part.length : text.indexOf(part)
  return at < 0 ? text : text.slice(0, at) + replacement + text.slice(at + part.length)
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\0-\x7f]*$/

/** `^` `^^` `,` `,,` `~` `~~`. */
export function changeCase(shell: Shell, operator: string, text: string, pattern: string): string {
  // Letters beyond ASCII may change with their neighbours, or become two.
  if (pattern === '' && ASCII.test(text)) {
    if (operator === '^^') return text.toUpperCase()
    if (operator === ',,') return text.toLowerCase()
  }
  const regex = shell.patterns.regex(pattern === '' ? '?' : pattern, { extglob: true }, '^(?:', ')$')
  const kind = operator.charAt(0)
  const change = (char: string): string => {
    if (kind === '^') return char.toUpperCase()
    if (kind === ',') return char.toLowerCase()
    return char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()
  }
  const chars = [...text]
  return chars
    .map((char, at) => ((operator.length === 2 || at === 0) && regex.test(char) ? change(char) : char))
    .join('')
}

/** dash and ash count bytes. */
export const byteSubstring: typeof substring = (text, offset, length, shown) =>
  fromBytes(substring(asBytes(text), offset, length, shown))

/** `${x:offset:length}` of a text, in characters. */
export function substring(text: string, offset: number, length: number | undefined, shown: string): string {
  const chars = /[\ud800-\udbff]/.test(text) ? [...text] : text
  const start = offset < 0 ? chars.length + offset : offset
  if (start < 0 || start > chars.length) return ''
  const end = length === undefined ? chars.length : length < 0 ? chars.length + length : start + length
  if (end < start) throw new FatalError(`${shown}: substring expression < 0`, 1, false)
  const part = chars.slice(start, end)
  return typeof part === 'string' ? part : part.join('')
}

/** Letters of declare -p for a variable; `-` omitted. */
export function attributeLetters(variable: Variable): string {
  const table: readonly (readonly [string, unknown])[] = [
    ['a', variable.array],
    ['A', variable.assoc],
    ['i', variable.integer],
    ['n', variable.nameref],
    ['l', variable.lower],
    ['r', variable.readonly],
    ['t', variable.trace],
    ['u', variable.upper],
    ['x', variable.exported],
  ]
  return table
    .filter(([, on]) => on)
    .map(([letter]) => letter)
    .join('')
}

/** `(…)` of declare -p. */
export function arrayLiteral(variable: Variable): string {
  if (variable.assoc) {
    const inside = hashOrder(variable.assoc).map(([key, value]) => `[${quoteKey(key)}]=${doubleQuote(value)} `)
    return `(${inside.join('')})`
  }
  const pairs = [...(variable.array ?? [])]
  return `(${pairs.map(([key, value]) => `[${key}]=${doubleQuote(value)}`).join(' ')})`
}

const quoteKey = (key: string): string => (/^[\w.,:/@%+-]+$/.test(key) ? key : doubleQuote(key))

type Transform = (text: string) => string
export const TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ['@Q', singleQuote],
  ['@K', singleQuote],
  ['@k', singleQuote],
  ['@E', ansiEscapes],
  ['@U', (text) => text.toUpperCase()],
  ['@L', (text) => text.toLowerCase()],
  ['@u', (text) => text.charAt(0).toUpperCase() + text.slice(1)],
])

/** `${x@A}`: the declaration that would make it again. */
export function declaration(name: string, variable: Variable): string {
  const letters = attributeLetters(variable)
  if (variable.array || variable.assoc) return `declare -${letters} ${name}=${arrayLiteral(variable)}`
  const value = variable.value === undefined ? '' : `=${singleQuote(variable.value)}`
  return letters === '' ? `${name}${value}` : `declare -${letters} ${name}${value}`
}
