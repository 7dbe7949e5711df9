import type { Process } from '@drydock/abi'
import { runProcess } from './process-run.ts'

export type Engine = 'mysql' | 'pgsql'

export interface Login {
  readonly engine: Engine
  /** `host[:port]`. */
  readonly server: string
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface Rows {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** What the server refused, in its words. */
export class DatabaseError extends Error {}

/** Asks a server by its own command-line client, which the image carries. @throws DatabaseError */
export async function query(process: Process, login: Login, sql: string): Promise<Rows> {
  const [host = '', port] = login.server.split(':')
  const mysql = login.engine === 'mysql'
  const argv = mysql
    ? [
        'mysql',
        '--batch',
        '-h',
        host,
        ...(port ? ['-P', port] : []),
        '-u',
        login.user,
        ...(login.database ? ['-D', login.database] : []),
        '-e',
        sql,
      ]
    : [
        'psql',
        '-X',
        '-q',
        '--csv',
        '-P',
        'null=\\N',
        '-h',
        host,
        ...(port ? ['-p', port] : []),
        '-U',
        login.user,
        '-d',
        login.database || 'postgres',
        '-c',
        sql,
      ]
  const env = new Map([...process.env, [mysql ? 'MYSQL_PWD' : 'PGPASSWORD', login.password] as const])
  const { output, complaint, status } = await runProcess(process, `/usr/bin/${argv[0] ?? ''}`, argv, env)
  if (status !== 0) throw new DatabaseError(complaint.trim())
  return mysql ? tabbed(output) : commaSeparated(output)
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' }

function tabbed(output: string): Rows {
  const lines = output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'))
  const cell = (text: string): string | null =>
    text === 'NULL' ? null : text.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
  return { heads: lines[0] ?? [], rows: lines.slice(1).map((cells) => cells.map(cell)) }
}

/** RFC 4180. */
function commaSeparated(output: string): Rows {
  const rows: (string | null)[][] = []
  let row: (string | null)[] = []
  for (const [, quoted, bare = '', end] of output.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? (bare === '\\N' ? null : bare) : quoted.replaceAll('""', '"'))
    if (end !== '\n') continue
    rows.push(row)
    row = []
  }
  return { heads: (rows[0] ?? []).map(String), rows: rows.slice(1) }
}
