import { Buffer } from './buffer.ts'
import { type Editor, Gone } from './editor.ts'
import { HELP_HINTS, KEYS, TOGGLES } from './keys.ts'
import { hintLines, messageLine, TextView, titleLine } from './view.ts'

const INTRODUCTION = `Main nano help text

 This is a small editor: what is typed goes into the text. The line at the
 top names the program and the file, with "Modified" when there are changes
 that were not saved. The third line from the bottom is for messages and
 questions, and the last two show the keys that are used most.

 A key with a caret (^) is typed with Ctrl, one with M- with Alt, or after
 Esc. Keys in parentheses do the same.

`

const helpText = (): string =>
  INTRODUCTION +
  KEYS.map(([shown, , , about]) => `${` ${shown}`.padEnd(20)}${about}\n`).join('') +
  '\n' +
  TOGGLES.map(([key, , about]) => `${` ${key}`.padEnd(20)}${about} enable/disable\n`).join('')

/** ^G: the text of the help in place of the file, until it is closed. */
export async function help(editor: Editor): Promise<void> {
  const { screen, options } = editor
  const buffer = new Buffer('Main nano help text')
  buffer.load(helpText())
  const moves: ReadonlyMap<string, number> = new Map([
    ['<Down>', 1],
    ['\x0e', 1],
    ['<Up>', -1],
    ['\x10', -1],
    ['<PageDown>', editor.height - 2],
    ['\x16', editor.height - 2],
    [' ', editor.height - 2],
    ['<PageUp>', 2 - editor.height],
    ['\x19', 2 - editor.height],
    ['-', 2 - editor.height],
  ])
  for (;;) {
    const { cols } = screen
    const rows = new TextView(buffer, options, cols, editor.height).rows()
    const title = titleLine(buffer, cols, { index: 0, count: 1, readonly: false })
    const hints = options.has('hints') ? hintLines(HELP_HINTS, cols) : []
    await screen.paint([title, ...rows, messageLine('', cols), ...hints], { row: editor.height + 1, col: 0 })
    const key = editor.pending.shift() ?? (await screen.nextKey())
    if (key === '<Hangup>') throw new Gone()
    if (['\x18', 'q', 'Q', '\x1b', '\x03', '<F2>', '\x07'].includes(key)) return
    const by = moves.get(key) ?? 0
    buffer.top = Math.max(0, Math.min(buffer.lines.length - editor.height, buffer.top + by))
  }
}
