import { quoteIfNeeded } from '../expand/quote.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import { promptText } from './prompt.ts'
import type { Shell } from './shell.ts'

/** One line of `set -x`. */
export function* traceLine(shell: Shell, text: string): Steps<void> {
  const ps4 = promptText(shell, shell.variables.get('PS4') ?? '+ ').replace(/\$\{?LINENO\}?/g, String(shell.line))
  const head = ps4.charAt(0).repeat(shell.subshell + 1) + ps4.slice(1)
  yield* wait(shell.sys.write(2, encodeText(`${head}${text}\n`)))
}

/** dash shows words as they are. */
export const traceWords = ({ dialect }: Shell, words: readonly string[]): string =>
  dialect.name === 'dash' ? words.join(' ') : words.map(quoteIfNeeded).join(' ')
