/** A mistake in a source, as the compiler places it. */
export class GoError extends Error {
  readonly at: Place
  constructor(at: Place, message: string) {
    super(message)
    this.at = at
  }
}

export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Token {
  readonly kind: 'name' | 'int' | 'float' | 'string' | 'char' | 'sign' | 'keyword' | 'end'
  readonly text: string
  readonly at: Place
  /** Put in at the end of a line. The Go Programming Language Specification, "Semicolons". */
  readonly automatic?: boolean
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
)
const SIGNS =
  '<<= >>= &^= ... && || <- ++ -- == != <= >= := += -= *= /= %= &= |= ^= << >> &^ + - * / % & | ^ < > = ! ( ) [ ] { } , ; . : ~'.split(
    ' ',
  )
const ENDS: ReadonlySet<string> = new Set([')', ']', '}', '++', '--', 'break', 'continue', 'fallthrough', 'return'])
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['float', /(\d[\d_]*\.[\d_]*(e[+-]?\d+)?|\d[\d_]*e[+-]?\d+|\.\d+(e[+-]?\d+)?)/iy],
  ['int', /(0x[\da-f_]+|0b[01_]+|0o?[0-7_]+|\d[\d_]*)/iy],
  ['string', /"(?:\\.|[^"\\\n])*"|`[^`]*`/y],
  ['char', /'(?:\\(?:x..|u....|[0-7]{3}|.)|[^'\\\n])'/uy],
]

/** @throws GoError */
export function tokensOf(file: string, text: string): Token[] {
  const tokens: Token[] = []
  let [at, line, lineStart] = [0, 1, 0]
  const place = (): Place => ({ file, line, column: at - lineStart + 1 })
  const endLine = (): void => {
    const last = tokens.at(-1)
    const ends = last && (ENDS.has(last.text) || ['name', 'int', 'float', 'string', 'char'].includes(last.kind))
    if (ends && last.kind !== 'end') tokens.push({ kind: 'sign', text: ';', at: place(), automatic: true })
  }
  const skip = (length: number): void => {
    for (let i = at; i < at + length; i++) if (text[i] === '\n') [line, lineStart] = [line + 1, i + 1]
    at += length
  }
  while (at < text.length) {
    if (text[at] === '\n') endLine()
    const blank = /^(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(text.slice(at, at + 4096))?.[0]
    if (blank !== undefined) {
      if (blank.startsWith('/*') && blank.includes('\n')) endLine()
      skip(blank.length)
      continue
    }
    const token = next(text, at, place())
    tokens.push(token)
    skip(token.text.length)
  }
  endLine()
  return [...tokens, { kind: 'end', text: 'EOF', at: place() }]
}

function next(text: string, from: number, at: Place): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = from
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) return { kind: kind === 'name' && KEYWORDS.has(found) ? 'keyword' : kind, text: found, at }
  }
  const sign = SIGNS.find((each) => text.startsWith(each, from))
  if (sign !== undefined) return { kind: 'sign', text: sign, at }
  const wrong = text[from] ?? ''
  throw new GoError(
    at,
    wrong === '"'
      ? 'newline in string'
      : `invalid character U+${(wrong.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${wrong}'`,
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** The text that a literal of a string or a rune stands for. */
export function literalText(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '')
  return literal.slice(1, -1).replaceAll(/\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[0-7]{3}|.)/gi, (_, code: string) => {
    if (/^[xuU]/.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16))
    if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8))
    return ESCAPES[code] ?? code
  })
}
