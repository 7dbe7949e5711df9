import type { Cursor } from './create-table.ts'
import type { Token } from './lexer.ts'
import { isJoined, joinedDelete, joinedUpdate } from './joined-changes.ts'
import { partsOf, type Renderer } from './render.ts'

/** The columns and values of INSERT, with what is to be done with those that are there. */
export function insertion(renderer: Renderer, cursor: Cursor): string {
  const { body, conflict } = onConflict(renderer, cursor.rest)
  const isQuery = body.some(({ upper, kind }) => kind === 'word' && upper === 'SELECT')
  return `${bodyText(renderer, body)}${isQuery && conflict !== '' ? ' WHERE true' : ''}${conflict}`
}

/** ON DUPLICATE KEY UPDATE in SQLite's words, and what stands before it. */
export function onConflict(
  renderer: Renderer,
  rest: readonly Token[],
): { readonly body: readonly Token[]; readonly conflict: string } {
  const on = rest.findIndex(
    ({ upper, kind }, i) => kind === 'word' && upper === 'ON' && rest[i + 1]?.upper === 'DUPLICATE',
  )
  const body = on < 0 ? rest : rest.slice(0, on)
  const update = on < 0 ? [] : rest.slice(on + 4)
  const as = body.findLastIndex(({ upper, kind }) => kind === 'word' && upper === 'AS')
  // INSERT … VALUES (…) AS new ON DUPLICATE KEY UPDATE a = new.a
  const alias = on >= 0 && as >= 0 && as === body.length - 2 ? body[as + 1]?.text : undefined
  const given = alias === undefined ? body : body.slice(0, as)
  if (on < 0) return { body: given, conflict: '' }
  const renamed = update.map((token) =>
    alias !== undefined && token.text === alias
      ? { ...token, kind: 'word' as const, text: 'excluded', upper: 'EXCLUDED' }
      : token,
  )
  return { body: given, conflict: ` ON CONFLICT DO UPDATE SET ${renderer.render(excluded(renamed))}` }
}

function bodyText(renderer: Renderer, body: readonly Token[]): string {
  const [first] = body
  if (first?.kind === 'word' && first.upper === 'SET') {
    const pairs = partsOf(body.slice(1))
    const at = (part: readonly Token[]): number => part.findIndex(({ kind, text }) => kind === 'op' && text === '=')
    const names = pairs.map((part) => renderer.render(part.slice(0, at(part)).slice(-1))).join(', ')
    return `(${names}) VALUES (${pairs.map((part) => renderer.render(part.slice(at(part) + 1))).join(', ')})`
  }
  if (
    body
      .map(({ text }) => text)
      .join('')
      .toUpperCase()
      .replace('VALUE(', 'VALUES(')
      .endsWith('()VALUES()')
  )
    return 'DEFAULT VALUES'
  return renderer.render(
    body.map((token) =>
      token.kind === 'word' && token.upper === 'VALUE' ? { ...token, text: 'VALUES', upper: 'VALUES' } : token,
    ),
  )
}

/** VALUES(column) is `excluded.column`. */
function excluded(tokens: readonly Token[]): Token[] {
  const out: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    const column = tokens[at + 2]
    if (token?.kind === 'word' && token.upper === 'VALUES' && tokens[at + 1]?.text === '(' && column) {
      out.push(
        { ...token, text: 'excluded', upper: 'EXCLUDED' },
        { ...token, kind: 'op', text: '.', upper: '.', before: false },
        { ...column, kind: 'name', before: false },
      )
      at += 3
    } else if (token) out.push(token)
  }
  return out
}

/** UPDATE and DELETE; with ORDER BY or LIMIT by the numbers of their rows. */
export function changeText(renderer: Renderer, verb: string, rest: readonly Token[]): string {
  const find = (word: string): number => {
    let depth = 0
    return rest.findIndex(({ kind, text, upper }) => {
      if (kind === 'op') depth += text === '(' ? 1 : text === ')' ? -1 : 0
      return depth === 0 && kind === 'word' && upper === word
    })
  }
  const [order, limit, where, set, from] = ['ORDER', 'LIMIT', 'WHERE', 'SET', 'FROM'].map(find) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const joined =
    verb === 'DELETE'
      ? joinedDelete(renderer, rest)
      : isJoined(rest.slice(0, set))
        ? joinedUpdate(renderer, rest.slice(0, set), rest.slice(set))
        : undefined
  if (joined !== undefined) return joined
  const tail = [order, limit].filter((at) => at >= 0).reduce((a, b) => Math.min(a, b), rest.length)
  if (tail === rest.length) return `${verb} ${renderer.render(rest)}`
  const table = verb === 'UPDATE' ? rest.slice(0, set) : rest.slice(from + 1, where >= 0 ? where : tail)
  const condition = where >= 0 ? renderer.render(rest.slice(where, tail)) : ''
  const name = renderer.render(table)
  const chosenRows = `WHERE rowid IN (SELECT rowid FROM ${name} ${condition} ${renderer.render(rest.slice(tail))})`
  const head = rest.slice(0, where >= 0 ? where : tail)
  return `${verb} ${renderer.render(head)} ${chosenRows}`
}
