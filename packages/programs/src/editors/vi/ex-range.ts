import type { Editor } from './editor.ts'
import { markPlace } from './reading.ts'
import { findNext } from './search.ts'

export interface ExRange {
  readonly from: number
  readonly to: number
  /** How many addresses were given. */
  readonly given: number
}

/** Addresses in front of an Ex command. vim's cmdline.txt, "cmdline-ranges". */
class RangeReader {
  at = 0
  private readonly editor: Editor
  private readonly text: string
  private current: number

  constructor(editor: Editor, text: string) {
    this.editor = editor
    this.text = text
    this.current = editor.cursor.row
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    const match = new RegExp(`^(?:${pattern.source})`).exec(this.text.slice(this.at))
    if (!match) return undefined
    this.at += match[0].length
    return match
  }

  read(): ExRange {
    this.take(/[\s:]*/)
    const last = this.editor.text.lines.length - 1
    if (this.take(/%/)) return { from: 0, to: last, given: 2 }
    const rows: number[] = []
    for (;;) {
      const row = this.address()
      const separator = this.take(/\s*[,;]/)?.[0].trim()
      if (row === undefined && separator === undefined) {
        if (rows.length > 0 && /[,;]\s*$/.test(this.text.slice(0, this.at))) rows.push(this.editor.cursor.row)
        break
      }
      rows.push(row ?? this.editor.cursor.row)
      if (separator === undefined) break
      if (separator === ';') this.current = rows.at(-1) ?? 0
    }
    const to = rows.at(-1) ?? this.editor.cursor.row
    const from = rows.length > 1 ? (rows.at(-2) ?? to) : to
    if (from > last || to > last) this.editor.fail('E16: Invalid range')
    if (from > to) return { from: to, to: from, given: rows.length }
    return { from, to, given: rows.length }
  }

  private address(): number | undefined {
    this.take(/\s+/)
    let row = this.base()
    for (;;) {
      const step = this.take(/\s*([+-])(\d*)/)
      if (!step) return row
      row = (row ?? this.current) + (step[1] === '+' ? 1 : -1) * Number(step[2] || 1)
    }
  }

  private base(): number | undefined {
    const { editor } = this
    const number = this.take(/\d+/)
    if (number) return Number(number[0]) - 1
    if (this.take(/\./)) return this.current
    if (this.take(/\$/)) return editor.text.lines.length - 1
    const mark = this.take(/'(.)/)
    if (mark) return markPlace(editor, mark[1] ?? '').row
    const search = this.take(/\/((?:\\.|[^/\\])*)\/?/) ?? this.take(/\?((?:\\.|[^?\\])*)\??/)
    if (!search) return undefined
    const forward = search[0].startsWith('/')
    const source = search[1] || editor.search.source
    if (search[1]) editor.search = { source, forward, offset: '' }
    const from = { row: this.current, col: forward ? Number.MAX_SAFE_INTEGER : -1 }
    const found = findNext(editor, editor.compile(source), from, forward)
    return found ? found.row : editor.fail(`E486: Pattern not found: ${source}`)
  }
}

/** @returns the range and what stands behind it */
export function readRange(editor: Editor, text: string): { range: ExRange; rest: string } {
  const reader = new RangeReader(editor, text)
  const range = reader.read()
  return { range, rest: text.slice(reader.at).trimStart() }
}

/** A single address, as behind `:m` and `:t`; 0 is -1. */
export function readAddress(editor: Editor, text: string): number {
  if (/^\s*0\s*$/.test(text)) return -1
  const { range } = readRange(editor, text)
  return range.to < -1 ? editor.fail('E16: Invalid range') : range.to
}
