import { EMPTY_WORD, makeParameter, makeWord, type Part, type Word } from './ast.ts'
import { ansiEscapes } from './ansi-escapes.ts'
import { Cursor } from './cursor.ts'
import { readParameter } from './parameter.ts'
import { ShellSyntaxError } from './syntax-error.ts'

/** Ends of an unquoted word. */
const METACHARACTERS = ' \t\n;&|()<>'
const SPECIAL_PARAMETERS = '@*#?-$!0123456789'

/** What ends the text that is being read, and how quotes count in it. */
interface Reading {
  /** True at the end of the text. */
  readonly ends: (cursor: Cursor) => boolean
  /** `"`: only $ ` \ are live; `here`: the body of a here-document. */
  readonly quotes: 'none' | 'double' | 'here'
  readonly extglob?: boolean
  /** The argument of `${…}`: a backslash quotes the brace that would close it. */
  readonly inBraces?: boolean
}

/** A word at the cursor; undefined when an operator or the end stands there. */
export function readWord(cursor: Cursor): Word | undefined {
  const start = cursor.position
  const parts = readParts(cursor, {
    quotes: 'none',
    ends: (at) => METACHARACTERS.includes(at.peek()),
    extglob: cursor.options.extglob(),
  })
  if (cursor.position === start) return undefined
  const source = cursor.source.slice(start, cursor.position)
  return makeWord(parts, source, plainField(parts))
}

/** The text of parts that no expansion touches. */
function plainField(parts: readonly Part[]): string | undefined {
  let text = ''
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (/[~{}*?(]|\[./.test(part.text) || (parts.length > 1 && part.text.endsWith('['))) return undefined
      text += part.text
    } else if (part.kind === 'quoted') text += part.text
    else if (part.kind === 'double') {
      const inner = plainField(part.parts)
      if (inner === undefined) return undefined
      text += inner
    } else return undefined
  }
  return text
}

/** A word that ends where `ends` says so: subscripts, patterns, arguments of `${…}`. */
export function readWordUntil(cursor: Cursor, ends: Reading['ends'], quotes: Reading['quotes'] = 'none'): Word {
  const start = cursor.position
  const parts = readParts(cursor, { quotes, ends, extglob: quotes === 'none' && cursor.options.bash, inBraces: true })
  return makeWord(parts, cursor.source.slice(start, cursor.position))
}

/** The whole text as it stands in double quotes, as here-documents and arithmetic are read. */
export function readQuotedText(text: string, cursor: Cursor, quotes: 'double' | 'here'): Word {
  const inner = new Cursor(text, cursor.options, cursor.parseUntil)
  return makeWord(readParts(inner, { quotes, ends: () => false }), text)
}

function readParts(cursor: Cursor, reading: Reading): Part[] {
  const parts: Part[] = []
  let text = ''
  let depth = 0
  const flush = (): void => {
    if (text !== '') parts.push(reading.quotes === 'none' ? { kind: 'literal', text } : { kind: 'quoted', text })
    text = ''
  }
  while (!cursor.atEnd) {
    if (depth === 0 && reading.ends(cursor)) {
      const process = readProcessSubstitution(cursor, reading)
      if (!process) break
      flush()
      parts.push(process)
      continue
    }
    const char = cursor.peek()
    if (reading.extglob && '?*+@!'.includes(char) && cursor.peek(1) === '(') {
      text += `${char}(`
      cursor.position += 2
      depth++
      continue
    }
    if (depth > 0 && (char === '(' || char === ')')) {
      depth += char === '(' ? 1 : -1
      text += char
      cursor.position++
      continue
    }
    const part = readSpecial(cursor, reading, char)
    if (part === undefined) {
      text += char
      cursor.position++
    } else {
      flush()
      parts.push(...part)
    }
  }
  flush()
  return parts
}

function readProcessSubstitution(cursor: Cursor, reading: Reading): Part | undefined {
  const direction = cursor.peek()
  if (reading.quotes !== 'none' || !cursor.options.bash) return undefined
  if ((direction !== '<' && direction !== '>') || cursor.peek(1) !== '(') return undefined
  const start = cursor.position
  cursor.position += 2
  const body = cursor.parseUntil(cursor, ')')
  return { kind: 'process', direction, body, source: cursor.source.slice(start, cursor.position) }
}

/** A quote, an escape or an expansion; undefined when the character stands for itself. */
function readSpecial(cursor: Cursor, reading: Reading, char: string): readonly Part[] | undefined {
  if (char === '\\') return readBackslash(cursor, reading)
  if (char === '$') return readDollar(cursor, reading)
  if (char === '`') return [readBackquotes(cursor, reading)]
  if (char === '"' && reading.quotes !== 'here') return [readDouble(cursor)]
  if (char === "'" && reading.quotes === 'none') return [readSingle(cursor)]
  if (char === "'" && reading.quotes === 'double' && reading.inBraces && cursor.options.exact) return readHidden(cursor)
  return undefined
}

const ESCAPED_IN: Record<Reading['quotes'], string> = { none: '', double: '$`"\\', here: '$`\\' }

/** Single quotes that hide braces in what they hold, and are kept themselves. */
function readHidden(cursor: Cursor): readonly Part[] {
  const line = cursor.line()
  const quote: Part = { kind: 'quoted', text: "'" }
  cursor.position++
  const parts = readParts(cursor, { quotes: 'double', ends: (at) => at.peek() === "'" })
  if (!cursor.take("'")) cursor.unterminated("'", line)
  return [quote, ...parts, quote]
}

function readBackslash(cursor: Cursor, { quotes, inBraces }: Reading): readonly Part[] | undefined {
  const next = cursor.peek(1)
  if (next === '\n') {
    cursor.position += 2
    return []
  }
  if (next === '') {
    cursor.position++
    return [{ kind: 'quoted', text: '\\' }]
  }
  if (quotes !== 'none' && !ESCAPED_IN[quotes].includes(next) && !(inBraces && next === '}')) return undefined
  cursor.position += 2
  return [{ kind: 'quoted', text: next }]
}

function readSingle(cursor: Cursor): Part {
  const line = cursor.line()
  const end = cursor.source.indexOf("'", cursor.position + 1)
  if (end < 0) cursor.unterminated("'", line)
  const text = cursor.source.slice(cursor.position + 1, end)
  cursor.position = end + 1
  return { kind: 'quoted', text }
}

function readDouble(cursor: Cursor): Part {
  const line = cursor.line()
  cursor.position++
  const parts = readParts(cursor, { quotes: 'double', ends: (at) => at.peek() === '"' })
  if (!cursor.take('"')) cursor.unterminated('"', line)
  return { kind: 'double', parts }
}

function readAnsi(cursor: Cursor): Part {
  const line = cursor.line()
  let end = cursor.position + 2
  while (end < cursor.source.length && cursor.source[end] !== "'") end += cursor.source[end] === '\\' ? 2 : 1
  if (end >= cursor.source.length) cursor.unterminated("'", line)
  const text = ansiEscapes(cursor.source.slice(cursor.position + 2, end))
  cursor.position = end + 1
  return { kind: 'quoted', text }
}

function readBackquotes(cursor: Cursor, { quotes }: Reading): Part {
  const line = cursor.line()
  const start = cursor.position
  let inner = ''
  let at = start + 1
  for (; at < cursor.source.length && cursor.source[at] !== '`'; at++) {
    const next = cursor.source[at + 1] ?? ''
    if (cursor.source[at] === '\\' && ('$`\\'.includes(next) || (quotes === 'double' && next === '"'))) at++
    inner += cursor.source.charAt(at)
  }
  if (at >= cursor.source.length) cursor.unterminated('`', line)
  cursor.position = at + 1
  const source = cursor.source.slice(start, cursor.position)
  try {
    const body = cursor.parseUntil(new Cursor(inner, { ...cursor.options, firstLine: line }, cursor.parseUntil), '')
    return { kind: 'command', body, source }
  } catch (error) {
    if (!(error instanceof ShellSyntaxError) || !cursor.options.exact) throw error
    return { kind: 'command', body: { type: 'list', items: [] }, bad: error.message, source }
  }
}

function readDollar(cursor: Cursor, reading: Reading): readonly Part[] | undefined {
  const next = cursor.peek(1)
  const { quotes } = reading
  if (quotes === 'none' && cursor.options.bash) {
    if (next === "'") return [readAnsi(cursor)]
    if (next === '"') {
      cursor.position++
      return [readDouble(cursor)]
    }
  }
  if (next === '(') return cursor.peek(2) === '(' ? [readArithmeticOrCommand(cursor)] : [readCommand(cursor)]
  if (next === '{') return [readParameter(cursor, quotes, readWordUntil)]
  if (next === '[' && cursor.options.bash) return readOldArithmetic(cursor)
  const name = nameAt(cursor.source, cursor.position + 1)
  const parameter = name !== '' ? name : SPECIAL_PARAMETERS.includes(next) ? next : ''
  if (parameter === '') return undefined
  cursor.position += 1 + parameter.length
  return [makeParameter(parameter)]
}

/** The longest name at a position, or ''. */
export function nameAt(source: string, at: number): string {
  let end = at
  for (; end < source.length; end++) {
    const code = source.charCodeAt(end)
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
    if (!letter && !(end > at && code >= 48 && code <= 57)) break
  }
  return source.slice(at, end)
}

function readCommand(cursor: Cursor): Part {
  const start = cursor.position
  cursor.position += 2
  const heredocs = cursor.heredocs
  cursor.heredocs = []
  const body = cursor.parseUntil(cursor, ')')
  cursor.heredocs = heredocs
  return { kind: 'command', body, source: cursor.source.slice(start, cursor.position) }
}

/** `$((`: arithmetic if a `))` closes it, otherwise a command substitution that begins with a subshell. */
function readArithmeticOrCommand(cursor: Cursor): Part {
  const start = cursor.position
  cursor.position += 3
  const end = arithmeticEnd(cursor)
  if (end < 0) {
    cursor.position = start
    return readCommand(cursor)
  }
  const text = cursor.source.slice(start + 3, end)
  cursor.position = end + 2
  return { kind: 'arithmetic', parts: readQuotedText(text, cursor, 'double').parts, prepared: undefined }
}

/** Where the `))` stands that closes the arithmetic text at the cursor; -1 when there is none. */
export function arithmeticEnd(cursor: Cursor): number {
  const { source } = cursor
  let depth = 0
  for (let at = cursor.position; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at++
    else if (char === "'" || char === '"' || char === '`') {
      const close = source.indexOf(char, at + 1)
      if (close < 0) return -1
      at = close
    } else if (char === '(') depth++
    else if (char === ')') {
      if (depth === 0) return source[at + 1] === ')' ? at : -1
      depth--
    }
  }
  return -1
}

function readOldArithmetic(cursor: Cursor): readonly Part[] | undefined {
  let depth = 0
  for (let at = cursor.position + 2; at < cursor.source.length; at++) {
    const char = cursor.source[at]
    if (char === '[') depth++
    if (char === ']' && depth-- === 0) {
      const text = cursor.source.slice(cursor.position + 2, at)
      cursor.position = at + 1
      return [{ kind: 'arithmetic', parts: readQuotedText(text, cursor, 'double').parts, prepared: undefined }]
    }
  }
  return undefined
}

/** Reads a text that is one word, such as the value of an alias or a prompt. */
export function wordOf(text: string, cursor: Cursor): Word {
  return text === '' ? EMPTY_WORD : readQuotedText(text, cursor, 'here')
}
