/** Commands for moving, changing text, killing and yanking. readline(3), "EDITING COMMANDS". */
import type { LineEditor } from './editor.ts'
import { type Command, lineCommands, type Use } from './command.ts'
import type { LineBuffer } from './line-buffer.ts'
import { splitWords } from './history-expansion.ts'

const BLANK = /\s/
/** What ends a word for the shell-… commands. */
const SHELL_BREAK = /[\s;&|()<>]/

/** Does something `count` times; the other thing when the count is negative. */
function times(count: number, forward: () => void, backward: () => void = () => undefined): void {
  for (let left = Math.abs(count); left > 0; left--) (count < 0 ? backward : forward)()
}

const right = (line: LineBuffer): void => void (line.cursor = Math.min(line.chars.length, line.cursor + 1))
const left = (line: LineBuffer): void => void (line.cursor = Math.max(0, line.cursor - 1))

const MOVES = lineCommands([
  ['beginning-of-line', ({ line }) => (line.cursor = 0)],
  ['end-of-line', ({ line }) => (line.cursor = line.chars.length)],
  [
    'forward-char',
    ({ line }, { count }) =>
      times(
        count,
        () => right(line),
        () => left(line),
      ),
  ],
  [
    'backward-char',
    ({ line }, { count }) =>
      times(
        count,
        () => left(line),
        () => right(line),
      ),
  ],
  ['forward-word', ({ line }, { count }) => words(line, count)],
  ['backward-word', ({ line }, { count }) => words(line, -count)],
  ['shell-forward-word', ({ line }, { count }) => words(line, count, SHELL_BREAK)],
  ['shell-backward-word', ({ line }, { count }) => words(line, -count, SHELL_BREAK)],
  ['set-mark', ({ line }, { count, counted }) => (line.mark = counted ? count : line.cursor)],
  ['exchange-point-and-mark', ({ line }) => ([line.cursor, line.mark] = [line.mark, line.cursor])],
])

function words(line: LineBuffer, count: number, blank?: RegExp): void {
  times(
    count,
    () => void (line.cursor = line.wordRight(line.cursor, blank)),
    () => void (line.cursor = line.wordLeft(line.cursor, blank)),
  )
}

/** Where the cursor comes to when it goes over so many words. */
function past(line: LineBuffer, count: number, blank?: RegExp): number {
  const from = line.cursor
  words(line, count, blank)
  const to = line.cursor
  line.cursor = from
  return to
}

const capitalized = (text: string): string =>
  text.replace(/[\p{L}\p{N}]+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())

function changeWords({ line }: LineEditor, { count }: Use, change: (text: string) => string): void {
  const to = past(line, count)
  const end = Math.max(line.cursor, to)
  line.cursor = Math.min(line.cursor, to)
  line.changeTo(end, change)
}

function erase(line: LineBuffer, count: number, counted: boolean): void {
  line.remove(line.cursor, Math.max(0, Math.min(line.chars.length, line.cursor + count)), counted)
}

const CHANGES = lineCommands([
  ['delete-char', ({ line }, { count, counted }) => erase(line, count, counted)],
  ['delete-char-or-list', ({ line }, { count, counted }) => erase(line, count, counted)],
  ['backward-delete-char', ({ line }, { count, counted }) => erase(line, -count, counted)],
  [
    'forward-backward-delete-char',
    ({ line }, { count, counted }) => erase(line, line.cursor === line.chars.length ? -count : count, counted),
  ],
  ['transpose-chars', ({ line }, { count }) => times(count, () => line.transpose())],
  ['transpose-words', ({ line }) => line.transposeWords()],
  ['shell-transpose-words', ({ line }) => line.transposeWords(SHELL_BREAK)],
  ['upcase-word', (editor, use) => changeWords(editor, use, (text) => text.toUpperCase())],
  ['downcase-word', (editor, use) => changeWords(editor, use, (text) => text.toLowerCase())],
  ['capitalize-word', (editor, use) => changeWords(editor, use, capitalized)],
  ['delete-horizontal-space', ({ line }) => line.deleteBlanks()],
  ['tab-insert', ({ line }, { count }) => line.insert('\t'.repeat(Math.max(0, count)))],
  ['kill-line', ({ line }, { count }) => line.remove(line.cursor, count < 0 ? 0 : line.chars.length)],
  ['backward-kill-line', ({ line }, { count }) => line.remove(line.cursor, count < 0 ? line.chars.length : 0)],
  ['unix-line-discard', ({ line }) => line.remove(0, line.cursor)],
  ['kill-whole-line', ({ line }) => line.remove(0, line.chars.length)],
  ['kill-word', ({ line }, { count }) => line.remove(line.cursor, past(line, count))],
  ['backward-kill-word', ({ line }, { count }) => line.remove(line.cursor, past(line, -count))],
  ['shell-kill-word', ({ line }, { count }) => line.remove(line.cursor, past(line, count, SHELL_BREAK))],
  ['shell-backward-kill-word', ({ line }, { count }) => line.remove(line.cursor, past(line, -count, SHELL_BREAK))],
  ['unix-word-rubout', ({ line }, { count }) => line.remove(line.cursor, past(line, -count, BLANK))],
  ['vi-unix-word-rubout', ({ line }, { count }) => line.remove(line.cursor, past(line, -count, BLANK))],
  ['unix-filename-rubout', ({ line }, { count }) => line.remove(line.cursor, past(line, -count, /[\s/]/))],
  ['kill-region', ({ line }) => line.remove(line.mark, line.cursor)],
  ['copy-region-as-kill', ({ line }) => line.ring.add(line.slice(line.mark, line.cursor), false)],
  ['copy-backward-word', ({ line }) => line.ring.add(line.slice(past(line, -1), line.cursor), true)],
  ['copy-forward-word', ({ line }) => line.ring.add(line.slice(line.cursor, past(line, 1)), false)],
])

function yank({ line }: LineEditor): void {
  line.mark = line.cursor
  line.insert(line.ring.current)
}

/** M-y, behind C-y: the killed text before that one. */
function yankPop({ line, lastCommand }: LineEditor): void {
  if (lastCommand !== 'yank' && lastCommand !== 'yank-pop') return
  line.remove(line.cursor - [...line.ring.current].length, line.cursor, false)
  line.ring.rotate()
  line.insert(line.ring.current)
}

/** M-C-y: the n-th word of the line before, its first argument when no number is given. */
function yankNth(editor: LineEditor, { count, counted }: Use): void {
  const found = splitWords(editor.history.at(-1) ?? '')
  const word = found.at(counted ? count : 1)
  if (word !== undefined) editor.line.insert(word)
}

/** M-. : the last word of an earlier line. */
function yankLast(editor: LineEditor): void {
  const { line, history } = editor
  const word = (text: string | undefined): string => splitWords(text ?? '').pop() ?? ''
  const again = editor.lastCommand === 'yank-last-arg' || editor.lastCommand === 'insert-last-argument'
  if (again) line.remove(line.cursor - [...word(history.at(-editor.yanked))].length, line.cursor, false)
  editor.yanked = Math.min(history.length, again ? editor.yanked + 1 : 1)
  line.insert(word(history.at(-editor.yanked)))
}

const YANKS = lineCommands([
  ['yank', yank],
  ['yank-pop', yankPop],
  ['yank-nth-arg', yankNth],
  ['yank-last-arg', yankLast],
  ['insert-last-argument', yankLast],
])

/** They change nothing: what can be undone stays as it is. */
export const MOVING: ReadonlySet<string> = new Set(MOVES.map(([name]) => name))
export const EDITS: ReadonlyMap<string, Command> = new Map([...MOVES, ...CHANGES, ...YANKS])
