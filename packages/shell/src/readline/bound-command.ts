import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { type Steps, wait } from '../interp/flow.ts'
import { runText } from '../interp/script.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'
import type { LineResult } from './command.ts'
import type { LineEditor } from './editor.ts'
import { addHistory } from './history-file.ts'

/** Runs a command while a line is edited; `$?` stays what it was. */
function* runAside(editor: LineEditor, text: string): Steps<number> {
  const { shell } = editor
  const { status, pipeStatus, lastArgument } = shell
  const result = yield* editor.cooked(() => runText(shell, text))
  Object.assign(shell, { status, pipeStatus, lastArgument })
  return result
}

/** `bind -x`: the command sees the line in READLINE_LINE and may change it. bash(1), "READLINE_LINE". */
export function* runBound(editor: LineEditor, text: string): Steps<void> {
  const { shell, line } = editor
  const { variables } = shell
  variables.set('READLINE_LINE', line.text)
  variables.set('READLINE_POINT', String(line.cursor))
  variables.set('READLINE_MARK', String(line.mark))
  yield* editor.screen.hide()
  yield* runAside(editor, text)
  const changed = variables.get('READLINE_LINE') ?? ''
  const point = Number(variables.get('READLINE_POINT') ?? 0)
  if (changed !== line.text) line.remember()
  line.set(changed, Math.max(0, Math.min([...changed].length, point)))
  for (const name of ['READLINE_LINE', 'READLINE_POINT', 'READLINE_MARK']) variables.unset(name)
  yield* editor.reprompt()
}

/** The line in the editor that VISUAL or EDITOR names; what it leaves is shown, remembered and run. */
export function* editAndExecute(editor: LineEditor, fallback: string): Steps<LineResult | undefined> {
  const { shell, line } = editor
  const { sys } = shell
  const path = `/tmp/bash-fc.${sys.getpid().toString(36)}${shell.random().toString(36)}`
  const program = shell.variables.get('VISUAL') || shell.variables.get('EDITOR') || fallback
  try {
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    sys.pwrite(fd, encodeText(`${line.text}\n`), 0)
    sys.close(fd)
    yield* editor.screen.leave()
    const edited = yield* runAside(editor, `${program} ${path}`)
    const input = sys.open(path, O_RDONLY)
    const text = decodeBytes(yield* wait(readAll(sys, input))).replace(/\n+$/, '')
    sys.close(input)
    sys.unlink(path)
    if (edited !== 0 || text === '') return { kind: 'line', text: '' }
    yield* editor.screen.write(`${text}\n`)
    addHistory(shell, text)
    yield* editor.cooked(() => runText(shell, `${text}\n`))
  } catch (error) {
    if (!isErrno(error)) throw error
    yield* wait(shell.complain(`${path}: ${error.message}`))
  }
  return { kind: 'line', text: '' }
}
