export type Kind = ' ' | '-' | '+'

/** A line of a hunk; its text has the newline, unless the file has none there. */
export interface HunkLine {
  readonly kind: Kind
  readonly text: string
}

/** A place and what changes there. Lines count from 1; an empty side names the line before. */
export interface Hunk {
  readonly oldStart: number
  readonly newStart: number
  readonly lines: readonly HunkLine[]
  /** What follows `@@` in the header: the function. */
  readonly heading: string
}

export const oldLines = ({ lines }: Hunk): string[] => lines.filter(({ kind }) => kind !== '+').map(({ text }) => text)
export const newLines = ({ lines }: Hunk): string[] => lines.filter(({ kind }) => kind !== '-').map(({ text }) => text)

/** Lines of context at the beginning and at the end. */
export function contextOf({ lines }: Hunk): { before: number; after: number } {
  const first = lines.findIndex(({ kind }) => kind !== ' ')
  const last = lines.findLastIndex(({ kind }) => kind !== ' ')
  return { before: first < 0 ? lines.length : first, after: last < 0 ? 0 : lines.length - 1 - last }
}

const TURNED: Readonly<Record<Kind, Kind>> = { ' ': ' ', '-': '+', '+': '-' }

/** The hunk that takes this one back; what is removed stands first. */
export function reversed({ oldStart, newStart, lines, heading }: Hunk): Hunk {
  const turned: HunkLine[] = []
  let added: HunkLine[] = []
  for (const { kind, text } of lines) {
    const line = { kind: TURNED[kind], text }
    if (kind === '-') added.push(line)
    else {
      if (kind === ' ') {
        turned.push(...added)
        added = []
      }
      turned.push(line)
    }
  }
  return { oldStart: newStart, newStart: oldStart, lines: [...turned, ...added], heading }
}

const NO_NEWLINE = '\\ No newline at end of file\n'
const written = (mark: string, text: string): string =>
  text.endsWith('\n') ? mark + text : `${mark}${text}\n${NO_NEWLINE}`

const range = (start: number, count: number): string => (count === 1 ? String(start) : `${start},${count}`)

/** As a unified diff has it. @param offset  added to both places */
export function unifiedHunk(hunk: Hunk, offset = 0): string {
  const [from, to] = [oldLines(hunk).length, newLines(hunk).length]
  const head = `@@ -${range(hunk.oldStart + offset, from)} +${range(hunk.newStart + offset, to)} @@${hunk.heading}\n`
  return head + hunk.lines.map(({ kind, text }) => written(kind, text)).join('')
}

/** As a context diff has it. */
export function contextHunk(hunk: Hunk, offset = 0): string {
  const side = (skip: Kind): string => {
    const lines = marked(hunk, skip)
    return lines.some(({ mark }) => mark !== ' ')
      ? lines.map(({ mark, text }) => written(`${mark} `, text)).join('')
      : ''
  }
  const span = (start: number, count: number): string =>
    count <= 1 ? String(start + offset) : `${start + offset},${start + offset + count - 1}`
  const [from, to] = [oldLines(hunk).length, newLines(hunk).length]
  return `***************\n*** ${span(hunk.oldStart, from)} ****\n${side('+')}--- ${span(hunk.newStart, to)} ----\n${side('-')}`
}

/** Lines of one side; a change that the other side has lines for is marked `!`. */
function marked({ lines }: Hunk, skip: Kind): { mark: string; text: string }[] {
  const out: { mark: string; text: string }[] = []
  for (let at = 0; at < lines.length; ) {
    let end = at
    while (end < lines.length && lines[end]?.kind !== ' ') end++
    const group = lines.slice(at, Math.max(end, at + 1))
    const both = group.some(({ kind }) => kind === '-') && group.some(({ kind }) => kind === '+')
    for (const { kind, text } of group)
      if (kind !== skip) out.push({ mark: kind === ' ' ? ' ' : both ? '!' : kind, text })
    at += group.length
  }
  return out
}
