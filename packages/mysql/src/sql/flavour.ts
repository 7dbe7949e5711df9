import { SqlError } from './problem.ts'

/** Widths that MariaDB shows with whole numbers; of those without a sign one less, but for the largest. */
const WIDTHS: Readonly<Record<string, readonly [signed: number, unsigned: number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
}

/** A type as the server shows it: MySQL 8 has no widths of whole numbers, MariaDB has, and keeps documents as text. */
export function shownType(type: string, isMaria: boolean): string {
  const [, word = '', rest = ''] = /^(\w+)(.*)$/.exec(type) ?? []
  if (!isMaria) return type
  if (word === 'json') return 'longtext'
  const widths = WIDTHS[word]
  if (!widths || rest.startsWith('(')) return type
  return `${word}(${widths[rest.includes('unsigned') ? 1 : 0]})${rest}`
}

/** A failure in MariaDB's words, where they differ. */
export function mariaProblem(error: SqlError): SqlError {
  const message = error.message
    .replace('your MySQL server version', 'your MariaDB server version')
    .replace('This version of MySQL', 'This version of MariaDB')
    .replace(/^(Duplicate entry '.*' for key ')[^.']*\./s, '$1')
  return new SqlError(error.code, error.state, message)
}
