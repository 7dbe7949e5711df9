import {
  type Argument,
  BcQuit,
  BcSyntaxError,
  BcUnfinished,
  type Definition,
  type Expression,
  type Place,
  type Statement,
} from './ast.ts'

const TOKEN =
  /(?<blank>[ \t]+|\\\n|#[^\n]*|\/\*[^]*?\*\/)|(?<string>"[^"]*")|(?<number>(?:[0-9A-F](?:\\\n)?)+(?:\.[0-9A-F]*)?|\.[0-9A-F]*)|(?<word>[a-z][a-z0-9_]*)|(?<operator>\+\+|--|&&|\|\||[-+*/%^<>=!]=|[-+*/%^<>=!;,(){}[\]]|\n)/y

interface Token {
  readonly kind: 'string' | 'number' | 'word' | 'operator' | 'end'
  readonly text: string
}

const isKind = (name: string): name is 'string' | 'number' | 'word' | 'operator' =>
  name === 'string' || name === 'number' || name === 'word' || name === 'operator'

export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN.source, 'y')
  while (pattern.lastIndex < source.length) {
    const rest = source.slice(pattern.lastIndex)
    const match = pattern.exec(source)
    if (!match) {
      if (/^("|\/\*)/.test(rest)) throw new BcUnfinished()
      throw new BcSyntaxError(`illegal character: ${rest.charAt(0)}`)
    }
    const [kind, text] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? ['', '']
    if (isKind(kind)) tokens.push({ kind, text: text.replace(/\\\n/g, kind === 'number' ? '' : '\\\n') })
  }
  return tokens
}

const LEVELS: readonly (readonly string[])[] = [['||'], ['&&']]
const RELATIONS = ['<', '<=', '>', '>=', '==', '!=']
const SUMS: readonly (readonly string[])[] = [
  ['+', '-'],
  ['*', '/', '%'],
]
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^=']
const SPECIAL = new Map<string, Place>([
  ['scale', { kind: 'special', name: 'scale' }],
  ['ibase', { kind: 'special', name: 'ibase' }],
  ['obase', { kind: 'special', name: 'obase' }],
  ['last', { kind: 'special', name: 'last' }],
  ['.', { kind: 'special', name: 'last' }],
])
const WORDS = ['break', 'continue', 'halt'] as const
const isPlace = (node: Expression): node is Place =>
  node.kind === 'variable' || node.kind === 'element' || node.kind === 'special'

/** @throws BcSyntaxError, BcUnfinished */
export class Parser {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(source: string) {
    this.tokens = tokenize(source)
  }

  program(): Statement[] {
    const statements: Statement[] = []
    for (this.skipEnds(); this.peek().kind !== 'end'; this.skipEnds()) {
      const defines = this.is('define')
      statements.push(defines ? this.define() : this.statement())
      if (!defines && this.peek().kind !== 'end' && !this.is('\n') && !this.is(';'))
        throw new BcSyntaxError('syntax error')
    }
    return statements
  }

  private peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? { kind: 'end', text: '' }
  }
  private is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.text === text && (token.kind === 'word' || token.kind === 'operator')
  }
  private accept(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  private expect(text: string): void {
    if (this.accept(text)) return
    throw this.peek().kind === 'end' ? new BcUnfinished() : new BcSyntaxError('syntax error')
  }
  private skipEnds(): void {
    while (this.accept('\n') || this.accept(';'));
  }
  private skipLines(): void {
    while (this.accept('\n'));
  }
  private name(): string {
    const token = this.peek()
    if (token.kind === 'end') throw new BcUnfinished()
    if (token.kind !== 'word') throw new BcSyntaxError('syntax error')
    this.at++
    return token.text
  }

  private names(end: string): string[] {
    const names: string[] = []
    while (!this.accept(end)) {
      const name = this.name()
      names.push(this.accept('[') ? (this.expect(']'), `${name}[]`) : name)
      if (!this.accept(',') && !this.is(end)) throw new BcSyntaxError('syntax error')
    }
    return names
  }

  private define(): Statement {
    this.expect('define')
    this.accept('void')
    const name = this.name()
    this.expect('(')
    const parameters = this.names(')')
    this.skipLines()
    this.expect('{')
    this.skipEnds()
    let locals: string[] = []
    if (this.accept('auto')) {
      locals = this.names(this.tokens.slice(this.at).find(({ text }) => text === '\n' || text === ';')?.text ?? ';')
    }
    const definition: Definition = { name, parameters, locals, body: this.statementsUntilBrace() }
    return { kind: 'define', definition }
  }

  private statementsUntilBrace(): Statement[] {
    const body: Statement[] = []
    for (this.skipEnds(); !this.accept('}'); this.skipEnds()) {
      if (this.peek().kind === 'end') throw new BcUnfinished()
      body.push(this.statement())
    }
    return body
  }

  private readonly statements: ReadonlyMap<string, () => Statement> = new Map<string, () => Statement>([
    ['{', () => ({ kind: 'block', body: this.statementsUntilBrace() })],
    ['if', () => this.ifStatement()],
    ['while', () => ({ kind: 'while', test: this.parenthesis(), body: this.inner() })],
    ['for', () => this.forStatement()],
    ['print', () => ({ kind: 'print', items: this.printItems() })],
    ['return', () => ({ kind: 'return', value: this.atEnd() ? undefined : this.expression() })],
    ...WORDS.map((kind) => [kind, (): Statement => ({ kind })] as const),
  ])

  private statement(): Statement {
    const token = this.peek()
    if (this.is('quit')) throw new BcQuit()
    if (token.kind === 'string') {
      this.at++
      return { kind: 'string', text: token.text.slice(1, -1) }
    }
    const parse = token.kind === 'end' ? undefined : this.statements.get(token.text)
    if (!parse) return { kind: 'expression', body: this.expression() }
    this.at++
    return parse()
  }
  private atEnd(): boolean {
    return this.peek().kind === 'end' || ['\n', ';', '}'].some((text) => this.is(text))
  }
  private inner(): Statement {
    this.skipLines()
    if (this.peek().kind === 'end') throw new BcUnfinished()
    return this.statement()
  }
  private parenthesis(): Expression {
    this.expect('(')
    const body = this.expression()
    this.expect(')')
    return body
  }
  private ifStatement(): Statement {
    const test = this.parenthesis()
    const yes = this.inner()
    const before = this.at
    this.skipEnds()
    if (this.accept('else')) return { kind: 'if', test, yes, no: this.inner() }
    this.at = before
    return { kind: 'if', test, yes, no: undefined }
  }
  private forStatement(): Statement {
    this.expect('(')
    const start = this.is(';') ? undefined : this.expression()
    this.expect(';')
    const test = this.is(';') ? undefined : this.expression()
    this.expect(';')
    const step = this.is(')') ? undefined : this.expression()
    this.expect(')')
    return { kind: 'for', start, test, step, body: this.inner() }
  }
  private printItems(): (Expression | string)[] {
    const items: (Expression | string)[] = []
    do {
      const token = this.peek()
      if (token.kind === 'string') {
        this.at++
        items.push(token.text.slice(1, -1))
      } else items.push(this.expression())
    } while (this.accept(','))
    return items
  }

  private expression(): Expression {
    return this.logical(0)
  }
  private logical(level: number): Expression {
    const operators = LEVELS[level]
    if (!operators) return this.negation()
    let left = this.logical(level + 1)
    for (let operator = this.operator(operators); operator; operator = this.operator(operators))
      left = { kind: 'binary', operator, left, right: this.logical(level + 1) }
    return left
  }
  private operator(among: readonly string[]): string | undefined {
    const found = among.find((text) => this.is(text))
    if (found !== undefined) this.at++
    return found
  }
  private negation(): Expression {
    return this.accept('!') ? { kind: 'not', body: this.negation() } : this.relation()
  }
  private relation(): Expression {
    let left = this.assignment()
    for (let operator = this.operator(RELATIONS); operator; operator = this.operator(RELATIONS))
      left = { kind: 'binary', operator, left, right: this.assignment() }
    return left
  }
  private assignment(): Expression {
    const left = this.sum(0)
    if (!isPlace(left)) return left
    const operator = this.operator(ASSIGNMENTS)
    return operator ? { kind: 'assign', operator: operator.slice(0, -1), to: left, value: this.assignment() } : left
  }
  private sum(level: number): Expression {
    const operators = SUMS[level]
    if (!operators) return this.powers()
    let left = this.sum(level + 1)
    for (let operator = this.operator(operators); operator; operator = this.operator(operators))
      left = { kind: 'binary', operator, left, right: this.sum(level + 1) }
    return left
  }
  private powers(): Expression {
    const left = this.unary()
    return this.accept('^') ? { kind: 'binary', operator: '^', left, right: this.powers() } : left
  }
  private unary(): Expression {
    if (this.accept('-')) return { kind: 'negate', body: this.unary() }
    const by = this.accept('++') ? 1 : this.accept('--') ? -1 : 0
    if (by === 0) return this.postfix()
    const to = this.primary()
    if (!isPlace(to)) throw new BcSyntaxError('syntax error')
    return { kind: 'step', to, by, before: true }
  }
  private postfix(): Expression {
    const node = this.primary()
    if (!isPlace(node)) return node
    const by = this.accept('++') ? 1 : this.accept('--') ? -1 : 0
    return by === 0 ? node : { kind: 'step', to: node, by, before: false }
  }
  private primary(): Expression {
    const token = this.peek()
    if (token.kind === 'end') throw new BcUnfinished()
    if (this.is('(')) return { kind: 'paren', body: this.parenthesis() }
    this.at++
    if (token.kind === 'number') return SPECIAL.get(token.text) ?? { kind: 'number', text: token.text }
    if (token.kind !== 'word') throw new BcSyntaxError('syntax error')
    if (this.accept('(')) return { kind: 'call', name: token.text, args: this.callArguments() }
    if (this.accept('[')) {
      const at = this.expression()
      this.expect(']')
      return { kind: 'element', name: token.text, at }
    }
    return SPECIAL.get(token.text) ?? { kind: 'variable', name: token.text }
  }
  private callArguments(): Argument[] {
    const args: Argument[] = []
    while (!this.accept(')')) {
      if (this.peek().kind === 'word' && this.is('[', 1) && this.is(']', 2)) {
        args.push({ kind: 'array', name: this.name() })
        this.at += 2
      } else args.push(this.expression())
      if (!this.accept(',') && !this.is(')'))
        throw this.peek().kind === 'end' ? new BcUnfinished() : new BcSyntaxError('syntax error')
    }
    return args
  }
}
