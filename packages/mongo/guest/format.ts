import { inspect } from 'node:util'
import { Cursor, SHOWN } from './cursor.ts'
import { MongoBulkWriteError, MongoServerError } from './errors.ts'

export interface Look {
  readonly colors: boolean
}

const DEPTH = 6
const shownValue = (value: unknown, { colors }: Look): string =>
  inspect(value, { colors, depth: DEPTH, maxArrayLength: Infinity, maxStringLength: Infinity })

/** What the shell prints of a line's value; '' for nothing. */
export function format(value: unknown, look: Look): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (value instanceof Cursor) return formatPage(value, look)
  return shownValue(value, look)
}

/** Some of a cursor's documents, and whether there are more. */
export function formatPage(cursor: Cursor, look: Look): string {
  const documents = cursor.page(SHOWN)
  if (documents.length === 0) return ''
  return `${shownValue(documents, look)}${cursor.hasNext() ? '\nType "it" for more' : ''}`
}

/** An error's line, and what belongs to it. */
export function formatError(error: unknown, look: Look): string {
  if (!(error instanceof Error)) return `Error: ${shownValue(error, look)}`
  const code = error instanceof MongoServerError && error.codeName ? `[${error.codeName}]` : ''
  const line = `${error.name}${code}: ${error.message}`
  if (!(error instanceof MongoBulkWriteError)) return line
  const writeErrors = error.writeErrors.map(({ index, code: number, errmsg }) => ({ index, code: number, errmsg }))
  return `${line}\nResult: BulkWriteResult ${shownValue(error.result, look)}\nWrite Errors: ${shownValue(writeErrors, look)}`
}

/** Rows under one another: a name, and what stands behind it. */
export function table(rows: readonly (readonly [string, string])[]): string {
  const [wide, right] = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(([name, text]) => `${name.padEnd(wide ?? 0)}  ${text.padStart(right ?? 0)}`).join('\n')
}
