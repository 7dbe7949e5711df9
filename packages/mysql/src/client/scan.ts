interface Found {
  readonly sql: string
  /** Ended by \G. */
  readonly vertical: boolean
  /** Ended by \c: it is not run. */
  readonly cleared: boolean
  readonly end: number
  /** What ends statements from here on: `DELIMITER //`. */
  readonly delimiter?: string
}

const PART = (delimiter: string): RegExp => new RegExp(`${escaped(delimiter)}|${REST.source}`, 'y')
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const REST =
  /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--(?=\s)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\\[gGc]|\\[a-z.][^\n]*|[\w\s]+|[\s\S]/

/** The next whole statement. @param toEnd the end of the text ends one as well @returns undefined when there is none */
export function nextStatement(text: string, from: number, toEnd: boolean, delimiter = ';'): Found | undefined {
  const changed = delimiterAt(text, from)
  if (changed) return changed
  let start = from
  const parts = PART(delimiter)
  parts.lastIndex = from
  for (let found = parts.exec(text); found; found = parts.exec(text)) {
    const [part] = found
    const sql = text.slice(start, found.index).trim()
    const isEnd = part === delimiter || part === '\\g' || part === '\\G' || part === '\\c'
    if (isEnd && sql === '') start = parts.lastIndex
    else if (isEnd) return { sql, vertical: part === '\\G', cleared: part === '\\c', end: parts.lastIndex }
    else if (/^\\[a-z.]/.test(part) && sql === '')
      return { sql: part, vertical: false, cleared: false, end: parts.lastIndex }
    if (/^['"`]$/.test(part)) break
  }
  const rest = text.slice(start).trim()
  const isNothing = rest.replaceAll(/--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?\*\//g, '').trim() === ''
  return toEnd && !isNothing ? { sql: rest, vertical: false, cleared: false, end: text.length } : undefined
}

/** A line that says what ends statements; it needs no end itself. */
function delimiterAt(text: string, from: number): Found | undefined {
  const found = /^(?:\s|--[^\n]*\n|#[^\n]*\n)*delimiter[ \t]+(\S+)[^\n]*(?:\n|$)/i.exec(text.slice(from))
  if (!found) return undefined
  return { sql: '', vertical: false, cleared: true, end: from + found[0].length, delimiter: found[1] ?? ';' }
}
