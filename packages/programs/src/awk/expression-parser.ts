import { AwkSyntaxError, type Expression, type GetlineExpression, type Lvalue } from './ast.ts'
import { Lexer, type Token } from './lexer.ts'

const COMPARE = new Set(['<', '<=', '==', '!=', '>', '>='])
const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^='])
/** Built-in functions that may be called without parentheses. */
const BARE = new Set(['length'])

const isLvalue = (expression: Expression): expression is Lvalue =>
  expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element'

type Place = readonly [Token, readonly [number, number]]

/** Recursive descent over the levels of precedence; each method is one level and reads the next. */
export class ExpressionParser {
  protected token: Token
  private readonly lexer: Lexer
  /** Inside the arguments of print `>` is a redirection. */
  private noGreater = false
  private readonly calls: { name: string; line: number }[] = []

  constructor(text: string) {
    this.lexer = new Lexer(text)
    this.token = this.lexer.next()
  }

  protected save(): Place {
    return [this.token, this.lexer.save()]
  }

  protected restore([token, place]: Place): void {
    this.token = token
    this.lexer.restore(place)
  }

  protected advance(): void {
    this.token = this.lexer.next()
  }

  protected is(text: string): boolean {
    return this.token.type === 'punctuation' && this.token.text === text
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false
    this.advance()
    return true
  }

  protected isKeyword(text: string): boolean {
    return this.token.type === 'keyword' && this.token.text === text
  }

  protected takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false
    this.advance()
    return true
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.unexpected()
  }

  protected unexpected(): never {
    const { type, text, line } = this.token
    const shown = type === 'end' ? 'end of file' : type === 'newline' ? 'end of line' : text
    throw new AwkSyntaxError(`line ${line}: syntax error at or near ${shown}`)
  }

  protected skipNewlines(): void {
    while (this.token.type === 'newline') this.advance()
  }

  protected skipSeparators(): void {
    while (this.token.type === 'newline' || this.is(';')) this.advance()
  }

  /** Functions may be called before they are defined, so this is looked at when all is read. */
  protected checkCalls(defined: ReadonlyMap<string, unknown>): void {
    for (const { name, line } of this.calls)
      if (!defined.has(name)) throw new AwkSyntaxError(`line ${line}: function ${name} never defined`)
  }

  /** One argument of print: without a bare `>`. */
  protected printArgument(): Expression {
    const before = this.noGreater
    this.noGreater = true
    const value = this.expression()
    this.noGreater = before
    return value
  }

  private inParentheses<T>(read: () => T): T {
    const before = this.noGreater
    this.noGreater = false
    const value = read()
    this.noGreater = before
    return value
  }

  /** Expressions up to `end`, which is taken. */
  protected list(end: string): Expression[] {
    return this.inParentheses(() => {
      const items: Expression[] = []
      this.skipNewlines()
      while (!this.is(end)) {
        items.push(this.expression())
        this.skipNewlines()
        if (!this.take(',')) break
        this.skipNewlines()
      }
      this.expect(end)
      return items
    })
  }

  expression(): Expression {
    const left = this.ternary()
    if (this.token.type !== 'punctuation' || !ASSIGN.has(this.token.text)) return left
    const operator = this.token.text.slice(0, -1)
    this.advance()
    this.skipNewlines()
    return this.assignTo(left, operator)
  }

  /** `1 == x = 2` and `! x = y` assign to the variable at their end, as the real ones allow. */
  private assignTo(left: Expression, operator: string): Expression {
    if (isLvalue(left)) return { kind: 'assign', operator, target: left, value: this.expression() }
    if (left.kind === 'compare' || left.kind === 'match' || left.kind === 'and' || left.kind === 'or')
      return { ...left, right: this.assignTo(left.right, operator) }
    if (left.kind === 'unary') return { ...left, operand: this.assignTo(left.operand, operator) }
    return this.unexpected()
  }

  private ternary(): Expression {
    const test = this.or()
    if (!this.take('?')) return test
    this.skipNewlines()
    const yes = this.expression()
    this.skipNewlines()
    this.expect(':')
    this.skipNewlines()
    return { kind: 'ternary', test, yes, no: this.expression() }
  }

  private or(): Expression {
    let left = this.and()
    while (this.take('||')) {
      this.skipNewlines()
      left = { kind: 'or', left, right: this.and() }
    }
    return left
  }

  private and(): Expression {
    let left = this.membership()
    while (this.take('&&')) {
      this.skipNewlines()
      left = { kind: 'and', left, right: this.membership() }
    }
    return left
  }

  private membership(): Expression {
    let left = this.matching()
    while (this.takeKeyword('in')) {
      const { type, text } = this.token
      if (type !== 'name') this.unexpected()
      this.advance()
      left = { kind: 'in', subscript: left.kind === 'grouping' ? left.items : [left], array: text }
    }
    return left
  }

  private matching(): Expression {
    let left = this.comparison()
    while (this.is('~') || this.is('!~')) {
      const negated = this.is('!~')
      this.advance()
      left = { kind: 'match', negated, left, right: this.comparison() }
    }
    return left
  }

  private comparison(): Expression {
    let left = this.piped(this.concatenation())
    while (this.token.type === 'punctuation' && COMPARE.has(this.token.text)) {
      const operator = this.token.text
      if (operator === '>' && this.noGreater) return left
      this.advance()
      left = { kind: 'compare', operator, left, right: this.piped(this.concatenation()) }
    }
    return left
  }

  /** `command | getline`, which may be followed by another. */
  private piped(command: Expression): Expression {
    let left = command
    while (this.is('|')) {
      const place = this.save()
      this.advance()
      if (!this.takeKeyword('getline')) {
        this.restore(place)
        return left
      }
      left = this.getline('command', left)
    }
    return left
  }

  private getline(from: GetlineExpression['from'], source?: Expression): GetlineExpression {
    const target = this.optionalLvalue()
    return { kind: 'getline', from, ...(source ? { source } : {}), ...(target ? { target } : {}) }
  }

  private optionalLvalue(): Lvalue | undefined {
    if (!this.is('$') && this.token.type !== 'name') return undefined
    const target = this.primary()
    return isLvalue(target) ? target : this.unexpected()
  }

  protected concatenation(): Expression {
    let left = this.additive()
    while (this.startsOperand()) left = { kind: 'concat', left, right: this.additive() }
    return left
  }

  private startsOperand(): boolean {
    const { type } = this.token
    if (type === 'number' || type === 'string' || type === 'name' || type === 'funcname' || type === 'builtin')
      return true
    return ['$', '!', '(', '-', '+', '++', '--'].some((each) => this.is(each))
  }

  private additive(): Expression {
    let left = this.multiplicative()
    while (this.is('+') || this.is('-')) {
      const operator = this.token.text
      this.advance()
      left = { kind: 'binary', operator, left, right: this.multiplicative() }
    }
    return left
  }

  private multiplicative(): Expression {
    let left = this.unary()
    while (this.is('*') || this.is('/') || this.is('%')) {
      const operator = this.token.text
      this.advance()
      left = { kind: 'binary', operator, left, right: this.unary() }
    }
    return left
  }

  private unary(): Expression {
    for (const operator of ['-', '+', '!'] as const)
      if (this.take(operator)) return { kind: 'unary', operator, operand: this.unary() }
    return this.power()
  }

  private power(): Expression {
    const base = this.postfix()
    if (!this.take('^')) return base
    return { kind: 'binary', operator: '^', left: base, right: this.exponent() }
  }

  /** Right associative, and may carry a sign: 2^-1. */
  private exponent(): Expression {
    for (const operator of ['-', '+', '!'] as const)
      if (this.take(operator)) return { kind: 'unary', operator, operand: this.exponent() }
    return this.power()
  }

  private postfix(): Expression {
    const operand = this.primary()
    if (!isLvalue(operand)) return operand
    if (this.take('++')) return { kind: 'step', target: operand, by: 1, prefix: false }
    if (this.take('--')) return { kind: 'step', target: operand, by: -1, prefix: false }
    return operand
  }

  private primary(): Expression {
    const { type, text } = this.token
    const read = this.readers.get(type)
    if (!read) this.unexpected()
    return read(text)
  }

  private readonly readers = new Map<string, (text: string) => Expression>([
    ['number', (text) => this.literal({ kind: 'number', value: Number(text) })],
    ['string', (text) => this.literal({ kind: 'string', text })],
    ['name', (text) => this.name(text)],
    ['funcname', (text) => this.call(text)],
    ['builtin', (text) => this.builtin(text)],
    ['keyword', (text) => this.getlineKeyword(text)],
    ['punctuation', (text) => this.punctuated(text)],
  ])

  private literal(expression: Expression): Expression {
    this.advance()
    return expression
  }

  private name(text: string): Expression {
    this.advance()
    if (!this.take('[')) return { kind: 'variable', name: text }
    return { kind: 'element', array: text, subscript: this.list(']') }
  }

  private call(name: string): Expression {
    const { line } = this.token
    this.calls.push({ name, line })
    this.advance()
    this.expect('(')
    return { kind: 'call', name, args: this.list(')'), line }
  }

  private builtin(name: string): Expression {
    const { line } = this.token
    this.advance()
    if (!this.is('(') && BARE.has(name)) return { kind: 'builtin', name, args: [], line }
    this.expect('(')
    return { kind: 'builtin', name, args: this.list(')'), line }
  }

  private getlineKeyword(text: string): Expression {
    if (text !== 'getline') this.unexpected()
    this.advance()
    const simple = this.getline('main')
    if (!this.take('<')) return simple
    return { ...simple, from: 'file', source: this.postfix() }
  }

  private punctuated(text: string): Expression {
    if (text === '/' || text === '/=') {
      const source = this.lexer.regex(text.slice(1))
      return this.literal({ kind: 'regex', source })
    }
    this.advance()
    if (text === '(') return this.parenthesized()
    if (text === '$') return { kind: 'field', index: this.fieldIndex() }
    if (text === '-' || text === '+' || text === '!') return { kind: 'unary', operator: text, operand: this.unary() }
    if (text === '++' || text === '--') {
      const target = this.primary()
      if (isLvalue(target)) return { kind: 'step', target, by: text === '++' ? 1 : -1, prefix: true }
    }
    throw new AwkSyntaxError(`line ${this.token.line}: syntax error at or near ${text}`)
  }

  /** `$i++` is ($i)++, but `$++i` and `$-1` take their sign along. */
  private fieldIndex(): Expression {
    return this.primary()
  }

  private parenthesized(): Expression {
    const items = this.list(')')
    const [only] = items
    if (only === undefined) this.unexpected()
    if (items.length > 1) return { kind: 'grouping', items }
    // In parentheses it is no longer something to assign to, nor a regular expression that stands alone.
    return isLvalue(only) ? only : { kind: 'grouping', items }
  }
}
