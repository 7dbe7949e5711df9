import { expandAlias } from './alias.ts'
import type { ArrayElement, Assignment, Part, Redirect, SimpleCommand, Word } from './ast.ts'
import { EMPTY_WORD, makeAssignment, makeWord, plainText, textWord } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { readIndex } from './parameter.ts'
import { tokenAt } from './parser-tokens.ts'
import { readRedirect } from './redirect.ts'
import { readWord, readWordUntil } from './word.ts'

/** Builtins whose arguments are read as assignments: `declare a=(1 2)`. */
const DECLARATIONS: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly'])

export function parseSimple(cursor: Cursor, line: number): SimpleCommand {
  const assignments: Assignment[] = []
  const words: Word[] = []
  const redirects: Redirect[] = []
  const declarations = new Map<number, Assignment>()
  let declaring = false
  // bash has read the second word when it notes the line of the command.
  let start = line
  const second = (): boolean => cursor.options.exact === true && words.length + assignments.length === 2
  for (;;) {
    cursor.skipBlanks()
    if (cursor.atEnd) break
    const redirect = readRedirect(cursor)
    if (redirect) {
      redirects.push(redirect)
      continue
    }
    if (words.length === 0 && assignments.length + redirects.length > 0) expandAlias(cursor)
    else if (cursor.takesAlias()) expandAlias(cursor)
    const assignment = words.length === 0 || declaring ? readAssignment(cursor, declaring) : undefined
    if (assignment && !declaring) {
      assignments.push(assignment)
      if (second()) start = cursor.line()
      continue
    }
    if (assignment) {
      declarations.set(words.length, assignment)
      words.push(textWord(assignment.name))
      continue
    }
    const word =
      words.length === 0 && cursor.options.bash ? readCommandWord(cursor) : argument(readWord(cursor), cursor)
    if (!word) {
      if (cursor.peek() === '(') openParenthesis(cursor)
      break
    }
    words.push(word)
    if (second()) start = cursor.line()
    const name = plainText(word)
    if (words.length === 1) declaring = name !== undefined && DECLARATIONS.has(name)
  }
  if (words.length + assignments.length + redirects.length === 0) cursor.unexpected(tokenAt(cursor))
  const declared = declarations.size > 0 ? declarations : undefined
  return { type: 'simple', assignments, words, redirects, line: start, form: undefined, declarations: declared }
}

/** bash complains about what follows the parenthesis, which it takes for a function's. */
function openParenthesis(cursor: Cursor): never {
  const start = cursor.position
  cursor.position++
  cursor.skipBlanks()
  const token = tokenAt(cursor)
  cursor.position = start
  return cursor.unexpected(
    cursor.options.bash && token === '' ? '\n' : cursor.options.bash && /^[;&|\n]/.test(token) ? token : '(',
  )
}

/** `name=`, `name+=`, `name[…]=` at the cursor with its value; undefined for anything else. */
export function readAssignment(cursor: Cursor, argument = false): Assignment | undefined {
  const start = cursor.position
  const head = /^[A-Za-z_]\w*(?=\[|\+?=)/.exec(cursor.source.slice(start, start + 256))
  if (!head) return undefined
  const name = head[0]
  cursor.position += name.length
  if (argument && /^\[[^\]'"$`]*\s/.test(cursor.source.slice(cursor.position, cursor.position + 256))) {
    cursor.position = start
    return undefined
  }
  const index = cursor.peek() === '[' ? readSubscript(cursor) : undefined
  const append = cursor.options.bash && cursor.peek() === '+' && cursor.peek(1) === '='
  if (cursor.peek() === '[' || (!append && cursor.peek() !== '=')) {
    cursor.position = start
    return undefined
  }
  cursor.position += append ? 2 : 1
  if (cursor.peek() === '(' && cursor.options.bash) return makeAssignment(name, append, { index, ...readArray(cursor) })
  const value = readWord(cursor)
  return makeAssignment(name, append, { index, value: value && withTildes(value) })
}

const readSubscript = (cursor: Cursor): Word | undefined =>
  cursor.options.bash ? readIndex(cursor, readWordUntil) : undefined

/** A word where an assignment could stand: blanks between the brackets of `name[…]` belong to it. */
function readCommandWord(cursor: Cursor): Word | undefined {
  const head = /^[A-Za-z_]\w*(?=\[)/.exec(cursor.source.slice(cursor.position, cursor.position + 256))?.[0]
  if (head === undefined) return readWord(cursor)
  const start = cursor.position
  cursor.position += head.length
  const index = readIndex(cursor, readWordUntil)
  const rest = readWord(cursor)
  const parts: Part[] = [
    { kind: 'literal', text: `${head}[` },
    ...index.parts,
    { kind: 'literal', text: ']' },
    ...(rest?.parts ?? []),
  ]
  return makeWord(parts, cursor.source.slice(start, cursor.position))
}

/** An argument that looks like an assignment: a tilde behind its `=` counts, too. */
function argument(word: Word | undefined, cursor: Cursor): Word | undefined {
  const [first, ...rest] = word?.parts ?? []
  if (!word || first?.kind !== 'literal' || !cursor.options.exact) return word
  const match = /^([A-Za-z_]\w*\+?=)(~[^]*)$/.exec(first.text)
  if (!match) return word
  const [, name = '', value = ''] = match
  return makeWord([{ kind: 'literal', text: name }, { kind: 'literal', text: value }, ...rest], word.source, word.plain)
}

/** In a value a tilde counts after each unquoted colon too: the literals are split there, so that expansion sees it. */
function withTildes(word: Word): Word {
  if (!word.parts.some((part) => part.kind === 'literal' && part.text.includes(':~'))) return word
  const parts = word.parts.flatMap((part): Part[] =>
    part.kind === 'literal' ? part.text.split(/(?<=:)(?=~)/).map((text) => ({ kind: 'literal', text })) : [part],
  )
  return makeWord(parts, word.source)
}

/** `(…)` of an array assignment. */
function readArray(cursor: Cursor): { array: readonly ArrayElement[]; bad?: string } {
  const array: ArrayElement[] = []
  const line = cursor.line()
  cursor.position++
  for (;;) {
    do cursor.skipBlanks()
    while (cursor.take('\n'))
    if (cursor.atEnd) cursor.unterminated(')', line)
    if (cursor.take(')')) return { array }
    if (array.length > 0 && cursor.peek() === '(') return badArray(cursor, array)
    array.push(readElement(cursor))
  }
}

/** bash looks into the parentheses when it assigns: what is wrong there is told then. */
function badArray(cursor: Cursor, array: readonly ArrayElement[]): { array: readonly ArrayElement[]; bad: string } {
  for (let depth = 1; depth > 0 && !cursor.atEnd; cursor.position++)
    depth += cursor.peek() === '(' ? 1 : cursor.peek() === ')' ? -1 : 0
  return { array, bad: "syntax error near unexpected token `('" }
}

function readElement(cursor: Cursor): ArrayElement {
  const start = cursor.position
  if (cursor.peek() === '[') {
    const index = readIndex(cursor, readWordUntil)
    const append = cursor.peek() === '+' && cursor.peek(1) === '='
    if (append || cursor.peek() === '=') {
      cursor.position += append ? 2 : 1
      return { index, append, value: withTildes(readWord(cursor) ?? EMPTY_WORD) }
    }
    cursor.position = start
  }
  const value = readWord(cursor)
  if (!value) return cursor.unexpected(tokenAt(cursor))
  return { value }
}
