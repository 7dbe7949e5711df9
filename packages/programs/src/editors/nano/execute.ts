import { filterLines } from '../vi/shell.ts'
import { cutToEnd } from './cut.ts'
import type { Editor } from './editor.ts'
import { insert } from './files.ts'
import { justifyAll } from './justify.ts'
import { EXECUTE_HINTS } from './keys.ts'
import { ask } from './prompt.ts'

/** ^T: a command whose output comes into the text, or one of the tools that keys stand for. */
export async function execute(editor: Editor): Promise<void> {
  let fresh = false
  let instead: (() => Promise<void> | void) | undefined
  const leave = (what: () => Promise<void> | void) => (): 'leave' => {
    instead = what
    return 'leave'
  }
  const command = await ask(editor, {
    label: () => `Command to execute${fresh ? ' in new buffer' : ''}: `,
    hints: EXECUTE_HINTS,
    history: editor.commands,
    keys: new Map<string, () => 'again' | 'leave'>([
      ['<M-f>', () => ((fresh = !fresh), 'again')],
      ['\x1a', leave(() => editor.screen.suspend())],
      ['\x16', leave(() => cutToEnd(editor))],
      ['\x0a', leave(() => justifyAll(editor))],
      ['\x13', leave(() => void (editor.message = 'Spell checking failed: spell: No such file or directory'))],
    ]),
  })
  if (instead) {
    editor.message = ''
    return instead()
  }
  if (command === undefined || command === '') return void (editor.message = 'Cancelled')
  if (command.startsWith('|')) return filter(editor, command.slice(1))
  insert(editor, (await filterLines(editor, command, '')).text, fresh)
}

/** `| COMMAND`: the marked region, or the whole text, through a command. */
async function filter(editor: Editor, command: string): Promise<void> {
  const { buffer } = editor
  const last = buffer.lines.length - 1
  const [from, to] = buffer.region ?? [
    { row: 0, col: 0 },
    { row: last, col: (buffer.lines[last] ?? '').length },
  ]
  const { text } = await filterLines(editor, command, buffer.between(from, to))
  buffer.remember('replacement')
  buffer.separate()
  buffer.mark = undefined
  buffer.remove(from, to)
  buffer.insert(text)
}
