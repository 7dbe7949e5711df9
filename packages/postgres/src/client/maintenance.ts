import type { Program } from '@drydock/abi'
import { flag, getopt, list, type OptionValues, Stdio, value } from '@drydock/libc'
import { ConnectionFailure, failureText, Session } from './session.ts'
import { CONNECTION, targetOf } from './target.ts'

const OPTIONS = {
  ...CONNECTION,
  database: value('d', 'dbname'),
  all: flag('a', 'all'),
  analyze: flag('z', 'analyze'),
  analyzeOnly: flag('Z', 'analyze-only'),
  full: flag('f', 'full'),
  freeze: flag('F', 'freeze'),
  tables: list('t', 'table'),
  indexes: list('i', 'index'),
  schemas: list('S', 'schema'),
  system: flag('s', 'system'),
  jobs: value('j', 'jobs'),
  echo: flag('e', 'echo'),
  quiet: flag('q', 'quiet'),
  verbose: flag('v', 'verbose'),
  maintenance: value('', 'maintenance-db'),
} as const
type Options = OptionValues<typeof OPTIONS>
type Name = 'vacuumdb' | 'reindexdb' | 'clusterdb'

interface Tool {
  /** What it says it does to a database; always, or with --all alone. */
  readonly doing: string
  readonly alwaysSays: boolean
  statements(options: Options, database: string): string[]
}

const quoteName = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
const parenthesized = (words: readonly (string | false | 0)[]): string => {
  const given = words.filter(Boolean)
  return given.length === 0 ? '' : ` (${given.join(', ')})`
}

const TOOLS: Readonly<Record<Name, Tool>> = {
  vacuumdb: {
    doing: 'vacuuming',
    alwaysSays: true,
    statements({ analyze, analyzeOnly, full, freeze, verbose, tables }) {
      const words = [full && 'FULL', freeze && 'FREEZE', verbose && 'VERBOSE', analyze && 'ANALYZE'] as const
      const verb = analyzeOnly ? `ANALYZE${verbose ? ' (VERBOSE)' : ''}` : `VACUUM${parenthesized(words)}`
      return tables.length === 0 ? [`${verb};`] : tables.map((table) => `${verb} ${tableWords(table)};`)
    },
  },
  reindexdb: {
    doing: 'reindexing',
    alwaysSays: false,
    statements({ tables, indexes, schemas, system, verbose }, database) {
      const verb = `REINDEX${verbose ? ' (VERBOSE)' : ''}`
      const named = [
        ...schemas.map((name) => `SCHEMA ${quoteName(name)}`),
        ...indexes.map((name) => `INDEX ${quoteName(name)}`),
        ...tables.map((name) => `TABLE ${quoteName(name)}`),
        ...(system ? [`SYSTEM ${quoteName(database)}`] : []),
      ]
      return (named.length === 0 ? [`DATABASE ${quoteName(database)}`] : named).map((what) => `${verb} ${what};`)
    },
  },
  clusterdb: {
    doing: 'clustering',
    alwaysSays: false,
    statements({ tables, verbose }) {
      const verb = `CLUSTER${verbose ? ' VERBOSE' : ''}`
      return tables.length === 0 ? [`${verb};`] : tables.map((name) => `${verb} ${quoteName(name)};`)
    },
  },
}

/** `t` or `t (a, b)`. */
const tableWords = (word: string): string => {
  const [, name = '', columns = ''] = /^([^(]*)(\(.*\))?$/.exec(word) ?? []
  return `${quoteName(name.trim())}${columns === '' ? '' : ` ${columns}`}`
}

/** vacuumdb(1), reindexdb(1), clusterdb(1): statements for one database, or for each. */
export const maintenance =
  (name: Name): Program['main'] =>
  async (process) => {
    const io = new Stdio(process.sys)
    const { options, operands } = getopt(process.argv.slice(1), OPTIONS)
    const named = options.database ?? operands[0]
    const target = await targetOf(process, {
      ...options,
      database: options.all ? (options.maintenance ?? 'postgres') : named,
    })
    const fail = async (text: string): Promise<number> => {
      await io.out.flush()
      await io.warn(`${name}: error: ${text}\n`)
      return 1
    }
    if (options.all && named !== undefined)
      return fail(
        `cannot ${name === 'vacuumdb' ? 'vacuum' : name === 'reindexdb' ? 'reindex' : 'cluster'} all databases and a specific one at the same time`,
      )
    try {
      for (const database of options.all ? await databases(process, target) : [target.database]) {
        const problem = await inDatabase(process, io, name, options, { ...target, database })
        if (problem !== undefined) return await fail(problem)
      }
    } catch (error) {
      if (!(error instanceof ConnectionFailure)) throw error
      return fail(failureText(target, error))
    }
    await io.out.flush()
    return 0
  }

type Target = Awaited<ReturnType<typeof targetOf>>
type Process = Parameters<Program['main']>[0]

async function databases(process: Process, target: Target): Promise<string[]> {
  const session = await Session.open(process.sys, target, 'vacuumdb')
  const { rows } = await session.query('SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1')
  session.close()
  return rows.map(([name]) => name ?? '')
}

/** @returns what went wrong */
async function inDatabase(
  process: Process,
  io: Stdio,
  name: Name,
  options: Options,
  target: Target,
): Promise<string | undefined> {
  const { doing, alwaysSays, statements } = TOOLS[name]
  if ((alwaysSays || options.all) && !options.quiet) await io.print(`${name}: ${doing} database "${target.database}"\n`)
  await io.out.flush()
  const session = await Session.open(process.sys, target, name)
  for (const sql of statements(options, target.database)) {
    if (options.echo) await io.print(`${sql}\n`)
    const { error } = await session.query(sql)
    if (!error) continue
    session.close()
    return `${doing} of database "${target.database}" failed: ERROR:  ${error.get('M')}`
  }
  session.close()
  return undefined
}
