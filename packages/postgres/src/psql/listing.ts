import { patternCondition } from './pattern.ts'

/** The queries behind \d and its relatives: a title, SQL, and what comes below. */
export interface Listing {
  readonly title: string
  readonly sql: string
  /** The count of rows is left out. */
  readonly bare?: boolean
  /** What is said in place of an empty table. */
  readonly none?: string
}

export interface Ask {
  readonly pattern: string | undefined
  /** `+` */
  readonly verbose: boolean
  /** `S` */
  readonly system: boolean
}
export type Column = readonly [title: string, sql: string]

export const acl = (column: string): Column => [
  'Access privileges',
  `CASE WHEN pg_catalog.array_length(${column}, 1) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(${column}, E'\\n') END`,
]
export const owner = (column: string): Column => ['Owner', `pg_catalog.pg_get_userbyid(${column})`]
export const comment = (oid: string, catalogue: string): Column => [
  'Description',
  `pg_catalog.obj_description(${oid}, '${catalogue}')`,
]
export const shared = (oid: string, catalogue: string): Column => [
  'Description',
  `pg_catalog.shobj_description(${oid}, '${catalogue}')`,
]
export const yes = (condition: string): string => `CASE WHEN ${condition} THEN 'yes' ELSE 'no' END`

export const selection = (columns: readonly Column[], from: string, where: string, order: string): string =>
  `SELECT ${columns.map(([title, sql]) => `${sql} AS "${title}"`).join(', ')} FROM ${from} WHERE ${where} ORDER BY ${order}`

/** Objects of schemas: those of the system are left out where nobody asked for them. */
export const notSystem = ({ pattern, system }: Ask): string =>
  pattern === undefined && !system ? " AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'" : ''
export const inSchema = (ask: Ask, name: string, visible: string): string =>
  `${patternCondition(ask.pattern, 'n.nspname', name, visible)}${notSystem(ask)}`
export const named = ({ pattern }: Ask, name: string): string => patternCondition(pattern, "''", name, '')
export const SCHEMA: Column = ['Schema', 'n.nspname']

/** A kind of relation, in words. */
export const KIND = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END`
