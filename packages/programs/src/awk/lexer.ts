import { AwkSyntaxError } from './ast.ts'

export type TokenType =
  | 'number'
  | 'string'
  | 'name'
  /** A name with `(` right behind it: the call of a user's function. */
  | 'funcname'
  | 'builtin'
  | 'keyword'
  | 'punctuation'
  | 'newline'
  | 'end'

export interface Token {
  readonly type: TokenType
  readonly text: string
  readonly line: number
}

const KEYWORDS = new Set(
  'BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(
    ' ',
  ),
)
export const BUILTINS = new Set(
  'length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush systime strftime mktime and or xor lshift rshift compl'.split(
    ' ',
  ),
)
/** Longest first. */
const PUNCTUATION =
  '**= ** += -= *= /= %= ^= == <= >= != ++ -- && || >> !~ { } ( ) [ ] ; , + - * / % ^ ! > < | ? : ~ $ ='.split(' ')

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
])

/** What the escapes of a string mean; an unknown one keeps its backslash. Also used for `-v` and command line assignments. */
export const unescape = (text: string): string =>
  text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(\n)|([^]))/g,
    (whole, octal?: string, hex?: string, newline?: string, char?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (newline !== undefined) return ''
      return ESCAPES.get(char ?? '') ?? whole
    },
  )

/** Gives tokens one at a time; the parser says where a `/` begins a regular expression. */
export class Lexer {
  private readonly text: string
  private at = 0
  private line = 1

  constructor(text: string) {
    this.text = text
  }

  /** A place to come back to by `restore`. */
  save(): readonly [at: number, line: number] {
    return [this.at, this.line]
  }

  restore([at, line]: readonly [number, number]): void {
    this.at = at
    this.line = line
  }

  next(): Token {
    this.blanks()
    const char = this.text.charAt(this.at)
    if (char === '') return this.token('end', '')
    if (char === '\n') {
      const token = this.token('newline', '\n')
      this.at++
      this.line++
      return token
    }
    return this.number() ?? this.word() ?? (char === '"' ? this.string() : this.punctuation())
  }

  private token(type: TokenType, text: string): Token {
    return { type, text, line: this.line }
  }

  private blanks(): void {
    for (;;) {
      const match = /^(?:[ \t\r]+|#[^\n]*|\\\r?\n)/.exec(this.text.slice(this.at, this.at + 400))
      if (!match) return
      if (match[0].endsWith('\n')) this.line++
      this.at += match[0].length
    }
  }

  private number(): Token | undefined {
    const match = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(
      this.text.slice(this.at, this.at + 100),
    )
    if (!match) return undefined
    this.at += match[0].length
    return this.token('number', match[0])
  }

  private word(): Token | undefined {
    const match = /^[A-Za-z_]\w*/.exec(this.text.slice(this.at, this.at + 200))
    if (!match) return undefined
    const text = match[0]
    this.at += text.length
    if (KEYWORDS.has(text)) return this.token('keyword', text === 'func' ? 'function' : text)
    if (BUILTINS.has(text)) return this.token('builtin', text)
    return this.token(this.text.charAt(this.at) === '(' ? 'funcname' : 'name', text)
  }

  private string(): Token {
    const start = ++this.at
    for (;;) {
      const char = this.text.charAt(this.at)
      if (char === '' || char === '\n')
        throw new AwkSyntaxError(
          `line ${this.line}: runaway string constant "${this.text.slice(start, start + 10)} ...`,
        )
      if (char === '"') break
      if (char === '\\' && this.text.charAt(this.at + 1) === '\n') this.line++
      this.at += char === '\\' ? 2 : 1
    }
    const token = this.token('string', unescape(this.text.slice(start, this.at)))
    this.at++
    return token
  }

  /** The rest of a regular expression whose first slash (and perhaps `=`) was taken. */
  regex(prefix: string): string {
    const start = this.at
    let bracket = false
    for (;;) {
      const char = this.text.charAt(this.at)
      if (char === '' || char === '\n')
        throw new AwkSyntaxError(
          `line ${this.line}: runaway regular expression /${prefix}${this.text.slice(start, start + 10)} ...`,
        )
      if (char === '/' && !bracket) break
      if (char === '[') {
        // A `]` that comes first, or first after `^`, is a member.
        if (!bracket && /^\[\^?\]/.test(this.text.slice(this.at)))
          this.at += this.text.charAt(this.at + 1) === '^' ? 2 : 1
        bracket = true
      } else if (char === ']') bracket = false
      this.at += char === '\\' ? 2 : 1
    }
    const source = prefix + this.text.slice(start, this.at)
    this.at++
    return source.replace(/\\\//g, '/')
  }

  private punctuation(): Token {
    const found = PUNCTUATION.find((each) => this.text.startsWith(each, this.at))
    if (found === undefined)
      throw new AwkSyntaxError(`line ${this.line}: unexpected character '${this.text.charAt(this.at)}'`)
    this.at += found.length
    return this.token('punctuation', found === '**' ? '^' : found === '**=' ? '^=' : found)
  }
}
