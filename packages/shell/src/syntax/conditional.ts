import type { Condition, Word } from './ast.ts'
import { plainText } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { tokenAt } from './parser-tokens.ts'
import { ShellSyntaxError } from './syntax-error.ts'
import { readWord, readWordUntil } from './word.ts'

const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/
const BINARY: ReadonlySet<string> = new Set([
  '=',
  '==',
  '!=',
  '=~',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
])

/** The expression of `[[ … ]]` behind its opening; eats the `]]`. */
export function parseConditional(cursor: Cursor): Condition {
  const expression = parseOr(cursor)
  skip(cursor)
  if (!cursor.take(']]')) fail(cursor)
  return expression
}

function skip(cursor: Cursor): void {
  do cursor.skipBlanks()
  while (cursor.take('\n'))
  if (cursor.atEnd) cursor.unexpectedEnd()
}

function fail(cursor: Cursor): never {
  const token = tokenAt(cursor)
  if (token === '') cursor.unexpectedEnd()
  const start = cursor.source.lastIndexOf('\n', cursor.position - 1) + 1
  const end = cursor.source.indexOf('\n', cursor.position)
  throw new ShellSyntaxError(
    `syntax error in conditional expression: unexpected token \`${token === '\n' ? 'newline' : token}'`,
    cursor.line(),
    false,
    cursor.source.slice(start, end < 0 ? undefined : end),
  )
}

function parseOr(cursor: Cursor): Condition {
  const left = parseAnd(cursor)
  skip(cursor)
  return cursor.take('||') ? { kind: 'or', left, right: parseOr(cursor) } : left
}

function parseAnd(cursor: Cursor): Condition {
  const left = parseTerm(cursor)
  skip(cursor)
  return cursor.take('&&') ? { kind: 'and', left, right: parseAnd(cursor) } : left
}

function parseTerm(cursor: Cursor): Condition {
  skip(cursor)
  if (/^!\s/.test(cursor.source.slice(cursor.position, cursor.position + 2))) {
    cursor.position++
    return { kind: 'not', operand: parseTerm(cursor) }
  }
  if (cursor.take('(')) {
    const operand = parseOr(cursor)
    skip(cursor)
    if (!cursor.take(')')) fail(cursor)
    return { kind: 'group', operand }
  }
  return parsePrimary(cursor)
}

function parsePrimary(cursor: Cursor): Condition {
  const first = readWord(cursor)
  if (!first || first.source === ']]') return fail(cursor)
  const operator = plainText(first, true) ?? ''
  skip(cursor)
  if (UNARY.test(operator) && !(binaryAhead(cursor) && !operatorIsOperand(cursor))) {
    const operand = readWord(cursor)
    return operand && operand.source !== ']]' ? { kind: 'unary', operator, operand } : fail(cursor)
  }
  const binary = binaryAhead(cursor)
  if (!binary) return { kind: 'word', word: first }
  cursor.position += binary.length
  skip(cursor)
  const right = binary === '=~' ? readRegex(cursor) : readPattern(cursor)
  if (!right) return fail(cursor)
  return { kind: 'binary', operator: binary, left: first, right }
}

/** `[[ -f == ]]`: what looks like an operator is the name of a file. */
const operatorIsOperand = (cursor: Cursor): boolean =>
  /^\S+\s+\]\]/.test(cursor.source.slice(cursor.position, cursor.position + 80))

function binaryAhead(cursor: Cursor): string | undefined {
  const text = cursor.source.slice(cursor.position, cursor.position + 4)
  const found = /^(?:==|=~|!=|=|<|>|-[a-z]{2})(?=\s)/.exec(text)?.[0] ?? /^[<>]/.exec(text)?.[0]
  return found !== undefined && BINARY.has(found) ? found : undefined
}

/** The right side of == and !=: `(a|b)` after an extglob character belongs to it whatever shopt says. */
const readPattern = (cursor: Cursor): Word | undefined => {
  const word = readWordUntil(cursor, (at) => ' \t\n;&|()<>'.includes(at.peek()))
  return word.source === '' ? undefined : word
}

/** A regular expression: parentheses nest and hide blanks and `|`. */
function readRegex(cursor: Cursor): Word | undefined {
  let depth = 0
  const word = readWordUntil(cursor, (at) => {
    const char = at.peek()
    if (char === '(') depth++
    if (char === ')' && --depth < 0) return true
    return depth === 0 && (' \t\n'.includes(char) || (char === '&' && at.peek(1) === '&'))
  })
  return word.source === '' ? undefined : word
}
