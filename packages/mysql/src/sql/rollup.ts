import { quoteName } from './quoting.ts'
import { topLevel } from './joined-changes.ts'
import type { Token } from './lexer.ts'
import { partsOf, type Renderer } from './render.ts'
import { itemsOf, withoutName } from './titles.ts'

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.upper === word
const NULL_TOKEN: Token = { kind: 'word', text: 'NULL', upper: 'NULL', before: true, at: 0, end: 0 }

const same = (a: readonly Token[], b: readonly Token[]): boolean =>
  a.length === b.length && a.every((token, i) => token.upper.toLowerCase() === b[i]?.upper.toLowerCase())

/** The tokens with NULL in place of each of the expressions; names behind AS stay. */
function without(tokens: readonly Token[], gone: readonly (readonly Token[])[]): readonly Token[] {
  const out: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const found = isWord(tokens[at - 1], 'AS')
      ? undefined
      : gone.find((each) => same(tokens.slice(at, at + each.length), each))
    if (found) {
      out.push(NULL_TOKEN)
      at += found.length - 1
    } else out.push(tokens[at] as Token)
  }
  return out
}

/**
 * GROUP BY … WITH ROLLUP: the groups, and above them those of fewer columns, as one query.
 * Reference Manual, "GROUP BY Modifiers".
 * @param tokens with a name for every item
 * @returns undefined for a query without it
 */
export function rolledUp(renderer: Renderer, tokens: readonly Token[]): string | undefined {
  const at = tokens.findIndex((token, i) => isWord(token, 'WITH') && isWord(tokens[i + 1], 'ROLLUP'))
  const group = topLevel(tokens, 'GROUP')
  const from = topLevel(tokens, 'FROM')
  if (at < 0 || group < 0 || from < 0 || !isWord(tokens[0], 'SELECT')) return undefined
  const keys = partsOf(tokens.slice(group + 2, at))
  const items = itemsOf(tokens)
  const source = renderer.render(tokens.slice(from, group))
  const rest = tokens.slice(at + 2)
  const [order, limit] = ['ORDER', 'LIMIT'].map((word) => topLevel(rest, word)) as [number, number]
  const end = Math.min(rest.length, ...[order, limit].filter((each) => each >= 0))
  const having = renderer.render(rest.slice(0, end))
  const values = items.map(withoutName)
  const titles = items.map((item) => item.at(-1)?.text ?? '')
  const levels = keys
    .map((_, i) => keys.length - i)
    .concat(0)
    .map((kept) => {
      const gone = keys.slice(kept)
      const columns = values.map((value, i) => `${renderer.render(without(value, gone))} AS c${i}`)
      const sorts = keys.map(
        (key, i) => `${i < kept ? renderer.render(key) : 'NULL'} AS k${i}, ${i < kept ? 0 : 1} AS r${i}`,
      )
      const by =
        kept === 0
          ? ''
          : ` GROUP BY ${keys
              .slice(0, kept)
              .map((key) => renderer.render(key))
              .join(', ')}`
      return `SELECT ${[...columns, ...sorts].join(', ')} ${source}${by}${having}${kept === 0 && having === '' ? ' HAVING count(*) > 0' : ''}`
    })
  const shown = titles.map((title, i) => `c${i} AS ${quoteName(title)}`).join(', ')
  const sort =
    order >= 0
      ? renderer.render(rest.slice(order))
      : `ORDER BY ${keys.map((_, i) => `r${i}, k${i}`).join(', ')} ${renderer.render(rest.slice(end))}`
  return `SELECT ${shown} FROM (${levels.join(' UNION ALL ')}) ${sort}`
}
