import type { Outcome } from '../protocol.ts'
import type { Databases } from '../sqlite/databases.ts'
import type { Cursor } from './create-table.ts'
import { result } from './show-result.ts'
import type { Work } from './work.ts'

/** EXPLAIN: how SQLite would go about it, in the columns of MySQL. */
export function explain(databases: Databases, database: string, work: Work, cursor: Cursor): Outcome {
  const { rows } = databases.run(database, `EXPLAIN QUERY PLAN ${work.renderer.render(cursor.rest)}`, work.parameters)
  return result(
    [
      'id',
      'select_type',
      'table',
      'partitions',
      'type',
      'possible_keys',
      'key',
      'key_len',
      'ref',
      'rows',
      'filtered',
      'Extra',
    ],
    rows.map(([, , , detail], i) => {
      const [, how, table, , key = null] =
        /^(SCAN|SEARCH) (\S+)( USING (?:COVERING )?INDEX (\S+))?/.exec(String(detail)) ?? []
      return [
        i + 1,
        'SIMPLE',
        table ?? null,
        null,
        how === 'SEARCH' ? 'ref' : 'ALL',
        key,
        key,
        null,
        null,
        1,
        '100.00',
        how ? null : String(detail),
      ]
    }),
  )
}
