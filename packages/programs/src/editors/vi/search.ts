import type { Editor } from './editor.ts'
import type { Target } from './motions.ts'
import { firstText, type Place } from './text.ts'

/** Where the pattern begins in a line. */
const placesIn = (line: string, pattern: RegExp): number[] => Array.from(line.matchAll(pattern), ({ index }) => index)

interface Found extends Place {
  readonly wrapped: boolean
}

/** The next match behind (or before) a place, around the end of the text where that is allowed. */
export function findNext(editor: Editor, pattern: RegExp, from: Place, forward: boolean): Found | undefined {
  const { lines } = editor.text
  const rows = lines.length
  for (let step = 0; step <= rows; step++) {
    const row = (from.row + (forward ? step : rows - step)) % rows
    const places = placesIn(lines[row] ?? '', pattern).filter((at) => at < Math.max(1, (lines[row] ?? '').length))
    const col = forward
      ? places.find((at) => (step === 0 ? at > from.col : step === rows ? at <= from.col : true))
      : places.findLast((at) => (step === 0 ? at < from.col : step === rows ? at >= from.col : true))
    if (col === undefined) continue
    const wrapped = forward ? from.row + step >= rows || step === rows : step > from.row
    return { row, col, wrapped }
  }
  return undefined
}

/** Goes to a match of the last search. @param reverse  against its direction */
export function searchAgain(editor: Editor, count: number, reverse: boolean): Target {
  const { search, settings } = editor
  if (search.source === '') return editor.fail('E35: No previous regular expression')
  const forward = search.forward !== reverse
  const pattern = editor.compile(search.source)
  editor.highlight = true
  let place: Place = offsetStart(editor, forward)
  for (let i = 0; i < count; i++) {
    const found = findNext(editor, pattern, place, forward)
    if (!found) return editor.fail(`E486: Pattern not found: ${search.source}`)
    if (found.wrapped && !settings.flag('wrapscan'))
      return editor.fail(
        `E38${forward ? 5 : 4}: Search hit ${forward ? 'BOTTOM' : 'TOP'} without match for: ${search.source}`,
      )
    editor.say(
      found.wrapped
        ? `search hit ${forward ? 'BOTTOM, continuing at TOP' : 'TOP, continuing at BOTTOM'}`
        : `${forward ? '/' : '?'}${search.source}${search.offset}`,
    )
    place = found
  }
  return withOffset(editor, place, pattern)
}

/** A search with a line offset goes on from the end of its line. */
function offsetStart(editor: Editor, forward: boolean): Place {
  const { cursor, search } = editor
  if (!/^[+-]?\d*$/.test(search.offset) || search.offset === '') return cursor
  return forward ? { row: cursor.row, col: Number.MAX_SAFE_INTEGER } : { row: cursor.row, col: -1 }
}

/** `/pattern/e`, `/pattern/+1`… vim's pattern.txt, "search-offset". */
function withOffset(editor: Editor, place: Place, pattern: RegExp): Target {
  const { offset } = editor.search
  if (offset === '') return { ...place, jump: true }
  const [, kind = '', digits = ''] = /^([esb]?)([+-]?\d*)/.exec(offset) ?? []
  const by = /^[+-]$/.test(digits) ? Number(`${digits}1`) : Number(digits || 0)
  if (kind === '') {
    const row = Math.max(0, Math.min(editor.text.lines.length - 1, place.row + by))
    return { row, col: firstText(editor.text.line(row)), lines: true, jump: true }
  }
  const length =
    editor.text
      .line(place.row)
      .slice(place.col)
      .match(new RegExp(pattern.source, pattern.flags.replace('g', '')))?.[0].length ?? 1
  const start = kind === 'e' ? place.col + Math.max(0, length - 1) : place.col
  return { row: place.row, col: Math.max(0, start + by), inclusive: kind === 'e', jump: true }
}

/** What was typed behind `/` or `?`: pattern and offset. */
export function setSearch(editor: Editor, mark: string, typed: string): void {
  let end = 0
  while (end < typed.length && typed.charAt(end) !== mark) end += typed.charAt(end) === '\\' ? 2 : 1
  const source = typed.slice(0, end).replaceAll(`\\${mark}`, mark)
  const offset = typed.slice(end + 1)
  editor.search = {
    source: source || editor.search.source,
    forward: mark === '/',
    offset: end < typed.length || source ? offset : editor.search.offset,
  }
  editor.registers.lastSearch = editor.search.source
}

/** `*` and its kin: the word at or behind the cursor. */
export function searchWord(editor: Editor, forward: boolean, whole: boolean): void {
  const { line, cursor } = editor
  let start = cursor.col
  if (/\w/.test(line.charAt(start))) while (start > 0 && /\w/.test(line.charAt(start - 1))) start--
  const match = /\w+/.exec(line.slice(start)) ?? /[^\s\w]+/.exec(line.slice(start))
  if (!match) editor.fail('E348: No string under cursor')
  const text = match[0].replace(/[\\/.*$^~[\]]/g, '\\$&')
  const source = whole && /\w/.test(match[0]) ? `\\<${text}\\>` : text
  editor.search = { source, forward, offset: '' }
  editor.registers.lastSearch = source
  editor.moveTo(cursor.row, start + match.index)
}
