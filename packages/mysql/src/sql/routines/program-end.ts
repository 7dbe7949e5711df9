import type { Token } from '../lexer.ts'

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.upper === word
const isOp = (token: Token | undefined, text: string): boolean => token?.kind === 'op' && token.text === text

const OPENING = /^(BEGIN|CASE|IF|LOOP|WHILE|REPEAT)$/
/** Whether a word begins a statement there. */
const begins = (before: Token | undefined): boolean =>
  before === undefined ||
  isOp(before, ';') ||
  isOp(before, ':') ||
  /^(BEGIN|THEN|ELSE|DO|LOOP|REPEAT)$/.test(before.upper)

/** Where the stored program that is made at `start` ends: its inner semicolons end nothing. */
export function programEnd(tokens: readonly Token[], start: number): number {
  let depth = 0
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]
    if (depth === 0 && isOp(token, ';')) return at
    if (token?.kind !== 'word') continue
    if (token.upper === 'END') {
      depth--
      if (/^(IF|CASE|LOOP|WHILE|REPEAT)$/.test(tokens[at + 1]?.upper ?? '')) at++
    } else if (
      OPENING.test(token.upper) &&
      (token.upper === 'CASE' || token.upper === 'BEGIN' || begins(tokens[at - 1]))
    )
      depth++
  }
  return tokens.length
}

/** Whether the tokens at `at` make a stored program. */
export function makesProgram(tokens: readonly Token[], at: number): boolean {
  if (!isWord(tokens[at], 'CREATE')) return isWord(tokens[at], 'BEGIN') && isWord(tokens[at + 1], 'NOT')
  for (let i = at + 1; i < Math.min(tokens.length, at + 9); i++) {
    if (/^(PROCEDURE|FUNCTION|TRIGGER|EVENT)$/.test(tokens[i]?.upper ?? '') && tokens[i]?.kind === 'word') return true
    if (/^(TABLE|VIEW|INDEX|DATABASE|USER|ROLE)$/.test(tokens[i]?.upper ?? '')) return false
  }
  return false
}
