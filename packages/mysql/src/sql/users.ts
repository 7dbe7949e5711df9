import { Hash, toHex } from '@drydock/codec'
import type { Databases } from '../sqlite/databases.ts'
import type { Cursor } from './create-table.ts'
import { literal } from './definition.ts'
import { SqlError } from './problem.ts'

/** What a password is kept as, for both ways to sign in. */
export const digests = (password: string): readonly [native: string, sha2: string] => {
  if (password === '') return ['', '']
  const twice = (name: 'sha1' | 'sha256'): string =>
    toHex(new Hash(name).update(new Hash(name).update(new TextEncoder().encode(password)).digest()).digest())
  return [twice('sha1'), twice('sha256')]
}

const TABLES = [
  "CREATE TABLE IF NOT EXISTS user (Host TEXT COLLATE NOCASE, User TEXT, plugin TEXT, authentication_string TEXT, sha2 TEXT, account_locked TEXT DEFAULT 'N', PRIMARY KEY (Host, User))",
  'CREATE TABLE IF NOT EXISTS grants (user TEXT, text TEXT)',
]

/** Accounts, kept in the database mysql. */
export class Users {
  private readonly databases: Databases
  private readonly plugin: string

  constructor(databases: Databases, plugin: string) {
    this.databases = databases
    this.plugin = plugin
  }

  prepare(): void {
    for (const sql of TABLES) this.run(sql)
    if (this.run('SELECT 1 FROM user').length > 0) return
    this.set('root', 'localhost', '')
    for (const name of ['mysql.infoschema', 'mysql.session', 'mysql.sys'])
      this.run(`INSERT INTO user VALUES ('localhost', '${name}', 'caching_sha2_password', '', '', 'Y')`)
  }

  private run(sql: string) {
    return this.databases.run('mysql', sql).rows
  }
  private exists(user: string, host: string): boolean {
    return this.run(`SELECT 1 FROM user WHERE User = ${literal(user)} AND Host = ${literal(host)}`).length > 0
  }
  private set(user: string, host: string, password: string, plugin = this.plugin): void {
    const [native, sha2] = digests(password)
    const values = [host, user, plugin, native, sha2].map(literal).join(', ')
    this.run(`INSERT OR REPLACE INTO user VALUES (${values}, 'N')`)
  }

  /** CREATE USER and ALTER USER. */
  change(cursor: Cursor, create: boolean): void {
    const lenient = create ? cursor.take('IF', 'NOT', 'EXISTS') : cursor.take('IF', 'EXISTS')
    do {
      const [user, host] = account(cursor)
      const known = this.exists(user, host)
      if (create && known && !lenient) throw failed('CREATE', user, host)
      if (!create && !known && !lenient) throw failed('ALTER', user, host)
      const given = identified(cursor)
      if (create ? !known : known && given) this.set(user, host, given?.password ?? '', given?.plugin)
    } while (cursor.takeOp(','))
  }

  drop(cursor: Cursor): void {
    const lenient = cursor.take('IF', 'EXISTS')
    do {
      const [user, host] = account(cursor)
      if (!this.exists(user, host) && !lenient) throw failed('DROP', user, host)
      this.run(`DELETE FROM user WHERE User = ${literal(user)} AND Host = ${literal(host)}`)
      this.run(`DELETE FROM grants WHERE user = ${literal(user)}`)
    } while (cursor.takeOp(','))
  }

  setPassword(cursor: Cursor, current: string): void {
    const [user, host] = cursor.take('FOR') ? account(cursor) : [current, '%']
    cursor.takeOp('=')
    const call = cursor.take('PASSWORD') ? cursor.group()[0] : cursor.token
    const where = this.exists(user, host) ? host : 'localhost'
    this.set(user, where, call?.text ?? '')
  }

  /** GRANT … TO user: what was said is kept, and read again as privileges. Old ones make the user as well. */
  grant(cursor: Cursor, text: string): void {
    while (!cursor.done && !cursor.take('TO')) cursor.at++
    do {
      const [user, host] = account(cursor)
      const given = identified(cursor)
      if (!this.exists(user, host)) {
        if (!given) throw new SqlError(1410, '42000', 'You are not allowed to create a user with GRANT')
        this.set(user, host, given.password, given.plugin)
      }
      this.run(`INSERT INTO grants VALUES (${literal(user)}, ${literal(text.trim())})`)
    } while (cursor.takeOp(','))
  }

  /** REVOKE … FROM user. */
  revoke(cursor: Cursor, text: string): void {
    while (!cursor.done && !cursor.take('FROM')) cursor.at++
    do {
      const [user, host] = account(cursor)
      if (!this.exists(user, host))
        throw new SqlError(1141, '42000', `There is no such grant defined for user '${user}' on host '${host}'`)
      this.run(`INSERT INTO grants VALUES (${literal(user)}, ${literal(text.trim())})`)
    } while (cursor.takeOp(','))
  }
}

const failed = (verb: string, user: string, host: string): SqlError =>
  new SqlError(1396, 'HY000', `Operation ${verb} USER failed for '${user}'@'${host}'`)

/** `user`, `'user'@'host'`. */
function account(cursor: Cursor): [user: string, host: string] {
  const user = cursor.take('CURRENT_USER') ? 'root' : cursor.name()
  if (cursor.token?.kind !== 'variable') return [user, '%']
  return [user, cursor.name()]
}

function identified(cursor: Cursor): { password: string; plugin?: string | undefined } | undefined {
  if (!cursor.take('IDENTIFIED')) return undefined
  const plugin = cursor.take('WITH') ? cursor.name() : cursor.take('VIA') ? cursor.name() : undefined
  const password = cursor.take('BY') || cursor.take('USING') ? cursor.name() : ''
  return { password, plugin }
}
