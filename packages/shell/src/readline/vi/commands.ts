/** Editing commands of `set -o vi`. readline(3), "vi Mode bindings"; POSIX sh, "Command Line Editing (vi-mode)". */
import type { Steps } from '../../interp/flow.ts'
import { type Command, lineCommands, type LineResult, type Use } from '../command.ts'
import type { LineEditor } from '../editor.ts'
import { askBelow, searchAgain } from '../history-commands.ts'
import { splitWords } from '../history-expansion.ts'
import { type Motion, motionOf } from './motions.ts'

type Sequel = Steps<LineResult | undefined>

/** A key that moves the cursor. */
const moving = (key?: string): Command =>
  function* (editor, { keys, count }): Sequel {
    const motion = yield* motionOf(editor, key ?? keys, count)
    if (motion) editor.line.cursor = motion.to
    else yield* editor.bell()
    return undefined
  }

/** Digits between an operator and its motion multiply. */
function* motionKey(editor: LineEditor): Steps<{ key: string; count: number }> {
  let digits = ''
  for (;;) {
    const key = (yield* editor.keyboard.next()) ?? '\x1b'
    if (!/\d/.test(key) || (key === '0' && digits === '')) return { key, count: digits === '' ? 1 : Number(digits) }
    digits += key
  }
}

/** What an operator takes: from and to, in order. */
function* range(editor: LineEditor, { keys, count }: Use): Steps<readonly [number, number] | undefined> {
  const { line } = editor
  if (keys === keys.toUpperCase()) return [line.cursor, line.chars.length]
  const typed = yield* motionKey(editor)
  if (typed.key === keys) return [0, line.chars.length]
  // `cw` leaves the blanks behind the word.
  const key =
    keys === 'c' && /\S/.test(line.chars[line.cursor] ?? ' ')
      ? typed.key.replace('w', 'e').replace('W', 'E')
      : typed.key
  const motion = yield* motionOf(editor, key, count * typed.count)
  return motion && span(line.cursor, motion)
}

const span = (from: number, { to, inclusive }: Motion): readonly [number, number] =>
  to < from ? [to, from] : [from, to + (inclusive ? 1 : 0)]

function* deleteTo(editor: LineEditor, use: Use): Sequel {
  const taken = yield* range(editor, use)
  if (taken) editor.line.remove(taken[0], taken[1])
  else yield* editor.bell()
  return undefined
}

function* changeTo(editor: LineEditor, use: Use): Sequel {
  const taken = yield* range(editor, use)
  if (!taken) return yield* editor.bell()
  editor.line.remove(taken[0], taken[1])
  yield* editor.use('vi-insert')
  return undefined
}

function* yankTo(editor: LineEditor, use: Use): Sequel {
  const taken = use.keys === 'Y' ? ([editor.line.cursor, editor.line.chars.length] as const) : yield* range(editor, use)
  if (!taken) return yield* editor.bell()
  editor.line.ring.add(editor.line.slice(taken[0], taken[1]), false)
  return undefined
}

function put({ line }: LineEditor, { keys, count }: Use): void {
  const text = line.ring.newest.repeat(Math.max(1, count))
  if (keys === 'p' && line.chars.length > 0) line.cursor++
  line.insert(text)
  line.cursor--
}

/** Into insert mode, from a place. */
const inserting = (place: (editor: LineEditor) => number): Command =>
  function* (editor): Sequel {
    editor.line.cursor = place(editor)
    yield* editor.use('vi-insert')
    return undefined
  }

function* replaceMode(editor: LineEditor): Sequel {
  editor.overwriting = true
  yield* editor.use('vi-insert')
  return undefined
}

function* substitute(editor: LineEditor, { keys, count }: Use): Sequel {
  const { line } = editor
  if (keys === 'S') line.remove(0, line.chars.length)
  else line.remove(line.cursor, Math.min(line.chars.length, line.cursor + count))
  yield* editor.use('vi-insert')
  return undefined
}

function* movementMode(editor: LineEditor): Sequel {
  editor.overwriting = false
  if (editor.keymap === 'vi-insert' && editor.line.cursor > 0) editor.line.cursor--
  yield* editor.use('vi-command')
  return undefined
}

function* changeChar(editor: LineEditor, { count }: Use): Sequel {
  const key = yield* editor.keyboard.next()
  const { line } = editor
  if (key === undefined || key === '\x1b') return undefined
  if (line.cursor + count > line.chars.length) return yield* editor.bell()
  line.overwrite(key.repeat(count))
  line.cursor--
  return undefined
}

const swapped = (text: string): string =>
  [...text].map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join('')

function changeCase({ line }: LineEditor, { count }: Use): void {
  line.changeTo(Math.min(line.chars.length, line.cursor + count), swapped)
}

function deleteChar({ line }: LineEditor, { count }: Use): void {
  line.remove(line.cursor, Math.min(line.chars.length, line.cursor + count))
}

function rubout({ line }: LineEditor, { count }: Use): void {
  line.remove(line.cursor - count, line.cursor)
}

/** `/` looks back in the history, `?` ahead. */
function* search(editor: LineEditor, { keys }: Use): Sequel {
  const text = yield* askBelow(editor, keys)
  if (text === undefined) return undefined
  const memory = editor.viMemory
  memory.back = keys === '/'
  return yield* searchAgain(editor, text === '' ? editor.sought : text, keys === '/' ? -1 : 1)
}

function* again(editor: LineEditor, { keys }: Use): Sequel {
  const back = (editor.viMemory.back ?? true) === (keys === 'n')
  return yield* searchAgain(editor, editor.sought, back ? -1 : 1)
}

function fetch(editor: LineEditor, { count, counted }: Use): void {
  editor.goTo(counted ? count - 1 - editor.shell.historyCounts.dropped : 0)
}

/** `_`: the last word of the line before, or its n-th. */
function* yankArgument(editor: LineEditor, { count, counted }: Use): Sequel {
  const words = splitWords(editor.history.at(-1) ?? '')
  const word = words.at(counted ? count - 1 : -1)
  if (word === undefined) return yield* editor.bell()
  const { line } = editor
  line.cursor = Math.min(line.chars.length, line.cursor + 1)
  line.insert(line.chars.length > 0 ? ` ${word}` : word)
  yield* editor.use('vi-insert')
  return undefined
}

/** `.`: the keys of the last change once more. */
function redo(editor: LineEditor): void {
  editor.keyboard.put(editor.change)
}

function* setMark(editor: LineEditor): Sequel {
  const key = yield* editor.keyboard.next()
  if (key !== undefined && /[a-z]/.test(key)) editor.viMemory.marks.set(key, editor.line.cursor)
  return undefined
}

const firstPrint = ({ line }: LineEditor): number =>
  Math.max(
    0,
    line.chars.findIndex((char) => !/\s/.test(char)),
  )

/** Commands that `.` repeats. */
export const VI_CHANGES: ReadonlySet<string> = new Set([
  'vi-append-eol',
  'vi-append-mode',
  'vi-change-case',
  'vi-change-char',
  'vi-change-to',
  'vi-delete',
  'vi-delete-to',
  'vi-insert-beg',
  'vi-insertion-mode',
  'vi-put',
  'vi-replace',
  'vi-rubout',
  'vi-subst',
])

export const VI_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...lineCommands([
    ['vi-put', put],
    ['vi-change-case', changeCase],
    ['vi-delete', deleteChar],
    ['vi-rubout', rubout],
    ['vi-fetch-history', fetch],
    ['vi-redo', redo],
  ]),
  ...[
    'vi-next-word',
    'vi-prev-word',
    'vi-end-word',
    'vi-char-search',
    'vi-match',
    'vi-goto-mark',
    'vi-first-print',
    'vi-column',
  ].map((name): [string, Command] => [name, moving()]),
  ['vi-forward-word', moving('w')],
  ['vi-fword', moving('w')],
  ['vi-fWord', moving('W')],
  ['vi-forward-bigword', moving('W')],
  ['vi-backward-word', moving('b')],
  ['vi-bword', moving('b')],
  ['vi-bWord', moving('B')],
  ['vi-backward-bigword', moving('B')],
  ['vi-eword', moving('e')],
  ['vi-eWord', moving('E')],
  ['vi-end-bigword', moving('E')],
  ['vi-back-to-indent', moving('^')],
  ['vi-delete-to', deleteTo],
  ['vi-change-to', changeTo],
  ['vi-yank-to', yankTo],
  ['vi-insertion-mode', inserting(({ line }) => line.cursor)],
  ['vi-append-mode', inserting(({ line }) => Math.min(line.chars.length, line.cursor + 1))],
  ['vi-append-eol', inserting(({ line }) => line.chars.length)],
  ['vi-insert-beg', inserting(firstPrint)],
  ['vi-replace', replaceMode],
  ['vi-subst', substitute],
  ['vi-movement-mode', movementMode],
  ['vi-change-char', changeChar],
  ['vi-search', search],
  ['vi-search-again', again],
  ['vi-yank-arg', yankArgument],
  ['vi-set-mark', setMark],
])
