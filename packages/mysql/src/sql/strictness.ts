import { quoteName } from './quoting.ts'

/** Bits of whole numbers. */
const BITS: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32 }

/** What a column of a type may hold, as strict mode has it; undefined for what is not looked at. */
function condition(name: string, type: string): readonly [code: number, sql: string] | undefined {
  if (/^(decimal|float|double)/.test(type)) return [1366, `typeof(${name}) IN ('integer', 'real')`]
  const [, word = '', arguments_ = ''] = /^(\w+)(?:\((.*)\))?/.exec(type) ?? []
  const bits = BITS[word]
  if (bits !== undefined) {
    const unsigned = type.includes('unsigned')
    const [low, high] = unsigned ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
    return [1264, `typeof(${name}) <> 'integer' OR ${name} BETWEEN ${low} AND ${high}`]
  }
  if (word === 'bigint' && type.includes('unsigned')) return [1264, `typeof(${name}) <> 'integer' OR ${name} >= 0`]
  if (word === 'varchar' || word === 'char') return [1406, `length(${name}) <= ${Number(arguments_)}`]
  if (word === 'enum') return [1265, `${name} IN (${arguments_})`]
  return undefined
}

/** The same for SQLite: constraints whose names say what went wrong. */
export function strictCheck({ name, type }: { readonly name: string; readonly type: string }): string {
  const quoted = quoteName(name)
  const found = condition(quoted, type)
  const isWhole = /^(tiny|small|medium|big)?int/.test(type)
  const conditions = [
    ...(isWhole ? [[1366, `typeof(${quoted}) IN ('integer', 'real')`] as const] : []),
    ...(found ? [found] : []),
  ]
  return conditions
    .map(([code, sql]) => ` CONSTRAINT ${quoteName(`#${code}:${name}`)} CHECK (${quoted} IS NULL OR ${sql})`)
    .join('')
}
