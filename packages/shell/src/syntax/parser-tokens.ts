import type { Cursor } from './cursor.ts'
import { readWord } from './word.ts'

const OPERATORS = [
  ';;&',
  ';;',
  ';&',
  '&&',
  '||',
  '|&',
  '&>>',
  '&>',
  '<<<',
  '<<-',
  '<<',
  '<&',
  '<>',
  '>>',
  '>&',
  '>|',
  ';',
  '&',
  '|',
  '(',
  ')',
  '<',
  '>',
  '\n',
]

/** What stands at the cursor, for messages: an operator, a word's source, or '' at the end. */
export function tokenAt(cursor: Cursor): string {
  const operator = OPERATORS.find((each) => cursor.startsWith(each))
  if (operator) return operator
  const start = cursor.position
  const word = readWord(cursor)
  cursor.position = start
  return word?.source ?? ''
}

/** The reserved word or bare name at the cursor, cheaply; '' for anything else. */
export function bareWordAt(cursor: Cursor): string {
  const match = /^(?:[A-Za-z_]+|\[\[|[{}!])(?=[\s;&|()<>]|$)/.exec(
    cursor.source.slice(cursor.position, cursor.position + 64),
  )
  return match?.[0] ?? ''
}
