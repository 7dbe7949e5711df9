import { type Block, type Body, type Expr, type ForExpr, HclSyntaxError } from './syntax.ts'

/** Reads a file. hclsyntax/spec.md @throws HclSyntaxError */
export const parseHcl = (text: string, file: string): Body => new Parser(text, file).file()

/** Reads what stands in the quotes of a JSON file, where texts are templates too. @throws HclSyntaxError */
export const parseTemplate = (text: string, file: string): Expr => new Parser(text, file).wholeTemplate()

const NAME = /[A-Za-z_][\w-]*/y
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }
/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
]

class Parser {
  private at = 0
  private readonly text: string
  private readonly file_: string
  /** Inside of brackets a new line is a blank. */
  private depth = 0

  constructor(text: string, file: string) {
    this.text = text
    this.file_ = file
  }

  file(): Body {
    const body = this.body()
    if (this.at < this.text.length) throw this.wrong('Argument or block definition required')
    return body
  }

  wholeTemplate(): Expr {
    return this.template(() => this.at >= this.text.length, false)
  }

  // structure ------------------------------------------------------------------------------------------------------------

  private body(): Body {
    const attributes = new Map<string, Expr>()
    const blocks: Block[] = []
    for (this.blank(true); this.at < this.text.length && !this.sees('}'); this.blank(true)) {
      const name = this.sees('"') ? this.plainText() : this.name('Argument or block definition required')
      this.blank(false)
      if (this.takes('=')) {
        attributes.set(name, this.expression())
        this.blank(false)
        this.takes(',')
      } else blocks.push(this.block(name))
    }
    return { attributes, blocks }
  }

  private block(type: string): Block {
    const labels: string[] = []
    for (this.blank(false); !this.sees('{'); this.blank(false))
      labels.push(this.sees('"') ? this.plainText() : this.name('Invalid block definition'))
    this.at++
    const outside = this.depth
    this.depth = 0
    const body = this.body()
    this.depth = outside
    this.expect('}')
    return { type, labels, body }
  }

  // expressions ----------------------------------------------------------------------------------------------------------

  private expression(): Expr {
    const test = this.binary(0)
    this.blank(false)
    if (!this.takes('?')) return test
    const yes = this.expression()
    this.blank(false)
    this.expect(':')
    return { kind: 'if', test, yes, no: this.expression() }
  }

  private binary(level: number): Expr {
    const ops = LEVELS[level]
    if (!ops) return this.unary()
    let left = this.binary(level + 1)
    for (;;) {
      this.blank(false)
      const op = ops.find((each) => this.sees(each))
      if (op === undefined) return left
      this.at += op.length
      left = { kind: 'binary', op, left, right: this.binary(level + 1) }
    }
  }

  private unary(): Expr {
    this.blank(false)
    const op = ['!', '-'].find((each) => this.sees(each))
    if (op === undefined) return this.postfix(this.term())
    this.at++
    return { kind: 'unary', op, of: this.unary() }
  }

  private term(): Expr {
    this.blank(false)
    if (this.sees('"')) return this.quoted()
    if (this.sees('<<')) return this.heredoc()
    if (this.takes('(')) return this.inside(')', () => this.expression())
    if (this.takes('[')) return this.inside(']', () => this.forOr(() => this.list(), ']'))
    if (this.takes('{')) return this.inside('}', () => this.forOr(() => this.map(), '}'))
    const number = this.match(NUMBER)
    if (number !== undefined) return { kind: 'literal', value: Number(number) }
    const name = this.name('Invalid expression')
    if (this.takes('(')) return this.call(name)
    const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }
    return Object.hasOwn(words, name) ? { kind: 'literal', value: words[name] ?? null } : { kind: 'name', name }
  }

  private postfix(from: Expr): Expr {
    for (let expr = from; ; ) {
      if (this.sees('...')) return expr
      if (this.takes('[*]') || this.takes('.*')) return this.splat(expr)
      const key = this.key()
      if (!key) return expr
      expr = { kind: 'get', from: expr, key }
    }
  }

  private splat(from: Expr): Expr {
    const keys: Expr[] = []
    for (let key = this.key(); key; key = this.key()) keys.push(key)
    return { kind: 'splat', from, keys }
  }

  private key(): Expr | undefined {
    if (this.takes('.')) {
      const index = this.match(NUMBER)
      return { kind: 'literal', value: index === undefined ? this.name('Invalid attribute name') : Number(index) }
    }
    return this.takes('[') ? this.inside(']', () => this.expression()) : undefined
  }

  private call(name: string): Expr {
    let spread = false
    const args = this.inside(')', () => {
      const all: Expr[] = []
      for (this.blank(true); !this.sees(')'); this.blank(true)) {
        all.push(this.expression())
        this.blank(true)
        spread = this.takes('...')
        this.blank(true)
        if (!this.takes(',')) break
      }
      return all
    })
    return { kind: 'call', name, args, spread }
  }

  private list(): Expr {
    const items: Expr[] = []
    for (this.blank(true); !this.sees(']'); this.blank(true)) {
      items.push(this.expression())
      this.blank(true)
      if (!this.takes(',')) break
    }
    return { kind: 'list', items }
  }

  private map(): Expr {
    const entries: [Expr, Expr][] = []
    for (this.blank(true); !this.sees('}'); this.blank(true)) {
      const key = this.mapKey()
      this.blank(false)
      if (!this.takes('=')) this.expect(':')
      const [outside, value] = [this.depth, (this.depth = 0)]
      entries.push([key, this.expression()])
      this.depth = outside + value
      this.blank(true)
      this.takes(',')
    }
    return { kind: 'map', entries }
  }

  /** A bare name is a text here. */
  private mapKey(): Expr {
    const from = this.at
    const name = this.match(NAME)
    this.blank(false)
    if (name !== undefined && (this.sees('=') || this.sees(':'))) return { kind: 'literal', value: name }
    this.at = from
    return this.unary()
  }

  private forOr(otherwise: () => Expr, end: string): Expr {
    this.blank(true)
    const from = this.at
    if (this.match(NAME) === 'for' && /\s/.test(this.text[this.at] ?? '')) return this.forExpr(end)
    this.at = from
    return otherwise()
  }

  private forExpr(end: string): ForExpr {
    const names = [this.name('Invalid for expression')]
    this.blank(true)
    if (this.takes(',')) names.push(this.name('Invalid for expression'))
    if (this.name('Invalid for expression') !== 'in') throw this.wrong('Invalid for expression')
    const of = this.expression()
    this.blank(true)
    this.expect(':')
    const first = this.expression()
    this.blank(true)
    const resultKey = end === '}' ? first : undefined
    if (resultKey) this.expect('=>')
    const result = resultKey ? this.expression() : first
    this.blank(true)
    const grouped = this.takes('...')
    this.blank(true)
    const test = this.match(NAME) === 'if' ? this.expression() : undefined
    const [key, value = key ?? ''] = names.length === 2 ? names : [undefined, names[0]]
    return { kind: 'for', key, value, of, resultKey, result, test, grouped }
  }

  private inside<T>(end: string, read: () => T): T {
    this.depth++
    const value = read()
    this.blank(true)
    this.depth--
    this.expect(end)
    return value
  }

  // templates ------------------------------------------------------------------------------------------------------------

  private quoted(): Expr {
    this.at++
    const expr = this.template(() => this.sees('"'), true)
    this.expect('"')
    return expr
  }

  private template(ended: () => boolean, escapes: boolean): Expr {
    const parts: (string | Expr)[] = []
    let plain = ''
    while (!ended()) {
      if (this.at >= this.text.length) throw this.wrong('Unterminated template string')
      if (this.takes('$${')) plain += '${'
      else if (this.takes('%%{')) plain += '%{'
      else if (this.takes('${')) {
        parts.push(plain, this.interpolation())
        plain = ''
      } else if (this.sees('%{')) {
        if (!this.directive('if')) break
        parts.push(plain, this.condition(ended, escapes))
        plain = ''
      } else plain += this.sign(escapes)
    }
    if (parts.length === 0) return { kind: 'literal', value: plain }
    return { kind: 'template', parts: [...parts, plain].filter((part) => part !== '') }
  }

  private interpolation(): Expr {
    this.takes('~')
    const outside = this.depth++
    const expr = this.expression()
    this.blank(true)
    this.takes('~')
    this.depth = outside
    this.expect('}')
    return expr
  }

  /** `%{ if … }a%{ else }b%{ endif }`. */
  private condition(ended: () => boolean, escapes: boolean): Expr {
    const test = this.interpolation()
    const yes = this.template(ended, escapes)
    const no: Expr = this.directive('else')
      ? (this.expect('}'), this.template(ended, escapes))
      : { kind: 'literal', value: '' }
    if (!this.directive('endif')) throw this.wrong('Unexpected endif directive')
    this.expect('}')
    return { kind: 'if', test, yes, no }
  }

  /** Takes the begin of a directive when it is this one. */
  private directive(word: string): boolean {
    const match = new RegExp(`%\\{~?\\s*${word}\\s*~?`, 'y')
    match.lastIndex = this.at
    if (!match.test(this.text)) return false
    this.at = match.lastIndex
    return true
  }

  private sign(escapes: boolean): string {
    const sign = this.text[this.at++] ?? ''
    if (!escapes || sign !== '\\') return sign
    const next = this.text[this.at++] ?? ''
    const digits = next === 'u' ? 4 : next === 'U' ? 8 : 0
    if (digits === 0) return ESCAPES[next] ?? next
    const code = this.text.slice(this.at, this.at + digits)
    this.at += digits
    return String.fromCodePoint(Number.parseInt(code, 16))
  }

  private heredoc(): Expr {
    const match = /<<(-?)([A-Za-z_][\w-]*)\r?\n([\s\S]*?)\n?[ \t]*\2(?=\r?\n|$)/y
    match.lastIndex = this.at
    const [, indented = '', , raw = ''] = match.exec(this.text) ?? []
    if (match.lastIndex === 0) throw this.wrong('Unterminated template string')
    this.at = match.lastIndex
    const lines = raw.split('\n')
    const least = Math.min(
      ...lines.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)?.[0].length ?? 0),
    )
    const text = indented && Number.isFinite(least) ? lines.map((line) => line.slice(least)).join('\n') : raw
    return parseTemplate(`${text}\n`, this.file_)
  }

  private plainText(): string {
    const expr = this.quoted()
    if (expr.kind !== 'literal') throw this.wrong('Invalid string literal')
    return String(expr.value)
  }

  // signs ----------------------------------------------------------------------------------------------------------------

  /** @param lines new lines are blanks too */
  private blank(lines: boolean): void {
    const spaces =
      lines || this.depth > 0
        ? /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
        : /(?:[ \t\r]|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
    this.match(spaces)
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private name(otherwise: string): string {
    this.blank(false)
    const name = this.match(NAME)
    if (name === undefined) throw this.wrong(otherwise)
    return name
  }

  private sees(sign: string): boolean {
    return this.text.startsWith(sign, this.at)
  }
  private takes(sign: string): boolean {
    if (!this.sees(sign)) return false
    this.at += sign.length
    return true
  }
  private expect(sign: string): void {
    if (!this.takes(sign)) throw this.wrong(`Missing ${JSON.stringify(sign)}`)
  }

  /** file:line,column: as HCL's diagnostics begin. */
  private wrong(message: string): HclSyntaxError {
    const before = this.text.slice(0, this.at).split('\n')
    const column = (before.at(-1) ?? '').length + 1
    return new HclSyntaxError(`${this.file_}:${before.length},${column}-${column + 1}: ${message}`)
  }
}
