import type { Token } from './lexer.ts'
import { closing, partsOf } from './render.ts'

/** What ends the list of a SELECT, outside of parentheses. */
const ENDS = new Set([
  ...['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'INTO', 'FOR', 'LOCK'],
  ...['WINDOW', 'PROCEDURE'],
])
/** Before the list. */
const MODIFIERS = /^(ALL|DISTINCT|DISTINCTROW|HIGH_PRIORITY|STRAIGHT_JOIN|SQL_\w+)$/
/** After these a word is part of an expression, and no name given to it. */
const CONNECTING =
  /^(NOT|AND|OR|XOR|DIV|MOD|IS|LIKE|RLIKE|BETWEEN|IN|REGEXP|BINARY|CASE|WHEN|THEN|ELSE|ESCAPE|COLLATE|INTERVAL|OVER|AT|USING)$/
/** These end an expression. */
const ENDING = /^(END|NULL|TRUE|FALSE|UNKNOWN)$/

const isOp = (token: Token | undefined, text?: string): boolean =>
  token?.kind === 'op' && (text === undefined || token.text === text)
const isWord = (token: Token | undefined, pattern: RegExp): boolean =>
  token?.kind === 'word' && pattern.test(token.upper)

/** Whether an item of the list has been given a name: by AS, or by a name that stands behind it. */
function hasName(item: readonly Token[]): boolean {
  const [last, before, third] = [item.at(-1), item.at(-2), item.at(-3)]
  if (!last || !before) return false
  if (isWord(before, /^AS$/)) return true
  if (!['word', 'name', 'string'].includes(last.kind) || isWord(last, ENDING)) return false
  if (isOp(before) && !isOp(before, ')')) return false
  return !isWord(before, CONNECTING) && !isWord(third, /^INTERVAL$/) && before.kind !== 'string'
}

/** An item without the name that it was given. */
export function withoutName(item: readonly Token[]): readonly Token[] {
  if (!hasName(item)) return item
  return item.slice(0, isWord(item.at(-2), /^AS$/) ? -2 : -1)
}

/** `a`, `t.a`, `*`, `t.*`: these have the column's name. */
const isColumn = (item: readonly Token[]): boolean =>
  item.every((token, i) =>
    i % 2 === 1
      ? isOp(token, '.')
      : (['word', 'name'].includes(token.kind) && !isWord(token, ENDING)) || isOp(token, '*'),
  )

/** What the title of an expression without a name is: its own text; of a single string what it holds. */
function titleOf(item: readonly Token[], sql: string, end: number): string {
  const [first] = item
  if (item.length === 1 && first?.kind === 'string') return first.text
  return sql.slice(first?.at ?? 0, end).trim()
}

/** Where the list of the first SELECT begins, and the token behind it; undefined when there is none. */
function listOf(tokens: readonly Token[]): readonly [start: number, end: number] | undefined {
  let at = 0
  for (; at < tokens.length && !isWord(tokens[at], /^SELECT$/); at++) {
    if (isOp(tokens[at], '(')) at = closing(tokens, at)
  }
  if (at >= tokens.length) return undefined
  let start = at + 1
  while (isWord(tokens[start], MODIFIERS)) start++
  for (let end = start; end < tokens.length; end++) {
    const token = tokens[end]
    if (isOp(token, '(')) end = closing(tokens, end)
    else if (token?.kind === 'word' && ENDS.has(token.upper)) return [start, end]
  }
  return [start, tokens.length]
}

/** The items of the list of the first SELECT. */
export const itemsOf = (tokens: readonly Token[]): readonly (readonly Token[])[] => {
  const list = listOf(tokens)
  return list ? partsOf(tokens.slice(...list)) : []
}

/** The same statement, with a name for every expression that has none: MySQL shows them as they were typed. */
export function titled(tokens: readonly Token[], sql: string): readonly Token[] {
  const list = listOf(tokens)
  if (!list) return tokens
  const [start, end] = list
  const items = partsOf(tokens.slice(start, end))
  const out = [...tokens.slice(0, start)]
  let at = start
  for (const [i, item] of items.entries()) {
    at += item.length
    out.push(...item)
    const over = item.at(-1)?.end ?? sql.length
    if (item.length > 0 && !hasName(item) && !isColumn(item)) out.push(...named(titleOf(item, sql, over), over))
    if (i < items.length - 1) out.push(tokens[at++] as Token)
  }
  return [...out, ...tokens.slice(end)]
}

const named = (title: string, at: number): Token[] => [
  { kind: 'word', text: 'AS', upper: 'AS', before: true, at, end: at },
  { kind: 'name', text: title, upper: title, before: true, at, end: at },
]
