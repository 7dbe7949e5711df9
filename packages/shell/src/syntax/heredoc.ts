import { hasQuotes, plainText, textWord } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { readQuotedText } from './word.ts'

/** Reads the bodies that the line owes; the cursor stands behind its newline. POSIX, 2.7.4. */
export function readHeredocs(cursor: Cursor): void {
  const owed = cursor.heredocs
  cursor.heredocs = []
  for (const redirect of owed) {
    const delimiter = plainText(redirect.target) ?? redirect.target.source
    const text = readBody(cursor, delimiter, redirect.operator === '<<-')
    redirect.body = hasQuotes(redirect.target) ? textWord(text) : readQuotedText(text, cursor, 'here')
  }
}

/** Without the line of the delimiter; a body that the end of the text cuts off counts as whole. */
function readBody(cursor: Cursor, delimiter: string, strip: boolean): string {
  const startLine = cursor.line() - 1
  let body = ''
  while (!cursor.atEnd) {
    const end = cursor.source.indexOf('\n', cursor.position)
    const raw = cursor.source.slice(cursor.position, end < 0 ? undefined : end)
    cursor.position = end < 0 ? cursor.source.length : end + 1
    const line = strip ? raw.replace(/^\t+/, '') : raw
    if (line === delimiter) return body
    body += `${line}\n`
  }
  cursor.heredocCutOff = true
  const endLine = cursor.line() - (cursor.source.endsWith('\n') ? 1 : 0)
  cursor.cutOff.push({ startLine: Math.max(1, Math.min(startLine, endLine)), endLine, delimiter })
  return body
}
