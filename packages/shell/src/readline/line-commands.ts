/** Commands about the line as a whole, keys and macros. readline(3), "Miscellaneous Commands". */
import { expandQuoted } from '../expand/expand.ts'
import { tilde } from '../expand/tilde.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { Parser } from '../syntax/parser.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'
import { readQuotedText } from '../syntax/word.ts'
import { type Command, lineCommands, type LineResult, type Use } from './command.ts'
import type { LineEditor } from './editor.ts'
import { HistoryError, HistoryExpansion, newMemory } from './history-expansion.ts'
import { lineSettings, readInputrc } from './inputrc.ts'
import { showSequence } from './key-sequence.ts'

function* accept(editor: LineEditor): Steps<LineResult> {
  yield* editor.screen.leave()
  return { kind: 'line', text: editor.line.text }
}

function* insertComment(editor: LineEditor, { counted }: Use): Steps<LineResult> {
  const { line, settings } = editor
  const mark = settings.value('comment-begin')
  line.set(counted && line.text.startsWith(mark) ? line.text.slice(mark.length) : mark + line.text)
  yield* editor.draw()
  return yield* accept(editor)
}

/** The next key as it is. */
function* quotedInsert(editor: LineEditor, { count }: Use): Steps<undefined> {
  const key = yield* editor.keyboard.next()
  if (key !== undefined) editor.line.insert(key.repeat(Math.max(1, count)))
}

function* paste(editor: LineEditor): Steps<undefined> {
  const end = '\x1b[201~'
  let text = ''
  while (!text.endsWith(end)) {
    const key = yield* editor.keyboard.next()
    if (key === undefined) break
    text += key === '\r' ? '\n' : key
  }
  editor.line.insert((text.endsWith(end) ? text.slice(0, -end.length) : text).replace(/\n$/, ''))
}

/** Collects the digits of a numeric argument and shows them. */
const argument = (first: (keys: string) => string): Command =>
  function* (editor, { keys }) {
    editor.argument = (editor.argument ?? '') + first(keys)
    yield* editor.reprompt(`(arg: ${editor.argument}) `)
    return undefined
  }

const characterSearch = (by: 1 | -1): Command =>
  function* (editor, { count }) {
    const key = yield* editor.keyboard.next()
    const { line } = editor
    const direction = count < 0 ? -by : by
    const at =
      direction > 0
        ? line.chars.indexOf(key ?? '', line.cursor + 1)
        : line.cursor > 0
          ? line.chars.lastIndexOf(key ?? '', line.cursor - 1)
          : -1
    if (at < 0) yield* editor.bell()
    else line.cursor = at
    return undefined
  }

function* expandHistory(editor: LineEditor): Steps<undefined> {
  const { shell, line } = editor
  try {
    line.set(new HistoryExpansion(shell.history, shell.historyCounts.dropped + 1, newMemory()).expand(line.text).text)
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    yield* editor.bell()
  }
}

/** Space that expands the history before it. */
function* magicSpace(editor: LineEditor): Steps<undefined> {
  if (/!|^\^/.test(editor.line.text)) yield* expandHistory(editor)
  editor.line.insert(' ')
}

function expandAlias({ shell, line }: LineEditor): void {
  const [word = ''] = /^\s*\S*/.exec(line.text) ?? []
  const value = shell.aliases.get(word.trim())
  if (value !== undefined) line.set(value + line.text.slice(word.length))
}

/** M-C-e: everything the shell itself would expand. */
function* expandLine(editor: LineEditor): Steps<undefined> {
  const { shell, line } = editor
  yield* expandHistory(editor)
  expandAlias(editor)
  try {
    const parser = new Parser(line.text, shell.syntax)
    line.set(yield* expandQuoted(shell, readQuotedText(line.text, parser.cursor, 'here').parts))
  } catch (error) {
    if (!(error instanceof ShellSyntaxError || error instanceof FatalError)) throw error
    yield* editor.bell()
  }
}

function expandTilde({ shell, line }: LineEditor): void {
  const from = line.wordLeft(line.cursor, /\s/)
  const to = line.wordRight(line.cursor, /\s/)
  const word = line.slice(from, to)
  const home = word.startsWith('~') ? tilde(shell, word, true, false) : undefined
  if (!home) return
  line.remove(from, to, false)
  line.insert(home.home + home.rest)
}

function revert(editor: LineEditor): void {
  editor.line.undoAll()
}

function* undo(editor: LineEditor, { count }: Use): Steps<undefined> {
  for (let left = count; left > 0; left--) if (!editor.line.undo()) yield* editor.bell()
}

/** M-r where C-x C-e: the line in an editor, and then run. */
function* editAndRun(editor: LineEditor, fallback: string): Steps<LineResult | undefined> {
  const { editAndExecute } = yield* wait(import('./bound-command.ts'))
  return yield* editAndExecute(editor, fallback)
}

function* dumpFunctions(editor: LineEditor): Steps<undefined> {
  const { settings, keymap } = editor
  const lines = settings.keymaps[keymap]
    .entries()
    .map(([keys, binding]) =>
      binding.kind === 'function' ? `${binding.name} can be found on ${showSequence(keys)}.\n` : '',
    )
  yield* editor.screen.below(lines.join(''), editor.prompt)
}

function* dumpVariables(editor: LineEditor): Steps<undefined> {
  const lines = editor.settings.list().map(([name, value]) => `${name} is set to \`${value}'\n`)
  yield* editor.screen.below(lines.join(''), editor.prompt)
}

function* showVersion(editor: LineEditor): Steps<undefined> {
  yield* editor.screen.below(`GNU bash, version ${editor.shell.dialect.version} (x86_64-pc-linux-gnu)\n`, editor.prompt)
}

function reread({ shell, settings }: LineEditor): void {
  const home = shell.variables.get('HOME') ?? ''
  readInputrc(shell, settings, shell.variables.get('INPUTRC') ?? `${home}/.inputrc`)
}

function startMacro(editor: LineEditor): void {
  editor.recording = []
}

function endMacro(editor: LineEditor, { keys }: Use): void {
  if (!editor.recording) return
  editor.macro = editor.recording.slice(0, editor.recording.length - [...keys].length)
  editor.recording = undefined
}

function editingMode(editor: LineEditor, mode: 'emacs' | 'vi'): void {
  editor.shell.options.delete(mode === 'vi' ? 'emacs' : 'vi')
  editor.shell.options.add(mode)
  lineSettings(editor.shell).use(mode)
}

function* viEditing(editor: LineEditor): Steps<undefined> {
  editingMode(editor, 'vi')
  yield* editor.loadVi()
  yield* editor.use('vi-insert')
}

function* emacsEditing(editor: LineEditor): Steps<undefined> {
  editingMode(editor, 'emacs')
  yield* editor.use('emacs')
}

export const LINE_COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ...lineCommands([
    ['alias-expand-line', expandAlias],
    ['tilde-expand', expandTilde],
    ['vi-tilde-expand', expandTilde],
    ['revert-line', revert],
    ['re-read-init-file', reread],
    ['start-kbd-macro', startMacro],
    ['end-kbd-macro', endMacro],
    ['call-last-kbd-macro', (editor) => editor.keyboard.put(editor.macro)],
    ['overwrite-mode', (editor) => (editor.overwriting = !editor.overwriting)],
    ['history-and-alias-expand-line', expandAlias],
    ['skip-csi-sequence', () => undefined],
    ['tty-status', () => undefined],
  ]),
  ['accept-line', accept],
  ['abort', (editor) => editor.bell()],
  ['insert-comment', insertComment],
  ['quoted-insert', quotedInsert],
  ['bracketed-paste-begin', paste],
  ['self-insert', (editor, { keys, count }) => void editor.line.insert(keys.repeat(Math.max(0, count)))],
  ['digit-argument', argument((keys) => keys.slice(-1))],
  ['vi-arg-digit', argument((keys) => keys)],
  ['universal-argument', argument(() => '4')],
  ['character-search', characterSearch(1)],
  ['character-search-backward', characterSearch(-1)],
  ['history-expand-line', expandHistory],
  ['magic-space', magicSpace],
  ['shell-expand-line', expandLine],
  ['undo', undo],
  ['vi-undo', undo],
  ['edit-and-execute-command', (editor) => editAndRun(editor, 'emacs')],
  ['vi-edit-and-execute-command', (editor) => editAndRun(editor, 'vi')],
  ['clear-screen', (editor) => editor.screen.clear()],
  ['clear-display', (editor) => editor.screen.clear(true)],
  ['redraw-current-line', (editor) => editor.reprompt()],
  ['display-shell-version', showVersion],
  ['dump-functions', dumpFunctions],
  ['dump-variables', dumpVariables],
  ['vi-editing-mode', viEditing],
  ['emacs-editing-mode', emacsEditing],
  ['vi-eof-maybe', accept],
])
