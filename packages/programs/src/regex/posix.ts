/** POSIX regular expressions as JavaScript ones. POSIX.1-2024 chapter 9, with GNU's additions (\w \b \< \+ \| …). */
export type Syntax = 'basic' | 'extended'

export interface RegexOptions {
  readonly ignoreCase?: boolean
  readonly global?: boolean
  /** `^` and `$` at every line (sed's M). */
  readonly multiline?: boolean
  /** awk's string escapes (\t \/ \") inside the expression. */
  readonly awk?: boolean
  /** For a text of several lines: nothing matches a newline, `^` and `$` do at each line's. */
  readonly byLine?: boolean
}

/** The expression is wrong; `message` as regcomp(3) words it. */
export class RegexError extends Error {}

const CLASSES = new Map([
  ['alnum', '\\p{L}\\p{Nd}'],
  ['alpha', '\\p{L}'],
  ['blank', ' \\t'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '\\x21-\\x7e\\u{a1}-\\u{10ffff}'],
  ['lower', '\\p{Ll}'],
  ['print', '\\x20-\\x7e\\u{a0}-\\u{10ffff}'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', ' \\t\\n\\r\\f\\v'],
  ['upper', '\\p{Lu}'],
  ['xdigit', '0-9A-Fa-f'],
])

/** GNU escapes that mean the same in both syntaxes. */
const GNU = new Map([
  ['w', '[\\p{L}\\p{Nd}_]'],
  ['W', '[^\\p{L}\\p{Nd}_]'],
  ['s', '[ \\t\\n\\r\\f\\v]'],
  ['S', '[^ \\t\\n\\r\\f\\v]'],
  ['b', '\\b'],
  ['B', '\\B'],
  ['<', '\\b(?=\\w)'],
  ['>', '\\b(?<=\\w)'],
  ['`', '(?<![\\s\\S])'],
  ["'", '(?![\\s\\S])'],
])
/** The same where lines stand one behind the other. */
const LINE_START = '(?<![^\\n])'
const LINE_END = '(?![^\\n])'
const BY_LINE = new Map([
  ['W', '[^\\p{L}\\p{Nd}_\\n]'],
  ['s', '[ \\t\\r\\f\\v]'],
  ['`', LINE_START],
  ["'", LINE_END],
  ['n', '(?!)'],
])
const CONTROL = new Map([
  ['n', '\\n'],
  ['t', '\\t'],
  ['f', '\\f'],
  ['v', '\\v'],
  ['r', '\\r'],
  ['a', '\\x07'],
])

const literal = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char)
/** In the `u` mode only these may be escaped in a class. */
const classLiteral = (char: string): string => (/[\\\]^[-]/.test(char) ? `\\${char}` : char)

/** Translates one expression; a parser with one character of memory, since `*` and `^` mean different things by place. */
class Translator {
  private readonly text: string
  private readonly extended: boolean
  private readonly awk: boolean
  private readonly byLine: boolean
  private at = 0
  private out = ''
  private groups = 0
  private readonly open: number[] = []
  /** Nothing stands before that a `*` could repeat. */
  private atStart = true

  constructor(text: string, syntax: Syntax, { awk = false, byLine = false }: RegexOptions) {
    this.text = text
    this.extended = syntax === 'extended'
    this.awk = awk
    this.byLine = byLine
  }

  run(): string {
    while (this.at < this.text.length) this.step()
    if (this.open.length) throw new RegexError('Unmatched ( or \\(')
    return this.out
  }

  private take(): string {
    const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)
    this.at += char.length
    return char
  }

  private put(piece: string): void {
    this.out += piece
    this.atStart = false
  }

  private step(): void {
    const char = this.take()
    if (char === '\\') return this.escaped()
    if (char === '[') return this.put(this.bracket())
    if (char === '.') return this.put(this.byLine ? '[^\\n]' : '[^]')
    if (char === '*') return this.star()
    if (char === '^') return this.caret()
    if (char === '$') return this.dollar()
    if (!this.extended) return this.put(literal(char))
    this.special(char)
  }

  /** Characters that mean something bare in ERE and behind a backslash in BRE. */
  private special(char: string): void {
    if (char === '(') return this.group()
    if (char === ')') return this.open.length || !this.extended ? this.endGroup() : this.put('\\)')
    if (char === '|') {
      this.out += '|'
      this.atStart = true
    } else if (char === '+' || char === '?') {
      if (this.atStart) this.put(literal(char))
      else this.quantify(char)
    } else if (char === '{') this.interval()
    else this.put(literal(char))
  }

  private quantify(mark: string): void {
    // Two in a row ("a**") are one group repeated again; JavaScript would read the second as laziness.
    if (/(^|[^\\])(\\\\)*[*+?}]$/.test(this.out)) this.out = this.regroup()
    this.out += mark
  }

  private regroup(): string {
    const match = /^([\s\S]*?)((?:\\.|\[(?:\\.|[^\]])*\]|\((?:[^()]|\\.)*\)|[^\\])(?:[*+?]|\{[\d,]*\})+)$/u.exec(
      this.out,
    )
    return match ? `${match[1]}(?:${match[2]})` : this.out
  }

  private star(): void {
    if (this.atStart) this.put('\\*')
    else this.quantify('*')
  }

  private caret(): void {
    const anchor = this.extended || this.atStart
    if (!anchor) return this.put('\\^')
    this.out += this.byLine ? LINE_START : '^'
  }

  private dollar(): void {
    const rest = this.text.slice(this.at)
    const anchor = this.extended || rest === '' || rest.startsWith('\\)') || rest.startsWith('\\|')
    this.put(anchor ? (this.byLine ? LINE_END : '$') : '\\$')
  }

  private group(): void {
    this.open.push(++this.groups)
    this.out += '('
    this.atStart = true
  }

  private endGroup(): void {
    if (this.open.pop() === undefined) throw new RegexError('Unmatched ) or \\)')
    this.put(')')
  }

  private interval(): void {
    const close = this.extended ? /^(\d*)(,?)(\d*)\}/ : /^(\d*)(,?)(\d*)\\\}/
    const match = close.exec(this.text.slice(this.at))
    if (!match || (match[1] === '' && match[2] === '')) {
      if (this.extended) return this.put('\\{')
      throw new RegexError(match ? 'Invalid content of \\{\\}' : 'Unmatched \\{')
    }
    const [whole, from = '', comma = '', to = ''] = match
    if (to !== '' && Number(from || 0) > Number(to)) throw new RegexError('Invalid content of \\{\\}')
    if (Number(from) > 32767 || Number(to) > 32767) throw new RegexError('Regular expression too big')
    if (this.atStart && !this.extended) throw new RegexError('Invalid preceding regular expression')
    this.at += whole.length
    this.quantify(`{${from || 0}${comma}${to}}`)
  }

  private escaped(): void {
    if (this.at >= this.text.length) throw new RegexError('Trailing backslash')
    const char = this.take()
    if (/[1-9]/.test(char)) return this.backReference(char)
    if (this.awk) {
      const control = CONTROL.get(char) ?? (char === 'b' ? '\\x08' : undefined)
      if (control) return this.put(control)
    }
    const gnu = (this.byLine ? BY_LINE.get(char) : undefined) ?? GNU.get(char)
    if (gnu) return this.put(gnu)
    if (!this.extended && '(){|+?'.includes(char)) return this.special(char)
    const control = CONTROL.get(char)
    if (control && char !== 'a') return this.put(control)
    this.put(literal(char))
  }

  private backReference(digit: string): void {
    if (Number(digit) > this.groups) throw new RegexError('Invalid back reference')
    this.put(`(?:\\${digit})`)
  }

  /** A bracket expression, whose first `]` is a member. */
  private bracket(): string {
    const negated = this.text[this.at] === '^'
    if (negated) this.at++
    let members = ''
    let first = true
    for (;;) {
      if (this.at >= this.text.length) throw new RegexError('Unmatched [, [^, [:, [., or [=')
      const rest = this.text.slice(this.at)
      if (rest[0] === ']' && !first) break
      members += this.member(rest)
      first = false
    }
    this.at++
    if (members === '') return negated ? '[^]' : '[]'
    if (!this.byLine) return `[${negated ? '^' : ''}${members}]`
    if (negated) return `[^${members}\\n]`
    return new RegExp(`[${members}]`, 'u').test('\n') ? `(?:(?!\\n)[${members}])` : `[${members}]`
  }

  private member(rest: string): string {
    const named = /^\[:(\w*):\]/.exec(rest)
    if (named) {
      const set = CLASSES.get(named[1] ?? '')
      if (set === undefined) throw new RegexError('Invalid character class name')
      this.at += named[0].length
      return set
    }
    const from = this.endpoint(rest)
    const next = this.text.slice(this.at)
    if (next[0] !== '-' || next[1] === ']' || next.length < 2) return classLiteral(from)
    this.at++
    const to = this.endpoint(this.text.slice(this.at))
    if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) throw new RegexError('Invalid range end')
    return `${classLiteral(from)}-${classLiteral(to)}`
  }

  private endpoint(rest: string): string {
    const symbol = /^\[([.=])([^]*?)\1\]/u.exec(rest)
    if (symbol) {
      this.at += symbol[0].length
      return symbol[2] ?? ''
    }
    const char = this.take()
    if (char !== '\\') return char
    const escape = this.text[this.at] ?? ''
    if (this.awk && escape !== '') {
      this.at++
      return CONTROL_CHARS.get(escape) ?? escape
    }
    if (escape === 'n' || escape === 't') {
      this.at++
      return CONTROL_CHARS.get(escape) ?? escape
    }
    return char
  }
}

const CONTROL_CHARS = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\x07'],
])

export const translate = (text: string, syntax: Syntax, options: RegexOptions = {}): string =>
  new Translator(text, syntax, options).run()

/** @throws RegexError */
export function compileRegex(text: string, syntax: Syntax, options: RegexOptions = {}): RegExp {
  const flags = `u${options.ignoreCase ? 'i' : ''}${options.global ? 'g' : ''}${options.multiline ? 'm' : ''}`
  try {
    return new RegExp(translate(text, syntax, options), flags)
  } catch (error) {
    if (error instanceof SyntaxError) throw new RegexError('Invalid preceding regular expression')
    throw error
  }
}

/** Perl-like expressions of grep -P go through nearly as they are. @throws RegexError */
export function compilePerl(text: string, ignoreCase: boolean): RegExp {
  // `(?is)` at the start sets modes for the whole expression: flags, to JavaScript.
  const modes = /^\(\?([ims]+)\)/.exec(text)
  if (modes) {
    const rest = compilePerl(text.slice(modes[0].length), ignoreCase)
    return new RegExp(rest.source, [...new Set(rest.flags + modes[1])].join(''))
  }
  const source = text
    .replace(/\\K/g, '')
    .replace(/\(\?P?<([a-zA-Z]\w*)>/g, '(?<$1>')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES.get(name) ?? whole)
    .replace(/\\h/g, '[ \\t]')
  const kept = text.includes('\\K')
    ? `(?<=${text.slice(0, text.indexOf('\\K'))})${text.slice(text.indexOf('\\K') + 2)}`
    : source
  for (const flags of ['gu', 'g'])
    try {
      return new RegExp(kept, ignoreCase ? `${flags}i` : flags)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  const depth =
    (text.replace(/\\./g, '').match(/\(/g) ?? []).length - (text.replace(/\\./g, '').match(/\)/g) ?? []).length
  throw new RegexError(
    depth > 0
      ? 'missing closing parenthesis'
      : depth < 0
        ? 'unmatched closing parenthesis'
        : 'unrecognized character follows \\',
  )
}
