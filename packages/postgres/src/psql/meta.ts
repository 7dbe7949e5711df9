import { isErrno, SIGINT } from '@drydock/abi'
import { searchPath, strftime } from '@drydock/libc'
import { ConnectionFailure, failureText, type Result } from '../client/session.ts'
import { columnsOfRelation, FOOTERS, RELATION_TITLES, relationsNamed, sequence } from './describe.ts'
import { listingFor } from './listings.ts'
import { MORE_COMMANDS, sendWith, takeQuery } from './more-meta.ts'
import { onOff, pset } from './pset.ts'
import { interpolate } from './scan.ts'
import type { Shell } from './shell.ts'

const HELP = `General
  \\copyright             show PostgreSQL usage and distribution terms
  \\gexec                 execute query, then execute each value in its result
  \\g [FILE]              execute query (and send result to file)
  \\gx                    as \\g, but forces expanded output mode
  \\q                     quit psql
  \\watch [SEC]           execute query every SEC seconds

Help
  \\? [commands]          show help on backslash commands
  \\h [NAME]              help on syntax of SQL commands

Conditional
  \\if EXPR               begin conditional block
  \\elif EXPR             alternative within current conditional block
  \\else                  final alternative within current conditional block
  \\endif                 end conditional block

Query Buffer
  \\p                     show the contents of the query buffer
  \\r                     reset (clear) the query buffer

Input/Output
  \\copy ...              perform SQL COPY with data stream to the client host
  \\echo [STRING]         write string to standard output
  \\i FILE                execute commands from file
  \\o [FILE]              send all query results to file
  \\qecho [STRING]        write string to \\o output stream

Informational
  (options: S = show system objects, + = additional detail)
  \\d[S+]                 list tables, views, and sequences
  \\d[S+]  NAME           describe table, view, sequence, or index
  \\db, \\df, \\dn, \\dp, \\dT, \\du, \\dx    list tablespaces, functions, schemas, privileges, types, roles, extensions
  \\di, \\dm, \\ds, \\dt, \\dv              list indexes, materialized views, sequences, tables, views
  \\l[+]                  list databases

Formatting
  \\a                     toggle between unaligned and aligned output mode
  \\pset [NAME [VALUE]]   set table output option
  \\t [on|off]            show only rows
  \\x [on|off|auto]       toggle expanded output

Connection
  \\c[onnect] {[DBNAME|- USER|- HOST|- PORT|-] | conninfo}
                         connect to new database
  \\conninfo              display information about current connection
  \\encoding [ENCODING]   show or set client encoding
  \\password [USERNAME]   securely change the password for a user

Operating System
  \\cd [DIR]              change the current working directory
  \\timing [on|off]       toggle timing of commands
  \\! [COMMAND]           execute command in shell or start interactive shell

Variables
  \\set [NAME [VALUE]]    set internal variable, or list all if no parameters
  \\unset NAME            unset (delete) internal variable
`

/** Words behind a command, with 'quotes'. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/'((?:[^']|'')*)'|("(?:[^"]|"")*"\S*)|(\S+)/g)].map(
    ([, single, double, plain]) => single?.replaceAll("''", "'").replaceAll('\\n', '\n') ?? double ?? plain ?? '',
  )

type Command = (shell: Shell, words: readonly string[], text: string) => Promise<void> | void

async function connect(shell: Shell, words: readonly string[]): Promise<void> {
  const { target } = shell.session
  const [database = '-', user = '-', host = '-', port = '-'] = words
  const next = {
    ...target,
    database: database === '-' ? target.database : database,
    user: user === '-' ? target.user : user,
    host: host === '-' ? target.host : host,
    port: port === '-' ? target.port : Number(port),
  }
  try {
    await shell.connect(next)
    if (!shell.quiet) await shell.say(`You are now connected to database "${next.database}" as user "${next.user}".\n`)
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    await shell.complain(failureText(next, error))
    await shell.io.warn('Previous connection kept\n')
  }
}

async function describe(shell: Shell, pattern: string, verbose: boolean): Promise<void> {
  const found = await shell.ask(relationsNamed(pattern))
  if (!found) return
  if (found.rows.length === 0) return shell.complain(`Did not find any relation named "${pattern}".`)
  for (const row of found.rows) if (!(await describeOne(shell, row, verbose))) return
}

async function describeOne(shell: Shell, row: Result['rows'][number], verbose: boolean): Promise<boolean> {
  const [oid = '', schema, name, kind = 'r'] = row.map(String)
  const body = await shell.ask(kind === 'S' ? sequence(oid) : columnsOfRelation(oid, kind, verbose))
  if (!body) return false
  const footers: string[] = []
  for (const footer of FOOTERS) {
    if (!footer.of.test(kind) || (footer.verbose && !verbose)) continue
    const lines = await shell.ask(footer.sql(oid))
    if (!lines || lines.rows.length === 0) continue
    const indent = footer.heading === '' || footer.heading.startsWith('View') ? '' : '    '
    if (footer.heading !== '') footers.push(footer.heading)
    footers.push(...lines.rows.map(([line]) => `${indent}${line}`))
  }
  await shell.show({ ...body, title: `${RELATION_TITLES[kind] ?? 'Relation'} "${schema}.${name}"`, footers })
  return true
}

/** \copy table from 'file' with (…): the client has the file. */
async function copy(shell: Shell, text: string): Promise<void> {
  const found = /^\s*((?:\([\s\S]*\)|[\w."]+(?:\s*\([^)]*\))?))\s+(from|to)\s+('(?:[^']|'')*'|\S+)\s*([\s\S]*)$/i.exec(
    text,
  )
  if (!found) return shell.complain('\\copy: parse error at end of line')
  const [, what = '', direction = '', file = '', rest = ''] = found
  const into = direction.toLowerCase() === 'to'
  const std = /^(stdin|stdout|pstdin|pstdout)$/i.test(file)
  const sql = `COPY ${what} ${into ? 'TO STDOUT' : 'FROM STDIN'} ${rest.replace(/;\s*$/, '')}`
  if (std) await shell.run(sql)
  else await shell.copyWithFile(sql, file.replace(/^'|'$/g, ''), into)
}

async function system(shell: Shell, text: string): Promise<void> {
  const { sys, process } = shell
  const command = text.trim()
  await shell.io.out.flush()
  try {
    const path = searchPath(sys, 'sh', process.env.get('PATH'))
    const pid = await sys.spawn(path, { argv: command === '' ? ['sh'] : ['sh', '-c', command], env: shell.environment })
    await sys.wait(pid)
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.complain(`\\!: failed`)
  }
}

/** \watch [i[nterval]=SECONDS] [c[ount]=TIMES] [SECONDS] */
async function watch(shell: Shell, words: readonly string[]): Promise<void> {
  const option = (pattern: RegExp): string | undefined =>
    words.map((word) => pattern.exec(word)?.[1]).find((found) => found !== undefined)
  const seconds = Number(option(/^(?:i(?:nterval)?=)?([\d.]+)$/) ?? shell.variables.get('WATCH_INTERVAL') ?? 2)
  const times = Number(option(/^c(?:ount)?=(\d+)$/) ?? Number.POSITIVE_INFINITY)
  const query = takeQuery(shell)
  let stopped = false
  const before = shell.sys.sigaction(SIGINT, () => (stopped = true))
  const { title } = shell.print
  for (let count = 0; !stopped && count < times; count++) {
    shell.print.title = `${title === '' ? '' : `${title}\t`}${localTime(shell)} (every ${seconds}s)\n`
    const good = await shell.run(query)
    await shell.io.out.flush()
    if (!good || count + 1 >= times) break
    try {
      await shell.sys.sleep(seconds * 1000)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  shell.print.title = title
  shell.sys.sigaction(SIGINT, before)
}

const localTime = (shell: Shell): string => strftime('%c', shell.sys.clock.now())

/** \gexec: each value that comes is a statement, by rows and from left to right. */
async function gexec(shell: Shell): Promise<void> {
  const found = await shell.ask(interpolate(takeQuery(shell), shell.variables))
  for (const statement of found?.rows.flat() ?? [])
    if (statement !== null && !(await shell.run(statement)) && shell.stopOnError) return
}

const IF_WORDS: ReadonlySet<string> = new Set(['if', 'elif', 'else', 'endif'])

async function conditional(shell: Shell, name: string, [expression = '']: readonly string[]): Promise<void> {
  const { buffer, problem } = shell.conditions.step(name, expression, shell.buffer)
  shell.buffer = buffer === '' ? '' : `${buffer}\n`
  if (problem !== undefined) await shell.complain(problem)
}

/** \gset: the columns of the one row become variables. */
async function gset(shell: Shell, prefix: string): Promise<void> {
  const found = await shell.ask(interpolate(takeQuery(shell), shell.variables))
  if (!found) return
  if (found.rows.length !== 1)
    return shell.complain(
      found.rows.length === 0 ? 'no rows returned for \\gset' : 'more than one row returned for \\gset',
    )
  found.columns.forEach(({ name }, i) => shell.variables.set(`${prefix}${name}`, found.rows[0]?.[i] ?? ''))
}

async function set(shell: Shell, [name, ...values]: readonly string[]): Promise<void> {
  if (name !== undefined) return void shell.variables.set(name, values.join('') || (values.length > 0 ? '' : 'on'))
  for (const [key, value] of [...shell.variables].sort()) await shell.say(`${key} = '${value}'\n`)
}

async function conninfo(shell: Shell): Promise<void> {
  const { host, port, database, user } = shell.session.target
  const socket = host === '' || host.startsWith('/')
  const where = socket ? `via socket in "${host === '' ? '/var/run/postgresql' : host}"` : `on host "${host}"`
  await shell.say(`You are connected to database "${database}" as user "${user}" ${where} at port "${port}".\n`)
}

async function encoding(shell: Shell, [name]: readonly string[]): Promise<void> {
  if (name === undefined) return shell.say(`${shell.variables.get('ENCODING') ?? 'UTF8'}\n`)
  const found = await shell.session.query(`SET client_encoding TO '${name.replaceAll("'", "''")}'`)
  if (found.error) return shell.complain(`${name}: invalid encoding name or conversion procedure not found`)
  shell.variables.set('ENCODING', name.toUpperCase())
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['q', (shell) => void (shell.quit = true)],
  ['quit', (shell) => void (shell.quit = true)],
  ['?', (shell) => shell.say(HELP)],
  [
    'h',
    (shell, words) =>
      shell.say(
        words.length === 0
          ? 'See https://www.postgresql.org/docs/current/sql-commands.html\n'
          : `No help available for "${words.join(' ')}".\nSee https://www.postgresql.org/docs/current/sql-commands.html\n`,
      ),
  ],
  ['copyright', (shell) => shell.say('PostgreSQL Database Management System\n(PGlite, compiled to WebAssembly)\n')],
  ['c', connect],
  ['connect', connect],
  ['conninfo', conninfo],
  ['d', (shell, words) => describe(shell, words[0] ?? '', false)],
  ['d+', (shell, words) => describe(shell, words[0] ?? '', true)],
  ['x', (shell, [word]) => pset(shell, word === undefined ? ['expanded'] : ['expanded', word])],
  ['t', (shell, [word]) => pset(shell, word === undefined ? ['tuples_only'] : ['tuples_only', word])],
  ['a', (shell) => pset(shell, ['format', shell.print.format === 'aligned' ? 'unaligned' : 'aligned'])],
  [
    'timing',
    (shell, [word]) => {
      shell.timing = onOff(word, shell.timing)
      return shell.say(`Timing is ${shell.timing ? 'on' : 'off'}.\n`)
    },
  ],
  ['i', (shell, [path = '']) => shell.readScript(path, runMeta)],
  ['include', (shell, [path = '']) => shell.readScript(path, runMeta)],
  ['ir', (shell, [path = '']) => shell.readScript(path, runMeta)],
  ['o', (shell, [path = '']) => shell.output(path)],
  ['copy', (shell, _words, text) => copy(shell, text)],
  ['echo', (shell, words) => shell.io.print(words[0] === '-n' ? words.slice(1).join(' ') : `${words.join(' ')}\n`)],
  ['qecho', (shell, words) => shell.say(`${words.join(' ')}\n`)],
  ['warn', (shell, words) => shell.io.warn(`${words.join(' ')}\n`)],
  ['set', set],
  ['unset', (shell, [name = '']) => void shell.variables.delete(name)],
  ['g', (shell, _words, text) => sendWith(shell, text, false)],
  ['gx', (shell, _words, text) => sendWith(shell, text, true)],
  ['gexec', gexec],
  ['gset', (shell, [prefix = '']) => gset(shell, prefix)],
  ['watch', watch],
  ['p', (shell) => shell.say(`${shell.buffer === '' ? shell.lastQuery : shell.buffer}\n`)],
  ['r', async (shell) => ((shell.buffer = ''), shell.quiet ? undefined : shell.say('Query buffer reset (cleared).\n'))],
  ['!', (shell, _words, text) => system(shell, text)],
  [
    'cd',
    async (shell, [folder]) => {
      try {
        shell.sys.chdir(folder ?? shell.process.env.get('HOME') ?? '/')
      } catch (error) {
        if (!isErrno(error)) throw error
        await shell.complain(`\\cd: could not change directory to "${folder}": ${error.message}`)
      }
    },
  ],
  ['encoding', encoding],
  ...MORE_COMMANDS,
])

/** Runs a line with backslash commands: `\x \dt` are two of them. */
export async function runMeta(shell: Shell, line: string): Promise<void> {
  const [, name = '', rest = ''] = /^\\([a-zA-Z]+\+?|[?!])([^]*)$/.exec(line.trimEnd()) ?? []
  const wide = name === '!' || name === 'copy'
  const at = wide ? -1 : rest.search(/(?<=\s|^)\\(?=[a-zA-Z?!\\])/)
  const own = at < 0 ? rest : rest.slice(0, at)
  await runOne(shell, name, own)
  const more = at < 0 ? '' : rest.slice(at)
  if (more.startsWith('\\\\')) return
  if (more !== '' && !shell.quit) await runMeta(shell, more)
}

async function runOne(shell: Shell, name: string, text: string): Promise<void> {
  const words = wordsOf(text).map((word) =>
    word
      .replace(/^:(\w+)$/, (whole, key: string) => shell.variables.get(key) ?? whole)
      .replace(/^:\{\?(\w+)\}$/, (_whole, key: string) => (shell.variables.has(key) ? 'TRUE' : 'FALSE')),
  )
  if (IF_WORDS.has(name)) return conditional(shell, name, words)
  if (!shell.conditions.active) return
  const verbose = name.includes('+')
  const plain = name.replaceAll('+', '')
  const system = /^d.*S|^l.*S/.test(plain) && !COMMANDS.has(plain)
  const pattern = words[0]?.replace(/;$/, '')
  const listing = listingFor(plain.replace(/S$/, ''), pattern, system, verbose)
  if (listing) {
    const found = await shell.ask(listing.sql)
    if (found && found.rows.length === 0 && listing.none !== undefined)
      return shell.quiet ? undefined : shell.complain(listing.none)
    if (found) await shell.show({ ...found, title: listing.title, ...(listing.bare ? { footers: [] } : {}) })
    return
  }
  const command = COMMANDS.get(name.replace(/(?<=^d)S/, '')) ?? COMMANDS.get(plain.replace(/(?<=^d)S$/, ''))
  if (!command) return void shell.complain(`invalid command \\${name}\nTry \\? for help.`)
  await command(shell, words, text)
}
