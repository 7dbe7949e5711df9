import { expandPattern, expandRegex, expandText, patternOf, regexOf, textOf } from '../expand/expand.ts'
import { arithmetic } from '../expand/numbers.ts'
import { waits } from '../expand/waits.ts'
import type { Condition, Word } from '../syntax/ast.ts'
import { fileBinary, fileUnary } from './file-tests.ts'
import { FatalError, type Steps } from './flow.ts'
import { IndexedArray } from './indexed-array.ts'
import type { Shell } from './shell.ts'
import { traceLine } from './trace.ts'

type Compare = (left: number | bigint, right: number | bigint) => boolean
export const NUMERIC: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['-eq', (a, b) => a == b],
  ['-ne', (a, b) => a != b],
  ['-lt', (a, b) => a < b],
  ['-le', (a, b) => a <= b],
  ['-gt', (a, b) => a > b],
  ['-ge', (a, b) => a >= b],
])

/**
 * Truth of the expression in `[[ … ]]`.
 * @param mark `! ` of a term that is turned round, for `set -x`
 */
export function* evaluateCondition(shell: Shell, node: Condition, mark = ''): Steps<boolean> {
  switch (node.kind) {
    case 'not':
      return !(yield* evaluateCondition(shell, node.operand, '! '))
    case 'group':
      return yield* evaluateCondition(shell, node.operand)
    case 'and':
      return (yield* evaluateCondition(shell, node.left)) && (yield* evaluateCondition(shell, node.right))
    case 'or':
      return (yield* evaluateCondition(shell, node.left)) || (yield* evaluateCondition(shell, node.right))
    case 'word':
      return yield* unary(shell, '-n', node.word, mark)
    case 'unary':
      return yield* unary(shell, node.operator, node.operand, mark)
    case 'binary':
      return yield* binary(shell, node.operator, node.left, node.right, mark)
  }
}

/** The same for an expression without a command substitution. */
export function truthOf(shell: Shell, node: Condition): boolean {
  switch (node.kind) {
    case 'not':
      return !truthOf(shell, node.operand)
    case 'group':
      return truthOf(shell, node.operand)
    case 'and':
      return truthOf(shell, node.left) && truthOf(shell, node.right)
    case 'or':
      return truthOf(shell, node.left) || truthOf(shell, node.right)
    case 'word':
      return textOf(shell, node.word) !== ''
    case 'unary':
      return fileUnary(shell, node.operator, textOf(shell, node.operand)) ?? false
    case 'binary': {
      const left = textOf(shell, node.left)
      const right = OPERANDS.get(node.operator)?.now ?? textOf
      return compare(shell, node.operator, left, right(shell, node.right))
    }
  }
}

/** Whether the expansion of one of its words may have to wait. */
export function conditionWaits(node: Condition): boolean {
  switch (node.kind) {
    case 'not':
    case 'group':
      return conditionWaits(node.operand)
    case 'and':
    case 'or':
      return conditionWaits(node.left) || conditionWaits(node.right)
    case 'word':
      return waits(node.word)
    case 'unary':
      return waits(node.operand)
    case 'binary':
      return waits(node.left) || waits(node.right)
  }
}

/** `set -x` shows each term as it is looked at. */
function* traceTerm(shell: Shell, text: string): Steps<void> {
  if (shell.options.xtrace) yield* traceLine(shell, `[[ ${text} ]]`)
}

function* unary(shell: Shell, operator: string, word: Word, mark: string): Steps<boolean> {
  const text = yield* expandText(shell, word)
  yield* traceTerm(shell, `${mark}${operator} ${text || "''"}`)
  return operator === '-n' ? text !== '' : (fileUnary(shell, operator, text) ?? false)
}

function* binary(shell: Shell, operator: string, leftWord: Word, rightWord: Word, mark: string): Steps<boolean> {
  const left = yield* expandText(shell, leftWord)
  const right = OPERANDS.get(operator)?.steps ?? expandText
  const value = yield* right(shell, rightWord)
  yield* traceTerm(shell, `${mark}${left || "''"} ${operator} ${value || "''"}`)
  return compare(shell, operator, left, value)
}

function compare(shell: Shell, operator: string, left: string, right: string): boolean {
  if (operator === '=~') return matchRegex(shell, left, right)
  if (operator === '==' || operator === '=' || operator === '!=') {
    const nocase = shell.shopt.get('nocasematch') ?? false
    return shell.patterns.matches(right, left, { extglob: true, nocase }) === (operator !== '!=')
  }
  const numeric = NUMERIC.get(operator)
  if (numeric) return numeric(arithmetic(shell, left), arithmetic(shell, right))
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  return fileBinary(shell, operator, left, right) ?? false
}

/** How the right side is expanded, where it is no text. */
const OPERANDS: ReadonlyMap<
  string,
  { readonly now: (shell: Shell, word: Word) => string; readonly steps: (shell: Shell, word: Word) => Steps<string> }
> = new Map([
  ['=~', { now: regexOf, steps: expandRegex }],
  ...['==', '=', '!='].map((operator) => [operator, { now: patternOf, steps: expandPattern }] as const),
])

/** Sets BASH_REMATCH. @throws FatalError (status 2) for a wrong expression */
function matchRegex(shell: Shell, text: string, source: string): boolean {
  let regex: RegExp
  try {
    const flags = shell.shopt.get('nocasematch') ? 'ius' : 'us'
    regex = shell.patterns.kept(`=~${flags}\0${source}`, () => new RegExp(translateEre(source), flags))
  } catch {
    throw new FatalError('', 2, false)
  }
  const match = regex.exec(text)
  const groups = match ? [...match].map((group) => group ?? '') : []
  shell.variables.define('BASH_REMATCH', { array: new IndexedArray(groups.entries()) })
  return match !== null
}

const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpha: 'A-Za-z',
    digit: '0-9',
    alnum: 'A-Za-z0-9',
    upper: 'A-Z',
    lower: 'a-z',
    space: '\\s',
    blank: ' \\t',
    punct: '!-\\/:-@\\[-`\\{-~',
    xdigit: '0-9A-Fa-f',
    print: ' -~',
    graph: '!-~',
    cntrl: '\\x00-\\x1f',
  }),
)

/** POSIX extended to JavaScript with flag u: bracket expressions, and characters that need no backslash. regex(7). */
export function translateEre(source: string): string {
  let out = ''
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at)
    if (char === '\\') {
      const next = source.charAt(++at)
      out += /[\\^$.*+?()[\]{}|/wWsSbB]/.test(next) ? `\\${next}` : next
    } else if (char === '[') {
      const [text, end] = bracket(source, at)
      out += text
      at = end
    } else if (char === '{' && !/^\{\d+(,\d*)?\}/.test(source.slice(at))) out += '\\{'
    else if (char === '}' && !/\{\d+(,\d*)?$/.test(source.slice(0, at))) out += '\\}'
    else if (char === ']') out += '\\]'
    else out += char
  }
  return out
}

function bracket(source: string, open: number): [text: string, end: number] {
  let at = open + 1
  let out = '['
  if (source[at] === '^') {
    out += '^'
    at++
  }
  for (let first = true; at < source.length; first = false) {
    if (source[at] === ']' && !first) return [`${out}]`, at]
    const named = /^\[:(\w+):\]/.exec(source.slice(at))
    if (named) {
      out += CLASSES.get(named[1] ?? '') ?? ''
      at += named[0].length
    } else {
      const char = source.charAt(at++)
      out += /[\\[\]^&~]/.test(char)
        ? `\\${char === '&' || char === '~' ? `x${char.charCodeAt(0).toString(16)}` : char}`
        : char
    }
  }
  return ['\\[', open]
}
