import { isErrno, type Process } from '@drydock/abi'
import { concatBytes, encodeUtf8, gzip, writeTar } from '@drydock/codec'
import { flag, getopt, list, type OptionValues, Stdio, value, writeFile } from '@drydock/libc'
import { dataFile, writeCustom, writeToc } from '../archive/format.ts'
import type { Archive, ArchiveFormat, Section, TocEntry } from '../archive/toc.ts'
import { DEFAULT_VERSION } from '../server/postgres.ts'
import { AFTER_DATA, BEFORE_DATA, NAMED, OWN_SCHEMAS } from './dump-queries.ts'
import { script } from './script.ts'
import { ConnectionFailure, failureText, Session, SILENT } from './session.ts'
import { CONNECTION, targetOf } from './target.ts'

const OPTIONS = {
  ...CONNECTION,
  database: value('d', 'dbname'),
  file: value('f', 'file'),
  format: value('F', 'format'),
  schemaOnly: flag('s', 'schema-only'),
  dataOnly: flag('a', 'data-only'),
  tables: list('t', 'table'),
  without: list('T', 'exclude-table'),
  schemas: list('n', 'schema'),
  inserts: flag('', 'inserts'),
  columnInserts: flag('', 'column-inserts'),
  clean: flag('c', 'clean'),
  create: flag('C', 'create'),
  ifExists: flag('', 'if-exists'),
  compress: value('Z', 'compress'),
  encoding: value('E', 'encoding'),
  jobs: value('j', 'jobs'),
  noOwner: flag('O', 'no-owner'),
  noPrivileges: flag('x', 'no-privileges'),
  verbose: flag('v', 'verbose'),
  version: flag('V', 'version'),
} as const
type Options = OptionValues<typeof OPTIONS>

/** Of the archives that version 18 writes. */
const ARCHIVE_MINOR = 16
const FORMATS: Readonly<Record<string, ArchiveFormat | 'PLAIN'>> = {
  p: 'PLAIN',
  plain: 'PLAIN',
  c: 'CUSTOM',
  custom: 'CUSTOM',
  t: 'TAR',
  tar: 'TAR',
  d: 'DIRECTORY',
  directory: 'DIRECTORY',
}

class DumpError extends Error {}

/** The catalogues in which kinds are listed. */
const CATALOGUES: Readonly<Record<string, string>> = {
  DATABASE: '1262',
  SCHEMA: '2615',
  TYPE: '1247',
  FUNCTION: '1255',
  PROCEDURE: '1255',
  CONSTRAINT: '2606',
  'FK CONSTRAINT': '2606',
  DEFAULT: '2604',
  TRIGGER: '2620',
  TABLE: '1259',
  VIEW: '1259',
  'MATERIALIZED VIEW': '1259',
  SEQUENCE: '1259',
  INDEX: '1259',
}
/** Numbers of dump entries begin behind those that the catalogues of a fresh cluster would take. */
const FIRST_ID = 217

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const among = (names: readonly string[]): string[] =>
  names.map((name) => {
    const [table = '', schema] = name.split('.').toReversed()
    return `(c.relname = ${literal(table)}${schema === undefined ? '' : ` AND n.nspname = ${literal(schema)}`})`
  })

/** One dump: what was asked for, of one session. */
class Dump {
  private readonly session: Session
  private readonly options: Options
  /** SQL that holds for the tables which are wanted. */
  private readonly wanted: string
  private readonly entries: TocEntry[] = []
  private readonly whole: boolean

  /** @param whole the database itself is an entry */
  constructor(session: Session, options: Options, whole: boolean) {
    this.session = session
    this.options = options
    this.whole = whole
    const schemas = options.schemas.map((name) => `n.nspname = ${literal(name)}`)
    const wanted = [among(options.tables), schemas].map((rows) =>
      rows.length === 0 ? 'true' : `(${rows.join(' OR ')})`,
    )
    const unwanted = among(options.without).map((row) => `NOT ${row}`)
    this.wanted = [...wanted, ...unwanted].join(' AND ')
  }

  /** @throws DumpError */
  async run(): Promise<readonly TocEntry[]> {
    const { schemaOnly, dataOnly, tables } = this.options
    await this.rows(`SELECT pg_catalog.set_config('search_path', '', false)`)
    if (this.whole) await this.database()
    const only = tables.length > 0
    if (!dataOnly)
      await this.list(
        BEFORE_DATA.filter(([kind]) => !only || !['SCHEMA', 'TYPE', 'FUNCTION'].includes(kind)),
        'pre-data',
      )
    if (only && !dataOnly && !this.entries.some(({ kind }) => kind !== 'DATABASE'))
      throw new DumpError('no matching tables were found')
    if (!schemaOnly) await this.data()
    if (!dataOnly) await this.list(AFTER_DATA, 'post-data')
    return this.entries
  }

  private add(entry: Partial<TocEntry> & Pick<TocEntry, 'kind' | 'tag'>): void {
    this.entries.push({
      ...{ id: FIRST_ID + this.entries.length, catalogue: CATALOGUES[entry.kind] ?? '0', oid: '0', schema: '' },
      ...{ owner: '', section: 'pre-data', definition: '', drop: '', copy: '', dependencies: [], data: undefined },
      ...entry,
    })
  }

  private async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    const { rows, error } = await this.session.query(sql)
    if (error) throw new DumpError(`query failed: ERROR:  ${error.get('M')}`)
    return rows
  }

  private async database(): Promise<void> {
    const [[name, owner, oid, encoding, locale, quoted] = []] = await this.rows(
      `SELECT datname, pg_get_userbyid(datdba), oid, pg_encoding_to_char(encoding), datcollate, quote_ident(datname) FROM pg_database WHERE datname = current_database()`,
    )
    this.add({
      ...{ kind: 'DATABASE', tag: name ?? '', owner: owner ?? '', oid: oid ?? '0', section: 'none' },
      definition: `CREATE DATABASE ${quoted} WITH TEMPLATE = template0 ENCODING = '${encoding}' LOCALE_PROVIDER = libc LOCALE = '${locale}';`,
      drop: `DROP DATABASE ${quoted};\n`,
    })
  }

  private async list(kinds: readonly (readonly [kind: string, sql: string])[], section: Section): Promise<void> {
    for (const [kind, sql] of kinds)
      for (const [tag, schema, owner, text, , drop, oid] of await this.rows(sql.replaceAll('{table}', this.wanted)))
        this.add({
          kind: kind === 'VIEW' && drop?.startsWith('DROP MATERIALIZED') ? 'MATERIALIZED VIEW' : kind,
          tag: tag ?? '',
          schema: schema === '-' ? '' : (schema ?? ''),
          owner: owner ?? '',
          section,
          definition: text ?? '',
          drop: drop ? `${drop};\n` : '',
          oid: oid ?? '0',
        })
  }

  private async data(): Promise<void> {
    const columns = `(SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')`
    const tables = await this.rows(
      `SELECT c.relname, n.nspname, r.rolname, ${NAMED}, ${columns}, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'r' AND ${OWN_SCHEMAS} AND ${this.wanted} ORDER BY 2, 1`,
    )
    for (const [tag, schema, owner, table, names, oid] of tables) {
      const place = { kind: 'TABLE DATA', tag: tag ?? '', schema: schema ?? '', owner: owner ?? '', oid: oid ?? '0' }
      const table_ = { table: table ?? '', columns: names ?? '' }
      const rows =
        this.options.inserts || this.options.columnInserts ? await this.inserts(table_) : await this.copied(table_)
      this.add({ ...place, section: 'data', dependencies: this.madeBy(place), ...rows })
    }
    await this.sequences()
  }

  private madeBy({ tag, schema }: { readonly tag: string; readonly schema: string }): number[] {
    return this.entries
      .filter((each) => each.kind === 'TABLE' && each.tag === tag && each.schema === schema)
      .map(({ id }) => id)
  }

  private async sequences(): Promise<void> {
    const sequences = await this.rows(
      `SELECT c.relname, n.nspname, r.rolname, ${NAMED} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'S' AND ${OWN_SCHEMAS} AND (${this.wanted} OR c.oid IN (SELECT d.objid FROM pg_depend d WHERE d.deptype IN ('a', 'i') AND d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${this.wanted}))) ORDER BY 2, 1`,
    )
    for (const [tag, schema, owner, sequence] of sequences) {
      const [[last, called] = []] = await this.rows(`SELECT last_value, is_called FROM ${sequence}`)
      this.add({
        ...{ kind: 'SEQUENCE SET', tag: tag ?? '', schema: schema ?? '', owner: owner ?? '', section: 'data' },
        definition: `SELECT pg_catalog.setval(${literal(sequence ?? '')}, ${last}, ${called === 't'});`,
      })
    }
  }

  private async copied({ table, columns }: Rows): Promise<Pick<TocEntry, 'copy' | 'data'>> {
    const parts: Uint8Array[] = []
    let problem: string | undefined
    await this.session.run(`COPY ${table} (${columns}) TO STDOUT`, {
      ...SILENT,
      copyOut: (bytes) => void parts.push(bytes.slice()),
      result: ({ error }) => void (problem = error?.get('M')),
    })
    if (problem !== undefined) throw new DumpError(`Dumping the contents of table "${table}" failed: ${problem}`)
    return {
      copy: `COPY ${table} (${columns}) FROM stdin;\n`,
      data: concatBytes([...parts, encodeUtf8('\\.\n\n\n')]),
    }
  }

  private async inserts({ table, columns }: Rows): Promise<Pick<TocEntry, 'data'>> {
    const named = this.options.columnInserts ? ` (${columns})` : ''
    const values = columns.split(', ').map((column) => `quote_nullable(${column})`)
    const rows = await this.rows(`SELECT ${values.join(', ')} FROM ${table}`)
    const lines = rows.map((row) => `INSERT INTO ${table}${named} VALUES (${row.join(', ')});\n`)
    return { data: encodeUtf8(`${lines.join('')}\n\n`) }
  }
}

/** A table and the columns that are written. */
interface Rows {
  readonly table: string
  readonly columns: string
}

/** What an archive says of the session that reads it. */
const SETTINGS = {
  ENCODING: `SET client_encoding = 'UTF8';`,
  STDSTRINGS: `SET standard_conforming_strings = 'on';`,
  SEARCHPATH: `SELECT pg_catalog.set_config('search_path', '', false);`,
} as const
const settings = (firstId: number): TocEntry[] =>
  Object.entries(SETTINGS).map(([kind, text], i) => ({
    ...{ id: firstId + i, kind, tag: kind, definition: `${text}\n`, section: 'pre-data', catalogue: '0', oid: '0' },
    ...{ schema: '', owner: '', drop: '', copy: '', dependencies: [], data: undefined },
  }))

/** pg_dump: a database as SQL, or as an archive that pg_restore reads. */
export async function dump(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const fail = async (text: string): Promise<number> => {
    await io.warn(`pg_dump: error: ${text}\n`)
    return 1
  }
  const { options, operands } = getopt(process.argv.slice(1), OPTIONS)
  if (options.version) {
    await io.print(`pg_dump (PostgreSQL) ${process.env.get('PG_VERSION')?.split('-')[0] ?? DEFAULT_VERSION}\n`)
    await io.out.flush()
    return 0
  }
  const problem = wrongTogether(options)
  if (problem !== undefined) return fail(problem)
  const format = FORMATS[options.format ?? 'p'] ?? 'PLAIN'
  const named = options.database ?? operands[0]
  const target = await targetOf(process, { ...options, ...(named === undefined ? {} : { database: named }) })
  try {
    const session = await Session.open(process.sys, target, 'pg_dump')
    const isArchive = format !== 'PLAIN'
    const entries = await new Dump(session, options, isArchive || options.create > 0).run()
    session.close()
    const version = session.parameters.get('server_version') ?? DEFAULT_VERSION
    const archive: Archive = {
      format: isArchive ? format : 'CUSTOM',
      minor: ARCHIVE_MINOR,
      compressed: options.compress !== '0' && options.compress !== 'none' && format !== 'TAR',
      createdMs: process.sys.clock.now(),
      database: target.database,
      serverVersion: version,
      dumpVersion: version,
      entries: isArchive ? [...settings(FIRST_ID + entries.length), ...entries] : entries,
    }
    await write(process, io, archive, format, options)
    return 0
  } catch (error) {
    if (error instanceof ConnectionFailure) return fail(failureText(target, error))
    if (error instanceof DumpError) return fail(error.message)
    throw error
  }
}

function wrongTogether(options: Options): string | undefined {
  const format = options.format ?? 'p'
  if (options.schemaOnly && options.dataOnly)
    return 'options -s/--schema-only and -a/--data-only cannot be used together'
  if (options.dataOnly && options.clean) return 'options -c/--clean and -a/--data-only cannot be used together'
  if (options.ifExists && !options.clean) return 'option --if-exists requires option -c/--clean'
  if (FORMATS[format] === undefined) return `invalid output format "${format}" specified`
  if (FORMATS[format] === 'DIRECTORY' && options.file === undefined) return 'no output directory specified'
  if (options.jobs !== undefined && Number(options.jobs) > 1 && FORMATS[format] !== 'DIRECTORY')
    return 'parallel backup only supported by the directory format'
  return undefined
}

async function write(
  process: Process,
  io: Stdio,
  archive: Archive,
  format: ArchiveFormat | 'PLAIN',
  options: Options,
): Promise<void> {
  if (format === 'DIRECTORY') return writeDirectory(process, archive, options.file ?? '')
  const wishes = {
    ...{ clean: options.clean > 0, ifExists: options.ifExists > 0, create: options.create > 0 },
    noOwner: options.noOwner > 0,
  }
  const parts =
    format === 'PLAIN'
      ? script(archive, archive.entries, wishes)
      : [format === 'TAR' ? tarOf(archive) : writeCustom(archive)]
  if (options.file !== undefined) await writeFile(process.sys, options.file, concatBytes(parts))
  else for (const part of parts) await io.out.write(part)
  await io.out.flush()
}

/** A directory with `toc.dat` and a file for each table's rows. src/bin/pg_dump/pg_backup_directory.c */
async function writeDirectory({ sys }: Process, archive: Archive, folder: string): Promise<void> {
  if (isThere(sys, folder)) {
    if (sys.readdir(folder).length > 0) throw new DumpError(`could not create directory "${folder}": File exists`)
  } else sys.mkdir(folder, 0o700)
  await writeFile(sys, `${folder}/toc.dat`, writeToc(archive))
  for (const entry of archive.entries)
    if (entry.data !== undefined) {
      const name = `${folder}/${dataFile(entry)}`
      await (archive.compressed ? writeFile(sys, `${name}.gz`, gzip(entry.data)) : writeFile(sys, name, entry.data))
    }
}

function isThere(sys: Process['sys'], path: string): boolean {
  try {
    sys.stat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** The same files in a tar archive. src/bin/pg_dump/pg_backup_tar.c */
function tarOf(archive: Archive): Uint8Array {
  const rows = archive.entries.flatMap((entry) =>
    entry.data === undefined ? [] : [{ name: dataFile(entry), content: entry.data, mode: 0o600 }],
  )
  return writeTar([{ name: 'toc.dat', content: writeToc(archive), mode: 0o600 }, ...rows])
}
