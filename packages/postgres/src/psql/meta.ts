import { isErrno, SIGINT } from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import { ConnectionFailure, failureText } from '../client/session.ts'
import { columnsOfRelation, FOOTERS, listingFor, RELATION_TITLES, relationsNamed } from './describe.ts'
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

const onOff = (word: string | undefined, now: boolean): boolean =>
  word === undefined ? !now : /^(on|true|1)$/i.test(word)

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

async function describe(shell: Shell, pattern: string): Promise<void> {
  const found = await shell.ask(relationsNamed(pattern))
  if (!found) return
  if (found.rows.length === 0) return shell.complain(`Did not find any relation named "${pattern}".`)
  for (const [oid, schema, name, kind] of found.rows) {
    const columns = await shell.ask(columnsOfRelation(oid ?? ''))
    if (!columns) return
    const footers: string[] = []
    for (const [heading, sql] of FOOTERS) {
      const lines = kind === 'r' || kind === 'p' ? await shell.ask(sql(oid ?? '')) : undefined
      if (lines && lines.rows.length > 0) footers.push(heading, ...lines.rows.map(([line]) => `    ${line}`))
    }
    await shell.show({
      ...columns,
      title: `${RELATION_TITLES[kind ?? 'r'] ?? 'Relation'} "${schema}.${name}"`,
      footers,
    })
  }
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
    const pid = await sys.spawn(path, { argv: command === '' ? ['sh'] : ['sh', '-c', command], env: process.env })
    await sys.wait(pid)
  } catch (error) {
    if (!isErrno(error)) throw error
    await shell.complain(`\\!: failed`)
  }
}

async function watch(shell: Shell, words: readonly string[]): Promise<void> {
  const seconds = Number((words[0] ?? '2').replace(/^i(nterval)?=/, ''))
  const query = shell.buffer === '' ? shell.lastQuery : shell.buffer
  let stopped = false
  const before = shell.sys.sigaction(SIGINT, () => (stopped = true))
  while (!stopped && (await shell.run(query))) {
    await shell.io.out.flush()
    try {
      await shell.sys.sleep(seconds * 1000)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  shell.sys.sigaction(SIGINT, before)
  shell.buffer = ''
}

async function send(shell: Shell, expanded: boolean, path: string | undefined): Promise<void> {
  const query = shell.buffer.trim() === '' ? shell.lastQuery : shell.buffer
  shell.buffer = ''
  if (path !== undefined) await shell.output(path)
  if (query !== '') await shell.run(query, expanded ? { ...shell.print, expanded: true } : shell.print)
  if (path !== undefined) await shell.output('')
}

/** \gexec: each value that comes is a statement, by rows and from left to right. */
async function gexec(shell: Shell): Promise<void> {
  const query = shell.buffer.trim() === '' ? shell.lastQuery : shell.buffer
  shell.buffer = ''
  const found = await shell.ask(interpolate(query, shell.variables))
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
  const found = await shell.ask(shell.buffer.trim() === '' ? shell.lastQuery : shell.buffer)
  shell.buffer = ''
  if (!found) return
  if (found.rows.length !== 1)
    return shell.complain(
      found.rows.length === 0 ? 'no rows returned for \\gset' : 'more than one row returned for \\gset',
    )
  found.columns.forEach(({ name }, i) => shell.variables.set(`${prefix}${name}`, found.rows[0]?.[i] ?? ''))
}

async function pset(shell: Shell, [name = '', value]: readonly string[]): Promise<void> {
  const { print } = shell
  const say = (text: string): Promise<void> | void => (shell.quiet ? undefined : shell.say(`${text}\n`))
  if (name === 'null') {
    print.nullText = value ?? ''
    return say(`Null display is "${print.nullText}".`)
  }
  if (name === 'border') {
    print.border = Number(value ?? 1)
    return say(`Border style is ${print.border}.`)
  }
  if (name === 'format') {
    if (value !== 'aligned' && value !== 'unaligned' && value !== 'csv')
      return shell.complain('\\pset: allowed formats are aligned, csv, unaligned')
    print.format = value
    return say(`Output format is ${value}.`)
  }
  if (name === 'footer') {
    print.footer = onOff(value, print.footer)
    return say(`Default footer is ${print.footer ? 'on' : 'off'}.`)
  }
  if (name === 'fieldsep') {
    print.fieldSeparator = value ?? '|'
    return say(`Field separator is "${print.fieldSeparator}".`)
  }
  if (name === 'tuples_only' || name === 't') return COMMANDS.get('t')?.(shell, value === undefined ? [] : [value], '')
  if (name === 'expanded' || name === 'x') return COMMANDS.get('x')?.(shell, value === undefined ? [] : [value], '')
  if (name === 'pager' || name === 'linestyle' || name === 'title') return undefined
  return shell.complain(`\\pset: unknown option: ${name}`)
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
  ['d', (shell, words) => describe(shell, words[0] ?? '')],
  [
    'x',
    (shell, [word]) => {
      shell.print.expanded = word === 'auto' ? 'auto' : onOff(word, shell.print.expanded === true)
      const { expanded } = shell.print
      return shell.quiet
        ? undefined
        : shell.say(
            expanded === 'auto'
              ? 'Expanded display is used automatically.\n'
              : `Expanded display is ${expanded ? 'on' : 'off'}.\n`,
          )
    },
  ],
  [
    't',
    (shell, [word]) => {
      shell.print.tuplesOnly = onOff(word, shell.print.tuplesOnly)
      return shell.quiet ? undefined : shell.say(`Tuples only is ${shell.print.tuplesOnly ? 'on' : 'off'}.\n`)
    },
  ],
  [
    'a',
    (shell) => {
      shell.print.format = shell.print.format === 'aligned' ? 'unaligned' : 'aligned'
      return shell.quiet ? undefined : shell.say(`Output format is ${shell.print.format}.\n`)
    },
  ],
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
  ['pset', pset],
  ['g', (shell, [path]) => send(shell, false, path)],
  ['gx', (shell, [path]) => send(shell, true, path)],
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
  ['encoding', (shell, words) => (words.length === 0 ? shell.say('UTF8\n') : undefined)],
  ['setenv', () => undefined],
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
  const system = /^d.*S|^l.*S/.test(plain)
  const pattern = words[0]?.replace(/;$/, '')
  const listing = listingFor(plain.replace(/S$/, ''), pattern, system, verbose)
  if (listing) {
    const found = await shell.ask(listing.sql)
    if (found && found.rows.length === 0 && /^d[tivmsE]*$/.test(plain))
      return void shell.io.warn(
        pattern === undefined ? 'Did not find any relations.\n' : `Did not find any relation named "${pattern}".\n`,
      )
    if (found)
      await shell.show({ ...found, title: listing.title, ...(plain === 'du' || plain === 'dg' ? { footers: [] } : {}) })
    return
  }
  const command = COMMANDS.get(plain.replace(/(?<=^d)S$/, ''))
  if (!command) return void shell.complain(`invalid command \\${name}\nTry \\? for help.`)
  await command(shell, words, text)
}
