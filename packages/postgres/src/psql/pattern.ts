export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

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
