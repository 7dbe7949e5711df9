import { expandWords } from '../expand/expand.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { For, List } from '../syntax/ast.ts'
import { type Steps, wait } from './flow.ts'
import { readLine } from './read-line.ts'
import type { Shell } from './shell.ts'

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
      const list = choices
        .map((choice, at) => `${String(at + 1).padStart(String(choices.length).length)}) ${choice}\n`)
        .join('')
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
