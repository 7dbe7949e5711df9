import { type Ask, type Column, comment, inSchema, KIND, type Listing, owner, SCHEMA, selection } from './listing.ts'

const RELKINDS: Readonly<Record<string, readonly [kinds: string, title: string]>> = {
  t: ["'r','p'", 'tables'],
  i: ["'i','I'", 'indexes'],
  v: ["'v'", 'views'],
  m: ["'m'", 'materialized views'],
  s: ["'S'", 'sequences'],
  E: ["'f'", 'foreign tables'],
}

/** \d, \dt, \di, \dv, \dm, \ds: a list of relations. @param kinds letters behind \d; none for all */
export function relations(kinds: string, ask: Ask): Listing {
  const letters = (kinds === '' ? 'tvmsE' : kinds).split('')
  const list = letters.map((letter) => RELKINDS[letter]?.[0]).join(',')
  const isIndex = kinds.includes('i')
  const columns: Column[] = [SCHEMA, ['Name', 'c.relname'], ['Type', KIND], owner('c.relowner')]
  if (isIndex) columns.push(['Table', 'c2.relname'])
  if (ask.verbose) {
    columns.push([
      'Persistence',
      "CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END",
    ])
    if (/[tmi]/.test(kinds) || kinds === '') columns.push(['Access method', 'am.amname'])
    columns.push(['Size', 'pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid))'], comment('c.oid', 'pg_class'))
  }
  const hidden = ask.pattern === undefined && !ask.system ? " AND n.nspname !~ '^pg_toast'" : ''
  const from = `pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_catalog.pg_class c2 ON i.indrelid = c2.oid`
  const where = `c.relkind IN (${list})${hidden} AND ${inSchema(ask, 'c.relname', 'pg_catalog.pg_table_is_visible(c.oid)')}`
  const single = kinds.length === 1 ? RELKINDS[kinds]?.[1] : undefined
  const what = single ?? 'relations'
  return {
    title: `List of ${what}`,
    sql: selection(columns, from, where, '1, 2'),
    none: ask.pattern === undefined ? `Did not find any ${what}.` : `Did not find any ${what} named "${ask.pattern}".`,
  }
}
