import type { Outcome, Value } from '../../protocol.ts'
import type { Cursor } from '../create-table.ts'
import { defaultCollation, shownType } from '../flavour.ts'
import { SqlError } from '../problem.ts'
import { result } from '../show-result.ts'
import type { Program, ProgramStore } from './store.ts'

export interface ProgramShows {
  readonly store: ProgramStore
  readonly version: string
  readonly database: string
  readonly sqlMode: string
  databases(): readonly string[]
}

const quoted = (user: string): string => `\`${user.replace('@', '`@`')}\``
const KINDS = ['INSERT', 'UPDATE', 'DELETE']
const order = (event: string, timing: string): number => KINDS.indexOf(event) * 2 + (timing === 'AFTER' ? 1 : 0)

/** The statement that makes it, as the server says it again. */
export function creationText(program: Program, version: string): string {
  const { kind, name, definer, body, table, timing, event } = program
  const head = `CREATE DEFINER=${quoted(definer)} ${kind}`
  if (kind === 'TRIGGER') return `${head} ${name} ${timing} ${event} ON ${table} FOR EACH ROW ${body}`
  const isMaria = /maria/i.test(version)
  const returns = kind === 'FUNCTION' ? ` RETURNS ${returned(program, version)}` : ''
  const comment = program.comment === '' ? [] : [`COMMENT '${program.comment.replaceAll("'", "''")}'`]
  const traits = [...program.traits, ...comment].map((each) => `\n    ${each}`).join('')
  return `${head} \`${name}\`(${program.parametersText})${isMaria ? returns : returns.toLowerCase().replace(' returns', ' RETURNS')}${traits}\n${body}`
}

function returned({ returns }: Program, version: string): string {
  const isMaria = /maria/i.test(version)
  const charset = /char|text|enum/.test(returns)
    ? ` CHARSET utf8mb4${isMaria ? ` COLLATE ${defaultCollation(version)}` : ''}`
    : ''
  return `${shownType(returns, isMaria)}${charset}`
}

const SETTINGS = ['character_set_client', 'collation_connection', 'Database Collation']
const settings = (version: string): readonly Value[] => [
  'utf8mb4',
  defaultCollation(version),
  defaultCollation(version),
]

export function showCreation(host: ProgramShows, kind: Program['kind'], cursor: Cursor): Outcome {
  const { database = host.database, name } = cursor.qualified()
  const program = host.store.find(database, kind, name)
  if (!program && kind === 'TRIGGER') throw new SqlError(1360, 'HY000', 'Trigger does not exist')
  if (!program) throw new SqlError(1305, '42000', `${kind} ${name} does not exist`)
  const title = kind[0] + kind.slice(1).toLowerCase()
  const text = creationText(program, host.version)
  const names =
    kind === 'TRIGGER'
      ? ['Trigger', 'sql_mode', 'SQL Original Statement', ...SETTINGS, 'Created']
      : [title, 'sql_mode', `Create ${title}`, ...SETTINGS]
  const created = kind === 'TRIGGER' ? [`${program.created}.00`] : []
  return result(names, [[program.name, host.sqlMode, text, ...settings(host.version), ...created]])
}

export function showTriggers(host: ProgramShows, shown: RegExp, database = host.database): Outcome {
  const rows = host.store
    .all(database)
    .filter(({ kind, table }) => kind === 'TRIGGER' && shown.test(table))
    .sort((a, b) => a.table.localeCompare(b.table) || order(a.event, a.timing) - order(b.event, b.timing))
    .map(({ name, event, table, body, timing, created, definer }) => [
      ...[name, event, table, body, timing, `${created}.00`, host.sqlMode, definer],
      ...settings(host.version),
    ])
  const names = ['Trigger', 'Event', 'Table', 'Statement', 'Timing', 'Created', 'sql_mode', 'Definer', ...SETTINGS]
  return result(names, rows)
}

export function showRoutines(host: ProgramShows, kind: Program['kind'], shown: RegExp): Outcome {
  const rows = host.databases().flatMap((database) =>
    host.store
      .all(database)
      .filter((each) => each.kind === kind && shown.test(each.name))
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ name, definer, created, comment, traits }) => {
        const security = traits.includes('SQL SECURITY INVOKER') ? 'INVOKER' : 'DEFINER'
        return [database, name, kind, definer, created, created, security, comment, ...settings(host.version)]
      }),
  )
  const names = ['Db', 'Name', 'Type', 'Definer', 'Modified', 'Created', 'Security_type', 'Comment', ...SETTINGS]
  return result(names, rows)
}
