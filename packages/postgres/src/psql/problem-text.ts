/** The line that an error points to, and a mark below the place. */
function pointer(position: number, sql: string): string[] {
  if (position <= 0) return []
  const before = [...sql].slice(0, position - 1).join('')
  const number = before.split('\n').length
  const line = sql.split('\n')[number - 1] ?? ''
  const column = before.length - (before.lastIndexOf('\n') + 1)
  const label = `LINE ${number}: `
  return [`${label}${line}`, `${' '.repeat(label.length + column)}^`]
}

const MORE = [
  ['D', 'DETAIL'],
  ['H', 'HINT'],
  ['Q', 'QUERY'],
  ['W', 'CONTEXT'],
] as const
/** Names of what an error is about, where everything is told. */
const NAMES = [
  ['s', 'SCHEMA NAME'],
  ['t', 'TABLE NAME'],
  ['c', 'COLUMN NAME'],
  ['d', 'DATATYPE NAME'],
  ['n', 'CONSTRAINT NAME'],
] as const

/** As psql prints an error. @param verbosity `default`, `verbose`, `terse` or `sqlstate` */
export function errorText(fields: ReadonlyMap<string, string>, sql: string, verbosity = 'default'): string {
  const field = (letter: string): string => fields.get(letter) ?? ''
  if (verbosity === 'sqlstate') return `${field('S')}:  ${field('C')}`
  const isVerbose = verbosity === 'verbose'
  const head = `${field('S')}:  ${isVerbose ? `${field('C')}: ` : ''}${field('M')}`
  const position = Number(fields.get('P') ?? 0)
  if (verbosity === 'terse') return position > 0 ? `${head} at character ${position}` : head
  const lines = [head, ...pointer(position, sql)]
  for (const [letter, word] of MORE) if (fields.has(letter)) lines.push(`${word}:  ${field(letter)}`)
  if (!isVerbose) return lines.join('\n')
  for (const [letter, word] of NAMES) if (fields.has(letter)) lines.push(`${word}:  ${field(letter)}`)
  if (fields.has('R')) lines.push(`LOCATION:  ${field('R')}, ${field('F')}:${field('L')}`)
  return lines.join('\n')
}
