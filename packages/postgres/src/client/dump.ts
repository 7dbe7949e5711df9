import type { Process } from '@drydock/abi'
import { flag, getopt, list, type OptionValues, Stdio, value, writeFile } from '@drydock/libc'
import { DEFAULT_VERSION } from '../server/postgres.ts'
import { ConnectionFailure, failureText, Session, SILENT } from './session.ts'
import { targetOf } from './target.ts'

const OPTIONS = {
  host: value('h', 'host'),
  port: value('p', 'port'),
  user: value('U', 'username'),
  noPassword: flag('w', 'no-password'),
  database: value('d', 'dbname'),
  file: value('f', 'file'),
  format: value('F', 'format'),
  schemaOnly: flag('s', 'schema-only'),
  dataOnly: flag('a', 'data-only'),
  tables: list('t', 'table'),
  schemas: list('n', 'schema'),
  inserts: flag('', 'inserts'),
  columnInserts: flag('', 'column-inserts'),
  clean: flag('c', 'clean'),
  ifExists: flag('', 'if-exists'),
  noOwner: flag('O', 'no-owner'),
  noPrivileges: flag('x', 'no-privileges'),
  verbose: flag('v', 'verbose'),
  version: flag('V', 'version'),
} as const
type Options = OptionValues<typeof OPTIONS>

/** What can be dumped: its name, where it is, whose it is, and the statement that makes it. */
interface Entry {
  readonly kind: string
  readonly name: string
  readonly schema: string
  readonly owner: string
  readonly sql: string
  /** For ALTER … OWNER TO; '' where nobody owns it by itself. */
  readonly owned: string
  readonly drop: string
}

class DumpError extends Error {}

const OWN_SCHEMAS = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`
const NAMED = `format('%I.%I', n.nspname, c.relname)`

/** Each gives the columns of an Entry; in the order in which they have to be made. */
const BEFORE_DATA: readonly (readonly [kind: string, sql: string])[] = [
  [
    'SCHEMA',
    `SELECT n.nspname, '-', r.rolname, format('CREATE SCHEMA %I;', n.nspname), format('SCHEMA %I', n.nspname), format('SCHEMA %I', n.nspname)
     FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE ${OWN_SCHEMAS} AND n.nspname <> 'public' ORDER BY 1`,
  ],
  [
    'TYPE',
    `SELECT t.typname, n.nspname, r.rolname,
       format(E'CREATE TYPE %I.%I AS ENUM (\\n    %s\\n);', n.nspname, t.typname, (SELECT string_agg(quote_literal(e.enumlabel), E',\\n    ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)),
       format('TYPE %I.%I', n.nspname, t.typname), format('TYPE %I.%I', n.nspname, t.typname)
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_roles r ON r.oid = t.typowner WHERE t.typtype = 'e' AND ${OWN_SCHEMAS} ORDER BY 2, 1`,
  ],
  [
    'FUNCTION',
    `SELECT format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), n.nspname, r.rolname, replace(pg_get_functiondef(p.oid), 'CREATE OR REPLACE', 'CREATE') || ';',
       format('FUNCTION %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), format('FUNCTION %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner WHERE p.prokind IN ('f', 'p') AND ${OWN_SCHEMAS}
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 2, 1`,
  ],
  [
    'TABLE',
    `SELECT c.relname, n.nspname, r.rolname,
       format(E'CREATE TABLE %s (\\n%s\\n);', ${NAMED}, concat_ws(E',\\n',
         (SELECT string_agg(format('    %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN (SELECT format(' COLLATE %I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END,
            CASE WHEN d.adbin IS NULL OR owned.objid IS NOT NULL THEN '' WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid)) ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
            CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), E',\\n' ORDER BY a.attnum)
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            LEFT JOIN pg_depend owned ON owned.refobjid = a.attrelid AND owned.refobjsubid = a.attnum AND owned.deptype = 'a' AND owned.classid = 'pg_class'::regclass
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
         (SELECT string_agg(format('    CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), E',\\n' ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'))),
       format('TABLE %s', ${NAMED}), format('TABLE %s', ${NAMED})
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'r' AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  [
    'SEQUENCE',
    `SELECT c.relname, n.nspname, r.rolname,
       CASE WHEN a.attidentity <> '' AND a.attidentity IS NOT NULL
         THEN format(E'ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (\\n    SEQUENCE NAME %s\\n    START WITH %s\\n    INCREMENT BY %s\\n    NO MINVALUE\\n    NO MAXVALUE\\n    CACHE %s\\n);', d.refobjid::regclass, a.attname, CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END, ${NAMED}, s.seqstart, s.seqincrement, s.seqcache)
         ELSE format(E'CREATE SEQUENCE %s%s\\n    START WITH %s\\n    INCREMENT BY %s\\n    NO MINVALUE\\n    NO MAXVALUE\\n    CACHE %s;', ${NAMED}, CASE WHEN s.seqtypid = 'bigint'::regtype THEN '' ELSE E'\\n    AS ' || format_type(s.seqtypid, NULL) END, s.seqstart, s.seqincrement, s.seqcache) END,
       CASE WHEN d.deptype = 'i' THEN '' ELSE format('SEQUENCE %s', ${NAMED}) END, CASE WHEN d.deptype = 'i' THEN '' ELSE format('SEQUENCE %s', ${NAMED}) END
     FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
       LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE ${OWN_SCHEMAS} AND ({table} OR d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {table})) ORDER BY 2, 1`,
  ],
  [
    'SEQUENCE OWNED BY',
    `SELECT c.relname, n.nspname, r.rolname, format('ALTER SEQUENCE %s OWNED BY %s.%I;', ${NAMED}, d.refobjid::regclass, a.attname), '', ''
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
       JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE c.relkind = 'S' AND ${OWN_SCHEMAS} AND d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {table}) ORDER BY 2, 1`,
  ],
  [
    'DEFAULT',
    `SELECT format('%s %s', c.relname, a.attname), n.nspname, r.rolname, format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s;', ${NAMED}, a.attname, pg_get_expr(d.adbin, d.adrelid)), '', ''
     FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
       JOIN pg_depend o ON o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'a' AND o.classid = 'pg_class'::regclass WHERE ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  [
    'VIEW',
    `SELECT c.relname, n.nspname, r.rolname, format(E'CREATE %s %s AS\\n%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED}, pg_get_viewdef(c.oid)),
       format('%s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED}), format('%s %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, ${NAMED})
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind IN ('v', 'm') AND ${OWN_SCHEMAS} AND {table} ORDER BY c.oid`,
  ],
]
const constraint = (kinds: string): string =>
  `SELECT format('%s %s', c.relname, k.conname), n.nspname, r.rolname, format(E'ALTER TABLE ONLY %s\\n    ADD CONSTRAINT %I %s;', ${NAMED}, k.conname, pg_get_constraintdef(k.oid)), '', ''
   FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE k.contype IN (${kinds}) AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`
const AFTER_DATA: readonly (readonly [kind: string, sql: string])[] = [
  ['CONSTRAINT', constraint("'p', 'u', 'x'")],
  [
    'INDEX',
    `SELECT i.relname, n.nspname, r.rolname, pg_get_indexdef(i.oid) || ';', '', ''
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = i.relowner
     WHERE ${OWN_SCHEMAS} AND {table} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) ORDER BY 2, 1`,
  ],
  [
    'TRIGGER',
    `SELECT format('%s %s', c.relname, t.tgname), n.nspname, r.rolname, pg_get_triggerdef(t.oid) || ';', '', ''
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE NOT t.tgisinternal AND ${OWN_SCHEMAS} AND {table} ORDER BY 2, 1`,
  ],
  ['FK CONSTRAINT', constraint("'f'")],
]

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const comment = (text: string): string => `--\n-- ${text}\n--\n\n`

/** One dump: what was asked for, of one session. */
class Dump {
  private readonly session: Session
  private readonly options: Options
  /** SQL that holds for the tables which are wanted. */
  private readonly wanted: string
  private readonly parts: (string | Uint8Array)[] = []

  constructor(session: Session, options: Options) {
    this.session = session
    this.options = options
    const tables = options.tables.map((name) => {
      const [table = '', schema] = name.split('.').toReversed()
      return `(c.relname = ${literal(table)}${schema === undefined ? '' : ` AND n.nspname = ${literal(schema)}`})`
    })
    const schemas = options.schemas.map((name) => `n.nspname = ${literal(name)}`)
    this.wanted = [tables, schemas].map((rows) => (rows.length === 0 ? 'true' : `(${rows.join(' OR ')})`)).join(' AND ')
  }

  /** @throws DumpError */
  async run(): Promise<readonly (string | Uint8Array)[]> {
    const { schemaOnly, dataOnly, clean, tables } = this.options
    await this.rows(`SELECT pg_catalog.set_config('search_path', '', false)`)
    const only = tables.length > 0
    const before = dataOnly
      ? []
      : await this.entries(BEFORE_DATA.filter(([kind]) => !only || !['SCHEMA', 'TYPE', 'FUNCTION'].includes(kind)))
    if (only && !dataOnly && before.length === 0) throw new DumpError('no matching tables were found')
    this.head()
    if (clean) this.dropAll(before)
    for (const entry of before) this.add(entry)
    if (!schemaOnly) await this.data()
    if (!dataOnly) for (const entry of await this.entries(AFTER_DATA)) this.add(entry)
    this.say(comment('PostgreSQL database dump complete'))
    return this.parts
  }

  private say(text: string): void {
    this.parts.push(text)
  }

  private async rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    const { rows, error } = await this.session.query(sql)
    if (error) throw new DumpError(`query failed: ERROR:  ${error.get('M')}`)
    return rows
  }

  private async entries(kinds: readonly (readonly [kind: string, sql: string])[]): Promise<Entry[]> {
    const found: Entry[] = []
    for (const [kind, sql] of kinds)
      for (const [name, schema, owner, text, owned, drop] of await this.rows(sql.replaceAll('{table}', this.wanted)))
        found.push({
          kind,
          name: name ?? '',
          schema: schema ?? '',
          owner: owner ?? '',
          sql: text ?? '',
          owned: owned ?? '',
          drop: drop ?? '',
        })
    return found
  }

  private head(): void {
    const server = this.session.parameters.get('server_version') ?? DEFAULT_VERSION
    this.say(
      `${comment('PostgreSQL database dump')}-- Dumped from database version ${server}\n-- Dumped by pg_dump version ${server}\n\nSET statement_timeout = 0;\nSET lock_timeout = 0;\nSET idle_in_transaction_session_timeout = 0;\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\nSET xmloption = content;\nSET client_min_messages = warning;\nSET row_security = off;\n\n`,
    )
  }

  private dropAll(entries: readonly Entry[]): void {
    const exists = this.options.ifExists ? 'IF EXISTS ' : ''
    for (const { drop } of entries.toReversed())
      if (drop !== '') this.say(`DROP ${drop.replace(/^((?:MATERIALIZED )?\w+) /, `$1 ${exists}`)};\n`)
  }

  private add({ kind, name, schema, owner, sql, owned }: Entry): void {
    this.say(`${this.title(`Name: ${name}; Type: ${kind}`, schema, owner)}${sql}\n\n\n`)
    if (owned !== '' && !this.options.noOwner) this.say(`ALTER ${owned} OWNER TO ${owner};\n\n`)
  }

  private title(what: string, schema: string, owner: string): string {
    return comment(`${what}; Schema: ${schema}; Owner: ${this.options.noOwner ? '-' : owner}`)
  }

  private async data(): Promise<void> {
    const columns = `(SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')`
    const tables = await this.rows(
      `SELECT c.relname, n.nspname, r.rolname, ${NAMED}, ${columns} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'r' AND ${OWN_SCHEMAS} AND ${this.wanted} ORDER BY 2, 1`,
    )
    for (const [name, schema, owner, table, list] of tables) {
      this.say(this.title(`Data for Name: ${name}; Type: TABLE DATA`, schema ?? '', owner ?? ''))
      await (this.options.inserts || this.options.columnInserts
        ? this.inserts(table ?? '', list ?? '')
        : this.copy(table ?? '', list ?? ''))
    }
    const sequences = await this.rows(
      `SELECT c.relname, n.nspname, r.rolname, ${NAMED} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner WHERE c.relkind = 'S' AND ${OWN_SCHEMAS} AND (${this.wanted} OR c.oid IN (SELECT d.objid FROM pg_depend d WHERE d.deptype IN ('a', 'i') AND d.refobjid IN (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${this.wanted}))) ORDER BY 2, 1`,
    )
    for (const [name, schema, owner, sequence] of sequences) {
      const [[last, called] = []] = await this.rows(`SELECT last_value, is_called FROM ${sequence}`)
      const set = `SELECT pg_catalog.setval(${literal(sequence ?? '')}, ${last}, ${called === 't'});`
      this.say(`${this.title(`Name: ${name}; Type: SEQUENCE SET`, schema ?? '', owner ?? '')}${set}\n\n\n`)
    }
  }

  private async copy(table: string, columns: string): Promise<void> {
    this.say(`COPY ${table} (${columns}) FROM stdin;\n`)
    let problem: string | undefined
    await this.session.run(`COPY ${table} (${columns}) TO STDOUT`, {
      ...SILENT,
      copyOut: (bytes) => void this.parts.push(bytes.slice()),
      result: ({ error }) => void (problem = error?.get('M')),
    })
    if (problem !== undefined) throw new DumpError(`Dumping the contents of table "${table}" failed: ${problem}`)
    this.say('\\.\n\n\n')
  }

  private async inserts(table: string, columns: string): Promise<void> {
    const named = this.options.columnInserts ? ` (${columns})` : ''
    const values = columns.split(', ').map((column) => `quote_nullable(${column})`)
    for (const row of await this.rows(`SELECT ${values.join(', ')} FROM ${table}`))
      this.say(`INSERT INTO ${table}${named} VALUES (${row.join(', ')});\n`)
    this.say('\n\n')
  }
}

/** pg_dump: a database as SQL. */
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
  if (options.format !== undefined && !/^p(lain)?$/.test(options.format))
    return fail(`format "${options.format}" is not supported here: only plain SQL is, which psql reads`)
  const named = options.database ?? operands[0]
  const target = await targetOf(process, { ...options, ...(named === undefined ? {} : { database: named }) })
  try {
    const session = await Session.open(process.sys, target, 'pg_dump')
    const parts = await new Dump(session, options).run()
    session.close()
    const encoder = new TextEncoder()
    const bytes = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part))
    if (options.file !== undefined) await writeFile(process.sys, options.file, joined(bytes))
    else for (const part of bytes) await io.out.write(part)
    await io.out.flush()
    return 0
  } catch (error) {
    if (error instanceof ConnectionFailure) return fail(failureText(target, error))
    if (error instanceof DumpError) return fail(error.message)
    throw error
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
