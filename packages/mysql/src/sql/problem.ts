import type { SqlProblem } from '../protocol.ts'

/** A statement that fails, as MySQL numbers it. MySQL Error Message Reference, chapter "Server". */
export class SqlError extends Error {
  readonly code: number
  readonly state: string

  constructor(code: number, state: string, message: string) {
    super(message)
    this.code = code
    this.state = state
  }

  get problem(): SqlProblem {
    return { code: this.code, state: this.state, message: this.message }
  }
}

export const syntaxError = (near: string, line = 1): SqlError =>
  new SqlError(
    1064,
    '42000',
    `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near.slice(0, 80)}' at line ${line}`,
  )

const TYPE_PROBLEMS: Readonly<Record<string, (column: string) => SqlError>> = {
  1264: (column) => new SqlError(1264, '22003', `Out of range value for column '${column}' at row 1`),
  1265: (column) => new SqlError(1265, '01000', `Data truncated for column '${column}' at row 1`),
  1406: (column) => new SqlError(1406, '22001', `Data too long for column '${column}' at row 1`),
}

/** What the name of a broken constraint of `strictness` stands for; undefined for one that the table's owner made. */
function strictProblem(name: string): SqlError | undefined {
  const [, code = '', column = ''] = /^#(\d+):(.*)$/.exec(name) ?? []
  return TYPE_PROBLEMS[code]?.(column)
}

/** A text that is no number, in a column of numbers. */
function wrongValue(name: string, givenTo: Context['givenTo']): SqlError | undefined {
  const [, column] = /^#1366:(.*)$/.exec(name) ?? []
  if (column === undefined) return undefined
  const { value, kind, table } = givenTo(column)
  return new SqlError(1366, '22007', `Incorrect ${kind} value: '${value}' for column ${table}'${column}' at row 1`)
}

type Rule = readonly [RegExp, (found: RegExpExecArray, context: Context) => SqlError]

interface Context {
  /** The table that the statement is about. */
  tableOf(): string
  /** What a statement gives to a column of numbers: `integer`, `decimal` or `double`. */
  givenTo(column: string): { readonly value: string; readonly kind: string; readonly table: string }
  readonly database: string
  readonly sql: string
  /** Whether a statement gives the column a value. */
  isGiven(column: string): boolean
  /** Which key between tables was broken. */
  foreignKey(): SqlError
  /** The value that stands twice, and the key that forbids it. */
  duplicate(table: string, columns: readonly string[]): { readonly entry: string; readonly key: string }
}

export const duplicateEntry = (table: string, entry: string, key: string): SqlError =>
  new SqlError(1062, '23000', `Duplicate entry '${entry}' for key '${table}.${key}'`)

const lastPart = (name: string): string => name.split('.').pop() ?? name

const RULES: readonly Rule[] = [
  [
    /UNIQUE constraint failed: (.*)$/m,
    ([, names = ''], { duplicate }) => {
      const columns = names.split(', ')
      const table = columns[0]?.split('.')[0] ?? ''
      const { entry, key } = duplicate(table, columns.map(lastPart))
      return duplicateEntry(table, entry, key)
    },
  ],
  [
    /NOT NULL constraint failed: (.*)$/m,
    ([, name = ''], { isGiven }) =>
      isGiven(lastPart(name))
        ? new SqlError(1048, '23000', `Column '${lastPart(name)}' cannot be null`)
        : new SqlError(1364, 'HY000', `Field '${lastPart(name)}' doesn't have a default value`),
  ],
  [/FOREIGN KEY constraint failed/, (_found, { foreignKey }) => foreignKey()],
  [
    /CHECK constraint failed: (.*)$/m,
    ([, name = ''], { givenTo }) =>
      wrongValue(name, givenTo) ??
      strictProblem(name) ??
      new SqlError(3819, 'HY000', `Check constraint '${name}' is violated.`),
  ],
  [
    /no such table: (.*)$/m,
    ([, name = ''], { database }) =>
      new SqlError(1146, '42S02', `Table '${name.includes('.') ? name : `${database}.${name}`}' doesn't exist`),
  ],
  [
    /no such column: "?([^"\n]*?)"?$/m,
    ([, name = '']) => new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`),
  ],
  [
    /table \S+ has no column named (.*)$/m,
    ([, name = '']) => new SqlError(1054, '42S22', `Unknown column '${name}' in 'field list'`),
  ],
  [
    /ambiguous column name: (.*)$/m,
    ([, name]) => new SqlError(1052, '23000', `Column '${name}' in field list is ambiguous`),
  ],
  [
    /no such function: (.*)$/m,
    ([, name], { database }) => new SqlError(1305, '42000', `FUNCTION ${database}.${name} does not exist`),
  ],
  [/duplicate column name: (.*)$/m, ([, name]) => new SqlError(1060, '42S21', `Duplicate column name '${name}'`)],
  [/table "?(.*?)"? already exists/, ([, name]) => new SqlError(1050, '42S01', `Table '${name}' already exists`)],
  [
    /(\d+) values for (\d+) columns|table \S+ has \d+ columns but \d+ values/,
    () => new SqlError(1136, '21S01', "Column count doesn't match value count at row 1"),
  ],
  [
    /near "(.*?)": syntax error/s,
    ([, near = ''], { sql }) => {
      const at = sql.indexOf(near)
      return syntaxError(at < 0 ? near : sql.slice(at), sql.slice(0, Math.max(at, 0)).split('\n').length)
    },
  ],
  [/incomplete input/, () => syntaxError('')],
  [
    /cannot modify (\S+) because it is a view/,
    () => new SqlError(1235, '42000', "This version of MySQL doesn't yet support 'changing the rows of views'"),
  ],
  [
    /cannot (?:INSERT into|UPDATE) generated column "(.*?)"/,
    ([, name], { tableOf }) =>
      new SqlError(
        3105,
        'HY000',
        `The value specified for generated column '${name}' in table '${tableOf()}' is not allowed.`,
      ),
  ],
]

/** What SQLite says, as MySQL would. */
export function problemOf(text: string, context: Context): SqlError {
  for (const [pattern, make] of RULES) {
    const found = pattern.exec(text)
    if (found) return make(found, context)
  }
  return new SqlError(1105, 'HY000', text)
}
