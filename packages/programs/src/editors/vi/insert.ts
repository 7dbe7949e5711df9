import { nextIndex, previousIndex } from '../screen/cells.ts'
import type { Editor } from './editor.ts'
import { kindOf, MOTIONS } from './motions.ts'
import { firstText } from './text.ts'

/** What is typed in insert and replace mode. vim's insert.txt. */
class Typing {
  /** The keys, so that a count can type them again. */
  readonly keys: string[] = []
  typed = ''
  /** What replace mode has written over, to come back by backspace. */
  readonly covered: (string | undefined)[] = []
  private completion: { begun: string; words: readonly string[]; at: number } | undefined
  private readonly editor: Editor
  private readonly start: { row: number; col: number }

  constructor(editor: Editor) {
    this.editor = editor
    this.start = editor.cursor
  }

  private put(text: string): void {
    const { editor } = this
    const end = editor.text.replace(editor.cursor, editor.cursor, text)
    editor.moveTo(end.row, end.col)
    this.typed += text
  }

  private over(char: string): void {
    const { editor } = this
    const { row, col } = editor.cursor
    const next = nextIndex(editor.line, col)
    const old = col < editor.line.length ? editor.line.slice(col, next) : undefined
    this.covered.push(old)
    editor.text.replace(editor.cursor, { row, col: old === undefined ? col : next }, char)
    editor.moveTo(row, col + char.length)
    this.typed += char
  }

  private newline(): void {
    const { editor } = this
    const { settings } = editor
    const before = editor.line.slice(0, editor.cursor.col)
    const smart = settings.flag('smartindent')
    const indent = settings.flag('autoindent') || smart ? (/^[ \t]*/.exec(before)?.[0] ?? '') : ''
    const blank = indent !== '' && editor.line.trim() === ''
    if (blank) {
      editor.text.setLine(editor.cursor.row, '')
      editor.moveTo(editor.cursor.row, 0)
    }
    this.put(`\n${indent}`)
    if (smart && /\{\s*$/.test(before)) this.setIndent(this.indent() + settings.shift)
  }

  private backspace(): void {
    const { editor } = this
    const { row, col } = editor.cursor
    if (editor.mode === 'replace') return this.uncover()
    if (col > 0) {
      const from = { row, col: this.softStart(col) }
      editor.text.replace(from, editor.cursor, '')
      editor.moveTo(row, from.col)
    } else if (row > 0) {
      const end = { row: row - 1, col: editor.text.line(row - 1).length }
      editor.text.replace(end, editor.cursor, '')
      editor.moveTo(end.row, end.col)
    }
    this.typed = this.typed.slice(0, -1)
  }

  /** With expandtab, blanks that stand for a tab go together. */
  private softStart(col: number): number {
    const { editor } = this
    const step = editor.settings.number('softtabstop')
    const before = editor.line.slice(0, col)
    if (step > 0 && before.endsWith(' ') && before.trim() === '')
      return Math.max(0, Math.ceil(col / step) * step - step)
    return previousIndex(editor.line, col)
  }

  private uncover(): void {
    const { editor } = this
    const { row, col } = editor.cursor
    if (col === 0) return
    const was = this.covered.pop()
    const from = { row, col: previousIndex(editor.line, col) }
    if (this.typed !== '') editor.text.replace(from, editor.cursor, was ?? '')
    this.typed = this.typed.slice(0, -1)
    editor.moveTo(row, from.col)
  }

  private deleteBack(toStart: boolean): void {
    const { editor } = this
    const { row, col } = editor.cursor
    if (col === 0) return this.backspace()
    const before = editor.line.slice(0, col)
    const stop = row === this.start.row && this.start.col < col ? this.start.col : 0
    let from = toStart ? stop : before.trimEnd().length
    if (!toStart && from > 0) {
      const kind = kindOf(before.charAt(from - 1), false)
      while (from > 0 && kindOf(before.charAt(from - 1), false) === kind) from--
    }
    if (!toStart && from < stop) from = stop
    editor.text.replace({ row, col: from }, editor.cursor, '')
    editor.moveTo(row, from)
  }

  private tab(): void {
    const { settings } = this.editor
    if (!settings.flag('expandtab')) return this.put('\t')
    const step = settings.number('softtabstop') || settings.number('tabstop')
    this.put(' '.repeat(step - (this.editor.column(this.editor.cursor) % step)))
  }

  private shift(by: 1 | -1): void {
    const width = this.indent()
    const { shift } = this.editor.settings
    const rounded = by > 0 ? (Math.floor(width / shift) + 1) * shift : (Math.ceil(width / shift) - 1) * shift
    this.setIndent(rounded)
  }

  private indent(): number {
    const { editor } = this
    return editor.column({ row: editor.cursor.row, col: firstText(editor.line) })
  }

  private setIndent(columns: number): void {
    const { editor } = this
    const { row, col } = editor.cursor
    const indent = firstText(editor.line)
    const width = Math.max(0, columns)
    const blank = editor.settings.flag('expandtab')
      ? ' '.repeat(width)
      : indentText(width, editor.settings.number('tabstop'))
    editor.text.replace({ row, col: 0 }, { row, col: indent }, blank)
    editor.moveTo(row, col + blank.length - indent)
  }

  /** The character above or below the cursor. */
  private copyFrom(step: 1 | -1): void {
    const { editor } = this
    const char = editor.text
      .line(editor.cursor.row + step)
      .charAt(editor.indexAt(editor.cursor.row + step, editor.column(editor.cursor)))
    if (char) this.put(char)
  }

  private async register(): Promise<void> {
    const register = this.editor.registers.get(await this.next())
    if (register) this.put(register.text + (register.kind === 'line' ? '\n' : ''))
  }

  private async literal(): Promise<void> {
    const first = await this.next()
    if (!/[0-9ux]/.test(first)) return this.put(first)
    let digits = ''
    const [base, most] = first === 'u' ? [16, 4] : first === 'x' ? [16, 2] : [10, 3]
    if (base === 10) digits = first
    while (digits.length < most) digits += await this.next()
    this.put(String.fromCodePoint(Number.parseInt(digits, base) || 0))
  }

  private async next(): Promise<string> {
    const key = await this.editor.key()
    this.keys.push(key)
    return key
  }

  /** `^N` and `^P`: the next word of the text that begins as the one before the cursor. */
  private complete(forward: boolean): void {
    const { editor } = this
    this.completion ??= { ...this.candidates(), at: 0 }
    const { words, begun } = this.completion
    if (words.length === 0) return editor.say('Pattern not found')
    const before = words[this.completion.at - 1] ?? begun
    const count = words.length + 1
    this.completion.at = (this.completion.at + (forward ? 1 : count - 1)) % count
    const start = { row: editor.cursor.row, col: editor.cursor.col - before.length }
    this.typed = this.typed.slice(0, this.typed.length - before.length)
    editor.text.replace(start, editor.cursor, '')
    editor.moveTo(start.row, start.col)
    this.put(words[this.completion.at - 1] ?? begun)
  }

  /** Words that go on as the one before the cursor begins, from there on around the text. */
  private candidates(): { begun: string; words: readonly string[] } {
    const { text, cursor, line } = this.editor
    const begun = /\w*$/.exec(line.slice(0, cursor.col))?.[0] ?? ''
    const after = [line.slice(cursor.col), ...text.lines.slice(cursor.row + 1)].join('\n')
    const before = [...text.lines.slice(0, cursor.row), line.slice(0, cursor.col - begun.length)].join('\n')
    const words = [...new Set(`${after}\n${before}`.match(/\w+/g))]
    return { begun, words: words.filter((word) => word.startsWith(begun) && word !== begun) }
  }

  /** A word that was typed and stands for another text. vim's map.txt, "abbreviations" */
  private expand(): void {
    const { editor } = this
    const word = /\w+$/.exec(this.typed)?.[0] ?? ''
    const text = editor.maps.abbreviations.get(word)
    if (text === undefined || !editor.line.slice(0, editor.cursor.col).endsWith(word)) return
    const from = { row: editor.cursor.row, col: editor.cursor.col - word.length }
    this.typed = this.typed.slice(0, -word.length)
    editor.text.replace(from, editor.cursor, '')
    editor.moveTo(from.row, from.col)
    this.put(text)
  }

  private async oneCommand(): Promise<void> {
    const { editor } = this
    const { mode } = editor
    editor.mode = 'normal'
    const atEnd = editor.cursor.col >= editor.line.length
    await editor.once(editor)
    editor.mode = mode
    if (atEnd && editor.cursor.col === editor.line.length - 1) editor.moveTo(editor.cursor.row, editor.line.length)
  }

  private move(key: string): void {
    const { editor } = this
    const { cursor, text, wanted } = editor
    const screen = { top: editor.view.top, bottom: editor.view.bottom }
    if (key === '<End>') return editor.moveTo(cursor.row, editor.line.length)
    const page = Math.max(1, editor.view.bottom - editor.view.top - 1)
    if (key === '<PageDown>' || key === '<PageUp>')
      return editor.moveTo(cursor.row + (key === '<PageUp>' ? -page : page), cursor.col)
    const target = MOTIONS.get(key)?.({ text, cursor, wanted, count: 1, counted: false, char: '', ...screen })
    if (target) editor.moveTo(target.row, target.col, target.wanted !== undefined)
  }

  /** @returns whether typing is over */
  async take(key: string): Promise<boolean> {
    if (!/^\w$/.test(key)) this.expand()
    if (key === '\x1b' || key === '\x03') return true
    if (key !== '\x0e' && key !== '\x10') this.completion = undefined
    const { settings, line } = this.editor
    if (key === '}' && settings.flag('smartindent') && line.trim() === '')
      this.setIndent(this.indent() - settings.shift)
    this.keys.push(key)
    const command = COMMANDS.get(key)
    if (command) await command(this)
    else if (key.startsWith('<') && key.length > 1) this.move(key)
    else if (key >= ' ') {
      if (this.editor.mode === 'replace') this.over(key)
      else this.put(key)
      this.wrapAtMargin()
    }
    return false
  }

  private wrapAtMargin(): void {
    const { editor } = this
    const width = editor.settings.number('textwidth')
    const { row, col } = editor.cursor
    if (width === 0 || editor.column(editor.cursor) <= width) return
    const space = editor.line.slice(0, width + 1).lastIndexOf(' ')
    if (space <= 0 || space >= col) return
    editor.text.replace({ row, col: space }, { row, col: space + 1 }, '\n')
    editor.moveTo(row + 1, col - space - 1)
  }

  static readonly commands: readonly (readonly [string, (typing: Typing) => void | Promise<void>])[] = [
    ['\r', (typing) => typing.newline()],
    ['\n', (typing) => typing.newline()],
    ['\x7f', (typing) => typing.backspace()],
    ['\b', (typing) => typing.backspace()],
    ['\x17', (typing) => typing.deleteBack(false)],
    ['\x15', (typing) => typing.deleteBack(true)],
    ['\t', (typing) => typing.tab()],
    ['\x14', (typing) => typing.shift(1)],
    ['\x04', (typing) => typing.shift(-1)],
    ['\x05', (typing) => typing.copyFrom(1)],
    ['\x19', (typing) => typing.copyFrom(-1)],
    ['\x12', (typing) => typing.register()],
    ['\x16', (typing) => typing.literal()],
    ['\x11', (typing) => typing.literal()],
    ['\x0e', (typing) => typing.complete(true)],
    ['\x10', (typing) => typing.complete(false)],
    ['\x0f', (typing) => typing.oneCommand()],
    ['\x01', (typing) => typing.put(typing.editor.registers.lastInserted)],
    ['<Insert>', ({ editor }) => void (editor.mode = editor.mode === 'insert' ? 'replace' : 'insert')],
    ['<Del>', (typing) => typing.deleteForward()],
  ]

  private deleteForward(): void {
    const { editor } = this
    const { row, col } = editor.cursor
    const end = col < editor.line.length ? { row, col: nextIndex(editor.line, col) } : { row: row + 1, col: 0 }
    if (end.row < editor.text.lines.length) editor.text.replace(editor.cursor, end, '')
  }
}
const COMMANDS = new Map(Typing.commands)

/** Blank of so many columns, in tabs as far as they go. */
export const indentText = (columns: number, tabstop: number): string =>
  '\t'.repeat(Math.floor(columns / tabstop)) + ' '.repeat(columns % tabstop)

/**
 * Typing until Escape. @param count  how often the typed text goes in
 * @param again  done before each repetition, as `o` opens a line
 */
export async function insert(
  editor: Editor,
  mode: 'insert' | 'replace',
  count = 1,
  again?: () => void,
): Promise<string> {
  editor.mode = mode
  editor.pending = ''
  editor.say('')
  const typing = new Typing(editor)
  while (!(await typing.take(await editor.mappedKey('i'))));
  editor.say('')
  const keys = [...typing.keys]
  for (let i = 1; i < count; i++) {
    again?.()
    for (const key of keys) await typing.take(key)
  }
  const onlyIndent = /^[ \t]+$/.test(editor.line) && typing.typed.includes('\n')
  if (onlyIndent && editor.settings.flag('autoindent')) editor.text.setLine(editor.cursor.row, '')
  editor.registers.lastInserted = typing.typed
  editor.mode = 'normal'
  editor.setMark('^')
  editor.moveTo(editor.cursor.row, previousIndex(editor.line, Math.min(editor.cursor.col, editor.line.length)))
  return typing.typed
}
