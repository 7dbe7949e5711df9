import { makeParameter, type Parameter, type Word } from './ast.ts'
import type { Cursor } from './cursor.ts'

type Quotes = 'none' | 'double' | 'here'
type ReadWord = (cursor: Cursor, ends: (at: Cursor) => boolean, quotes?: Quotes) => Word

const SPECIAL = '@*#?-$!'
const DEFAULTS = [':-', ':=', ':?', ':+', '-', '=', '?', '+']
const PATTERNS = ['##', '#', '%%', '%', '^^', '^', ',,', ',', '~~', '~']

/** `${…}` at the cursor. What cannot be read is kept as `bad`: bash complains when it expands it. */
export function readParameter(cursor: Cursor, quotes: Quotes, readWord: ReadWord): Parameter {
  const start = cursor.position
  const line = cursor.line()
  cursor.position += 2
  const found = readInside(cursor, quotes, readWord)
  if (found && cursor.take('}')) return found
  cursor.position = start + 2
  readWord(cursor, (at) => at.peek() === '}', quotes)
  if (!cursor.take('}')) cursor.unterminated('}', line)
  return makeParameter('', { bad: cursor.source.slice(start, cursor.position) })
}

function readInside(cursor: Cursor, quotes: Quotes, readWord: ReadWord): Parameter | undefined {
  const prefix = readPrefix(cursor)
  const name = readName(cursor)
  if (name === '') return undefined
  const index = cursor.peek() === '[' && cursor.options.bash ? readIndex(cursor, readWord) : undefined
  const target = makeParameter(name, { ...prefix, ...(index ? { index } : {}) })
  if (cursor.peek() === '}') return target
  if (prefix.length) return undefined
  if (prefix.indirect && !index) {
    const at = cursor.peek()
    if ((at === '@' || at === '*') && cursor.peek(1) === '}') {
      cursor.position++
      return makeParameter(name, { names: at })
    }
  }
  return readOperator(cursor, target, quotes, readWord)
}

/** `#` and `!` before the name, where they are not the parameter itself. */
function readPrefix(cursor: Cursor): { length?: boolean; indirect?: boolean } {
  const next = cursor.peek(1)
  if (cursor.peek() === '#' && /[\w@*#?$!-]/.test(next) && next !== '') {
    const after = cursor.peek(2)
    const operatorFollows = /[#?-]/.test(next) && after !== '}'
    if (!operatorFollows && !(next === '-' && after !== '}')) {
      cursor.position++
      return { length: true }
    }
  }
  if (cursor.peek() === '!' && cursor.options.bash && /[A-Za-z0-9_@*#]/.test(next)) {
    cursor.position++
    return { indirect: true }
  }
  return {}
}

function readName(cursor: Cursor): string {
  const match = /^(?:[A-Za-z_]\w*|\d+)/.exec(cursor.source.slice(cursor.position, cursor.position + 256))
  const name = match?.[0] ?? (SPECIAL.includes(cursor.peek()) ? cursor.peek() : '')
  cursor.position += name.length
  return name
}

/** The subscript in brackets; the cursor stands on `[`. */
export function readIndex(cursor: Cursor, readWord: ReadWord): Word {
  cursor.position++
  let depth = 0
  const word = readWord(cursor, (at) => {
    if (at.peek() === '[') depth++
    return at.peek() === ']' && depth-- === 0
  })
  if (!cursor.take(']')) cursor.unterminated(']', cursor.line())
  return word
}

function readOperator(cursor: Cursor, target: Parameter, quotes: Quotes, readWord: ReadWord): Parameter | undefined {
  const toClose = (at: Cursor): boolean => at.peek() === '}'
  for (const operator of DEFAULTS)
    if (cursor.take(operator))
      return makeParameter(target.name, { ...target, operator, argument: readWord(cursor, toClose, quotes) })
  for (const operator of PATTERNS)
    if (cursor.take(operator))
      return makeParameter(target.name, { ...target, operator, argument: readWord(cursor, toClose) })
  if (!cursor.options.bash) return undefined
  if (cursor.take('/')) return readReplacement(cursor, target, readWord, quotes)
  if (cursor.take(':')) return readSubstring(cursor, target, readWord)
  if (cursor.take('@')) {
    const operator = `@${cursor.peek()}`
    cursor.position++
    return 'QEPAaUuLKk'.includes(operator.charAt(1)) ? makeParameter(target.name, { ...target, operator }) : undefined
  }
  return undefined
}

function readReplacement(cursor: Cursor, target: Parameter, readWord: ReadWord, quotes: Quotes): Parameter {
  const flag =
    ['/', '#', '%'].find(
      (char) => cursor.peek() === char && !(char !== '/' && '/}'.includes(cursor.peek(1)) && cursor.peek(1) === '}'),
    ) ?? ''
  cursor.position += flag.length
  const first = cursor.position
  const anchored = flag === '#' || flag === '%'
  const argument = readWord(
    cursor,
    (at) => at.peek() === '}' || (at.peek() === '/' && (anchored || at.position > first)),
  )
  const operator = `/${flag}`
  if (!cursor.take('/')) return makeParameter(target.name, { ...target, operator, argument })
  const second = readWord(cursor, (at) => at.peek() === '}', quotes === 'here' ? 'here' : 'none')
  return makeParameter(target.name, { ...target, operator, argument, second })
}

function readSubstring(cursor: Cursor, target: Parameter, readWord: ReadWord): Parameter | undefined {
  if (cursor.peek() === '}') return undefined
  let depth = 0
  let questions = 0
  const offset = readWord(cursor, (at) => {
    const char = at.peek()
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '?') questions++
    if (char === ':' && depth === 0 && questions-- <= 0) return true
    return char === '}'
  })
  if (!cursor.take(':')) return makeParameter(target.name, { ...target, operator: ':', argument: offset })
  const second = readWord(cursor, (at) => at.peek() === '}')
  return makeParameter(target.name, { ...target, operator: ':', argument: offset, second })
}
