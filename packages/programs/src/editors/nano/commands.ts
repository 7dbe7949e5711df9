import * as cutting from './cut.ts'
import { type Editor, Said } from './editor.ts'
import { execute } from './execute.ts'
import { openAnother, readIn, save, writeOut } from './files.ts'
import { help } from './help.ts'
import { justify, justifyAll } from './justify.ts'
import { KEYS, TOGGLES, YES_NO_HINTS } from './keys.ts'
import * as moves from './moves.ts'
import { findAgain, goToLine, replace, search } from './search.ts'

export { openAnother }

type Command = (editor: Editor) => Promise<unknown> | unknown

/** ^X: asks when there are changes. */
async function exit(editor: Editor): Promise<void> {
  const { buffer } = editor
  if (buffer.modified && !editor.readonly) {
    const answer = await editor.choose('Save modified buffer?', YES_NO_HINTS, 'yn')
    if (answer === undefined) {
      editor.message = 'Cancelled'
      return
    }
    if (answer === 'y' && !(await writeOut(editor))) return
  }
  editor.buffers.splice(editor.index, 1)
  editor.done = editor.buffers.length === 0
  editor.index = Math.min(editor.index, Math.max(0, editor.buffers.length - 1))
}

function travel(editor: Editor, by: 'undo' | 'redo'): void {
  const change = editor.buffer[by]()
  editor.message = change ? `${by === 'undo' ? 'Undid' : 'Redid'} ${change}` : `Nothing to ${by}`
}

function wordCount(editor: Editor): void {
  const { buffer } = editor
  const text = buffer.region ? buffer.between(...buffer.region) : buffer.text
  const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  const words = text.split(/\s+/).filter(Boolean).length
  const count = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? '' : 's'}`
  editor.message = `${buffer.region ? 'In Selection:  ' : ''}${count(lines, 'line')},  ${count(words, 'word')},  ${count([...text].length, 'character')}`
}

function switchBuffer(editor: Editor, by: 1 | -1): void {
  const { length } = editor.buffers
  if (length === 1) throw new Said('No more open file buffers')
  editor.index = (editor.index + by + length) % length
  editor.message = `Switched to ${editor.buffer.path || 'New Buffer'}`
}

async function verbatim(editor: Editor): Promise<void> {
  editor.message = 'Verbatim Input'
  const key = await editor.key()
  editor.message = ''
  cutting.type(editor, key === '\r' ? '\r' : key)
}

function record(editor: Editor): void {
  if (editor.recording) {
    editor.macro = editor.recording.slice(0, -1)
    editor.recording = undefined
    editor.message = 'Stopped recording'
  } else {
    editor.recording = []
    editor.message = 'Recording a macro...'
  }
}

function replay(editor: Editor): void {
  if (editor.recording) throw new Said('Cannot run macro while recording')
  if (editor.macro.length === 0) throw new Said('Macro is empty')
  editor.pending.unshift(...editor.macro)
}

function removeWord(editor: Editor, move: (editor: Editor) => void): void {
  const { buffer } = editor
  const from = buffer.cursor
  move(editor)
  const to = buffer.cursor
  buffer.remember('erasure')
  buffer.separate()
  if (from.row < to.row || (from.row === to.row && from.col < to.col)) buffer.remove(from, to)
  else buffer.remove(to, from)
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['help', help],
  ['exit', exit],
  ['writeOut', writeOut],
  ['save', save],
  ['readFile', readIn],
  ['search', (editor) => search(editor, false)],
  ['searchBack', (editor) => search(editor, true)],
  ['replace', replace],
  ['findNext', (editor) => findAgain(editor, false)],
  ['findPrevious', (editor) => findAgain(editor, true)],
  ['cut', cutting.cut],
  ['paste', cutting.paste],
  ['copy', cutting.copy],
  ['cutToEnd', cutting.cutToEnd],
  ['zap', cutting.zap],
  ['execute', execute],
  ['justify', justify],
  ['justifyAll', justifyAll],
  ['location', (editor) => (editor.message = editor.location())],
  ['goToLine', goToLine],
  ['undo', (editor) => travel(editor, 'undo')],
  ['redo', (editor) => travel(editor, 'redo')],
  ['mark', cutting.mark],
  ['bracket', moves.bracket],
  ['left', moves.left],
  ['right', moves.right],
  ['wordLeft', moves.wordLeft],
  ['wordRight', moves.wordRight],
  ['home', moves.home],
  ['end', ({ buffer }) => buffer.moveTo(buffer.row, Number.MAX_SAFE_INTEGER)],
  ['up', (editor) => moves.vertical(editor, -1)],
  ['down', (editor) => moves.vertical(editor, 1)],
  ['scrollUp', (editor) => moves.scroll(editor, -1)],
  ['scrollDown', (editor) => moves.scroll(editor, 1)],
  ['blockUp', (editor) => moves.block(editor, -1)],
  ['blockDown', (editor) => moves.block(editor, 1)],
  ['paragraphStart', moves.paragraphStart],
  ['paragraphEnd', moves.paragraphEnd],
  ['pageUp', (editor) => moves.page(editor, -1)],
  ['pageDown', (editor) => moves.page(editor, 1)],
  ['firstLine', ({ buffer }) => buffer.moveTo(0, 0)],
  ['lastLine', moves.toEnd],
  ['previousBuffer', (editor) => switchBuffer(editor, -1)],
  ['nextBuffer', (editor) => switchBuffer(editor, 1)],
  ['tab', cutting.tab],
  ['enter', cutting.enter],
  ['delete', cutting.deleteChar],
  ['backspace', cutting.backspace],
  ['wordBackspace', (editor) => removeWord(editor, moves.wordLeft)],
  ['wordDelete', (editor) => removeWord(editor, moves.wordRight)],
  ['indent', cutting.indent],
  ['unindent', cutting.unindent],
  ['comment', cutting.comment],
  ['verbatim', verbatim],
  ['wordCount', wordCount],
  ['center', (editor) => editor.centerNext()],
  ['record', record],
  ['replay', replay],
  ['suspend', (editor) => (editor.message = 'To suspend, type ^T^Z')],
])
const BY_KEY: ReadonlyMap<string, string> = new Map(
  KEYS.flatMap(([, keys, command]) => keys.map((key) => [key, command] as const)),
)
/** They change the text: not in view mode. */
const CHANGING: ReadonlySet<string> = new Set(
  'writeOut save readFile replace cut paste cutToEnd zap execute justify justifyAll undo redo tab enter delete backspace wordBackspace wordDelete indent unindent comment verbatim'.split(
    ' ',
  ),
)
/** They take away what was said. */
const BLANKING: ReadonlySet<string> = new Set(['cut', 'copy', 'paste', 'cutToEnd', 'zap'])
const VERTICAL: ReadonlySet<string> = new Set(['up', 'down', 'pageUp', 'pageDown', 'scrollUp', 'scrollDown'])

/** What one key does. @throws Said for the status bar */
export async function perform(editor: Editor, key: string): Promise<void> {
  editor.ageMessage()
  editor.buffer.spotlight = undefined
  const toggle = TOGGLES.find(([each]) => key === `<${each.charAt(0)}-${each.charAt(2).toLowerCase()}>`)
  if (toggle) return turn(editor, toggle)
  const command = BY_KEY.get(key)
  if (editor.readonly && (command === undefined ? isText(key) : CHANGING.has(command)))
    throw new Said('Key is invalid in view mode')
  if (BLANKING.has(command ?? '')) editor.message = ''
  const { buffer } = editor
  if (command !== undefined) await COMMANDS.get(command)?.(editor)
  else if (isText(key)) cutting.type(editor, key)
  else throw new Said(`Unbound key: ${shown(key)}`)
  editor.cutting = command === 'cut' || command === 'copy'
  if (!VERTICAL.has(command ?? '')) buffer.wanted = buffer.columnAt(editor.options.tabSize)
}

const isText = (key: string): boolean => key >= ' ' && key !== '\x7f' && !/^<.+>$/.test(key)

const shown = (key: string): string =>
  key < ' ' ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key.slice(1, -1).toUpperCase()

function turn(editor: Editor, [, option, about]: (typeof TOGGLES)[number]): void {
  const on = editor.options.turn(option)
  if (option !== 'constantshow') editor.message = `${about} ${on ? 'enabled' : 'disabled'}`
}
