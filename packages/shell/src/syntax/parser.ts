import type { Command, List, ListItem, Pipeline, Redirect } from './ast.ts'
import { type Grammar, parseCompound } from './compound.ts'
import { expandAlias } from './alias.ts'
import { Cursor, type HeredocCut, type SyntaxOptions } from './cursor.ts'
import { readHeredocs } from './heredoc.ts'
import { bareWordAt, tokenAt } from './parser-tokens.ts'
import { readRedirect } from './redirect.ts'
import { parseSimple } from './simple.ts'
import { nameAt, readWord } from './word.ts'

/** Words that end a list where a command could stand. */
const CLOSERS: ReadonlySet<string> = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}', 'in'])

/** What compound commands need of this file, handed over because they cannot import it back. */
const GRAMMAR: Grammar = { parseList, parseBody, parseCommand, skipNewlines }

/** A script, read one complete command at a time, so that aliases and options set by one hold for the next. */
export class Parser {
  readonly cursor: Cursor
  private readonly length: number

  constructor(text: string, options: SyntaxOptions) {
    this.length = text.length
    this.cursor = new Cursor(text, options, parseUntil)
  }

  /** Nothing but blanks is left. */
  get atEnd(): boolean {
    skipNewlines(this.cursor)
    return this.cursor.atEnd
  }

  /** Where in the text: aliases that were put in are behind it. */
  get position(): number {
    return this.length - (this.cursor.source.length - this.cursor.position)
  }

  /** Here-documents that were cut off since the last call. */
  takeCutOff(): readonly HeredocCut[] {
    const { cutOff } = this.cursor
    if (cutOff.length > 0) this.cursor.cutOff = []
    return cutOff
  }

  /** The next line's commands; undefined at the end. @throws ShellSyntaxError */
  next(): List | undefined {
    const { cursor } = this
    skipNewlines(cursor)
    if (cursor.atEnd) return undefined
    const items = parseItems(cursor, false)
    cursor.skipBlanks()
    if (!cursor.atEnd && !cursor.take('\n')) cursor.unexpected(tokenAt(cursor))
    if (cursor.heredocs.length) readHeredocs(cursor)
    return { type: 'list', items }
  }
}

/** Reads commands up to `close`, which it eats; '' is the end of the text. */
function parseUntil(cursor: Cursor, close: string): List {
  const line = cursor.line()
  const list = parseList(cursor)
  cursor.skipBlanks()
  if (close === '') {
    if (!cursor.atEnd) cursor.unexpected(tokenAt(cursor))
  } else if (cursor.atEnd) cursor.unterminated(close, cursor.options.exact ? cursor.lineAfterEnd() : line)
  else if (!cursor.take(close)) cursor.unexpected(tokenAt(cursor))
  return list
}

export function skipNewlines(cursor: Cursor): void {
  for (;;) {
    cursor.skipBlanks()
    if (!cursor.take('\n')) return
    if (cursor.heredocs.length) readHeredocs(cursor)
  }
}

/** Commands over many lines, up to a word or operator that cannot begin one. */
export function parseList(cursor: Cursor): List {
  return { type: 'list', items: parseItems(cursor, true) }
}

/** A list that must not be empty, as between `then` and `fi`. */
export function parseBody(cursor: Cursor): List {
  const list = parseList(cursor)
  if (list.items.length === 0) cursor.unexpected(tokenAt(cursor))
  return list
}

function parseItems(cursor: Cursor, multiline: boolean): ListItem[] {
  const items: ListItem[] = []
  for (;;) {
    if (multiline) skipNewlines(cursor)
    else cursor.skipBlanks()
    if (!canBegin(cursor)) return items
    const line = cursor.line()
    const command = parseAndOr(cursor)
    cursor.skipBlanks()
    const separated =
      cursor.startsWith(';;') || cursor.startsWith(';&') ? undefined : ['&', ';'].find((each) => cursor.peek() === each)
    const background = separated === '&'
    if (separated) cursor.position++
    items.push({ command, background, line })
    if (!separated && !(multiline && cursor.peek() === '\n')) return items
  }
}

function canBegin(cursor: Cursor): boolean {
  if (cursor.atEnd) return false
  if (';&|)\n'.includes(cursor.peek())) return cursor.startsWith('&>')
  const word = bareWordAt(cursor)
  return word === '' || word === 'in' || !CLOSERS.has(word)
}

function parseAndOr(cursor: Cursor): Command {
  let left = parsePipeline(cursor)
  for (;;) {
    cursor.skipBlanks()
    const type = cursor.take('&&') ? 'and' : cursor.take('||') ? 'or' : undefined
    if (!type) return left
    skipNewlines(cursor)
    left = { type, left, right: parsePipeline(cursor) }
  }
}

function parsePipeline(cursor: Cursor): Command {
  let negated = false
  let timed: Pipeline['timed'] = false
  const line = cursor.line()
  for (;;) {
    const word = bareWordAt(cursor)
    if (word === '!') negated = !negated
    else if (word === 'time' && cursor.options.bash) timed = 'time'
    else break
    cursor.position += word.length
    cursor.skipBlanks()
    if (timed && /^-p(?=\s)/.test(cursor.source.slice(cursor.position, cursor.position + 3))) {
      timed = 'time -p'
      cursor.position += 2
      cursor.skipBlanks()
    }
  }
  const nothing = (negated || timed) && (cursor.atEnd || ';\n&|)'.includes(cursor.peek()))
  const commands: Command[] = nothing ? [] : [parseCommand(cursor)]
  const withErrors: boolean[] = []
  for (;;) {
    cursor.skipBlanks()
    if (cursor.startsWith('||') || cursor.peek() !== '|') break
    cursor.position++
    withErrors.push(cursor.options.bash && cursor.take('&'))
    skipNewlines(cursor)
    commands.push(parseCommand(cursor))
  }
  const [only] = commands
  if (!negated && !timed && commands.length === 1 && only) return only
  return { type: 'pipeline', negated, timed, commands, withErrors, line }
}

/** One command with its redirections. */
export function parseCommand(cursor: Cursor): Command {
  cursor.skipBlanks()
  expandAlias(cursor)
  const definition = functionName(cursor)
  if (definition !== undefined) return parseFunction(cursor, definition)
  const line = cursor.line()
  const bare = bareWordAt(cursor)
  if (bare !== '' && CLOSERS.has(bare) && bare !== 'in') cursor.unexpected(bare)
  const compound = parseCompound(cursor, bare, line, GRAMMAR)
  if (compound) return { ...compound, redirects: parseRedirects(cursor) }
  return parseSimple(cursor, line)
}

function parseRedirects(cursor: Cursor): Redirect[] {
  const redirects: Redirect[] = []
  for (;;) {
    cursor.skipBlanks()
    const redirect = readRedirect(cursor)
    if (!redirect) return redirects
    redirects.push(redirect)
  }
}

/** `name ()` ahead: the name, with the cursor after the parentheses. */
function functionName(cursor: Cursor): string | undefined {
  const start = cursor.position
  const keyword = cursor.options.bash && bareWordAt(cursor) === 'function'
  if (keyword) {
    cursor.position += 8
    cursor.skipBlanks()
  }
  const quick = /^(?![A-Za-z_]\w*\+?=)[^\s;&|()<>$`'"\\]+[ \t]*\([ \t]*\)/.exec(
    cursor.source.slice(cursor.position, cursor.position + 256),
  )
  const fancy = keyword || (!quick && parenthesesAhead(cursor)) ? readWord(cursor)?.source : undefined
  if (keyword && fancy === undefined) cursor.unexpected(tokenAt(cursor))
  if (!keyword && !quick && fancy === undefined) return undefined
  const name = fancy ?? quick?.[0].replace(/[ \t]*\([ \t]*\)$/, '') ?? ''
  if (!keyword && fancy === undefined) cursor.position += name.length
  cursor.skipBlanks()
  if (cursor.take('(')) {
    cursor.skipBlanks()
    if (cursor.take(')')) return name
  } else if (keyword) return name
  cursor.position = start
  return undefined
}

/** A name with an expansion in it: bash reads the definition and complains when it is run. */
const parenthesesAhead = (cursor: Cursor): boolean =>
  cursor.options.exact &&
  /^[^\n;&|(]*[$`][^\n]*\([ \t]*\)[ \t]*\{/.test(cursor.source.slice(cursor.position, cursor.position + 256))

function parseFunction(cursor: Cursor, name: string): Command {
  const line = cursor.line()
  if (!cursor.options.bash && nameAt(name, 0) !== name) cursor.unexpected('(')
  skipNewlines(cursor)
  const bare = bareWordAt(cursor)
  const body = parseCompound(cursor, bare, cursor.line(), GRAMMAR)
  if (!body && cursor.options.bash) cursor.unexpected(tokenAt(cursor))
  const whole = body ? { ...body, redirects: parseRedirects(cursor) } : parseCommand(cursor)
  return { type: 'function', name, body: whole, redirects: [], line }
}
