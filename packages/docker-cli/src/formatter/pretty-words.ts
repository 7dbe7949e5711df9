/** Words in docker's pretty print. */

/** `ready` -> `Ready`. */
export const capital = (word: string | undefined): string =>
  word === undefined || word === '' ? '' : `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`

/** Go prints times of the engine as `2026-11-24 03:24:15.284184477 +0000 UTC`. */
export const goTimestamp = (rfc3339: string): string =>
  rfc3339
    .replace('T', ' ')
    .replace(/Z$/, ' +0000 UTC')
    .replace(/([+-]\d\d):(\d\d)$/, ' $1$2')

/** `NAME=VALUE` of a map in order of name; the sign only where there is a value. */
export const pairLines = (
  pairs: Readonly<Record<string, string>> | null | undefined,
  bullet: string,
  sign = '=',
): string[] =>
  Object.entries(pairs ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${bullet}${name}${value === '' ? '' : `${sign}${value}`}`)

/** A time as `--pretty` shows it: Go's, in small letters. */
export const prettyTime = (rfc3339: string): string => goTimestamp(rfc3339).toLowerCase()

export const labelLines = (labels: Readonly<Record<string, string>> | null | undefined): string[] => {
  const lines = pairLines(labels, ' - ')
  return lines.length > 0 ? ['Labels:', ...lines] : []
}
