import type { Outcome, Value } from '../protocol.ts'

/** What SHOW and its kin answer. */
export const result = (columns: readonly string[], rows: readonly (readonly Value[])[]): Outcome => ({
  columns: columns.map((name, i) => ({ name, type: '', notNull: rows.every((row) => row[i] !== null) })),
  rows,
  affected: 0,
  insertId: 0,
  info: '',
})
