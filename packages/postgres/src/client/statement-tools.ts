import type { Process, Program } from '@drydock/abi'
import { flag, getopt, list, Stdio, value } from '@drydock/libc'
import { ConnectionFailure, failureText, Session } from './session.ts'
import { CONNECTION, type TargetWords, targetOf } from './target.ts'

const STATEMENT = {
  ...CONNECTION,
  echo: flag('e', 'echo'),
} as const
const CREATE_DATABASE = {
  ...STATEMENT,
  owner: value('O', 'owner'),
  template: value('T', 'template'),
  encoding: value('E', 'encoding'),
  locale: value('l', 'locale'),
  maintenance: value('', 'maintenance-db'),
} as const
const DROP_DATABASE = {
  ...STATEMENT,
  ifExists: flag('', 'if-exists'),
  force: flag('f', 'force'),
  maintenance: value('', 'maintenance-db'),
} as const
const CREATE_ROLE = {
  ...STATEMENT,
  limit: value('c', 'connection-limit'),
  members: list('g', 'member-of'),
  superuser: flag('s', 'superuser'),
  noSuperuser: flag('S', 'no-superuser'),
  createdb: flag('d', 'createdb'),
  noCreatedb: flag('D', 'no-createdb'),
  createrole: flag('r', 'createrole'),
  noCreaterole: flag('R', 'no-createrole'),
  login: flag('l', 'login'),
  noLogin: flag('L', 'no-login'),
  inherit: flag('i', 'inherit'),
  noInherit: flag('I', 'no-inherit'),
  replication: flag('', 'replication'),
  noReplication: flag('', 'no-replication'),
} as const
const DROP_ROLE = { ...STATEMENT, ifExists: flag('', 'if-exists') } as const

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What one of the tools was asked for. */
interface Asked {
  readonly statements: readonly string[]
  readonly target: TargetWords
  readonly echo: boolean
  /** Before `failed: ERROR`. */
  readonly failing: string
}

interface Tool {
  /** @param account who runs it, when no name is given */
  asked(words: readonly string[], account: string): Asked
}

const createDatabase: Tool = {
  asked(words, account) {
    const { options, operands } = getopt(words, CREATE_DATABASE)
    const [name = account, comment] = operands
    const parts = [
      options.owner !== undefined && ` OWNER ${quoteName(options.owner)}`,
      options.encoding !== undefined && ` ENCODING ${literal(options.encoding)}`,
      options.template !== undefined && ` TEMPLATE ${quoteName(options.template)}`,
      options.locale !== undefined && ` LOCALE ${literal(options.locale)}`,
    ]
    const said = comment === undefined ? [] : [`COMMENT ON DATABASE ${quoteName(name)} IS ${literal(comment)};`]
    const statements = [`CREATE DATABASE ${quoteName(name)}${parts.filter(Boolean).join('')};`, ...said]
    return {
      statements,
      target: { ...options, database: options.maintenance ?? 'postgres' },
      failing: 'database creation',
      echo: options.echo > 0,
    }
  },
}

const dropDatabase: Tool = {
  asked(words, account) {
    const { options, operands } = getopt(words, DROP_DATABASE)
    const exists = options.ifExists ? 'IF EXISTS ' : ''
    const force = options.force ? ' WITH (FORCE)' : ''
    return {
      statements: [`DROP DATABASE ${exists}${quoteName(operands[0] ?? account)}${force};`],
      target: { ...options, database: options.maintenance ?? 'postgres' },
      failing: 'database removal',
      echo: options.echo > 0,
    }
  },
}

const createRole: Tool = {
  asked(words, account) {
    const { options, operands } = getopt(words, CREATE_ROLE)
    const either = (word: string, yes: number, no: number, standing: boolean): string =>
      ` ${yes > 0 || (standing && no === 0) ? '' : 'NO'}${word}`
    const rights = [
      either('SUPERUSER', options.superuser, options.noSuperuser, false),
      either('CREATEDB', options.createdb + options.superuser, options.noCreatedb, false),
      either('CREATEROLE', options.createrole + options.superuser, options.noCreaterole, false),
      either('INHERIT', options.inherit, options.noInherit, true),
      either('LOGIN', options.login, options.noLogin, true),
      either('REPLICATION', options.replication, options.noReplication, false),
      ' NOBYPASSRLS',
      options.limit === undefined ? '' : ` CONNECTION LIMIT ${Number(options.limit)}`,
      options.members.length === 0 ? '' : ` IN ROLE ${options.members.map(quoteName).join(', ')}`,
    ]
    return {
      statements: [`CREATE ROLE ${quoteName(operands[0] ?? account)}${rights.join('')};`],
      target: { ...options, database: 'postgres' },
      failing: 'creation of new role',
      echo: options.echo > 0,
    }
  },
}

const dropRole: Tool = {
  asked(words, account) {
    const { options, operands } = getopt(words, DROP_ROLE)
    const name = operands[0] ?? account
    return {
      statements: [`DROP ROLE ${options.ifExists ? 'IF EXISTS ' : ''}${quoteName(name)};`],
      failing: `removal of role "${name}"`,
      target: { ...options, database: 'postgres' },
      echo: options.echo > 0,
    }
  },
}

export const STATEMENT_TOOLS: Readonly<Record<'createdb' | 'dropdb' | 'createuser' | 'dropuser', Tool>> = {
  createdb: createDatabase,
  dropdb: dropDatabase,
  createuser: createRole,
  dropuser: dropRole,
}

/** createdb(1), dropdb(1), createuser(1), dropuser(1): a statement each. */
export const statementTool =
  (name: keyof typeof STATEMENT_TOOLS): Program['main'] =>
  async (process) => {
    const io = new Stdio(process.sys)
    const asked = STATEMENT_TOOLS[name].asked(process.argv.slice(1), process.env.get('PGUSER') ?? 'postgres')
    const problem = await sayAll(process, io, name, asked)
    await io.out.flush()
    if (problem === undefined) return 0
    await io.warn(`${name}: error: ${problem.replace(/^ERROR/, `${asked.failing} failed: ERROR`)}\n`)
    return 1
  }

/** @returns what went wrong; an answer of the server begins with ERROR */
async function sayAll(process: Process, io: Stdio, name: string, asked: Asked): Promise<string | undefined> {
  const target = await targetOf(process, asked.target)
  try {
    const session = await Session.open(process.sys, target, name)
    for (const statement of asked.statements) {
      if (asked.echo) await io.print(`${statement}\n`)
      const { error } = await session.query(statement)
      if (error) return (session.close(), `ERROR:  ${error.get('M')}`)
    }
    session.close()
    return undefined
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    return failureText(target, error)
  }
}
