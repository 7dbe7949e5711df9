import {
  type Case,
  type CaseItem,
  type Command,
  type CompoundCommand,
  EMPTY_WORD,
  type If,
  type List,
  type Word,
} from './ast.ts'
import { expandAlias } from './alias.ts'
import { parseConditional } from './conditional.ts'
import type { Cursor } from './cursor.ts'
import { bareWordAt, tokenAt } from './parser-tokens.ts'
import { arithmeticEnd, nameAt, readQuotedText, readWord } from './word.ts'

export interface Grammar {
  readonly parseList: (cursor: Cursor) => List
  readonly parseBody: (cursor: Cursor) => List
  readonly parseCommand: (cursor: Cursor) => Command
  readonly skipNewlines: (cursor: Cursor) => void
}
type Build = (cursor: Cursor, line: number, grammar: Grammar) => CompoundCommand

const KEYWORDS: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['{', parseGroup],
  ['if', parseIf],
  ['while', parseWhile],
  ['until', parseWhile],
  ['for', parseFor],
  ['case', parseCase],
])
const BASH_KEYWORDS: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['select', parseFor],
  ['[[', parseDoubleBracket],
  ['coproc', parseCoprocess],
])

/** A compound command that `bare` or a parenthesis begins; its redirections are not read here. */
export function parseCompound(
  cursor: Cursor,
  bare: string,
  line: number,
  grammar: Grammar,
): CompoundCommand | undefined {
  if (cursor.peek() === '(') return parseParentheses(cursor, line, grammar)
  const build = KEYWORDS.get(bare) ?? (cursor.options.bash ? BASH_KEYWORDS.get(bare) : undefined)
  return build?.(cursor, line, grammar)
}

function expect(cursor: Cursor, word: string): void {
  cursor.skipBlanks()
  if (bareWordAt(cursor) !== word) cursor.unexpected(tokenAt(cursor))
  cursor.position += word.length
}

function parseParentheses(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  if (cursor.peek(1) === '(' && cursor.options.bash) {
    const start = cursor.position
    cursor.position += 2
    const end = arithmeticEnd(cursor)
    if (end >= 0) {
      const text = cursor.source.slice(start + 2, end)
      cursor.position = end + 2
      return {
        type: 'arithmetic',
        expression: { ...readQuotedText(text, cursor, 'double'), source: text },
        redirects: [],
        line,
      }
    }
    cursor.position = start
  }
  cursor.position++
  const body = grammar.parseBody(cursor)
  cursor.skipBlanks()
  if (!cursor.take(')')) cursor.unexpected(tokenAt(cursor))
  return { type: 'subshell', body, redirects: [], line }
}

function parseGroup(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  cursor.position++
  const body = grammar.parseBody(cursor)
  expect(cursor, '}')
  return { type: 'group', body, redirects: [], line }
}

function parseIf(cursor: Cursor, line: number, grammar: Grammar): If {
  const clauses: { test: List; body: List }[] = []
  let otherwise: List | undefined
  let word = 'if'
  while (word === 'if' || word === 'elif') {
    cursor.position += word.length
    const test = grammar.parseBody(cursor)
    expect(cursor, 'then')
    clauses.push({ test, body: grammar.parseBody(cursor) })
    cursor.skipBlanks()
    word = bareWordAt(cursor)
  }
  if (word === 'else') {
    cursor.position += 4
    otherwise = grammar.parseBody(cursor)
  }
  expect(cursor, 'fi')
  return { type: 'if', clauses, redirects: [], line, ...(otherwise ? { otherwise } : {}) }
}

function parseWhile(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  const until = bareWordAt(cursor) === 'until'
  cursor.position += 5
  const test = grammar.parseBody(cursor)
  const body = parseDo(cursor, grammar)
  return { type: 'while', until, test, body, redirects: [], line }
}

function parseDo(cursor: Cursor, grammar: Grammar): List {
  grammar.skipNewlines(cursor)
  expect(cursor, 'do')
  const body = grammar.parseBody(cursor)
  expect(cursor, 'done')
  return body
}

/** The body of for and select, which bash also takes in braces. */
function parseLoopBody(cursor: Cursor, grammar: Grammar): List {
  grammar.skipNewlines(cursor)
  if (bareWordAt(cursor) !== '{' || !cursor.options.bash) return parseDo(cursor, grammar)
  cursor.position++
  const body = grammar.parseBody(cursor)
  expect(cursor, '}')
  return body
}

function parseFor(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  const type = bareWordAt(cursor) === 'select' ? 'select' : 'for'
  cursor.position += type.length
  cursor.skipBlanks()
  if (type === 'for' && cursor.startsWith('((') && cursor.options.bash) return parseArithmeticFor(cursor, line, grammar)
  if (cursor.takesAlias()) expandAlias(cursor)
  const word = readWord(cursor)
  if (!word) return cursor.unexpected(tokenAt(cursor) || '\n')
  const name = word.source
  if (!cursor.options.bash && nameAt(name, 0) !== name) cursor.unexpected(name)
  grammar.skipNewlines(cursor)
  if (cursor.takesAlias()) expandAlias(cursor)
  let words: Word[] | undefined
  if (bareWordAt(cursor) === 'in') {
    cursor.position += 2
    words = readWords(cursor)
  }
  if (cursor.peek() === ';') cursor.position++
  return { type, name, ...(words ? { words } : {}), body: parseLoopBody(cursor, grammar), redirects: [], line }
}

function readWords(cursor: Cursor): Word[] {
  const words: Word[] = []
  for (;;) {
    cursor.skipBlanks()
    if (cursor.takesAlias()) expandAlias(cursor)
    const word = readWord(cursor)
    if (!word) break
    words.push(word)
  }
  if (!cursor.atEnd && cursor.peek() !== ';' && cursor.peek() !== '\n') cursor.unexpected(tokenAt(cursor))
  return words
}

function parseArithmeticFor(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  cursor.position += 2
  const end = arithmeticEnd(cursor)
  if (end < 0) cursor.unexpected('((')
  const sections = cursor.source.slice(cursor.position, end).split(';')
  if (sections.length !== 3) cursor.unexpected(sections.length < 3 ? '))' : ';')
  cursor.position = end + 2
  const [start, test, step] = sections.map((text) =>
    text.trim() === '' ? EMPTY_WORD : readQuotedText(text, cursor, 'double'),
  )
  cursor.skipBlanks()
  if (cursor.peek() === ';') cursor.position++
  const body = parseLoopBody(cursor, grammar)
  return {
    type: 'arithmetic-for',
    start: start ?? EMPTY_WORD,
    test: test ?? EMPTY_WORD,
    step: step ?? EMPTY_WORD,
    body,
    redirects: [],
    line,
  }
}

function parseCase(cursor: Cursor, line: number, grammar: Grammar): Case {
  cursor.position += 4
  cursor.skipBlanks()
  const word = readWord(cursor)
  if (!word) return cursor.unexpected(tokenAt(cursor))
  grammar.skipNewlines(cursor)
  expect(cursor, 'in')
  const items: CaseItem[] = []
  for (;;) {
    grammar.skipNewlines(cursor)
    if (bareWordAt(cursor) === 'esac') break
    items.push(parseCaseItem(cursor, grammar))
  }
  cursor.position += 4
  return { type: 'case', word, items, redirects: [], line }
}

function parseCaseItem(cursor: Cursor, grammar: Grammar): CaseItem {
  cursor.take('(')
  const patterns: Word[] = []
  do {
    cursor.skipBlanks()
    const pattern = readWord(cursor)
    if (!pattern) cursor.unexpected(tokenAt(cursor))
    else patterns.push(pattern)
    cursor.skipBlanks()
  } while (cursor.take('|'))
  if (!cursor.take(')')) cursor.unexpected(tokenAt(cursor))
  const body = grammar.parseList(cursor)
  cursor.skipBlanks()
  const end = ([';;&', ';;', ';&'] as const).find((each) => cursor.startsWith(each))
  if (end) cursor.position += end.length
  else if (bareWordAt(cursor) !== 'esac') cursor.unexpected(tokenAt(cursor))
  return { patterns, body, end: end ?? ';;' }
}

function parseDoubleBracket(cursor: Cursor, line: number): CompoundCommand {
  cursor.position += 2
  return { type: 'conditional', expression: parseConditional(cursor), redirects: [], line }
}

function parseCoprocess(cursor: Cursor, line: number, grammar: Grammar): CompoundCommand {
  cursor.position += 6
  cursor.skipBlanks()
  const start = cursor.position
  const name = nameAt(cursor.source, start)
  cursor.position += name.length
  cursor.skipBlanks()
  const compound = name !== '' && (KEYWORDS.has(bareWordAt(cursor)) || cursor.peek() === '(') && !KEYWORDS.has(name)
  if (!compound) cursor.position = start
  return { type: 'coproc', name: compound ? name : 'COPROC', body: grammar.parseCommand(cursor), redirects: [], line }
}
