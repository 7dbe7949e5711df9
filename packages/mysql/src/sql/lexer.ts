import { syntaxError } from './problem.ts'
import { makesProgram, programEnd } from './routines/program-end.ts'

export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'hex' | 'op' | 'param' | 'variable' | 'system' | 'local'

export interface Token {
  readonly kind: TokenKind
  /** As typed; of names, strings and variables what they hold. */
  readonly text: string
  /** Of words: in capitals. Otherwise the text. */
  readonly upper: string
  /** Blanks and comments before it. */
  readonly before: boolean
  readonly at: number
  /** Where the text behind it begins. */
  readonly end: number
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', Z: '\x1a' }
const OPERATORS = ['<=>', '->>', ':=', '<=', '>=', '<>', '!=', '||', '&&', '<<', '>>', '->']
const BLANK = /\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?\*\//y
/** Comments that MySQL runs, and MariaDB's. */
const EXECUTED = /\/\*M?!\d*/y
const WORD = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const HEX = /0x([0-9a-fA-F]+)|[xX]'([0-9a-fA-F]*)'/y
const VARIABLE = /@(@?)(?:(?:global|session|local)\.)?(`[^`]*`|'[^']*'|[\w.$]*)/iy

/** The tokens of MySQL's language. Reference Manual, "Language Structure". @throws SqlError 1064 */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let before = false
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(sql)
  }
  const push = (kind: TokenKind, text: string, length: number): void => {
    tokens.push({ kind, text, upper: kind === 'word' ? text.toUpperCase() : text, before, at, end: at + length })
    at += length
    before = false
  }
  while (at < sql.length) {
    const blank = match(BLANK) ?? match(EXECUTED) ?? (sql.startsWith('*/', at) ? (['*/'] as const) : null)
    if (blank) {
      before = true
      at += blank[0].length
      continue
    }
    const quote = sql[at] ?? ''
    const hex = match(HEX)
    const found = hex ?? match(WORD) ?? match(NUMBER) ?? match(VARIABLE)
    if (quote === "'" || quote === '"' || quote === '`') {
      const [text, end] = quoted(sql, at, quote)
      push(quote === '`' ? 'name' : 'string', text, end - at)
    } else if (hex) push('hex', hex[1] ?? hex[2] ?? '', hex[0].length)
    else if (found && quote === '@')
      push(
        found[1] === '@' ? 'system' : 'variable',
        (found[2] ?? '').replace(/^[`']|[`']$/g, '').toLowerCase(),
        found[0].length,
      )
    else if (found) push(/^[\d.]/.test(found[0]) ? 'number' : 'word', found[0], found[0].length)
    else if (quote === '?') push('param', '?', 1)
    else {
      const operator = OPERATORS.find((each) => sql.startsWith(each, at)) ?? quote
      push('op', operator, operator.length)
    }
  }
  return tokens
}

function quoted(sql: string, start: number, quote: string): [string, number] {
  let text = ''
  for (let at = start + 1; at < sql.length; at++) {
    const char = sql[at] ?? ''
    if (char === quote) {
      if (sql[at + 1] !== quote) return [text, at + 1]
      text += quote
      at++
    } else if (char === '\\' && quote !== '`') {
      const next = sql[++at] ?? ''
      // Patterns of LIKE keep these two.
      text += next === '%' || next === '_' ? `\\${next}` : (ESCAPES[next] ?? next)
    } else text += char
  }
  throw syntaxError(sql.slice(start))
}

/** Where statements end: semicolons in the body of a stored program end none. */
function endsOf(tokens: readonly Token[]): number[] {
  const ends: number[] = []
  for (let at = 0; at < tokens.length; at++) {
    const starts = at === 0 || (tokens[at - 1]?.kind === 'op' && tokens[at - 1]?.text === ';')
    if (starts && makesProgram(tokens, at)) at = programEnd(tokens, at)
    const token = tokens[at]
    if (token?.kind === 'op' && token.text === ';') ends.push(token.at)
  }
  return ends
}

/** Statements between semicolons. */
export function statementsOf(sql: string): string[] {
  const ends = endsOf(tokensOf(sql))
  const parts = [...ends, sql.length].map((end, i) => sql.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, end))
  return parts.map((part) => part.trim()).filter((part) => part !== '' && tokensOf(part).length > 0)
}
