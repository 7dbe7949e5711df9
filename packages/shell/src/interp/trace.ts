import { quoteIfNeeded } from '../expand/quote.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { Parser } from '../syntax/parser.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'
import { readQuotedText } from '../syntax/word.ts'
import { FatalError, type Steps, wait } from './flow.ts'
import { promptText } from './prompt.ts'
import type { Shell } from './shell.ts'

/** PS4 with its parameters and commands, which leave no trace of their own. */
function* expandedPrompt(shell: Shell, prompt: string): Steps<string> {
  const text = promptText(shell, prompt)
  if (!/[$`]/.test(text)) return text
  const { status, substituted, pipeStatus } = shell
  shell.options.delete('xtrace')
  try {
    const parser = new Parser(text, shell.syntax)
    return yield* shell.machinery.expandQuoted(shell, readQuotedText(text, parser.cursor, 'here').parts)
  } catch (error) {
    if (error instanceof ShellSyntaxError || error instanceof FatalError) return text
    throw error
  } finally {
    shell.options.add('xtrace')
    Object.assign(shell, { status, substituted, pipeStatus })
  }
}

/** One line of `set -x`. */
export function* traceLine(shell: Shell, text: string): Steps<void> {
  const ps4 = yield* expandedPrompt(shell, shell.variables.get('PS4') ?? '+ ')
  const head = ps4.charAt(0).repeat((shell.dialect.name === 'bash' ? shell.indirection : 0) + 1) + ps4.slice(1)
  yield* wait(shell.sys.write(2, encodeText(`${head}${text}\n`)))
}

/** dash shows words as they are. */
export const traceWords = ({ dialect }: Shell, words: readonly string[]): string =>
  dialect.name === 'dash' ? words.join(' ') : words.map(quoteIfNeeded).join(' ')
