import type { Databases } from '../sqlite/databases.ts'
import { literal } from './definition.ts'
import { type Token, tokensOf } from './lexer.ts'
import { SqlError } from './problem.ts'

/** One thing a user may do somewhere; `%` and `_` stand for any in a database's name, as in LIKE. */
interface Right {
  readonly privilege: string
  readonly database: string
  readonly table: string
}

const SYNONYMS: Readonly<Record<string, string>> = { 'ALL PRIVILEGES': 'ALL' }
const EVERYTHING: Omit<Right, 'privilege'> = { database: '*', table: '*' }

/** Which privilege a statement needs, by its first words. Reference Manual, "Privileges Provided by MySQL" */
const NEEDED: Readonly<Record<string, string>> = {
  ...{ SELECT: 'SELECT', WITH: 'SELECT', INSERT: 'INSERT', REPLACE: 'INSERT', UPDATE: 'UPDATE', DELETE: 'DELETE' },
  ...{ CREATE: 'CREATE', DROP: 'DROP', ALTER: 'ALTER', TRUNCATE: 'DROP', RENAME: 'ALTER' },
}
/** Always to be read. */
const OPEN_DATABASES: readonly string[] = ['information_schema', 'performance_schema']

/** What accounts may do, from the GRANTs and REVOKEs that were said, in their order. */
export class Privileges {
  private readonly databases: Databases
  private readonly known = new Map<string, readonly Right[]>()

  constructor(databases: Databases) {
    this.databases = databases
  }

  /** To be called when something was granted, revoked or dropped. */
  forget(): void {
    this.known.clear()
  }

  private rightsOf(user: string): readonly Right[] {
    const known = this.known.get(user)
    if (known) return known
    const { rows } = this.databases.run('mysql', `SELECT text FROM grants WHERE user = ${literal(user)} ORDER BY rowid`)
    const rights = rows.reduce<readonly Right[]>((held, [text]) => changed(held, String(text)), [])
    this.known.set(user, rights)
    return rights
  }

  private isAllPowerful(user: string): boolean {
    return user === 'root' || user.startsWith('mysql.') || user === ''
  }

  private may(user: string, privilege: string, database: string, table: string): boolean {
    return this.rightsOf(user).some(
      (right) =>
        (right.privilege === 'ALL' || right.privilege === privilege) &&
        (right.database === '*' || likes(right.database, database)) &&
        (right.table === '*' || right.table === table),
    )
  }

  /** Whether a user has anything to do with a database. @param account `user@host` */
  sees(account: string, database: string): boolean {
    const user = nameOf(account)
    if (this.isAllPowerful(user) || OPEN_DATABASES.includes(database)) return true
    return this.rightsOf(user).some(
      ({ database: pattern, privilege }) => privilege !== 'USAGE' && (pattern === '*' || likes(pattern, database)),
    )
  }

  /** USE, and the database that a client names when it signs in. @throws SqlError 1044 */
  enter(account: string, database: string): void {
    if (!this.sees(account, database)) throw denied(account, database)
  }

  /** Refuses what a user may not do. @param current the session's database @throws SqlError 1044, 1142, 1227 */
  check(account: string, tokens: readonly Token[], current: string): void {
    const user = nameOf(account)
    if (this.isAllPowerful(user)) return
    const [first, second] = [tokens[0]?.upper ?? '', tokens[1]?.upper ?? '']
    if (/^(GRANT|REVOKE)$/.test(first) || second === 'USER') return this.checkAdministration(user)
    if (/^(CREATE|DROP|ALTER)$/.test(first) && /^(DATABASE|SCHEMA)$/.test(second)) {
      const name = tokens.findLast(({ kind }) => kind === 'word' || kind === 'name')?.text ?? ''
      if (!this.may(user, first, name, '*')) throw denied(account, name)
      return
    }
    const privilege = NEEDED[first]
    if (privilege === undefined) return
    for (const { database = current, table } of tablesOf(tokens))
      if (
        !OPEN_DATABASES.includes(database.toLowerCase()) &&
        database !== '' &&
        !this.may(user, privilege, database, table)
      )
        throw new SqlError(1142, '42000', `${privilege} command denied to user ${quoted(account)} for table '${table}'`)
  }

  private checkAdministration(user: string): void {
    if (this.may(user, 'CREATE USER', '*', '*') || this.may(user, 'ALL', '*', '*')) return
    throw new SqlError(
      1227,
      '42000',
      'Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation',
    )
  }
}

const nameOf = (account: string): string => account.replace(/@[^@]*$/, '')
const quoted = (account: string): string => `'${nameOf(account)}'@'${account.slice(nameOf(account).length + 1)}'`
const denied = (account: string, database: string): SqlError =>
  new SqlError(1044, '42000', `Access denied for user ${quoted(account)} to database '${database}'`)

function likes(pattern: string, name: string): boolean {
  if (pattern === name) return true
  const source = pattern.replace(/\\?[\s\S]/g, (char) =>
    char === '%' ? '.*' : char === '_' ? '.' : (char.at(-1) ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  )
  return new RegExp(`^${source}$`).test(name)
}

/** What is held after one more GRANT or REVOKE. */
function changed(held: readonly Right[], text: string): readonly Right[] {
  const tokens = tokensOf(text)
  const on = tokens.findIndex(({ upper, kind }) => kind === 'word' && upper === 'ON')
  const revoke = tokens[0]?.upper === 'REVOKE'
  const end = on < 0 ? tokens.findIndex(({ upper }) => upper === 'FROM' || upper === 'TO') : on
  const names = privilegesOf(tokens.slice(1, end))
  const place = on < 0 ? EVERYTHING : placeOf(tokens.slice(on + 1))
  if (!revoke) return [...held, ...names.map((privilege) => ({ privilege, ...place }))]
  const here = (right: Right): boolean => on < 0 || (right.database === place.database && right.table === place.table)
  if (names.includes('ALL')) return held.filter((right) => !here(right))
  const rest = held.filter((right) => !here(right) || !names.includes(right.privilege))
  // Of everything, one thing less: what is left is said one by one.
  return rest.flatMap((right) =>
    here(right) && right.privilege === 'ALL'
      ? LISTED.filter((each) => !names.includes(each)).map((privilege) => ({ ...right, privilege }))
      : [right],
  )
}

const LISTED: readonly string[] = [
  ...[
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'CREATE',
    'DROP',
    'REFERENCES',
    'INDEX',
    'ALTER',
    'CREATE TEMPORARY TABLES',
  ],
  ...['LOCK TABLES', 'EXECUTE', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'EVENT', 'TRIGGER'],
]

/** `SELECT, INSERT (a, b), CREATE USER`: columns in parentheses are left out. */
function privilegesOf(tokens: readonly Token[]): string[] {
  const names: string[] = []
  let words: string[] = []
  let depth = 0
  for (const { text, upper, kind } of [...tokens, { text: ',', upper: ',', kind: 'op' }]) {
    if (kind === 'op' && text === '(') depth++
    else if (kind === 'op' && text === ')') depth--
    else if (depth === 0 && kind === 'op' && text === ',') {
      const name = words.join(' ')
      names.push(SYNONYMS[name] ?? name)
      words = []
    } else if (depth === 0) words.push(upper)
  }
  return names
}

/** `*.*`, `shop.*`, `shop.users`, `*`. */
function placeOf(tokens: readonly Token[]): Omit<Right, 'privilege'> {
  const at = tokens[0]?.upper === 'TABLE' ? 1 : 0
  const [first, dot, second] = tokens.slice(at)
  if (dot?.text !== '.') return { database: '*', table: first?.text ?? '*' }
  return { database: first?.text ?? '*', table: second?.text ?? '*' }
}

const BEFORE_TABLES: ReadonlySet<string> = new Set([
  'FROM',
  'JOIN',
  'INTO',
  'UPDATE',
  'TABLE',
  'TRUNCATE',
  'REPLACE',
  'INSERT',
  'EXISTS',
  'ON',
])
const NO_TABLES: ReadonlySet<string> = new Set([
  'SELECT',
  'SET',
  'IF',
  'NOT',
  'EXISTS',
  'INTO',
  'IGNORE',
  'TABLE',
  'DUAL',
  'OUTFILE',
  'KEY',
  'DUPLICATE',
  'LATERAL',
  'VALUES',
])

/** Names that stand where tables are named. */
function tablesOf(tokens: readonly Token[]): { readonly database?: string; readonly table: string }[] {
  const index = tokens.some(({ upper }, at) => at < 3 && upper === 'INDEX')
  return tokens.flatMap(({ upper, kind }, at) => {
    if (kind !== 'word' || !BEFORE_TABLES.has(upper) || (upper === 'ON' && !index)) return []
    const [first, dot, second] = tokens.slice(at + 1, at + 4)
    if (
      !first ||
      first.kind === 'op' ||
      first.kind === 'string' ||
      (first.kind === 'word' && NO_TABLES.has(first.upper))
    )
      return []
    return dot?.text === '.' && second ? [{ database: first.text, table: second.text }] : [{ table: first.text }]
  })
}
