import type { Outcome, Value } from '../protocol.ts'
import type { Cursor } from './create-table.ts'
import { tokensOf } from './lexer.ts'
import { SqlError } from './problem.ts'
import { partsOf } from './render.ts'
import { NOTHING, type Work } from './work.ts'

/** PREPARE, EXECUTE and DEALLOCATE PREPARE. Reference Manual, "Prepared Statements". */
export interface PreparedHost {
  setVariable(work: Work, name: string, value: Value): void
  evaluate(work: Work, cursor: Cursor): Value
  /** @throws SqlError */
  execute(work: Work, sql: string, parameters: readonly Value[]): Outcome
  /** @throws SqlError 1064 */
  check(sql: string): void
}

const unknown = (name: string, verb: string): SqlError =>
  new SqlError(1243, 'HY000', `Unknown prepared statement handler (${name}) given to ${verb}`)

export function prepare(host: PreparedHost, work: Work, cursor: Cursor): Outcome {
  const name = cursor.name().toLowerCase()
  cursor.take('FROM')
  const sql = String(host.evaluate(work, cursor) ?? '')
  host.check(sql)
  host.setVariable(work, `?${name}`, sql)
  return { ...NOTHING, info: 'Statement prepared' }
}

export function execute(host: PreparedHost, work: Work, cursor: Cursor): Outcome {
  if (cursor.take('IMMEDIATE')) return host.execute(work, String(host.evaluate(work, cursor) ?? ''), [])
  const name = cursor.name()
  const sql = work.session.variables.get(`?${name.toLowerCase()}`)
  if (sql === undefined || sql === null) throw unknown(name, 'EXECUTE')
  const given = cursor.take('USING') ? partsOf(cursor.rest) : []
  const wanted = tokensOf(String(sql)).filter(({ kind }) => kind === 'param').length
  if (given.length !== wanted) throw new SqlError(1210, 'HY000', 'Incorrect arguments to EXECUTE')
  const values = given.map(([first]) =>
    first?.kind === 'variable' ? (work.session.variables.get(`@${first.text}`) ?? null) : (first?.text ?? null),
  )
  return host.execute(work, String(sql), values)
}

export function deallocate(host: PreparedHost, work: Work, cursor: Cursor): Outcome {
  cursor.take('PREPARE')
  const name = cursor.name()
  if ((work.session.variables.get(`?${name.toLowerCase()}`) ?? null) === null) throw unknown(name, 'DEALLOCATE PREPARE')
  host.setVariable(work, `?${name.toLowerCase()}`, null)
  return NOTHING
}
