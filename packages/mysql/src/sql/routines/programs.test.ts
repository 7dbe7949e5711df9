import { describe, expect, it } from 'vitest'
import type { Outcome, SessionState } from '../../protocol.ts'
import { Databases } from '../../sqlite/databases.ts'
import { functionsOf } from '../../sqlite/functions.ts'
import { Engine } from '../engine.ts'
import { statementsOf } from '../lexer.ts'
import { SqlError } from '../problem.ts'
import { PROCEDURES, TRIGGERS } from './said-by-mariadb.ts'

const VERSION = '10.11.19-MariaDB'

/** What `mysql -N` shows of statements at one connection. */
async function client(): Promise<(sql: string) => string> {
  let session: SessionState = {
    ...{ id: 8, user: 'root@localhost', database: '', variables: new Map(), lastInsertId: 0, rowCount: 0 },
  }
  let engine: Engine | undefined
  const now = (): SessionState => engine?.running ?? session
  const databases = await Databases.load(
    functionsOf({
      nowMs: () => Date.UTC(2026, 4, 17, 10, 30, 5),
      random: (length) => new Uint8Array(length).fill(9),
      get database() {
        return now().database
      },
      user: 'root@localhost',
      connectionId: 8,
      get lastInsertId() {
        return now().lastInsertId
      },
      get rowCount() {
        return now().rowCount
      },
      foundRows: 0,
      version: VERSION,
    }),
  )
  engine = new Engine(databases, VERSION)
  const run = (sql: string): string => {
    try {
      const outcome = engine.run(session, sql, [])
      session = {
        ...session,
        database: outcome.database ?? session.database,
        variables: new Map([...session.variables, ...(outcome.variables ?? [])]),
        lastInsertId: outcome.insertId || session.lastInsertId,
      }
      return [...(outcome.results ?? []), outcome].flatMap(linesOf).join('\n')
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      return `ERROR ${error.code} (${error.state}): ${error.message}`
    }
  }
  run('CREATE DATABASE shop')
  run('USE shop')
  return run
}

const linesOf = ({ columns, rows }: Outcome): string[] =>
  rows.map((row) =>
    row
      .map((value, i) => {
        const [, scale] = /^decimal\(\d+,(\d+)\)/.exec(columns[i]?.type ?? '') ?? []
        return typeof value === 'number' && scale !== undefined ? value.toFixed(Number(scale)) : String(value ?? 'NULL')
      })
      .join('\t'),
  )

it('procedures and functions do what MariaDB does', async () => {
  const run = await client()
  for (const [sql, said] of PROCEDURES) expect(`${sql}\n${run(sql)}`).toBe(`${sql}\n${said}`)
})

it('triggers do what MariaDB does', async () => {
  const run = await client()
  for (const [sql, said] of TRIGGERS) expect(`${sql}\n${run(sql)}`).toBe(`${sql}\n${said}`)
})

describe('statements with semicolons inside', () => {
  it.each<[text: string, count: number]>([
    ['SELECT 1; SELECT 2;', 2],
    ['CREATE PROCEDURE p() BEGIN SELECT 1; IF 1 THEN SELECT 2; END IF; END; SELECT 3', 2],
    ['CREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW SET @a = 1; SELECT 3', 2],
    ['CREATE FUNCTION f() RETURNS INT RETURN CASE WHEN 1 THEN 2 END; SELECT IF(1, 2, 3); SELECT 4', 3],
    ["CREATE PROCEDURE w() BEGIN WHILE 1 DO SELECT CASE 1 WHEN 1 THEN 'a' END; END WHILE; END", 1],
  ])('%s', (text, count) => {
    expect(statementsOf(text)).toHaveLength(count)
  })
})
