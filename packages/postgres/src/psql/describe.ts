/** The queries behind \d and its relatives: a title, SQL, and what comes below. */
export interface Listing {
  readonly title: string
  readonly sql: string
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A pattern of psql as conditions on schema and name: `*` and `?` are wild, a dot parts schema from name. */
export function patternCondition(pattern: string | undefined, schema: string, name: string, visible: string): string {
  if (pattern === undefined || pattern === '') return visible === '' ? 'true' : visible
  const parts = [...pattern.matchAll(/"((?:[^"]|"")*)"|([^."]+)|(\.)/g)]
  const words: string[] = ['']
  for (const [, quoted, plain, dot] of parts) {
    if (dot !== undefined) words.push('')
    else
      words[words.length - 1] +=
        quoted === undefined ? regexOf((plain ?? '').toLowerCase()) : quoted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  }
  const own = `${name} ~ ${literal(`^(${words.at(-1) ?? ''})$`)}`
  if (words.length < 2) return visible === '' ? own : `${own} AND ${visible}`
  return `${own} AND ${schema} ~ ${literal(`^(${words.at(-2) ?? ''})$`)}`
}

const regexOf = (text: string): string =>
  text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')

const RELKINDS: Readonly<Record<string, readonly [kinds: string, title: string]>> = {
  t: ["'r','p'", 'tables'],
  i: ["'i','I'", 'indexes'],
  v: ["'v'", 'views'],
  m: ["'m'", 'materialized views'],
  s: ["'S'", 'sequences'],
  E: ["'f'", 'foreign tables'],
}

const KIND = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END`

/** \d, \dt, \di, \dv, \dm, \ds: a list of relations. @param kinds letters behind \d; none for all */
export function relations(kinds: string, pattern: string | undefined, system: boolean, verbose: boolean): Listing {
  const wanted = (kinds === '' ? 'tvmsE' : kinds).split('').flatMap((kind) => RELKINDS[kind] ?? [])
  const list = wanted.filter((_, i) => i % 2 === 0).join(',')
  const hidden =
    system || pattern !== undefined
      ? ''
      : "AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema'"
  const condition = patternCondition(pattern, 'n.nspname', 'c.relname', 'pg_catalog.pg_table_is_visible(c.oid)')
  const size = verbose
    ? `, pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) AS "Size", pg_catalog.obj_description(c.oid, 'pg_class') AS "Description"`
    : ''
  const table = kinds === 'i' ? ', c2.relname AS "Table"' : ''
  const single = kinds.length === 1 ? RELKINDS[kinds]?.[1] : undefined
  return {
    title: `List of ${single ?? 'relations'}`,
    sql: `SELECT n.nspname AS "Schema", c.relname AS "Name", ${KIND} AS "Type", pg_catalog.pg_get_userbyid(c.relowner) AS "Owner"${table}${size}
      FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid
      WHERE c.relkind IN (${list}) ${hidden} AND ${condition} ORDER BY 1, 2`,
  }
}

const DATABASES: Listing = {
  title: 'List of databases',
  sql: `SELECT d.datname AS "Name", pg_catalog.pg_get_userbyid(d.datdba) AS "Owner", pg_catalog.pg_encoding_to_char(d.encoding) AS "Encoding",
    CASE d.datlocprovider WHEN 'b' THEN 'builtin' WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' END AS "Locale Provider",
    d.datcollate AS "Collate", d.datctype AS "Ctype", d.datlocale AS "Locale", d.daticurules AS "ICU Rules",
    CASE WHEN pg_catalog.array_length(d.datacl, 1) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(d.datacl, E'\\n') END AS "Access privileges"
    FROM pg_catalog.pg_database d ORDER BY 1`,
}

const roles = (pattern: string | undefined): Listing => ({
  title: 'List of roles',
  sql: `SELECT r.rolname AS "Role name", concat_ws(', ',
    CASE WHEN r.rolsuper THEN 'Superuser' END, CASE WHEN NOT r.rolinherit THEN 'No inheritance' END,
    CASE WHEN r.rolcreaterole THEN 'Create role' END, CASE WHEN r.rolcreatedb THEN 'Create DB' END,
    CASE WHEN NOT r.rolcanlogin THEN 'Cannot login' END, CASE WHEN r.rolreplication THEN 'Replication' END,
    CASE WHEN r.rolbypassrls THEN 'Bypass RLS' END) AS "Attributes"
    FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' AND ${patternCondition(pattern, "''", 'r.rolname', '')} ORDER BY 1`,
})

const schemas = (pattern: string | undefined): Listing => ({
  title: 'List of schemas',
  sql: `SELECT n.nspname AS "Name", pg_catalog.pg_get_userbyid(n.nspowner) AS "Owner" FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ${patternCondition(pattern, "''", 'n.nspname', '')} ORDER BY 1`,
})

const functions = (pattern: string | undefined): Listing => ({
  title: 'List of functions',
  sql: `SELECT n.nspname AS "Schema", p.proname AS "Name", pg_catalog.pg_get_function_result(p.oid) AS "Result data type",
    pg_catalog.pg_get_function_arguments(p.oid) AS "Argument data types",
    CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END AS "Type"
    FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE ${patternCondition(pattern, 'n.nspname', 'p.proname', 'pg_catalog.pg_function_is_visible(p.oid)')}
    ${pattern === undefined ? "AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'" : ''} ORDER BY 1, 2, 4`,
})

const types = (pattern: string | undefined): Listing => ({
  title: 'List of data types',
  sql: `SELECT n.nspname AS "Schema", pg_catalog.format_type(t.oid, NULL) AS "Name", pg_catalog.obj_description(t.oid, 'pg_type') AS "Description"
    FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)) AND t.typelem = 0
    AND ${patternCondition(pattern, 'n.nspname', 't.typname', 'pg_catalog.pg_type_is_visible(t.oid)')}
    ${pattern === undefined ? "AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'" : ''} ORDER BY 1, 2`,
})

const extensions: Listing = {
  title: 'List of installed extensions',
  sql: `SELECT e.extname AS "Name", e.extversion AS "Version", ae.default_version AS "Default version", n.nspname AS "Schema", d.description AS "Description"
    FROM pg_catalog.pg_extension e LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    LEFT JOIN pg_catalog.pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    LEFT JOIN pg_catalog.pg_available_extensions() ae(name, default_version, comment) ON ae.name = e.extname ORDER BY 1`,
}

const privileges = (pattern: string | undefined): Listing => ({
  title: 'Access privileges',
  sql: `SELECT n.nspname AS "Schema", c.relname AS "Name", ${KIND} AS "Type", pg_catalog.array_to_string(c.relacl, E'\\n') AS "Access privileges",
    NULL AS "Column privileges", NULL AS "Policies" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r','v','m','S','f','p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ${patternCondition(pattern, 'n.nspname', 'c.relname', 'pg_catalog.pg_table_is_visible(c.oid)')} ORDER BY 1, 2`,
})

const tablespaces: Listing = {
  title: 'List of tablespaces',
  sql: `SELECT spcname AS "Name", pg_catalog.pg_get_userbyid(spcowner) AS "Owner", pg_catalog.pg_tablespace_location(oid) AS "Location" FROM pg_catalog.pg_tablespace ORDER BY 1`,
}

const LISTINGS: Readonly<Record<string, (pattern: string | undefined) => Listing>> = {
  l: () => DATABASES,
  list: () => DATABASES,
  du: roles,
  dg: roles,
  dn: schemas,
  df: functions,
  dT: types,
  dx: () => extensions,
  dp: privileges,
  z: privileges,
  db: () => tablespaces,
}

/** @param command without its backslash, `+` and `S` */
export function listingFor(
  command: string,
  pattern: string | undefined,
  system: boolean,
  verbose: boolean,
): Listing | undefined {
  const listing = LISTINGS[command]
  if (listing) return listing(pattern)
  const [, kinds] = /^d([tivmsE]*)$/.exec(command) ?? []
  return kinds !== undefined && (kinds !== '' || pattern === undefined)
    ? relations(kinds, pattern, system, verbose)
    : undefined
}

/** \d NAME: which relations fit. */
export const relationsNamed = (pattern: string): string =>
  `SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind <> 't' AND ${patternCondition(pattern, 'n.nspname', 'c.relname', 'pg_catalog.pg_table_is_visible(c.oid)')} ORDER BY 2, 3`

export const columnsOfRelation = (oid: string): string =>
  `SELECT a.attname AS "Column", pg_catalog.format_type(a.atttypid, a.atttypmod) AS "Type",
   (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS "Collation",
   CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "Nullable",
   CASE WHEN a.attidentity = 'a' THEN 'generated always as identity' WHEN a.attidentity = 'd' THEN 'generated by default as identity'
     WHEN a.attgenerated = 's' THEN 'generated always as (' || pg_catalog.pg_get_expr(d.adbin, d.adrelid) || ') stored'
     ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS "Default"
   FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = '${oid}' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

/** What stands below a table's columns: a heading and lines each. */
export const FOOTERS: readonly (readonly [heading: string, sql: (oid: string) => string])[] = [
  [
    'Indexes:',
    (
      oid,
    ) => `SELECT '"' || c2.relname || '"' || CASE WHEN i.indisprimary THEN ' PRIMARY KEY,' WHEN i.indisunique AND con.contype = 'u' THEN ' UNIQUE CONSTRAINT,' WHEN i.indisunique THEN ' UNIQUE,' ELSE '' END || ' ' ||
      regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), '^.* USING ', '')
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c2 ON c2.oid = i.indexrelid
      LEFT JOIN pg_catalog.pg_constraint con ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid AND con.contype IN ('p','u','x')
      WHERE i.indrelid = '${oid}' ORDER BY i.indisprimary DESC, c2.relname`,
  ],
  [
    'Check constraints:',
    (oid) =>
      `SELECT '"' || conname || '" ' || pg_catalog.pg_get_constraintdef(oid, true) FROM pg_catalog.pg_constraint WHERE conrelid = '${oid}' AND contype = 'c' ORDER BY 1`,
  ],
  [
    'Foreign-key constraints:',
    (oid) =>
      `SELECT '"' || conname || '" ' || pg_catalog.pg_get_constraintdef(oid, true) FROM pg_catalog.pg_constraint WHERE conrelid = '${oid}' AND contype = 'f' ORDER BY 1`,
  ],
  [
    'Referenced by:',
    (oid) =>
      `SELECT 'TABLE "' || conrelid::pg_catalog.regclass || '" CONSTRAINT "' || conname || '" ' || pg_catalog.pg_get_constraintdef(oid, true) FROM pg_catalog.pg_constraint WHERE confrelid = '${oid}' AND contype = 'f' ORDER BY 1`,
  ],
  [
    'Triggers:',
    (oid) =>
      `SELECT tgname || ' ' || regexp_replace(pg_catalog.pg_get_triggerdef(oid, true), '^CREATE TRIGGER \\S+ ', '') FROM pg_catalog.pg_trigger WHERE tgrelid = '${oid}' AND NOT tgisinternal ORDER BY 1`,
  ],
]

export const RELATION_TITLES: Readonly<Record<string, string>> = {
  r: 'Table',
  p: 'Partitioned table',
  v: 'View',
  m: 'Materialized view',
  i: 'Index',
  S: 'Sequence',
  f: 'Foreign table',
  c: 'Composite type',
}
