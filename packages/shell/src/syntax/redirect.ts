import type { Redirect } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { tokenAt } from './parser-tokens.ts'
import { readWord } from './word.ts'

const POSIX_OPERATORS = ['<<-', '<<', '<&', '<>', '<', '>>', '>&', '>|', '>']
const BASH_OPERATORS = ['&>>', '&>', '<<<', ...POSIX_OPERATORS]

/** A redirection at the cursor, or undefined. */
export function readRedirect(cursor: Cursor): Redirect | undefined {
  const start = cursor.position
  const heads = cursor.options.exact ? /^(?:(\d+)|\{([A-Za-z_]\w*(?:\[\w+\])?)\})(?=[<>])/ : /^(\d+)(?=[<>])/
  const head = heads.exec(cursor.source.slice(start, start + 80))
  const first = cursor.peek()
  if (!head && first !== '<' && first !== '>' && first !== '&') return undefined
  cursor.position += head?.[0].length ?? 0
  const line = cursor.line()
  const operators = cursor.options.bash ? BASH_OPERATORS : POSIX_OPERATORS
  const operator = operators.find((each) => cursor.startsWith(each))
  if (!operator || isProcessSubstitution(cursor) || (head && operator.startsWith('&'))) {
    cursor.position = start
    return undefined
  }
  cursor.position += operator.length
  cursor.skipBlanks()
  const target = readWord(cursor)
  if (!target) return cursor.unexpected(tokenAt(cursor))
  const fd = head?.[1] === undefined ? {} : { fd: Number(head[1]) }
  const variable = head?.[2] === undefined ? {} : { variable: head[2] }
  const redirect: Redirect = { operator, target, line, ...fd, ...variable }
  if (operator === '<<' || operator === '<<-') cursor.heredocs.push(redirect)
  return redirect
}

const isProcessSubstitution = (cursor: Cursor): boolean =>
  cursor.options.bash && (cursor.startsWith('<(') || cursor.startsWith('>('))
