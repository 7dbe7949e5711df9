import { isErrno, type Process, type Sys } from '@drydock/abi'
import { flag, readTextFile, value } from '@drydock/libc'

/** Which server, which database, and who. */
export interface Target {
  host: string
  port: number
  user: string
  database: string
  password: string | undefined
}

/** What a client's options say; the rest comes from PG… variables and defaults. */
export interface TargetWords {
  host?: string | undefined
  port?: string | undefined
  user?: string | undefined
  database?: string | undefined
}

/** The options of clients that say so. */
export const CONNECTION = {
  host: value('h', 'host'),
  port: value('p', 'port'),
  user: value('U', 'username'),
  noPassword: flag('w', 'no-password'),
} as const

async function accountName(sys: Sys): Promise<string> {
  try {
    const rows = (await readTextFile(sys, '/etc/passwd')).split('\n').map((line) => line.split(':'))
    return rows.find(([, , uid]) => Number(uid) === sys.geteuid())?.[0] ?? String(sys.geteuid())
  } catch (error) {
    if (isErrno(error)) return String(sys.geteuid())
    throw error
  }
}

const URI = /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?(?:\/([^?]*))?/

/** A connection URI or `host=… port=…` in place of a database's name. */
function fromConninfo(text: string): Partial<Target> {
  const uri = URI.exec(text)
  const pairs = uri
    ? { user: uri[1], password: uri[2], host: uri[3], port: uri[4], dbname: uri[5] }
    : Object.fromEntries(
        [...text.matchAll(/(\w+)\s*=\s*('[^']*'|\S+)/g)].map(([, key, value]) => [key, value?.replace(/^'|'$/g, '')]),
      )
  const plain = (value: string | undefined): string | undefined => (value ? decodeURIComponent(value) : undefined)
  const found: Partial<Target> = {}
  if (plain(pairs['host'])) found.host = plain(pairs['host']) ?? ''
  if (pairs['port']) found.port = Number(pairs['port'])
  if (plain(pairs['user'])) found.user = plain(pairs['user']) ?? ''
  if (plain(pairs['password'])) found.password = plain(pairs['password'])
  if (plain(pairs['dbname'])) found.database = plain(pairs['dbname']) ?? ''
  return found
}

/** libpq's rules: options, then the environment, then defaults; the database is called as the user. */
export async function targetOf({ sys, env }: Process, words: TargetWords): Promise<Target> {
  const conninfo = words.database !== undefined && /^postgres(ql)?:\/\/|=/.test(words.database)
  const given = conninfo ? fromConninfo(words.database ?? '') : {}
  const user = given.user ?? words.user ?? env.get('PGUSER') ?? (await accountName(sys))
  return {
    host: given.host ?? words.host ?? env.get('PGHOST') ?? '',
    port: given.port ?? Number(words.port ?? env.get('PGPORT') ?? 5432),
    user,
    database: given.database ?? (conninfo ? undefined : words.database) ?? env.get('PGDATABASE') ?? user,
    password: given.password ?? env.get('PGPASSWORD'),
  }
}

export const SOCKET_FOLDER = '/var/run/postgresql'

/** The socket's path; undefined for a host of the network. */
export const socketOf = ({ host, port }: Target): string | undefined =>
  host === '' || host.startsWith('/') ? `${host === '' ? SOCKET_FOLDER : host}/.s.PGSQL.${port}` : undefined
