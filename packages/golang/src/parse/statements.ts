import type { Case, Expr, Stmt, Type } from '../syntax.ts'
import { GoError } from '../tokens.ts'
import { ExpressionParser } from './expressions.ts'

const ASSIGNS: ReadonlySet<string> = new Set(['=', ':=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>='])

/** go.dev/ref/spec#Statements */
export abstract class StatementParser extends ExpressionParser {
  protected abstract vars(): (Stmt & { kind: 'var' })[]
  protected abstract types(): { name: string; type: Type }[]

  protected block(): Stmt[] {
    this.expect('{', '')
    const outer = this.inHead
    this.inHead = false
    const body = this.statements()
    this.inHead = outer
    this.expect('}', '')
    return body
  }

  protected statements(): Stmt[] {
    const body: Stmt[] = []
    while (!this.is('}', 'case', 'default') && this.token.kind !== 'end') {
      body.push(...this.statement(''))
      this.end()
    }
    return body
  }

  protected statement(label: string): Stmt[] {
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

  protected special(word: string, label: string): Stmt | undefined {
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

  protected simple(): Stmt {
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

  protected head<T>(read: () => T): T {
    const outer = this.inHead
    this.inHead = true
    const value = read()
    this.inHead = outer
    return value
  }

  protected branch(): Stmt {
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

  protected asTest(statement: Stmt | undefined): Expr {
    if (statement?.kind === 'expr') return statement.expr
    throw new GoError(this.token.at, 'cannot use assignment as value')
  }

  protected loop(label: string): Stmt {
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

  protected choice(): Stmt {
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

  protected cases(ofSelect: boolean): Case[] {
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
}
