interface Found {
  readonly sql: string
  /** Ended by \G. */
  readonly vertical: boolean
  /** Ended by \c: it is not run. */
  readonly cleared: boolean
  readonly end: number
}

const PART =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--(?=\s)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\\[gGc]|;|\\[a-z.][^\n]*|[^'"`\-#/\\;]+|[\s\S]/y

/** The next whole statement. @param toEnd the end of the text ends one as well @returns undefined when there is none */
export function nextStatement(text: string, from: number, toEnd: boolean): Found | undefined {
  let start = from
  PART.lastIndex = from
  for (let found = PART.exec(text); found; found = PART.exec(text)) {
    const [part] = found
    const sql = text.slice(start, found.index).trim()
    const isEnd = part === ';' || part === '\\g' || part === '\\G' || part === '\\c'
    if (isEnd && sql === '') start = PART.lastIndex
    else if (isEnd) return { sql, vertical: part === '\\G', cleared: part === '\\c', end: PART.lastIndex }
    else if (/^\\[a-z.]/.test(part) && sql === '')
      return { sql: part, vertical: false, cleared: false, end: PART.lastIndex }
    if (/^['"`]$/.test(part)) break
  }
  const rest = text.slice(start).trim()
  const isNothing = rest.replaceAll(/--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?\*\//g, '').trim() === ''
  return toEnd && !isNothing ? { sql: rest, vertical: false, cleared: false, end: text.length } : undefined
}
