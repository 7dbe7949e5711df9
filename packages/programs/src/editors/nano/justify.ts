import type { Editor } from './editor.ts'

const LEAD = /^[ \t]*(?:[>#|:][ \t]*)*/

const leadOf = (line: string): string => LEAD.exec(line)?.[0] ?? ''
const blank = (line: string | undefined): boolean => line === undefined || line.slice(leadOf(line).length).trim() === ''

/** Rows of the paragraph at a row; undefined when none begins there or later. */
function paragraphAt(lines: readonly string[], from: number): { first: number; last: number } | undefined {
  let first = from
  while (first < lines.length && blank(lines[first])) first++
  if (first >= lines.length) return undefined
  while (first > 0 && !blank(lines[first - 1])) first--
  let last = first
  while (!blank(lines[last + 1])) last++
  return { first, last }
}

/** Words in lines as full as the margin allows, with the lead of the first lines before them. */
function filled(lines: readonly string[], margin: number): string[] {
  const [first = '', second = first] = lines
  const leads = [leadOf(first), leadOf(second)]
  const words = lines.flatMap((line) => line.slice(leadOf(line).length).split(/\s+/)).filter(Boolean)
  const out: string[] = []
  let line = ''
  for (const word of words) {
    const lead = leads[out.length === 0 ? 0 : 1] ?? ''
    if (line !== '' && lead.length + line.length + 1 + word.length > margin) {
      out.push(lead + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...out, (leads[out.length === 0 ? 0 : 1] ?? '') + line]
}

/** ^J: the paragraph at the cursor; goes behind it. */
export function justify(editor: Editor): void {
  const { buffer, options, screen } = editor
  const found = paragraphAt(buffer.lines, buffer.row)
  if (!found) return
  buffer.remember('justification')
  buffer.separate()
  const made = filled(buffer.lines.slice(found.first, found.last + 1), options.margin(screen.cols))
  buffer.lines.splice(found.first, found.last - found.first + 1, ...made)
  buffer.changed()
  buffer.moveTo(found.first + made.length, 0)
  editor.message = 'Justified paragraph'
}

export function justifyAll(editor: Editor): void {
  const { buffer, options, screen } = editor
  buffer.remember('justification')
  buffer.separate()
  for (let row = 0; ; ) {
    const found = paragraphAt(buffer.lines, row)
    if (!found) break
    const made = filled(buffer.lines.slice(found.first, found.last + 1), options.margin(screen.cols))
    buffer.lines.splice(found.first, found.last - found.first + 1, ...made)
    row = found.first + made.length + 1
  }
  buffer.changed()
  buffer.moveTo(buffer.lines.length - 1, 0)
  editor.message = 'Justified file'
}
