import { expandWords } from '../expand/expand.ts'
import { promptWidth } from '../readline/width.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { For, List } from '../syntax/ast.ts'
import { type Steps, wait } from './flow.ts'
import { readLine } from './read-line.ts'
import type { Shell } from './shell.ts'

const TAB = 8
const USUAL_COLUMNS = 80

/** The choices in columns that are filled one after the other. */
function menuText(choices: readonly string[], screenColumns: number): string {
  const digits = String(choices.length).length
  const column = Math.max(...choices.map(promptWidth)) + digits + 4
  const fewest = Math.ceil(choices.length / Math.max(1, Math.floor(screenColumns / column)))
  const rows = fewest === 1 ? choices.length : fewest
  let text = ''
  for (let row = 0; row < rows; row++) {
    for (let index = row, start = 0; index < choices.length; index += rows, start += column) {
      const number = String(index + 1).padStart(start === 0 ? String(rows).length : digits)
      const entry = `${number}) ${choices[index]}`
      text += entry + (index + rows < choices.length ? indent(start + promptWidth(entry), start + column) : '')
    }
    text += '\n'
  }
  return text
}

/** Tabs and spaces from one column to another. */
function indent(from: number, to: number): string {
  const tabs = Math.floor(to / TAB) - Math.floor(from / TAB)
  return tabs > 0 ? '\t'.repeat(tabs) + ' '.repeat(to % TAB) : ' '.repeat(to - from)
}

/** `select`: a menu on standard error, an answer from standard input, until break or the end of the input. */
export function* runSelect(
  shell: Shell,
  { name, words, body }: For,
  run: (shell: Shell, list: List) => Steps<number>,
): Steps<number> {
  const choices = words ? yield* expandWords(shell, words) : [...shell.positional]
  if (choices.length === 0) return (shell.status = 0)
  shell.loops++
  try {
    let status = 0
    for (let menu = true; ; ) {
      const list = menuText(choices, Number(shell.variables.get('COLUMNS')) || USUAL_COLUMNS)
      yield* wait(shell.sys.write(2, encodeText((menu ? list : '') + (shell.variables.get('PS3') ?? '#? '))))
      const answer = yield* readLine(shell, 0)
      if (answer === undefined) {
        yield* wait(shell.print('\n'))
        return (shell.status = 1)
      }
      menu = answer.trim() === ''
      if (menu) continue
      shell.variables.set('REPLY', answer)
      shell.variables.set(name, choices[Number(answer) - 1] ?? '')
      status = yield* run(shell, body)
      const { jump } = shell
      if (!jump) continue
      if (jump.kind !== 'return' && --jump.levels <= 0) {
        shell.jump = undefined
        if (jump.kind === 'continue') continue
      }
      return status
    }
  } finally {
    shell.loops--
  }
}
