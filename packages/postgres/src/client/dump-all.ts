import { exitStatus, type Process } from '@drydock/abi'
import { flag, getopt, searchPath, Stdio, value } from '@drydock/libc'
import { ConnectionFailure, failureText, type Result, Session } from './session.ts'
import { comment } from './script.ts'
import { CONNECTION, type Target, targetOf } from './target.ts'

const OPTIONS = {
  ...CONNECTION,
  database: value('l', 'database'),
  file: value('f', 'file'),
  globalsOnly: flag('g', 'globals-only'),
  rolesOnly: flag('r', 'roles-only'),
  schemaOnly: flag('s', 'schema-only'),
  dataOnly: flag('a', 'data-only'),
  clean: flag('c', 'clean'),
  ifExists: flag('', 'if-exists'),
  noOwner: flag('O', 'no-owner'),
  noPrivileges: flag('x', 'no-privileges'),
  noPasswords: flag('', 'no-role-passwords'),
  inserts: flag('', 'inserts'),
  verbose: flag('v', 'verbose'),
} as const

/** Each role with what ALTER ROLE gives it. */
const ROLES = `SELECT quote_ident(rolname), concat_ws(' ',
  CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END, CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
  CASE WHEN rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
  CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END, CASE WHEN rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
  CASE WHEN rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
  CASE WHEN rolconnlimit <> -1 THEN 'CONNECTION LIMIT ' || rolconnlimit END), quote_literal(rolpassword)
  FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY 1`
const MEMBERS = `SELECT quote_ident(g.rolname), quote_ident(m.rolname), CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END
  FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member WHERE g.rolname !~ '^pg_' ORDER BY 1, 2`
const DATABASES = `SELECT datname FROM pg_database WHERE datallowconn ORDER BY (datname <> 'template1'), datname`

/** pg_dumpall(1): roles, then every database by pg_dump. */
export async function dumpAll(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { options } = getopt(process.argv.slice(1), OPTIONS)
  const target = await targetOf(process, { ...options, database: options.database ?? 'postgres' })
  const say = async (text: string): Promise<void> => {
    await io.print(text)
    await io.out.flush()
  }
  if (options.file !== undefined) process.sys.dup2(process.sys.open(options.file, 0o1 | 0o100 | 0o1000, 0o644), 1)
  try {
    const session = await Session.open(process.sys, target, 'pg_dumpall')
    await say(comment('PostgreSQL database cluster dump'))
    await say(
      `SET default_transaction_read_only = off;\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n`,
    )
    if (options.clean) await say(await drops(session, options.ifExists > 0))
    if (!options.dataOnly) await say(await roles(session, options.noPasswords > 0))
    const names = await rowsOf(session, DATABASES)
    session.close()
    const only = options.globalsOnly > 0 || options.rolesOnly > 0
    for (const [name] of only ? [] : names)
      if ((await database(process, say, name ?? '', target, options)) !== 0)
        return fail(io, `pg_dump failed on database "${name}", exiting`)
    await say(comment('PostgreSQL database cluster dump complete'))
    return 0
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    return fail(io, failureText(target, error))
  }
}

async function fail(io: Stdio, text: string): Promise<number> {
  await io.warn(`pg_dumpall: error: ${text}\n`)
  return 1
}

/** @throws ConnectionFailure when the server refuses */
async function rowsOf(session: Session, sql: string): Promise<Result['rows']> {
  const { rows, error } = await session.query(sql)
  if (error) throw new ConnectionFailure(`query failed: ERROR:  ${error.get('M')}`)
  return rows
}

async function roles(session: Session, noPasswords: boolean): Promise<string> {
  const lines = (await rowsOf(session, ROLES)).map(([name, rights, secret]) => {
    const password = secret && !noPasswords ? ` PASSWORD ${secret}` : ''
    return `CREATE ROLE ${name};\nALTER ROLE ${name} WITH ${rights}${password};\n`
  })
  const members = (await rowsOf(session, MEMBERS)).map(
    ([role, member, admin]) => `GRANT ${role} TO ${member}${admin};\n`,
  )
  const more = members.length === 0 ? '' : `${comment('Role memberships')}${members.join('')}\n\n`
  return `${comment('Roles')}${lines.join('')}\n${comment('User Configurations')}\n${more}`
}

async function drops(session: Session, ifExists: boolean): Promise<string> {
  const word = ifExists ? 'IF EXISTS ' : ''
  const databases = await rowsOf(
    session,
    `SELECT quote_ident(datname) FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1`,
  )
  const names = await rowsOf(session, ROLES)
  return `${comment('Drop databases (except postgres and template1)')}${databases.map(([name]) => `DROP DATABASE ${word}${name};\n`).join('')}\n${comment('Drop roles')}${names.map(([name]) => `DROP ROLE ${word}${name};\n`).join('')}\n\n`
}

type Options = ReturnType<typeof getopt<typeof OPTIONS>>['options']

async function database(
  process: Process,
  say: (text: string) => Promise<void>,
  name: string,
  target: Target,
  options: Options,
): Promise<number> {
  const { sys, env } = process
  const standing = name === 'postgres' || name === 'template1'
  await say(`${comment('Databases')}${comment(`Database "${name}" dump`)}${standing ? `\\connect ${name}\n\n` : ''}`)
  const words = [
    ...(target.host === '' ? [] : ['-h', target.host]),
    ...['-p', String(target.port), '-U', target.user],
    ...(standing ? [] : ['--create']),
    ...(options.schemaOnly ? ['-s'] : []),
    ...(options.dataOnly ? ['-a'] : []),
    ...(options.noOwner ? ['-O'] : []),
    ...(options.inserts ? ['--inserts'] : []),
    name,
  ]
  const pid = await sys.spawn(searchPath(sys, 'pg_dump', env.get('PATH')), { argv: ['pg_dump', ...words], env })
  const ended = await sys.wait(pid)
  return ended ? exitStatus(ended.status) : 1
}
