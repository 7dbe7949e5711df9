/** Where a text of SQL stands at its end: what the prompt shows. */
export type Open = '' | "'" | '"' | '(' | '*' | '$' | '-'

export interface Scanned {
  /** Whole statements with their semicolons, and backslash commands, in order. */
  readonly parts: readonly Part[]
  /** What is not finished. */
  readonly rest: string
  readonly open: Open
}
export type Part =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'meta'; readonly text: string; readonly buffer: string }

const QUOTED: readonly (readonly [start: RegExp, end: (found: string) => RegExp, open: Open])[] = [
  [/^--[^\n]*/, () => /^/, ''],
  [/^\/\*/, () => /\*\//, '*'],
  [/^[eE]'/, () => /^(?:[^'\\]|\\.|'')*'/s, "'"],
  [/^'/, () => /^(?:[^']|'')*'/s, "'"],
  [/^"/, () => /^(?:[^"]|"")*"/s, '"'],
  [/^\$(?:[A-Za-z_]\w*)?\$/, (tag) => new RegExp(tag.replaceAll('$', '\\$')), '$'],
]

/** The end of a quoted piece that starts here. @returns undefined when none starts; `end` -1 while it is open */
function quotedEnd(text: string, at: number): { readonly end: number; readonly open: Open } | undefined {
  const rest = text.slice(at, at + 64)
  for (const [start, end, open] of QUOTED) {
    const found = start.exec(rest)?.[0]
    if (found === undefined || (/\w/.test(found[0] ?? '') && /\w/.test(text[at - 1] ?? ''))) continue
    if (open === '') return { end: text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at), open }
    const closing = end(found).exec(text.slice(at + found.length))
    return { end: closing ? at + found.length + closing.index + closing[0].length : -1, open }
  }
  return undefined
}

/** Takes statements and backslash commands out of what was typed. */
export function scan(text: string): Scanned {
  const parts: Part[] = []
  let [start, at, depth] = [0, 0, 0]
  while (at < text.length) {
    const quoted = quotedEnd(text, at)
    if (quoted?.end === -1) return { parts, rest: text.slice(start), open: quoted.open }
    if (quoted) {
      at = quoted.end
      continue
    }
    const char = text[at]
    if (char === '(') depth++
    if (char === ')') depth = Math.max(0, depth - 1)
    if (char === ';' && depth === 0) {
      parts.push({ kind: 'sql', text: text.slice(start, at + 1).trim() })
      start = at + 1
    }
    if (char === '\\') {
      const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
      parts.push({ kind: 'meta', text: text.slice(at, end), buffer: text.slice(start, at).trim() })
      start = end + 1
      at = end
      depth = 0
    }
    at++
  }
  const rest = text.slice(start)
  return { parts, rest, open: depth > 0 ? '(' : rest.replace(/--[^\n]*/g, '').trim() === '' ? '' : '-' }
}

/** `:name`, `:'name'` and `:"name"` by the variables; not in quotes. */
export function interpolate(sql: string, variables: ReadonlyMap<string, string>): string {
  let [text, at] = ['', 0]
  while (at < sql.length) {
    const quoted = sql[at] === ':' ? undefined : quotedEnd(sql, at)
    if (quoted) {
      const end = quoted.end < 0 ? sql.length : quoted.end
      text += sql.slice(at, end)
      at = end
      continue
    }
    const found = /^:(?:(\w+)|'(\w+)'|"(\w+)")/.exec(sql.slice(at, at + 128))
    const value = found ? variables.get(found[1] ?? found[2] ?? found[3] ?? '') : undefined
    if (found && value !== undefined && sql[at - 1] !== ':') {
      text += found[2] ? `'${value.replaceAll("'", "''")}'` : found[3] ? `"${value.replaceAll('"', '""')}"` : value
      at += found[0].length
    } else text += sql[at++]
  }
  return text
}
