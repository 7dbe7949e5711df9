import { isDirectory, isErrno, type Process } from '@drydock/abi'
import { concatBytes, equalBytes, encodeUtf8, gunzip, readTar } from '@drydock/codec'
import {
  flag,
  getopt,
  list,
  type OptionValues,
  readAll,
  readFile,
  readTextFile,
  Stdio,
  value,
  writeFile,
} from '@drydock/libc'
import { ArchiveError } from '../archive/binary.ts'
import { readArchive } from '../archive/format.ts'
import { type Archive, listed, type TocEntry } from '../archive/toc.ts'
import { DEFAULT_VERSION } from '../server/postgres.ts'
import { dropStatement, ownerStatement, PREAMBLE, script } from './script.ts'
import { ConnectionFailure, failureText, Session, SILENT } from './session.ts'
import { CONNECTION, type Target, targetOf } from './target.ts'

const OPTIONS = {
  ...CONNECTION,
  database: value('d', 'dbname'),
  file: value('f', 'file'),
  format: value('F', 'format'),
  list: flag('l', 'list'),
  useList: value('L', 'use-list'),
  tables: list('t', 'table'),
  indexes: list('I', 'index'),
  functions: list('P', 'function'),
  triggers: list('T', 'trigger'),
  schemas: list('n', 'schema'),
  withoutSchemas: list('N', 'exclude-schema'),
  schemaOnly: flag('s', 'schema-only'),
  dataOnly: flag('a', 'data-only'),
  clean: flag('c', 'clean'),
  create: flag('C', 'create'),
  ifExists: flag('', 'if-exists'),
  noOwner: flag('O', 'no-owner'),
  noPrivileges: flag('x', 'no-privileges'),
  exitOnError: flag('e', 'exit-on-error'),
  single: flag('1', 'single-transaction'),
  jobs: value('j', 'jobs'),
  sections: list('', 'section'),
  disableTriggers: flag('', 'disable-triggers'),
  verbose: flag('v', 'verbose'),
  version: flag('V', 'version'),
} as const
type Options = OptionValues<typeof OPTIONS>

class RestoreError extends Error {}

/** These set up whoever reads the archive, and are never listed. */
const SPECIAL: ReadonlySet<string> = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH'])
const RELATIONS: ReadonlySet<string> = new Set([
  ...['TABLE', 'TABLE DATA', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE', 'SEQUENCE SET'],
])
/** What an option names, and the kinds that it means. */
const CHOICES: readonly (readonly [
  keyof Options & ('tables' | 'indexes' | 'functions' | 'triggers'),
  ReadonlySet<string>,
])[] = [
  ['tables', RELATIONS],
  ['indexes', new Set(['INDEX'])],
  ['functions', new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE'])],
  ['triggers', new Set(['TRIGGER'])],
]

/** A trigger's tag begins with its table. */
const nameIn = ({ kind, tag }: TocEntry): string => (kind === 'TRIGGER' ? tag.replace(/^\S+ /, '') : tag)

/** What is asked for. src/bin/pg_dump/pg_backup_archiver.c, _tocEntryRequired */
function isWanted(entry: TocEntry, options: Options): boolean {
  const { kind, section, schema, data } = entry
  if (SPECIAL.has(kind)) return false
  if (kind === 'DATABASE') return options.create > 0
  const isRows = data !== undefined || kind === 'SEQUENCE SET' || section === 'data'
  if (isRows ? options.schemaOnly : options.dataOnly) return false
  if (options.sections.length > 0 && !options.sections.includes(section)) return false
  if (options.schemas.length > 0 && !options.schemas.includes(schema)) return false
  if (options.withoutSchemas.includes(schema)) return false
  const chosen = CHOICES.filter(([option]) => options[option].length > 0)
  return (
    chosen.length === 0 || chosen.some(([option, kinds]) => kinds.has(kind) && options[option].includes(nameIn(entry)))
  )
}

/** In the order of a list that was written by -l and edited. */
async function inListOrder(process: Process, archive: Archive, path: string): Promise<TocEntry[]> {
  const lines = (await readTextFile(process.sys, path)).split('\n').map((line) => line.replace(/;.*/, '').trim())
  const ids = lines.filter((line) => /^\d+$/.test(line)).map(Number)
  const byId = new Map(archive.entries.map((entry) => [entry.id, entry]))
  return ids.flatMap((id) => {
    const entry = byId.get(id)
    if (!entry) throw new RestoreError(`could not find entry for ID ${id}`)
    return [entry]
  })
}

const two = (value: number): string => String(value).padStart(2, '0')
function summary(archive: Archive, wanted: readonly TocEntry[]): string {
  const date = new Date(archive.createdMs).toISOString().replace('T', ' ').slice(0, 19)
  const lines = [
    '',
    `Archive created at ${date} UTC`,
    `    dbname: ${archive.database}`,
    `    TOC Entries: ${archive.entries.length}`,
    `    Compression: ${archive.compressed ? 'gzip' : 'none'}`,
    `    Dump Version: 1.${two(archive.minor)}-0`,
    `    Format: ${archive.format}`,
    '    Integer: 4 bytes',
    '    Offset: 8 bytes',
    `    Dumped from database version: ${archive.serverVersion}`,
    `    Dumped by pg_dump version: ${archive.dumpVersion}`,
    '',
    '',
    'Selected TOC Entries:',
    '',
  ]
  return `${lines.map((line) => `;${line === '' ? '' : ` ${line}`}\n`).join('')}${wanted.map((entry) => `${listed(entry)}\n`).join('')}`
}

/** Reads a file, a directory or standard input, in whichever of the formats it is. @throws ArchiveError, RestoreError */
async function openArchive(process: Process, path: string | undefined): Promise<Archive> {
  const { sys } = process
  try {
    if (path === undefined) return await fromBytes(await readAll(process.sys, 0))
    if (isDirectory(sys.stat(path).mode)) return await fromDirectory(process, path)
    return await fromBytes(await readFile(sys, path))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new RestoreError(`could not open input file "${path}": ${error.message}`)
  }
}

async function fromDirectory({ sys }: Process, folder: string): Promise<Archive> {
  const names = sys.readdir(folder).map(({ name }) => name)
  if (!names.includes('toc.dat'))
    throw new RestoreError(`directory "${folder}" does not appear to be a valid archive ("toc.dat" does not exist)`)
  const files = new Map<string, Uint8Array>()
  for (const name of names) {
    const bytes = await readFile(sys, `${folder}/${name}`)
    files.set(name.replace(/\.gz$/, ''), name.endsWith('.gz') ? gunzip(bytes) : bytes)
  }
  return readArchive(files.get('toc.dat') ?? new Uint8Array(0), (file) => files.get(file), true)
}

const TEXT_DUMP = /^--\n-- PostgreSQL database (cluster )?dump\n/

async function fromBytes(bytes: Uint8Array): Promise<Archive> {
  if (TEXT_DUMP.test(new TextDecoder().decode(bytes.subarray(0, 64))))
    throw new RestoreError('input file appears to be a text format dump. Please use psql.')
  if (equalBytes(bytes.subarray(0, 5), encodeUtf8('PGDMP'))) return readArchive(bytes, () => undefined)
  const files = new Map<string, Uint8Array>()
  if (bytes.length >= 512 && new TextDecoder().decode(bytes.subarray(257, 262)) === 'ustar')
    for await (const entry of readTar([bytes])) files.set(entry.header.name, await entry.readAll())
  const toc = files.get('toc.dat')
  if (!toc) throw new RestoreError('input file does not appear to be a valid archive')
  return readArchive(toc, (file) => files.get(file))
}

/** Puts an archive into a database. */
class Restore {
  private readonly process: Process
  private readonly io: Stdio
  private readonly options: Options
  private session: Session
  private ignored = 0
  private stage = 'INITIALIZING'
  private told = ''

  constructor(process: Process, io: Stdio, options: Options, session: Session) {
    this.process = process
    this.io = io
    this.options = options
    this.session = session
  }

  /** @returns how many errors were passed over @throws RestoreError, ConnectionFailure */
  async run(entries: readonly TocEntry[], target: Target): Promise<number> {
    const { clean, ifExists, single } = this.options
    await this.execute(PREAMBLE)
    if (single) await this.execute('BEGIN')
    this.stage = 'PROCESSING TOC'
    if (clean)
      for (const entry of entries.toReversed())
        if (entry.drop !== '') await this.execute(dropStatement(entry, ifExists > 0), entry)
    for (const entry of entries) await this.restore(entry, target)
    if (single) await this.execute('COMMIT')
    this.session.close()
    return this.ignored
  }

  private async restore(entry: TocEntry, target: Target): Promise<void> {
    if (this.options.verbose)
      await this.io.warn(
        `pg_restore: ${entry.data === undefined ? 'creating' : 'processing data for table'} ${entry.data === undefined ? `${entry.kind} ` : ''}"${entry.schema ? `${entry.schema}.` : ''}${entry.tag}"\n`,
      )
    if (entry.data === undefined) await this.execute(entry.definition, entry)
    else if (entry.copy === '') await this.execute(new TextDecoder().decode(entry.data), entry)
    else await this.copy(entry, entry.data)
    if (!this.options.noOwner && ownerStatement(entry) !== '') await this.execute(ownerStatement(entry), entry)
    if (entry.kind === 'DATABASE') await this.connect({ ...target, database: entry.tag })
  }

  private async connect(target: Target): Promise<void> {
    this.session.close()
    this.session = await Session.open(this.process.sys, target, 'pg_restore')
    await this.execute(PREAMBLE)
  }

  private async execute(sql: string, entry?: TocEntry): Promise<void> {
    await this.checked(sql, entry, (result) => this.session.run(sql, { ...SILENT, result }))
  }

  private async copy(entry: TocEntry, data: Uint8Array): Promise<void> {
    const rows = data.subarray(0, Math.max(data.length - END_OF_ROWS.length, 0))
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < rows.length; at += 65536) yield rows.subarray(at, at + 65536)
    }
    await this.checked(entry.copy, entry, (result) =>
      this.session.run(entry.copy, { ...SILENT, copyIn: source, result }),
    )
  }

  private async checked(
    sql: string,
    entry: TocEntry | undefined,
    work: (result: (found: { readonly error: ReadonlyMap<string, string> | undefined }) => void) => Promise<unknown>,
  ): Promise<void> {
    let problem: ReadonlyMap<string, string> | undefined
    await work(({ error }) => void (problem ??= error))
    if (problem === undefined) return
    await this.complain(sql, entry, problem)
    if (this.options.exitOnError || this.options.single) throw new RestoreError('')
    this.ignored++
  }

  private async complain(
    sql: string,
    entry: TocEntry | undefined,
    problem: ReadonlyMap<string, string>,
  ): Promise<void> {
    const where = [`pg_restore: while ${this.stage}:\n`]
    if (entry) where.push(`pg_restore: from TOC entry ${listed({ ...entry, schema: '' }).replace(' - ', ' ')}\n`)
    const text = where.join('')
    const isRows = entry?.copy !== undefined && entry.copy === sql
    const what = isRows ? `COPY failed for table "${entry.tag}"` : 'could not execute query'
    const detail = problem.get('D') === undefined ? '' : `\nDETAIL:  ${problem.get('D')}`
    const command = isRows ? '' : `Command was: ${sql.trimEnd()}\n\n`
    await this.io.warn(
      `${text === this.told ? '' : text}pg_restore: error: ${what}: ERROR:  ${problem.get('M')}${detail}\n${command}`,
    )
    this.told = text
  }
}
const END_OF_ROWS = '\\.\n\n\n'

function wrongTogether(options: Options): string | undefined {
  if (options.database === undefined && options.file === undefined && !options.list)
    return 'one of -d/--dbname and -f/--file must be specified'
  if (options.database !== undefined && options.file !== undefined)
    return 'options -d/--dbname and -f/--file cannot be used together'
  if (options.schemaOnly && options.dataOnly)
    return 'options -s/--schema-only and -a/--data-only cannot be used together'
  if (options.dataOnly && options.clean) return 'options -c/--clean and -a/--data-only cannot be used together'
  if (options.create && options.single) return 'options -C/--create and -1/--single-transaction cannot be used together'
  if (options.ifExists && !options.clean) return 'option --if-exists requires option -c/--clean'
  return undefined
}

/** pg_restore(1): an archive of pg_dump into a database, or as SQL. */
export async function restore(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { options, operands } = getopt(process.argv.slice(1), OPTIONS)
  const fail = async (text: string): Promise<number> => {
    if (text !== '') await io.warn(`pg_restore: error: ${text}\n`)
    return 1
  }
  if (options.version) {
    await io.print(`pg_restore (PostgreSQL) ${process.env.get('PG_VERSION')?.split('-')[0] ?? DEFAULT_VERSION}\n`)
    await io.out.flush()
    return 0
  }
  const problem = wrongTogether(options)
  if (problem !== undefined) return fail(problem)
  try {
    const archive = await openArchive(process, operands[0])
    const ordered =
      options.useList === undefined ? archive.entries : await inListOrder(process, archive, options.useList)
    const wanted = ordered.filter((entry) => isWanted(entry, options))
    return await deliver(process, io, options, archive, wanted)
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof RestoreError) return fail(error.message)
    throw error
  }
}

async function deliver(
  process: Process,
  io: Stdio,
  options: Options,
  archive: Archive,
  wanted: readonly TocEntry[],
): Promise<number> {
  if (options.list || options.database === undefined) {
    const wishes = {
      ...{ clean: options.clean > 0, ifExists: options.ifExists > 0, create: options.create > 0 },
      noOwner: options.noOwner > 0,
    }
    const bytes = options.list ? encodeUtf8(summary(archive, wanted)) : concatBytes(script(archive, wanted, wishes))
    if (options.file === undefined || options.file === '-') await io.out.write(bytes)
    else await writeFile(process.sys, options.file, bytes)
    await io.out.flush()
    return 0
  }
  const target = await targetOf(process, options)
  try {
    const session = await Session.open(process.sys, target, 'pg_restore')
    const ignored = await new Restore(process, io, options, session).run(wanted, target)
    if (ignored > 0) await io.warn(`pg_restore: warning: errors ignored on restore: ${ignored}\n`)
    return ignored > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    await io.warn(`pg_restore: error: ${failureText(target, error)}\n`)
    return 1
  }
}
