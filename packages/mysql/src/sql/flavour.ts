import { SqlError } from './problem.ts'

/** Widths that MariaDB shows with whole numbers; of those without a sign one less, but for the largest. */
const WIDTHS: Readonly<Record<string, readonly [signed: number, unsigned: number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
}

/** MariaDB 11.6 took the rules of UCA 14. */
const UCA_1400 = [11, 6]

/** The collation of utf8mb4 where nobody says another. */
export function defaultCollation(version: string): string {
  if (!/maria/i.test(version)) return 'utf8mb4_0900_ai_ci'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > (UCA_1400[0] ?? 0) || (major === UCA_1400[0] && minor >= (UCA_1400[1] ?? 0))
  return isNew ? 'utf8mb4_uca1400_ai_ci' : 'utf8mb4_general_ci'
}

/** A type as the server shows it: MySQL 8 has no widths of whole numbers, MariaDB has, and keeps documents as text. */
export function shownType(type: string, isMaria: boolean): string {
  const [, word = '', rest = ''] = /^(\w+)(.*)$/.exec(type) ?? []
  if (!isMaria) return type
  if (word === 'json') return 'longtext'
  if (type === 'year') return 'year(4)'
  const widths = WIDTHS[word]
  if (!widths || rest.startsWith('(')) return type
  return `${word}(${widths[rest.includes('unsigned') ? 1 : 0]})${rest}`
}

/** Failures that have other numbers in MariaDB. */
const RENUMBERED: ReadonlyMap<number, (message: string) => SqlError> = new Map([
  [3105, (message: string) => new SqlError(1906, 'HY000', message.replace('is not allowed.', 'has been ignored'))],
  [
    3819,
    (message: string) =>
      new SqlError(4025, '23000', message.replace(/^Check constraint '(.*)' is violated\.$/, 'CONSTRAINT `$1` failed')),
  ],
  [
    1824,
    (message: string) =>
      new SqlError(
        1005,
        'HY000',
        message.replace(
          /^.* '(.*)'$/,
          'Can\'t create table (errno: 150 "Foreign key constraint is incorrectly formed")',
        ),
      ),
  ],
])

/** A failure in MariaDB's words, where they differ. */
export function mariaProblem(error: SqlError): SqlError {
  const message = error.message
    .replace('your MySQL server version', 'your MariaDB server version')
    .replace('This version of MySQL', 'This version of MariaDB')
    .replace(/^(Duplicate entry '.*' for key ')[^.']*\./s, '$1')
    .replace(/ in 'field list'$/, " in 'SELECT'")
    .replace(/^(Incorrect \w+ value: .* for column .*\.)'(.*)'( at row 1)$/s, '$1`$2`$3')
  return RENUMBERED.get(error.code)?.(message) ?? new SqlError(error.code, error.state, message)
}
