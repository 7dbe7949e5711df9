import { drive, type Steps } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Word } from '../syntax/ast.ts'
import { Parser } from '../syntax/parser.ts'
import { readQuotedText, readWordUntil } from '../syntax/word.ts'

/** `name[subscript]` taken apart; the subscript goes to the bracket at the end. */
export function splitElement(text: string): { name: string; index: string } | undefined {
  const match = /^([A-Za-z_]\w*)\[([^]*)\]$/.exec(text)
  return match ? { name: match[1] ?? '', index: match[2] ?? '' } : undefined
}

/** Whether a text would change when it is expanded. */
const isLive = (text: string): boolean => /[$`\\'"]/.test(text)

/** A subscript that came as text, as in `unset 'a[$k]'`, `printf -v` or the value of a nameref, is expanded when it is used. */
export function* expandSubscript(shell: Shell, text: string): Steps<string> {
  if (!isLive(text)) return text
  const { cursor } = new Parser(text, shell.syntax)
  return yield* shell.machinery.expandText(
    shell,
    readWordUntil(cursor, () => false),
  )
}

/** The subscript of an indexed array is arithmetic, where only double quotes go away. */
export function* arithmeticSubscript(shell: Shell, word: Word): Steps<string> {
  if (!hasSingleQuotes(word)) return yield* shell.machinery.expandText(shell, word)
  const { cursor } = new Parser(word.source, shell.syntax)
  return yield* shell.machinery.expandQuoted(shell, readQuotedText(word.source, cursor, 'double').parts)
}

export const hasSingleQuotes = (word: Word): boolean => word.source.includes("'")

/** An expansion in a value that arithmetic came upon has to wait for a process: whoever can wait tries again with its text. */
export class PendingSubscript {
  readonly text: string
  readonly expanded: Promise<string>
  constructor(text: string, expanded: Promise<string>) {
    this.text = text
    this.expanded = expanded
  }
}

/** As `expandSubscript`, where nothing can wait. @throws PendingSubscript */
export function subscriptNow(shell: Shell, text: string): string {
  if (!isLive(text)) return text
  const known = shell.subscripts?.get(text)
  if (known !== undefined) return known
  return outright(text, expandSubscript(shell, text))
}

/** What the steps lead to, where nothing can wait. @throws PendingSubscript */
export function outright(text: string, steps: Steps<string>): string {
  const expanded = drive(steps)
  if (expanded instanceof Promise) throw new PendingSubscript(text, expanded)
  return expanded
}
