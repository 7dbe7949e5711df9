import type {
  Case,
  Expr,
  Field,
  Func,
  FuncExpr,
  Import,
  Item,
  Name,
  Parameter,
  SourceFile,
  Stmt,
  Type,
} from './syntax.ts'
import { GoError, literalText, type Place, type Token, tokensOf } from './tokens.ts'

/** @throws GoError */
export const parseFile = (file: string, text: string): SourceFile => new Parser(tokensOf(file, text)).file()

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-', '|', '^'],
  ['*', '/', '%', '<<', '>>', '&', '&^'],
]
const ASSIGNS: ReadonlySet<string> = new Set(['=', ':=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0
  /** Composite literals of a plain name are not looked for in the head of a statement. */
  private inHead = false

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  file(): SourceFile {
    if (!this.is('package')) this.unexpected('package statement must be first')
    this.step()
    const name = this.name()
    this.end()
    const imports: Import[] = []
    while (this.is('import')) imports.push(...this.imports())
    const funcs: Func[] = []
    const types: { name: string; type: Type }[] = []
    const vars: (Stmt & { kind: 'var' })[] = []
    while (this.token.kind !== 'end') {
      if (this.is('func')) funcs.push(this.func())
      else if (this.is('type')) types.push(...this.types())
      else if (this.is('var') || this.is('const')) vars.push(...this.vars())
      else if (this.is('import'))
        throw new GoError(this.token.at, 'syntax error: imports must appear before other declarations')
      else throw new GoError(this.token.at, 'syntax error: non-declaration statement outside function body')
      this.end()
    }
    return { package: name.name, imports, funcs, types, vars }
  }

  private get token(): Token {
    return this.tokens[this.at] ?? (this.tokens.at(-1) as Token)
  }
  private is(...texts: string[]): boolean {
    return (this.token.kind === 'sign' || this.token.kind === 'keyword') && texts.includes(this.token.text)
  }
  private step(): Token {
    const { token } = this
    this.at++
    return token
  }
  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  private expect(text: string, where: string): Token {
    if (!this.is(text)) this.unexpected(`expected ${text}`, where)
    return this.step()
  }
  private unexpected(wanted: string, where = ''): never {
    const { kind, text, automatic, at } = this.token
    if (wanted.startsWith('package')) throw new GoError(at, `syntax error: ${wanted}`)
    const shown = automatic
      ? 'newline'
      : kind === 'sign' || kind === 'end'
        ? (SIGN_NAMES[text] ?? text)
        : kind === 'keyword'
          ? `keyword ${text}`
          : `${kind === 'name' ? 'name' : 'literal'} ${text}`
    throw new GoError(
      at,
      `syntax error: unexpected ${shown}${where === '' ? '' : ` ${where}`}, ${wanted}`.replace(/, $/, ''),
    )
  }
  private name(): Name {
    if (this.token.kind !== 'name') this.unexpected('expected name')
    const { text, at } = this.step()
    return { name: text, at }
  }
  private end(): void {
    if (this.take(';') || this.is(')', '}') || this.token.kind === 'end') return
    this.unexpected('', 'at end of statement')
  }

  /** `( … )` with one on each line, or one alone. */
  private group<T>(one: (nth: number) => T): T[] {
    if (!this.take('(')) return [one(0)]
    const all: T[] = []
    while (!this.is(')')) {
      all.push(one(all.length))
      this.end()
    }
    this.step()
    return all
  }

  private imports(): Import[] {
    this.step()
    const found = this.group(() => {
      const own = this.token.kind === 'name' ? this.step().text : this.take('.') ? '.' : undefined
      const { at, kind, text } = this.step()
      if (kind !== 'string') throw new GoError(at, 'syntax error: missing import path; require quoted string')
      const path = literalText(text)
      return { path, name: own ?? path.split('/').at(-1) ?? '', at }
    })
    this.end()
    return found
  }

  private types(): { name: string; type: Type }[] {
    this.step()
    return this.group(() => {
      const { name } = this.name()
      this.take('=')
      return { name, type: this.type() }
    })
  }

  private vars(): (Stmt & { kind: 'var' })[] {
    const constant = this.step().text === 'const'
    let before: readonly Expr[] = []
    let beforeType: Type | undefined
    return this.group((iota) => {
      const names = this.list(() => this.name())
      let type = this.is('=', ';', ')') ? undefined : this.type()
      let values = this.take('=') ? this.exprs() : []
      if (constant && values.length === 0) [values, type] = [[...before], beforeType]
      else [before, beforeType] = [values, type]
      return { kind: 'var', names, type, values, ...(constant ? { iota } : {}) }
    })
  }

  private list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.take(',')) all.push(one())
    return all
  }

  private func(): Func {
    const { at } = this.step()
    let receiver: Func['receiver']
    if (this.is('(')) {
      const [self] = this.params()
      const type = self?.type
      const pointer = type?.kind === 'pointer'
      const named = type?.kind === 'pointer' ? type.of : type
      receiver = { name: self?.name ?? '', type: named?.kind === 'name' ? named.name : '', pointer }
    }
    const { name } = this.name()
    if (this.is('[')) throw new GoError(this.token.at, 'type parameters are not simulated here')
    const signature = this.signature()
    if (this.token.automatic && this.tokens[this.at + 1]?.text === '{')
      throw new GoError(this.token.at, 'syntax error: unexpected semicolon or newline before {')
    if (!this.is('{')) this.unexpected('', 'after top level declaration')
    return { kind: 'func', ...signature, body: this.block(), at, name, receiver }
  }

  private signature(): { params: Parameter[]; results: Parameter[] } {
    const params = this.params()
    if (this.is('(')) return { params, results: this.params() }
    const none = this.is('{', ';', ')', ',', ']', '}', '=', ':=', ':') || ['string', 'end'].includes(this.token.kind)
    return { params, results: none ? [] : [{ name: '', type: this.type(), variadic: false }] }
  }

  /** Names share the type that follows; without names there are types alone. */
  private params(): Parameter[] {
    this.expect('(', 'in parameter list')
    const found: { name: Name | undefined; type: Type | undefined; variadic: boolean }[] = []
    while (!this.is(')')) {
      const variadic = this.take('...')
      const first = variadic ? undefined : this.token
      const type = this.type()
      const more = first?.kind === 'name' && !this.is(',', ')')
      if (more) {
        const rest = this.take('...')
        found.push({ name: { name: first.text, at: first.at }, type: this.type(), variadic: rest })
      } else found.push({ name: undefined, type, variadic })
      if (!this.take(',')) break
    }
    this.expect(')', 'in parameter list')
    if (!found.some(({ name }) => name))
      return found.map(({ type, variadic }) => ({ name: '', type: type as Type, variadic }))
    let last: { type: Type; variadic: boolean } = { type: { kind: 'interface' }, variadic: false }
    return found
      .toReversed()
      .map(({ name, type, variadic }) => {
        if (name) last = { type: type as Type, variadic }
        return { name: name?.name ?? (type?.kind === 'name' ? type.name : ''), ...last }
      })
      .toReversed()
  }

  private type(): Type {
    if (this.take('*')) return { kind: 'pointer', of: this.type() }
    if (this.take('(')) {
      const inner = this.type()
      this.expect(')', 'in type')
      return inner
    }
    if (this.take('<-')) return this.type()
    if (this.take('[')) {
      if (this.take(']')) return { kind: 'slice', of: this.type() }
      const length = this.take('...') ? undefined : this.expr()
      this.expect(']', 'in type')
      return { kind: 'array', length, of: this.type() }
    }
    if (this.take('map')) {
      this.expect('[', 'in map type')
      const key = this.type()
      this.expect(']', 'in map type')
      return { kind: 'map', key, of: this.type() }
    }
    if (this.take('chan')) {
      this.take('<-')
      return { kind: 'chan', of: this.type() }
    }
    if (this.take('struct')) return { kind: 'struct', fields: this.fields() }
    if (this.take('interface')) {
      this.skipBraces()
      return { kind: 'interface' }
    }
    if (this.take('func')) {
      this.signature()
      return { kind: 'func' }
    }
    if (this.token.kind !== 'name') this.unexpected('expected type')
    const { text, at } = this.step()
    const name = this.is('.') && this.step() ? `${text}.${this.name().name}` : text
    return { kind: 'name', name, at }
  }

  private skipBraces(): void {
    this.expect('{', 'after interface')
    for (let depth = 1; depth > 0; ) {
      if (this.is('{')) depth++
      if (this.is('}')) depth--
      if (this.token.kind === 'end') this.unexpected('expected }')
      this.step()
    }
  }

  private fields(): Field[] {
    this.expect('{', 'after struct')
    const fields: Field[] = []
    while (!this.is('}')) {
      const pointer = this.is('*')
      const next = this.tokens[this.at + 1]
      const embedded =
        pointer || (next?.kind === 'sign' && [';', '.', '}'].includes(next.text)) || next?.kind === 'string'
      const names = embedded ? [] : this.list(() => this.name())
      const type = this.type()
      const tag = this.token.kind === 'string' ? literalText(this.step().text) : ''
      const inner = type.kind === 'pointer' ? type.of : type
      if (embedded)
        fields.push({ name: inner.kind === 'name' ? (inner.name.split('.').at(-1) ?? '') : '', type, embedded, tag })
      for (const { name } of names) fields.push({ name, type, embedded, tag })
      this.end()
    }
    this.step()
    return fields
  }

  private block(): Stmt[] {
    this.expect('{', '')
    const outer = this.inHead
    this.inHead = false
    const body = this.statements()
    this.inHead = outer
    this.expect('}', '')
    return body
  }

  private statements(): Stmt[] {
    const body: Stmt[] = []
    while (!this.is('}', 'case', 'default') && this.token.kind !== 'end') {
      body.push(...this.statement(''))
      this.end()
    }
    return body
  }

  private statement(label: string): Stmt[] {
    const { text, kind } = this.token
    if (this.is('var', 'const')) return this.vars()
    if (this.is('type')) return this.types().map((each) => ({ kind: 'type', ...each }))
    if (this.is('{')) return [{ kind: 'block', body: this.block() }]
    if (this.is(';')) return [{ kind: 'empty' }]
    if (kind === 'keyword') {
      const special = this.special(text, label)
      if (special) return [special]
    }
    const next = this.tokens[this.at + 1]
    if (kind === 'name' && next?.text === ':' && next.kind === 'sign' && !this.inHead) {
      this.at += 2
      this.take(';')
      return this.statement(text)
    }
    return [this.simple()]
  }

  private special(word: string, label: string): Stmt | undefined {
    if (word === 'if') return this.branch()
    if (word === 'for') return this.loop(label)
    if (word === 'switch') return this.choice()
    if (word === 'select') {
      this.step()
      return { kind: 'select', cases: this.cases(true) }
    }
    if (word === 'return') {
      this.step()
      return { kind: 'return', values: this.is(';', '}') ? [] : this.exprs() }
    }
    if (word === 'go' || word === 'defer') {
      this.step()
      const call = this.expr()
      if (call.kind !== 'call') throw new GoError(this.token.at, `expression in ${word} must be function call`)
      return { kind: word, call }
    }
    if (word === 'break' || word === 'continue' || word === 'fallthrough') {
      this.step()
      return { kind: 'jump', word, label: this.token.kind === 'name' ? this.step().text : '' }
    }
    if (word === 'goto') throw new GoError(this.token.at, 'goto is not simulated here')
    return undefined
  }

  private simple(): Stmt {
    const left = this.exprs()
    const { at, text } = this.token
    const [first] = left
    if (first && this.take('++')) return { kind: 'step', of: first, by: 1 }
    if (first && this.take('--')) return { kind: 'step', of: first, by: -1 }
    if (first && this.take('<-')) return { kind: 'send', to: first, value: this.expr() }
    if (this.token.kind === 'sign' && ASSIGNS.has(text)) {
      this.step()
      if (this.is('range')) {
        this.step()
        return { kind: 'range', names: left, defines: text === ':=', over: this.expr(), body: [], label: '' }
      }
      return { kind: 'assign', sign: text, left, right: this.exprs(), at }
    }
    return { kind: 'expr', expr: first as Expr }
  }

  private head<T>(read: () => T): T {
    const outer = this.inHead
    this.inHead = true
    const value = read()
    this.inHead = outer
    return value
  }

  private branch(): Stmt {
    this.step()
    const [init, test] = this.head((): [Stmt | undefined, Expr] => {
      const first = this.is(';') ? undefined : this.simple()
      if (!this.take(';')) return [undefined, this.asTest(first)]
      return [first, this.expr()]
    })
    const consequent = this.block()
    const other = this.take('else')
      ? this.is('if')
        ? this.branch()
        : { kind: 'block' as const, body: this.block() }
      : undefined
    return { kind: 'if', init, test, consequent, other }
  }

  private asTest(statement: Stmt | undefined): Expr {
    if (statement?.kind === 'expr') return statement.expr
    throw new GoError(this.token.at, 'cannot use assignment as value')
  }

  private loop(label: string): Stmt {
    this.step()
    return this.head((): Stmt => {
      if (this.is('{'))
        return { kind: 'for', init: undefined, test: undefined, post: undefined, body: this.block(), label }
      if (this.take('range'))
        return { kind: 'range', names: [], defines: false, over: this.expr(), body: this.block(), label }
      const first = this.is(';') ? undefined : this.simple()
      if (first?.kind === 'range') return { ...first, body: this.block(), label }
      if (this.is('{'))
        return { kind: 'for', init: undefined, test: this.asTest(first), post: undefined, body: this.block(), label }
      this.expect(';', 'in for loop')
      const test = this.is(';') ? undefined : this.expr()
      this.expect(';', 'in for loop')
      const post = this.is('{') ? undefined : this.simple()
      return { kind: 'for', init: first, test, post, body: this.block(), label }
    })
  }

  private choice(): Stmt {
    this.step()
    const [init, on, bind] = this.head((): [Stmt | undefined, Expr | undefined, string] => {
      if (this.is('{')) return [undefined, undefined, '']
      let first: Stmt | undefined = this.is(';') ? undefined : this.simple()
      let init: Stmt | undefined
      if (this.take(';')) [init, first] = [first, this.is('{') ? undefined : this.simple()]
      if (first?.kind === 'assign' && first.sign === ':=') {
        const [name] = first.left
        return [init, first.right[0], name?.kind === 'name' ? name.name : '']
      }
      return [init, first && this.asTest(first), '']
    })
    return { kind: 'switch', init, on, bind, cases: this.cases(false) }
  }

  private cases(ofSelect: boolean): Case[] {
    this.expect('{', '')
    const cases: Case[] = []
    while (!this.is('}')) {
      const isDefault = this.is('default')
      if (!isDefault && !this.is('case')) this.unexpected('expected case or default or }')
      this.step()
      const outer = this.inHead
      this.inHead = false
      const comm = isDefault || !ofSelect ? undefined : this.simple()
      const values = isDefault ? undefined : ofSelect ? [] : this.list(() => this.typeOrExpr())
      this.expect(':', '')
      cases.push({ values, comm, body: this.statements() })
      this.inHead = outer
    }
    this.step()
    return cases
  }

  private typeOrExpr(): Expr {
    const { at } = this.token
    return this.is('*', '[', 'map', 'func', 'struct', 'interface', 'chan')
      ? { kind: 'type', type: this.type(), at }
      : this.expr()
  }

  private exprs(): Expr[] {
    return this.list(() => this.expr())
  }

  private expr(level = 0): Expr {
    const signs = LEVELS[level]
    if (!signs) return this.unary()
    let left = this.expr(level + 1)
    while (this.token.kind === 'sign' && signs.includes(this.token.text)) {
      const { text: sign, at } = this.step()
      left = { kind: 'binary', sign, left, right: this.expr(level + 1), at }
    }
    return left
  }

  private unary(): Expr {
    const { text, at } = this.token
    if (this.is('-', '+', '!', '^', '*', '&', '<-')) {
      this.step()
      return { kind: 'unary', sign: text, of: this.unary(), at }
    }
    return this.primary()
  }

  private primary(): Expr {
    let expr = this.operand()
    for (;;) {
      const { at } = this.token
      if (this.take('.')) {
        if (this.take('(')) {
          const type = this.take('type') ? undefined : this.type()
          this.expect(')', 'in type assertion')
          expr = { kind: 'assert', of: expr, type, at }
        } else {
          const { name, at: own } = this.name()
          expr = { kind: 'member', of: expr, name, at: own }
        }
      } else if (this.take('(')) expr = this.call(expr, at)
      else if (this.take('[')) expr = this.index(expr, at)
      else if (this.is('{') && this.isTypeName(expr))
        expr = { kind: 'composite', type: typeOf(expr), items: this.items(), at }
      else return expr
    }
  }

  private isTypeName(expr: Expr): boolean {
    if (this.inHead) return false
    return expr.kind === 'name' || (expr.kind === 'member' && expr.of.kind === 'name')
  }

  private call(callee: Expr, at: Place): Expr {
    const outer = this.inHead
    this.inHead = false
    const args: Expr[] = []
    let spread = false
    while (!this.is(')')) {
      args.push(this.expr())
      if (this.take('...')) spread = true
      if (!this.take(',')) break
    }
    this.inHead = outer
    this.expect(')', 'in argument list; possibly missing comma or )')
    return { kind: 'call', callee, args, spread, at }
  }

  private index(of: Expr, at: Place): Expr {
    const outer = this.inHead
    this.inHead = false
    const from = this.is(':') ? undefined : this.expr()
    if (this.take(':')) {
      const to = this.is(']') ? undefined : this.expr()
      this.inHead = outer
      this.expect(']', 'in slice')
      return { kind: 'slice', of, from, to, at }
    }
    this.inHead = outer
    this.expect(']', 'in index')
    return { kind: 'index', of, index: from as Expr, at }
  }

  private operand(): Expr {
    const { kind, text, at } = this.token
    if (kind === 'int' || kind === 'float' || kind === 'string' || kind === 'char') {
      this.step()
      return { kind, text, at }
    }
    if (kind === 'name') {
      this.step()
      return { kind: 'name', name: text, at }
    }
    if (this.take('(')) {
      const outer = this.inHead
      this.inHead = false
      const inner = this.typeOrExpr()
      this.inHead = outer
      this.expect(')', 'in expression')
      return inner
    }
    if (this.is('func')) return this.literal()
    if (this.is('[', 'map', 'struct', 'chan', 'interface')) {
      const type = this.type()
      if (this.is('{')) return { kind: 'composite', type, items: this.items(), at }
      return { kind: 'type', type, at }
    }
    return this.unexpected('expected expression')
  }

  private literal(): FuncExpr | Expr {
    const { at } = this.step()
    const signature = this.signature()
    if (!this.is('{')) return { kind: 'type', type: { kind: 'func' }, at }
    return { kind: 'func', ...signature, body: this.block(), at }
  }

  private items(): Item[] {
    this.expect('{', '')
    const outer = this.inHead
    this.inHead = false
    const items: Item[] = []
    const value = (): Expr => {
      const { at } = this.token
      return this.is('{') ? { kind: 'composite', type: undefined, items: this.items(), at } : this.expr()
    }
    while (!this.is('}')) {
      const first = value()
      items.push(this.take(':') ? { key: first, value: value() } : { key: undefined, value: first })
      if (!this.take(',')) break
    }
    this.inHead = outer
    if (!this.is('}')) this.unexpected('expected }', 'in composite literal; possibly missing comma or }')
    this.step()
    return items
  }
}

const SIGN_NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', EOF: 'EOF' }

/** A plain name before `{`. */
const typeOf = (expr: Expr): Type =>
  expr.kind === 'member' && expr.of.kind === 'name'
    ? { kind: 'name', name: `${expr.of.name}.${expr.name}`, at: expr.at }
    : { kind: 'name', name: expr.kind === 'name' ? expr.name : '', at: expr.at }
