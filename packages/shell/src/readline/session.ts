import { EIO, isErrno, SIGHUP } from '@drydock/abi'
import { expandQuoted } from '../expand/expand.ts'
import { ExitShell, FatalError, Interrupted, type Steps, wait } from '../interp/flow.ts'
import { jobLine } from '../interp/job-messages.ts'
import { promptText } from '../interp/prompt.ts'
import { readLine } from '../interp/read-line.ts'
import { runText, syntaxFailure } from '../interp/script.ts'
import type { Shell } from '../interp/shell.ts'
import { runPendingTraps } from '../interp/traps.ts'
import { elements } from '../interp/variables.ts'
import { reap, takeTerminal } from '../interp/wait.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { Parser } from '../syntax/parser.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'
import { readQuotedText } from '../syntax/word.ts'
import { LineEditor, type LineResult } from './editor.ts'
import { beginHistory, remember, rememberDurably } from './history.ts'
import {
  type ExpandedLine,
  type ExpansionMemory,
  HistoryError,
  HistoryExpansion,
  newMemory,
} from './history-expansion.ts'

/** How commands come: with an editor from a terminal, or as they are. */
interface Console {
  readonly editor: LineEditor | undefined
  readonly terminal: boolean
  readonly memory: ExpansionMemory
}

/** Reads and runs commands until the end of the input. @param terminal they are typed, not piped in */
export function* runInteractive(shell: Shell, terminal: boolean): Steps<number> {
  beginHistory(shell)
  const plain = !terminal || shell.dialect.name === 'dash' || shell.variables.get('TERM') === 'dumb'
  const console: Console = { editor: plain ? undefined : new LineEditor(shell), terminal, memory: newMemory() }
  let warned = false
  for (let line = 1; ; ) {
    yield* tellJobs(shell)
    if (shell.pendingTraps.size) yield* runPendingTraps(shell)
    shell.interrupted = false
    const text = yield* readCommand(shell, console)
    if (text === undefined) continue
    if (text === '') {
      const stopped = [...shell.jobs.jobs.values()].some((job) => job.state === 'Stopped')
      yield* wait(
        shell.sys.write(
          2,
          encodeText(
            stopped && !warned
              ? 'There are stopped jobs.\n'
              : shell.login && shell.dialect.name === 'bash'
                ? 'logout\n'
                : shell.dialect.name === 'bash'
                  ? 'exit\n'
                  : '\n',
          ),
        ),
      )
      if (stopped && !warned) {
        warned = true
        continue
      }
      hangUp(shell)
      return shell.status
    }
    warned = false
    shell.commandNumber++
    if (shell.variables.get('PS0')) yield* wait(shell.sys.write(2, encodeText(yield* prompt(shell, 'PS0'))))
    yield* runOne(shell, text, line)
    line += text.split('\n').length - 1
  }
}

/** Stopped jobs cannot be left behind. */
function hangUp(shell: Shell): void {
  for (const job of shell.jobs.jobs.values()) {
    if (job.state !== 'Stopped' || job.noHangUp) continue
    try {
      shell.sys.kill(-job.pgid, SIGHUP)
      shell.sys.kill(-job.pgid, 18)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

function* runOne(shell: Shell, text: string, line: number): Steps<void> {
  try {
    yield* runText(shell, text, { firstLine: line })
    shell.jump = undefined
  } catch (error) {
    if (error instanceof ExitShell) throw error
    if (error instanceof FatalError) {
      if (error.message) yield* wait(shell.complain(error.message))
      shell.status = error.status
    } else if (error instanceof Interrupted) yield* wait(shell.sys.write(2, encodeText('\n')))
    else throw error
    shell.tested = 0
    shell.loops = 0
    shell.jump = undefined
  }
  shell.interrupted = false
  takeTerminal(shell)
}

/** What jobs have done since the last prompt. */
function* tellJobs(shell: Shell): Steps<void> {
  reap(shell)
  for (const job of [...shell.jobs.jobs.values()]) {
    if (job.told || job.state === 'Running') continue
    yield* wait(shell.sys.write(2, encodeText(`${jobLine(shell, job)}\n`)))
    job.told = true
    if (job.state === 'Done') shell.jobs.remove(job)
  }
}

/** PROMPT_COMMAND: one command, or an array of them. */
function* runPromptCommands(shell: Shell): Steps<void> {
  const variable = shell.dialect.name === 'bash' ? shell.variables.find('PROMPT_COMMAND') : undefined
  if (!variable) return
  for (const [, command] of elements(variable)) {
    const { status, pipeStatus, lastArgument } = shell
    yield* runOne(shell, command, 1)
    Object.assign(shell, { status, pipeStatus, lastArgument })
  }
}

/** A complete command; '' at the end of the input, undefined when there is nothing to run. */
function* readCommand(shell: Shell, console: Console): Steps<string | undefined> {
  yield* runPromptCommands(shell)
  let text = ''
  for (;;) {
    const result = yield* readOne(shell, console.editor, yield* prompt(shell, text === '' ? 'PS1' : 'PS2'))
    if (result.kind === 'interrupt') {
      shell.status = 130
      return undefined
    }
    if (result.kind === 'end') {
      if (text === '') return ''
      yield* syntaxFailure(shell, new ShellSyntaxError('syntax error: unexpected end of file', 1, false))
      return undefined
    }
    const expanded = yield* history(shell, result.text, console.memory)
    if (expanded === undefined) return undefined
    text += `${expanded.text}\n`
    if (expanded.printOnly) {
      keep(shell, text.slice(0, -1), console)
      return undefined
    }
    if (!isIncomplete(shell, text)) break
  }
  keep(shell, text.slice(0, -1), console)
  return text.trim() === '' ? undefined : text
}

const keep = (shell: Shell, text: string, { terminal }: Console): void =>
  terminal ? rememberDurably(shell, text) : remember(shell, text)

/** Options of `set` that edit lines; with neither of them they come as they are. */
const EDITING = ['emacs', 'vi'] as const

function* readOne(shell: Shell, editor: LineEditor | undefined, text: string): Steps<LineResult> {
  try {
    if (editor && EDITING.some((mode) => shell.options.has(mode))) return yield* editor.read(text)
    yield* wait(shell.sys.write(2, encodeText(text.replace(/[\x01\x02]/g, ''))))
    const line = yield* readLine(shell, 0)
    return line === undefined ? { kind: 'end' } : { kind: 'line', text: line }
  } catch (error) {
    if (error === EIO) return { kind: 'end' }
    if (isErrno(error)) return { kind: 'interrupt' }
    throw error
  }
}

function* history(shell: Shell, text: string, memory: ExpansionMemory): Steps<ExpandedLine | undefined> {
  if (!shell.options.has('histexpand') || shell.dialect.name !== 'bash' || !/!|^\^/.test(text))
    return { text, printOnly: false }
  try {
    const expanded = new HistoryExpansion(shell.history, shell.historyCounts.dropped + 1, memory).expand(text)
    if (expanded.text !== text) yield* wait(shell.sys.write(2, encodeText(`${expanded.text}\n`)))
    return expanded
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    yield* wait(shell.complain(error.message))
    return undefined
  }
}

function* prompt(shell: Shell, name: 'PS0' | 'PS1' | 'PS2'): Steps<string> {
  const text = promptText(shell, shell.variables.get(name) ?? '')
  if (!/[$`]/.test(text)) return text
  const { status, substituted, pipeStatus } = shell
  try {
    const parser = new Parser(text, shell.syntax)
    return yield* expandQuoted(shell, readQuotedText(text, parser.cursor, 'here').parts)
  } catch (error) {
    if (error instanceof ShellSyntaxError || error instanceof FatalError) return text
    throw error
  } finally {
    Object.assign(shell, { status, substituted, pipeStatus })
  }
}

function isIncomplete(shell: Shell, text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return true
  const parser = new Parser(text, shell.syntax)
  try {
    while (parser.next());
    return parser.cursor.heredocCutOff
  } catch (error) {
    if (error instanceof ShellSyntaxError) return error.incomplete
    throw error
  }
}
