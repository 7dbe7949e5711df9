import type { Column } from '../protocol.ts'
import type { TableDefinition } from './definition.ts'
import type { Token } from './lexer.ts'
import { itemsOf } from './titles.ts'

const OUTER = /^(LEFT|RIGHT|UNION|ROLLUP|WITH)$/
const COUNTING = /^(COUNT|NOW|CURDATE|DATABASE|VERSION|CONNECTION_ID|ROW_NUMBER|RANK|DENSE_RANK|LENGTH)$/

/** Columns that hold no NULL say so: clients draw them narrower. */
export function withNullness(
  columns: readonly Column[],
  tokens: readonly Token[],
  tables: readonly TableDefinition[],
): readonly Column[] {
  const never = new Set(
    tables.flatMap((table) => table.columns.filter(({ notNull }) => notNull).map(({ name }) => name)),
  )
  const isOuter = tokens.some(({ kind, upper }) => kind === 'word' && OUTER.test(upper))
  const items = itemsOf(tokens)
  return columns.map((column, i) => {
    const item = items.length === columns.length ? (items[i] ?? []) : []
    const [first, second] = item
    const isLiteral = first !== undefined && (first.kind === 'number' || first.kind === 'string')
    const isCounting = first?.kind === 'word' && COUNTING.test(first.upper) && second?.text === '('
    const notNull = (!isOuter && never.has(column.name)) || (isLiteral && item.length === 1) || isCounting
    return notNull ? { ...column, notNull } : column
  })
}
