import type { Column } from '../protocol.ts'
import type { TableDefinition } from './definition.ts'
import type { Token } from './lexer.ts'
import { itemsOf, withoutName } from './titles.ts'

const OUTER = /^(LEFT|RIGHT|UNION|ROLLUP|WITH)$/
const COUNTING = /^(COUNT|NOW|CURDATE|DATABASE|VERSION|CONNECTION_ID|ROW_NUMBER|RANK|DENSE_RANK|LENGTH)$/

/** Columns that hold no NULL say so: clients draw them narrower. */
export function withNullness(
  columns: readonly Column[],
  tokens: readonly Token[],
  tables: readonly TableDefinition[],
  known: (item: readonly Token[]) => string,
): readonly Column[] {
  const never = new Set(
    tables.flatMap((table) => table.columns.filter(({ notNull }) => notNull).map(({ name }) => name)),
  )
  const isOuter = tokens.some(({ kind, upper }) => kind === 'word' && OUTER.test(upper))
  const items = itemsOf(tokens)
  return columns.map((column, i) => {
    const item = items.length === columns.length ? withoutName(items[i] ?? []) : []
    const [first, second] = item
    const isLiteral = first !== undefined && /^(number|string|hex)$/.test(first.kind)
    const isCounting = first?.kind === 'word' && COUNTING.test(first.upper) && second?.text === '('
    const type = column.type === '' ? known(item) || castType(item) || aggregateType(item, tables) : column.type
    const notNull = (!isOuter && never.has(column.name)) || (isLiteral && item.length === 1) || isCounting
    return { ...column, type, ...(notNull ? { notNull } : {}) }
  })
}

const WRAPPERS = /^(COALESCE|IFNULL)$/
/** Digits behind the point that an average has more than what it is of. */
const AVERAGE_SCALE = 4

/** CAST(x AS DECIMAL(p,s)). */
function castType(item: readonly Token[]): string {
  if (item[0]?.kind !== 'word' || !/^(CAST|CONVERT)$/.test(item[0].upper)) return ''
  const [, size] = /(?:AS|,)DECIMAL\((\d+,\d+)\)\)$/i.exec(item.map(({ text }) => text).join('')) ?? []
  return size === undefined ? '' : `decimal(${size})`
}

/** What SUM, AVG, MIN and MAX of a column of decimals give; '' where its values tell. */
function aggregateType(item: readonly Token[], tables: readonly TableDefinition[]): string {
  const inner = item[0]?.kind === 'word' && WRAPPERS.test(item[0].upper) ? item.slice(2) : item
  const verb = /^(SUM|AVG|MIN|MAX)$/.exec(inner[0]?.upper ?? '')?.[0]
  const close = inner.findIndex(({ kind, text }) => kind === 'op' && text === ')')
  if (verb === undefined || (inner === item && close !== item.length - 1)) return ''
  const words = inner.slice(2, close)
  const name = words.length === 1 || words[1]?.text === '.' ? words.at(-1)?.text : undefined
  const type = tables.flatMap(({ columns }) => columns).find((column) => column.name === name)?.type ?? ''
  const [, scale] = /^decimal\(\d+,(\d+)\)/.exec(type) ?? []
  if (verb === 'AVG' && (scale !== undefined || /int/.test(type)))
    return `decimal(14,${Number(scale ?? 0) + AVERAGE_SCALE})`
  return scale === undefined ? '' : `decimal(32,${scale})`
}
