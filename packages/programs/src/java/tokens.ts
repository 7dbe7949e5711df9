/** A mistake in a source, as javac places it. */
export class JavaError extends Error {
  readonly at: Place
  /** Further lines below the message: symbol and location. */
  readonly notes: readonly string[]
  constructor(at: Place, message: string, notes: readonly string[] = []) {
    super(message)
    this.at = at
    this.notes = notes
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
  /** Where the token ends: javac places what is missing there. */
  readonly end: Place
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for goto if implements import instanceof int interface long native new package private protected public return short static strictfp super switch synchronized this throw throws transient try void volatile while true false null'.split(
    ' ',
  ),
)
/** `>` stands alone, so that type arguments may end twice; the expression parser joins shifts. */
const SIGNS =
  '... -> :: ++ -- && || == != <= += -= *= /= %= &= |= ^= <<= << ( ) { } [ ] ; , . @ = > < ! ~ ? : + - * / & | ^ %'
    .split(' ')
    .toSorted((a, b) => b.length - a.length)
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /[\p{L}_$][\p{L}\p{N}_$]*/uy],
  [
    'float',
    /(?:\d[\d_]*\.(?!\.)[\d_]*(?:e[+-]?\d+)?[fd]?|\.\d[\d_]*(?:e[+-]?\d+)?[fd]?|\d[\d_]*(?:e[+-]?\d+[fd]?|[fd]))/iy,
  ],
  ['int', /(?:0x[\da-f_]+|0b[01_]+|\d[\d_]*)l?/iy],
  ['string', /"""[ \t]*\n[\s\S]*?"""|"(?:\\.|[^"\\\n])*"/y],
  ['char', /'(?:\\u[\da-f]{4}|\\[0-7]{1,3}|\\.|[^'\\\n])'/iuy],
]
const BLANK = /(?:[ \t\f\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/y

/** The Java Language Specification, chapter 3. @throws JavaError */
export function tokensOf(file: string, text: string): Token[] {
  const tokens: Token[] = []
  let [at, line, lineStart] = [0, 1, 0]
  const place = (): Place => ({ file, line, column: at - lineStart + 1 })
  const skip = (length: number): void => {
    for (let i = at; i < at + length; i++) if (text[i] === '\n') [line, lineStart] = [line + 1, i + 1]
    at += length
  }
  while (at < text.length) {
    BLANK.lastIndex = at
    const blank = BLANK.exec(text)?.[0]
    if (blank !== undefined) skip(blank.length)
    else {
      const from = place()
      const { kind, text: found } = next(text, at, from)
      skip(found.length)
      tokens.push({ kind, text: found, at: from, end: place() })
    }
  }
  return [...tokens, { kind: 'end', text: '', at: place(), end: place() }]
}

function next(text: string, from: number, at: Place): Pick<Token, 'kind' | 'text'> {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = from
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) return { kind: kind === 'name' && KEYWORDS.has(found) ? 'keyword' : kind, text: found }
  }
  const sign = SIGNS.find((each) => text.startsWith(each, from))
  if (sign !== undefined) return { kind: 'sign', text: sign }
  const wrong = text[from] ?? ''
  throw new JavaError(at, wrong === '"' ? 'unclosed string literal' : `illegal character: '${wrong}'`)
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', s: ' ', '\n': '' }

/** What a literal of a string or a character stands for; text blocks lose their common indentation. JLS 3.10 */
export function literalText(literal: string): string {
  const plain = literal.startsWith('"""') ? textBlock(literal.slice(3, -3)) : literal.slice(1, -1)
  return plain.replaceAll(/\\(u+[\da-f]{4}|[0-7]{1,3}|[\s\S])/gi, (_, code: string) => {
    if (code.startsWith('u')) return String.fromCharCode(Number.parseInt(code.replace(/^u+/, ''), 16))
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
    return ESCAPES[code] ?? code
  })
}

function textBlock(text: string): string {
  const lines = text.slice(text.indexOf('\n') + 1).split('\n')
  const counted = lines.filter((line, i) => line.trim() !== '' || i === lines.length - 1)
  const indent = Math.min(...counted.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0))
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n')
}
