import { quoteName } from './definition.ts'
import type { Token } from './lexer.ts'
import { SqlError } from './problem.ts'
import { closing, partsOf, type Renderer } from './render.ts'

const isOp = (token: Token | undefined, text: string): boolean => token?.kind === 'op' && token.text === text
const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.upper === word

/** Where a word stands outside of parentheses; -1 for nowhere. */
export function topLevel(tokens: readonly Token[], word: string): number {
  for (let at = 0; at < tokens.length; at++) {
    if (isOp(tokens[at], '(')) at = closing(tokens, at)
    else if (isWord(tokens[at], word)) return at
  }
  return -1
}

/** Several tables, by JOIN or by a comma. */
export const isJoined = (tables: readonly Token[]): boolean =>
  topLevel(tables, 'JOIN') >= 0 || partsOf(tables).length > 1

const JOINING = /^(JOIN|LEFT|RIGHT|INNER|CROSS|OUTER|NATURAL|STRAIGHT_JOIN|ON|USING|WHERE|SET)$/

/** The table that a name among joined ones means: the name itself, or what has it as its alias. */
function tableOf(tables: readonly Token[], name: string): string {
  for (const [at, token] of tables.entries()) {
    const starts = at === 0 || isOp(tables[at - 1], ',') || isWord(tables[at - 1], 'JOIN')
    if (!starts) continue
    const behind = isWord(tables[at + 1], 'AS') ? tables[at + 2] : tables[at + 1]
    const alias = behind && behind.kind !== 'op' && !JOINING.test(behind.upper) ? behind.text : token.text
    if (alias === name || token.text === name) return token.text
  }
  throw new SqlError(1109, '42S02', `Unknown table '${name}' in MULTI DELETE`)
}

const condition = (renderer: Renderer, tokens: readonly Token[]): string =>
  tokens.length === 0 ? 'true' : renderer.render(tokens.slice(1))

const TARGET = quoteName('#target')

/** UPDATE of one of several tables. */
export function joinedUpdate(renderer: Renderer, tables: readonly Token[], rest: readonly Token[]): string {
  const where = topLevel(rest, 'WHERE')
  const assignments = partsOf(rest.slice(1, where < 0 ? undefined : where))
  const [first = []] = assignments
  const name = isOp(first[1], '.') ? (first[0]?.text ?? '') : (tables[0]?.text ?? '')
  const set = assignments.map((part) => renderer.render(isOp(part[1], '.') ? part.slice(2) : part)).join(', ')
  const own = quoteName(tableOf(tables, name))
  return `UPDATE ${own} AS ${TARGET} SET ${set} FROM ${renderer.render(tables)} WHERE ${TARGET}.rowid = ${quoteName(name)}.rowid AND (${condition(renderer, where < 0 ? [] : rest.slice(where))})`
}

/** `DELETE t FROM … JOIN …` and `DELETE FROM t USING …`; undefined for one of a single table. */
export function joinedDelete(renderer: Renderer, rest: readonly Token[]): string | undefined {
  const from = topLevel(rest, 'FROM')
  const using = topLevel(rest, 'USING')
  const targets = from === 0 ? (using > 0 ? rest.slice(1, using) : []) : rest.slice(0, from)
  if (targets.length === 0) return undefined
  if (partsOf(targets).length > 1)
    throw new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'DELETE from several tables'")
  const tail = rest.slice((from === 0 ? using : from) + 1)
  const where = topLevel(tail, 'WHERE')
  const tables = tail.slice(0, where < 0 ? undefined : where)
  const name = targets[0]?.text ?? ''
  return `DELETE FROM ${quoteName(tableOf(tables, name))} WHERE rowid IN (SELECT ${quoteName(name)}.rowid FROM ${renderer.render(tables)} WHERE ${condition(renderer, where < 0 ? [] : tail.slice(where))})`
}
