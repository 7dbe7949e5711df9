import { isDirectory, O_RDONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'
import type { HeredocCut } from '../syntax/cursor.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'
import { begin, ExitShell, FatalError, type Outcome, type Steps, TopLevelError, wait } from './flow.ts'
import { runLast } from './child.ts'
import type { Script } from './kept-scripts.ts'
import type { Shell } from './shell.ts'

export interface TextOptions {
  /** What messages about the text begin with, when it is not the shell's name: `eval`, `-c`. */
  readonly label?: string
  readonly firstLine?: number
  /** Errors that end a line go on with the next one: files do, `-c` does not. */
  readonly goesOn?: boolean
  /** The last command may take the place of the shell. */
  readonly last?: boolean
}

/** Runs a text, one complete command after the other. */
export const runText = (shell: Shell, text: string, options: TextOptions = {}): Steps<number> =>
  textSteps(shell, text, shell.scripts.read(shell, text, options.firstLine ?? 1), options, 0)

/** The same for what is run again and again: without steps as long as nothing in it waits or goes wrong. */
export function runAgain(shell: Shell, text: string, options: TextOptions): Outcome {
  const script = shell.scripts.read(shell, text, options.firstLine ?? 1)
  let status = 0
  while (script.known && !shell.options.has('verbose')) {
    const list = script.next()
    if (!list || (shell.options.noexec && !shell.interactive)) return status
    let outcome: Outcome
    try {
      outcome = shell.machinery.run(shell, list)
    } catch (error) {
      return begin(textSteps(shell, text, script, options, status, failing(error)))
    }
    if (typeof outcome !== 'number') return textSteps(shell, text, script, options, status, outcome)
    status = outcome
    if (shell.jump) return shell.status
  }
  return begin(textSteps(shell, text, script, options, status))
}

// oxlint-disable-next-line require-yield
function* failing(error: unknown): Steps<number> {
  throw error
}

/** @param status of what was run before @param begun a command of the text that goes on */
function* textSteps(
  shell: Shell,
  text: string,
  script: Script,
  { goesOn, last, label }: TextOptions,
  before: number,
  begun?: Steps<number>,
): Steps<number> {
  let status = before
  let shown = 0
  let first = begun
  for (;;) {
    try {
      if (first) {
        const steps = first
        first = undefined
        status = yield* steps
        if (shell.jump) return shell.status
      }
      shown = lineEnd(text, Math.max(shown, script.position))
      const list = script.next()
      if (shell.options.has('verbose'))
        shown = yield* echoInput(shell, text, shown, list ? script.position : text.length)
      const cuts = script.takeCutOff()
      if (cuts.length > 0) yield* warnOfCutOff(shell, cuts)
      if (!list) return status
      if (shell.options.noexec && !shell.interactive) continue
      const outcome = last && script.atEnd ? runLast(shell, list) : shell.machinery.run(shell, list)
      status = typeof outcome === 'number' ? outcome : yield* outcome
    } catch (error) {
      if (error instanceof ShellSyntaxError) {
        yield* warnOfCutOff(shell, script.takeCutOff())
        return yield* syntaxFailure(shell, error, label)
      }
      if (!(error instanceof FatalError) || !goesOn || shell.options.has('errexit') || !recovers(shell, error))
        throw error
      if (error.message) yield* wait(shell.complain(error.message))
      status = shell.status = error.status
    }
    if (shell.jump) return shell.status
  }
}

const lineEnd = (text: string, at: number): number => {
  if (at === 0 || text.charAt(at - 1) === '\n') return at
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

/** `set -v`: the lines that were read for a command. @returns where they end */
function* echoInput(shell: Shell, text: string, from: number, position: number): Steps<number> {
  const end = lineEnd(text, position)
  const lines = text.slice(from, end)
  if (lines) yield* wait(shell.sys.write(2, encodeText(lines.endsWith('\n') ? lines : `${lines}\n`)))
  return Math.max(from, end)
}

/** bash tells of here-documents that the end of the text ended. */
function* warnOfCutOff(shell: Shell, cuts: readonly HeredocCut[]): Steps<void> {
  if (shell.dialect.name !== 'bash') return
  for (const { startLine, endLine, delimiter } of cuts) {
    const words = `warning: here-document at line ${startLine} delimited by end-of-file (wanted \`${delimiter}')`
    yield* wait(shell.sys.write(2, encodeText(`${shell.prefix(endLine)}${words}\n`)))
  }
}

/** Whether the next line is run after an error that ended this one. */
function recovers(shell: Shell, error: FatalError): boolean {
  if (error instanceof TopLevelError) return !shell.options.has('commandString')
  return !error.exits && !shell.posix
}

/** Tells what is wrong with the text. @returns 2 */
export function* syntaxFailure(shell: Shell, error: ShellSyntaxError, label?: string): Steps<number> {
  const { dialect } = shell
  if (!dialect.bash) {
    const text = error.message
      .replace(
        /^syntax error near unexpected token `(.*)'$/s,
        (_, token: string) =>
          `Syntax error: ${token === 'newline' ? 'newline' : /^[;&|()<>]+$/.test(token) ? `"${token}"` : `"${token}"`} unexpected`,
      )
      .replace(/^syntax error: unexpected end of file$/, 'Syntax error: end of file unexpected')
      .replace(/^unexpected EOF while looking for matching `"'$/, 'Syntax error: Unterminated quoted string')
    yield* wait(shell.sys.write(2, new TextEncoder().encode(`${shell.prefix(error.line)}${text}\n`)))
    return (shell.status = 2)
  }
  const plain = shell.prefix(error.line)
  const inserted = label ? plain.replace(/line \d+: $/, (line) => `${label}: ${line}`) : plain
  const shown = error.shown === undefined ? '' : `${inserted}\`${error.shown}'\n`
  yield* wait(shell.sys.write(2, new TextEncoder().encode(`${inserted}${error.message}\n${shown}`)))
  return (shell.status = 2)
}

/** A script in a file, in the place of this shell's own commands. */
export function* runScriptFile(shell: Shell, path: string, words: readonly string[]): Steps<number> {
  shell.name = words[0] ?? path
  shell.source = path
  shell.script = path
  shell.scriptWords = shell.positional = words.slice(1)
  const fd = shell.sys.open(path, O_RDONLY)
  const bytes = yield* wait(readAll(shell.sys, fd))
  shell.sys.close(fd)
  if (isBinary(bytes)) {
    yield* wait(shell.complain(`${path}: cannot execute binary file: Exec format error`))
    throw new ExitShell(126)
  }
  return yield* runText(shell, decodeBytes(bytes), { goesOn: true })
}

/** A NUL in the first line: no script. */
export function isBinary(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(10)
  return bytes.subarray(0, end < 0 ? Math.min(80, bytes.length) : end).includes(0)
}

export const isFolder = (shell: Shell, path: string): boolean => isDirectory(shell.sys.stat(path).mode)
