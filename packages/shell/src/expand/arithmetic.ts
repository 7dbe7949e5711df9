/** Shell arithmetic: text to tree to a 64-bit integer. bash(1), "ARITHMETIC EVALUATION". */
export type ArithmeticNode =
  | { readonly kind: 'number'; readonly value: number | bigint }
  | { readonly kind: 'variable'; readonly name: string; readonly index?: string }
  /** A number that is only known when the expression is evaluated. */
  | { readonly kind: 'hole'; readonly at: number }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: ArithmeticNode }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: ArithmeticNode
      readonly right: ArithmeticNode
    }
  | {
      readonly kind: 'ternary'
      readonly test: ArithmeticNode
      readonly yes: ArithmeticNode
      readonly no: ArithmeticNode
    }
  | {
      readonly kind: 'assign'
      readonly operator: string
      readonly target: ArithmeticNode
      readonly value: ArithmeticNode
    }
  | { readonly kind: 'step'; readonly delta: 1 | -1; readonly prefix: boolean; readonly target: ArithmeticNode }

/** Where the values of variables come from and go to. */
export interface ArithmeticScope {
  /** The value as a number: the text of a variable is an expression again. */
  read(name: string, index: string | undefined): number | bigint
  write(name: string, index: string | undefined, value: number | bigint): void
  hole(at: number): number
}

/** An expression that is ready to be evaluated. */
export type CompiledArithmetic = (scope: ArithmeticScope) => number | bigint

/** `message` is bash's without the shell's prefix: `1 +: syntax error: operand expected (error token is "+")`. */
export class ArithmeticError extends Error {}

type Token = {
  readonly kind: 'number' | 'name' | 'operator' | 'hole' | 'end'
  readonly text: string
  readonly at: number
}
const TOKEN =
  /\s*(?:(\d+#[\w@]+|0[xX][0-9a-fA-F]+|\d\w*)|([A-Za-z_]\w*)|(\*\*|<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:,()[\]]))/y

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]
const ASSIGNMENTS: ReadonlySet<string> = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])

/** In the text of an expression: number `at` of the values that are put in later. @param at below 256 */
export const holeCharacter = (at: number): string => String.fromCharCode(FIRST_HOLE + at)
const FIRST_HOLE = 0xe000
const HOLE = /[\ue000-\ue0ff]/

/** @param holes whether the text has holes in it @throws ArithmeticError */
export const parseArithmetic = (text: string, holes = false): ArithmeticNode =>
  new ArithmeticParser(text, holes).parse()

class ArithmeticParser {
  private token: Token
  private position = 0
  private readonly text: string
  private readonly holes: boolean

  constructor(text: string, holes: boolean) {
    this.text = text
    this.holes = holes
    this.token = this.scan()
  }

  parse(): ArithmeticNode {
    if (this.atEnd()) return { kind: 'number', value: 0 }
    const node = this.comma()
    if (!this.atEnd()) this.fail('syntax error in expression')
    return node
  }

  private atEnd(): boolean {
    return this.token.kind === 'end'
  }

  private fail(what: string, at = this.token.at): never {
    const text = this.text.trimStart()
    throw new ArithmeticError(`${text}: ${what} (error token is "${this.text.slice(at).trimStart()}")`)
  }

  private scan(): Token {
    TOKEN.lastIndex = this.position
    const start = this.position + (/^\s*/.exec(this.text.slice(this.position))?.[0].length ?? 0)
    if (start >= this.text.length) return { kind: 'end', text: '', at: start }
    const match = TOKEN.exec(this.text)
    if (!match && this.holes && HOLE.test(this.text.slice(start, start + 1))) return this.scanHole(start)
    if (!match)
      throw new ArithmeticError(
        `${this.text.trimStart()}: syntax error: operand expected (error token is "${this.text.slice(start)}")`,
      )
    this.position = TOKEN.lastIndex
    const [, number, name, operator = ''] = match
    if (number !== undefined) return { kind: 'number', text: number, at: start }
    if (name !== undefined) return { kind: 'name', text: name, at: start }
    return { kind: 'operator', text: operator, at: start }
  }

  private scanHole(start: number): Token {
    this.position = start + 1
    return { kind: 'hole', text: this.text.charAt(start), at: start }
  }

  private next(): void {
    this.token = this.scan()
  }

  private take(operator: string): boolean {
    if (this.token.kind !== 'operator' || this.token.text !== operator) return false
    this.next()
    return true
  }

  private comma(): ArithmeticNode {
    let left = this.assignment()
    while (this.take(',')) left = { kind: 'binary', operator: ',', left, right: this.assignment() }
    return left
  }

  private assignment(): ArithmeticNode {
    const left = this.ternary()
    const { text, kind, at } = this.token
    if (kind !== 'operator' || !ASSIGNMENTS.has(text)) return left
    if (left.kind !== 'variable') this.fail('attempted assignment to non-variable', at)
    this.next()
    return { kind: 'assign', operator: text.slice(0, -1), target: left, value: this.assignment() }
  }

  private ternary(): ArithmeticNode {
    const test = this.binary(0)
    if (!this.take('?')) return test
    const yes = this.comma()
    if (!this.take(':')) this.fail("`:' expected for conditional expression")
    const no = this.assignment()
    return { kind: 'ternary', test, yes, no }
  }

  private binary(level: number): ArithmeticNode {
    const operators = LEVELS[level]
    if (!operators) return this.power()
    let left = this.binary(level + 1)
    while (this.token.kind === 'operator' && operators.includes(this.token.text)) {
      const operator = this.token.text
      this.next()
      left = { kind: 'binary', operator, left, right: this.binary(level + 1) }
    }
    return left
  }

  private power(): ArithmeticNode {
    const left = this.unary()
    return this.take('**') ? { kind: 'binary', operator: '**', left, right: this.power() } : left
  }

  private unary(): ArithmeticNode {
    const { kind, text } = this.token
    if (kind === 'operator' && '+-!~'.includes(text)) {
      this.next()
      return { kind: 'unary', operator: text, operand: this.unary() }
    }
    if (kind === 'operator' && (text === '++' || text === '--')) {
      this.next()
      const target = this.unary()
      if (target.kind === 'variable') return { kind: 'step', delta: text === '++' ? 1 : -1, prefix: true, target }
      const sign = text.charAt(0)
      return { kind: 'unary', operator: sign, operand: { kind: 'unary', operator: sign, operand: target } }
    }
    return this.postfix()
  }

  private postfix(): ArithmeticNode {
    const node = this.primary()
    if (node.kind !== 'variable') return node
    for (const [operator, delta] of [
      ['++', 1],
      ['--', -1],
    ] as const)
      if (this.token.kind === 'operator' && this.token.text === operator) {
        this.next()
        return { kind: 'step', delta, prefix: false, target: node }
      }
    return node
  }

  private primary(): ArithmeticNode {
    const { kind, text, at } = this.token
    if (kind === 'number') {
      const value = parseNumber(text)
      if (typeof value === 'string') this.fail(value, at)
      this.next()
      return { kind: 'number', value }
    }
    if (kind === 'name') return this.variable(text)
    if (kind === 'hole') {
      this.next()
      return { kind: 'hole', at: text.charCodeAt(0) - FIRST_HOLE }
    }
    if (kind === 'operator' && text === '(') {
      this.next()
      const inner = this.comma()
      if (!this.take(')')) this.fail("missing `)'")
      return inner
    }
    return this.fail('syntax error: operand expected', kind === 'end' ? this.lastOperator() : at)
  }

  /** bash shows the operator that misses its operand. */
  private lastOperator(): number {
    const trimmed = this.text.trimEnd()
    return Math.max(0, /[-+*/%&|^~!<>=?:,(]+$/.exec(trimmed)?.index ?? trimmed.length)
  }

  private variable(name: string): ArithmeticNode {
    if (this.text[this.position] !== '[') {
      this.next()
      return { kind: 'variable', name }
    }
    let depth = 0
    for (let at = this.position; at < this.text.length; at++) {
      if (this.text[at] === '[') depth++
      if (this.text[at] === ']' && --depth === 0) {
        const index = this.text.slice(this.position + 1, at)
        this.position = at + 1
        this.next()
        return { kind: 'variable', name, index }
      }
    }
    return this.fail('bad array subscript')
  }
}

/** `0x1f`, `017`, `2#101`, `36#zz`; a string is what is wrong with it. */
export function parseNumber(text: string): number | bigint | string {
  const based = /^(\d+)#(.+)$/.exec(text)
  if (based) return fromBase(Number(based[1]), based[2] ?? '')
  if (/^0[xX]$/.test(text)) return 0
  if (/^0[xX]/.test(text) && !/^0[xX][0-9a-fA-F]+$/.test(text)) return 'value too great for base'
  if (/^0[xX]/.test(text)) return small(BigInt.asIntN(64, BigInt(text)))
  if (/^0\d/.test(text))
    return /^[0-7]+$/.test(text) ? small(BigInt.asIntN(64, BigInt(`0o${text}`))) : 'value too great for base'
  if (/^\d+$/.test(text)) return text.length < 16 ? Number(text) : small(BigInt.asIntN(64, BigInt(text)))
  return 'value too great for base'
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_'
function fromBase(base: number, text: string): number | bigint | string {
  if (base < 2 || base > 64) return 'invalid arithmetic base'
  let value = 0n
  for (const char of base <= 36 ? text.toLowerCase() : text) {
    const digit = DIGITS.indexOf(char)
    if (digit < 0 || digit >= base) return 'value too great for base'
    value = value * BigInt(base) + BigInt(digit)
  }
  return small(BigInt.asIntN(64, value))
}

/** A number where it is exact, which is much faster than a bigint. */
export const small = (value: bigint): number | bigint =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value

export const truth = (value: number | bigint): boolean => value != 0
