import { expandPattern, expandRegex, expandText } from '../expand/expand.ts'
import { arithmetic } from '../expand/numbers.ts'
import type { Condition, Word } from '../syntax/ast.ts'
import { fileBinary, fileUnary } from './file-tests.ts'
import { FatalError, type Steps } from './flow.ts'
import type { Shell } from './shell.ts'

type Compare = (left: number | bigint, right: number | bigint) => boolean
export const NUMERIC: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['-eq', (a, b) => a == b],
  ['-ne', (a, b) => a != b],
  ['-lt', (a, b) => a < b],
  ['-le', (a, b) => a <= b],
  ['-gt', (a, b) => a > b],
  ['-ge', (a, b) => a >= b],
])

/** Truth of the expression in `[[ … ]]`. */
export function* evaluateCondition(shell: Shell, node: Condition): Steps<boolean> {
  switch (node.kind) {
    case 'not':
      return !(yield* evaluateCondition(shell, node.operand))
    case 'group':
      return yield* evaluateCondition(shell, node.operand)
    case 'and':
      return (yield* evaluateCondition(shell, node.left)) && (yield* evaluateCondition(shell, node.right))
    case 'or':
      return (yield* evaluateCondition(shell, node.left)) || (yield* evaluateCondition(shell, node.right))
    case 'word':
      return (yield* expandText(shell, node.word)) !== ''
    case 'unary':
      return fileUnary(shell, node.operator, yield* expandText(shell, node.operand)) ?? false
    case 'binary':
      return yield* binary(shell, node.operator, node.left, node.right)
  }
}

function* binary(shell: Shell, operator: string, leftWord: Word, rightWord: Word): Steps<boolean> {
  const left = yield* expandText(shell, leftWord)
  if (operator === '=~') return matchRegex(shell, left, yield* expandRegex(shell, rightWord))
  if (operator === '==' || operator === '=' || operator === '!=') {
    const pattern = yield* expandPattern(shell, rightWord)
    const nocase = shell.shopt.get('nocasematch') ?? false
    return shell.patterns.matches(pattern, left, { extglob: true, nocase }) === (operator !== '!=')
  }
  const right = yield* expandText(shell, rightWord)
  const compare = NUMERIC.get(operator)
  if (compare) return compare(arithmetic(shell, left), arithmetic(shell, right))
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  return fileBinary(shell, operator, left, right) ?? false
}

/** Sets BASH_REMATCH. @throws FatalError (status 2) for a wrong expression */
function matchRegex(shell: Shell, text: string, source: string): boolean {
  let regex: RegExp
  try {
    regex = new RegExp(translateEre(source), shell.shopt.get('nocasematch') ? 'ius' : 'us')
  } catch {
    throw new FatalError('', 2, false)
  }
  const match = regex.exec(text)
  const groups = match ? [...match].map((group) => group ?? '') : []
  shell.variables.visible.set('BASH_REMATCH', { value: undefined, array: new Map(groups.entries()) })
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
