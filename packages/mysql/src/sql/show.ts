import type { Outcome, Value, Warning } from '../protocol.ts'
import type { Catalogue } from './catalogue.ts'
import { Cursor } from './create-table.ts'
import {
  type ColumnDefinition,
  literal,
  quoteName,
  shownCreation,
  shownDefault,
  type TableDefinition,
} from './definition.ts'
import { shownType } from './flavour.ts'
import type { Token } from './lexer.ts'
import { type ProgramShows, showCreation, showRoutines, showTriggers } from './routines/shows.ts'
import { result } from './show-result.ts'
import { SqlError, syntaxError } from './problem.ts'
import type { Renderer } from './render.ts'

/** Names of SQLite's text in MySQL's quotes. */
const ownQuotes = (sql: string): string =>
  sql.replaceAll(/'(?:[^']|'')*'|"((?:[^"]|"")*)"/g, (whole, name: string | undefined) =>
    name === undefined ? whole.replaceAll('\\', '\\\\') : `\`${name.replaceAll('""', '"').replaceAll('`', '``')}\``,
  )

/** LIKE of SHOW. */
const like = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replaceAll(/\\?[.*+?^${}()|[\]\\%_]/g, (found) => (found === '%' ? '.*' : found === '_' ? '.' : `\\${found.slice(-1)}`))}$`,
    'is',
  )

const keyOf = ({ keys }: TableDefinition, { name }: ColumnDefinition): string => {
  const first = (kind: string): boolean => keys.some((key) => key.kind === kind && key.columns[0] === name)
  const primary = keys.some(({ kind, columns }) => kind === 'primary' && columns.includes(name))
  const unique = keys.some(({ kind, columns }) => kind === 'unique' && columns.join() === name)
  return primary ? 'PRI' : unique ? 'UNI' : first('index') || first('fulltext') || first('unique') ? 'MUL' : ''
}
const extraOf = (column: ColumnDefinition): string =>
  column.autoIncrement
    ? 'auto_increment'
    : [
        (column.fallback ?? '').startsWith('(datetime') ? 'DEFAULT_GENERATED' : '',
        column.touched ? 'on update CURRENT_TIMESTAMP' : '',
        column.generated === undefined ? '' : 'STORED GENERATED',
      ]
        .filter(Boolean)
        .join(' ')

export interface ShowHost {
  readonly catalogue: Catalogue
  readonly renderer: Renderer
  /** MariaDB shows some things otherwise. */
  readonly isMaria: boolean
  /** The collation of utf8mb4 where nobody says another. */
  readonly collation: string
  readonly database: string
  readonly user: string
  readonly programs: ProgramShows
  readonly warnings: readonly Warning[]
  databases(): readonly string[]
  variables(): readonly (readonly [string, string])[]
  status(): readonly (readonly [string, string])[]
  /** A view's columns, as a table's would be; undefined for no view of that name. */
  viewed(database: string, name: string): TableDefinition | undefined
  /** The rows for which a condition on the columns holds. */
  filtered(outcome: Outcome, condition: readonly Token[]): Outcome
}

/** @throws SqlError 1046 */
export function chosen(database: string): string {
  if (database === '') throw new SqlError(1046, '3D000', 'No database selected')
  return database
}

export function describe(host: ShowHost, tokens: readonly Token[]): Outcome {
  const cursor = new Cursor(tokens)
  const { database: other, name } = cursor.qualified()
  const database = chosen(other ?? host.database)
  const table = host.viewed(database, name) ?? host.catalogue.table(database, name)
  const only = cursor.token?.text
  return columnRows(host, table, only === undefined ? /^/ : like(only))
}

const columnRows = (host: ShowHost, table: TableDefinition, pattern: RegExp, full = false): Outcome =>
  result(
    [
      'Field',
      'Type',
      ...(full ? ['Collation'] : []),
      'Null',
      'Key',
      'Default',
      'Extra',
      ...(full ? ['Privileges', 'Comment'] : []),
    ],
    table.columns
      .filter(({ name }) => pattern.test(name))
      .map((column) => [
        column.name,
        shownType(column.type, host.isMaria),
        ...(full ? [/char|text|enum|set/.test(column.type) ? host.collation : null] : []),
        column.notNull ? 'NO' : 'YES',
        keyOf(table, column),
        mariaTime(shownDefault(column), host),
        mariaTime(extraOf(column), host),
        ...(full ? ['select,insert,update,references', column.comment] : []),
      ]),
  )

/** MariaDB calls the function, and has no word for defaults that are expressions. */
const mariaTime = <T extends string | null>(text: T, { isMaria }: Pick<ShowHost, 'isMaria'>): T =>
  (isMaria
    ? (text?.replace('DEFAULT_GENERATED', '').replace('CURRENT_TIMESTAMP', 'current_timestamp()').trim() ?? null)
    : text) as T

type Show = (host: ShowHost, cursor: Cursor, full: boolean) => Outcome

/** `[FROM table] [FROM database]`, in what comes next. */
function place(host: ShowHost, cursor: Cursor): [database: string, table: string] {
  if (!cursor.take('FROM')) cursor.take('IN')
  const { database, name } = cursor.qualified()
  const other = cursor.take('FROM') || cursor.take('IN') ? cursor.name() : database
  return [chosen(other ?? host.database), name]
}
const columnList: Show = (host, cursor, full) => {
  const where = place(host, cursor)
  const table = host.viewed(...where) ?? host.catalogue.table(...where)
  return columnRows(host, table, pattern(cursor), full)
}
const pattern = (cursor: Cursor): RegExp => (cursor.take('LIKE') ? like(cursor.name()) : /^/)

const indexRows: Show = (host, cursor) => {
  const [database, name] = place(host, cursor)
  const table = host.catalogue.table(database, name)
  const columns = [
    'Table',
    'Non_unique',
    'Key_name',
    'Seq_in_index',
    'Column_name',
    'Collation',
    'Cardinality',
    'Sub_part',
    'Packed',
    'Null',
    'Index_type',
    'Comment',
    'Index_comment',
    ...(host.isMaria ? ['Ignored'] : ['Visible', 'Expression']),
  ]
  const rows = table.keys.flatMap(({ kind, name: key, columns: names }) =>
    names.map((column, i): Value[] => {
      const nullable = table.columns.find((each) => each.name === column)?.notNull ? '' : 'YES'
      return [
        name,
        kind === 'index' || kind === 'fulltext' ? 1 : 0,
        key,
        i + 1,
        column,
        kind === 'fulltext' ? null : 'A',
        kind === 'fulltext' ? null : 0,
        null,
        null,
        nullable,
        kind === 'fulltext' ? 'FULLTEXT' : 'BTREE',
        '',
        '',
        ...(host.isMaria ? ['NO'] : ['YES', null]),
      ]
    }),
  )
  return result(columns, rows)
}

/** The pattern stands in the title of what it chose. */
const likeSuffix = ({ token, tokens, at }: Cursor): string =>
  token?.upper === 'LIKE' ? ` (${tokens[at + 1]?.text ?? ''})` : ''

const tableRows: Show = (host, cursor, full) => {
  const database = chosen(cursor.take('FROM') || cursor.take('IN') ? cursor.name() : host.database)
  if (!host.databases().includes(database)) throw new SqlError(1049, '42000', `Unknown database '${database}'`)
  const suffix = likeSuffix(cursor)
  const shown = pattern(cursor)
  const names = host.catalogue.names(database).filter((name) => shown.test(name))
  const views = host.catalogue.views(database)
  const columns = [`Tables_in_${database}${suffix}`, ...(full ? ['Table_type'] : [])]
  return result(
    columns,
    names.map((name) => (full ? [name, views.has(name) ? 'VIEW' : 'BASE TABLE'] : [name])),
  )
}

const tableStatus: Show = (host, cursor) => {
  const database = chosen(cursor.take('FROM') || cursor.take('IN') ? cursor.name() : host.database)
  const shown = pattern(cursor)
  const { catalogue } = host
  const rows = [...catalogue.tables(database).values()]
    .filter(({ name }) => shown.test(name))
    .map((table): Value[] => {
      const count = Number(
        catalogue.databases.run(database, `SELECT count(*) FROM ${quoteName(table.name)}`).rows[0]?.[0] ?? 0,
      )
      return [
        table.name,
        table.engine,
        10,
        'Dynamic',
        count,
        0,
        16384,
        0,
        0,
        0,
        catalogue.nextId(database, table.name),
        null,
        null,
        null,
        host.collation,
        null,
        '',
        table.comment,
      ]
    })
  return result(
    [
      'Name',
      'Engine',
      'Version',
      'Row_format',
      'Rows',
      'Avg_row_length',
      'Data_length',
      'Max_data_length',
      'Index_length',
      'Data_free',
      'Auto_increment',
      'Create_time',
      'Update_time',
      'Check_time',
      'Collation',
      'Checksum',
      'Create_options',
      'Comment',
    ],
    rows,
  )
}

const pairs = (rows: readonly (readonly [string, string])[], cursor: Cursor): Outcome => {
  const shown = pattern(cursor)
  return result(
    ['Variable_name', 'Value'],
    rows.filter(([name]) => shown.test(name)),
  )
}

const fixed =
  (columns: readonly string[], rows: readonly (readonly Value[])[]): Show =>
  () =>
    result(columns, rows)

const databases: Show = (host, cursor) => {
  const suffix = likeSuffix(cursor)
  const shown = pattern(cursor)
  return result(
    [`Database${suffix}`],
    host
      .databases()
      .filter((name) => shown.test(name))
      .map((name) => [name]),
  )
}

const warningRows = (warnings: readonly Warning[]): Outcome =>
  result(
    ['Level', 'Code', 'Message'],
    warnings.map(({ level, code, message }) => [level, code, message]),
  )

const COLLATIONS: readonly (readonly [name: string, set: string, id: number, length: number, pad: string])[] = [
  ['latin1_swedish_ci', 'latin1', 8, 1, 'PAD SPACE'],
  ['latin1_bin', 'latin1', 47, 1, 'PAD SPACE'],
  ['ascii_general_ci', 'ascii', 11, 1, 'PAD SPACE'],
  ['utf8mb3_general_ci', 'utf8mb3', 33, 1, 'PAD SPACE'],
  ['utf8mb3_bin', 'utf8mb3', 83, 1, 'PAD SPACE'],
  ['utf8mb4_general_ci', 'utf8mb4', 45, 1, 'PAD SPACE'],
  ['utf8mb4_bin', 'utf8mb4', 46, 1, 'PAD SPACE'],
  ['utf8mb4_unicode_ci', 'utf8mb4', 224, 8, 'PAD SPACE'],
  ['utf8mb4_0900_ai_ci', 'utf8mb4', 255, 0, 'NO PAD'],
  ['binary', 'binary', 63, 1, 'NO PAD'],
]
const DEFAULTS = new Set(['latin1_swedish_ci', 'ascii_general_ci', 'utf8mb3_general_ci', 'binary'])

const charsets = ({ collation }: ShowHost, shown: RegExp): readonly (readonly Value[])[] =>
  [
    ['latin1', 'cp1252 West European', 'latin1_swedish_ci', 1],
    ['ascii', 'US ASCII', 'ascii_general_ci', 1],
    ['utf8mb3', 'UTF-8 Unicode', 'utf8mb3_general_ci', 3],
    ['utf8mb4', 'UTF-8 Unicode', collation, 4],
    ['binary', 'Binary pseudo charset', 'binary', 1],
  ].filter(([name]) => shown.test(String(name)))

const createTable: Show = (host, cursor) => {
  const { database, name } = cursor.qualified()
  const where = chosen(database ?? host.database)
  const view = host.catalogue.views(where).get(name)
  if (view !== undefined)
    return result(
      ['View', 'Create View', 'character_set_client', 'collation_connection'],
      [[name, ownQuotes(view), 'utf8mb4', host.collation]],
    )
  return result(
    ['Table', 'Create Table'],
    [[name, shownCreation(host.catalogue.table(where, name), host.catalogue.nextId(where, name), host)]],
  )
}

const engines = fixed(
  ['Engine', 'Support', 'Comment', 'Transactions', 'XA', 'Savepoints'],
  [['InnoDB', 'DEFAULT', 'Supports transactions, row-level locking, and foreign keys', 'YES', 'YES', 'YES']],
)
const characterSets: Show = (host, cursor) =>
  result(['Charset', 'Description', 'Default collation', 'Maxlen'], charsets(host, pattern(cursor)))
/** Of what there is none here. */
const nothing: Show = () => result([], [])

const SHOWS: readonly (readonly [words: string, show: Show])[] = [
  ['DATABASES', databases],
  ['SCHEMAS', databases],
  ['TABLE STATUS', tableStatus],
  ['TABLES', tableRows],
  ['COLUMNS', columnList],
  ['FIELDS', columnList],
  ['INDEX', indexRows],
  ['INDEXES', indexRows],
  ['KEYS', indexRows],
  ['CREATE TABLE', createTable],
  [
    'CREATE DATABASE',
    (host, cursor) => {
      cursor.take('IF', 'NOT', 'EXISTS')
      const name = cursor.name()
      if (!host.databases().includes(name)) throw new SqlError(1049, '42000', `Unknown database '${name}'`)
      const encryption = host.isMaria ? '' : " /*!80016 DEFAULT ENCRYPTION='N' */"
      return result(
        ['Database', 'Create Database'],
        [
          [
            name,
            `CREATE DATABASE \`${name}\` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE ${host.collation} */${encryption}`,
          ],
        ],
      )
    },
  ],
  ['VARIABLES', (host, cursor) => pairs(host.variables(), cursor)],
  ['STATUS', (host, cursor) => pairs(host.status(), cursor)],
  ['WARNINGS', ({ warnings }) => warningRows(warnings)],
  ['ERRORS', ({ warnings }) => warningRows(warnings.filter(({ level }) => level === 'Error'))],
  ['COUNT(*) WARNINGS', ({ warnings }) => result(['@@session.warning_count'], [[warnings.length]])],
  [
    'COUNT(*) ERRORS',
    ({ warnings }) => result(['@@session.error_count'], [[warnings.filter(({ level }) => level === 'Error').length]]),
  ],
  ['CREATE PROCEDURE', (host, cursor) => showCreation(host.programs, 'PROCEDURE', cursor)],
  ['CREATE FUNCTION', (host, cursor) => showCreation(host.programs, 'FUNCTION', cursor)],
  ['CREATE TRIGGER', (host, cursor) => showCreation(host.programs, 'TRIGGER', cursor)],
  ['ENGINES', engines],
  ['STORAGE ENGINES', engines],
  ['CHARACTER SET', characterSets],
  ['CHARSET', characterSets],
  ['MASTER STATUS', nothing],
  ['BINARY LOG STATUS', nothing],
  ['SLAVE STATUS', nothing],
  ['REPLICA STATUS', nothing],
  ['SLAVE HOSTS', nothing],
  ['OPEN TABLES', fixed(['Database', 'Table', 'In_use', 'Name_locked'], [])],
  ['PROFILES', fixed(['Query_ID', 'Duration', 'Query'], [])],
  [
    'BINARY LOGS',
    () => {
      throw new SqlError(1381, 'HY000', 'You are not using binary logging')
    },
  ],
  ['CREATE VIEW', createTable],
  [
    'COLLATION',
    (host, cursor) => {
      const shown = pattern(cursor)
      const rows = COLLATIONS.filter(([name]) => shown.test(name)).map(([name, set, id, length, pad]) => {
        const isDefault = name === host.collation || (set !== 'utf8mb4' && DEFAULTS.has(name))
        return [name, set, id, isDefault ? 'Yes' : '', 'Yes', length, ...(host.isMaria ? [] : [pad])]
      })
      const names = ['Collation', 'Charset', 'Id', 'Default', 'Compiled', 'Sortlen']
      return result(host.isMaria ? names : [...names, 'Pad_attribute'], rows)
    },
  ],
  [
    'PLUGINS',
    fixed(
      ['Name', 'Status', 'Type', 'Library', 'License'],
      [
        ['mysql_native_password', 'ACTIVE', 'AUTHENTICATION', null, 'GPL'],
        ['caching_sha2_password', 'ACTIVE', 'AUTHENTICATION', null, 'GPL'],
        ['InnoDB', 'ACTIVE', 'STORAGE ENGINE', null, 'GPL'],
      ],
    ),
  ],
  [
    'PROCESSLIST',
    (host) =>
      result(
        ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'],
        [[1, host.user.replace(/@.*/, ''), 'localhost', host.database || null, 'Query', 0, 'init', 'SHOW PROCESSLIST']],
      ),
  ],
  [
    'GRANTS',
    (host, cursor) => {
      const user = cursor.take('FOR') && !cursor.take('CURRENT_USER') ? cursor.name() : host.user.replace(/@.*/, '')
      const { rows } = host.catalogue.databases.run(
        'mysql',
        `SELECT text FROM grants WHERE user = ${literal(user)} AND text NOT LIKE 'REVOKE%' ORDER BY rowid`,
      )
      return result([`Grants for ${user}@%`], [[`GRANT USAGE ON *.* TO \`${user}\`@\`%\``], ...rows])
    },
  ],
  [
    'TRIGGERS',
    (host, cursor) => {
      const database = chosen(cursor.take('FROM') || cursor.take('IN') ? cursor.name() : host.database)
      return showTriggers(host.programs, pattern(cursor), database)
    },
  ],
  ['EVENTS', fixed(['Db', 'Name'], [])],
  ['PROCEDURE STATUS', (host, cursor) => showRoutines(host.programs, 'PROCEDURE', pattern(cursor))],
  ['FUNCTION STATUS', (host, cursor) => showRoutines(host.programs, 'FUNCTION', pattern(cursor))],
]

export function show(host: ShowHost, tokens: readonly Token[]): Outcome {
  const cursor = new Cursor(tokens)
  const full = cursor.take('FULL')
  for (const word of ['GLOBAL', 'SESSION', 'EXTENDED']) cursor.take(word)
  for (const [words, each] of SHOWS)
    if (cursor.take(...words.split(/ |(?=[(*)])/))) {
      const outcome = each(host, cursor, full)
      return cursor.take('WHERE') ? host.filtered(outcome, cursor.rest) : outcome
    }
  throw syntaxError(cursor.token?.text ?? '')
}

export { keyOf, extraOf }
