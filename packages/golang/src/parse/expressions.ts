import type { Expr, FuncExpr, Item, Stmt, Type } from '../syntax.ts'
import type { Place } from '../tokens.ts'
import { TypeParser } from './types.ts'

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-', '|', '^'],
  ['*', '/', '%', '<<', '>>', '&', '&^'],
]

/** go.dev/ref/spec#Expressions */
export abstract class ExpressionParser extends TypeParser {
  protected abstract block(): Stmt[]

  protected exprs(): Expr[] {
    return this.list(() => this.expr())
  }

  protected expr(level = 0): Expr {
    const signs = LEVELS[level]
    if (!signs) return this.unary()
    let left = this.expr(level + 1)
    while (this.token.kind === 'sign' && signs.includes(this.token.text)) {
      const { text: sign, at } = this.step()
      left = { kind: 'binary', sign, left, right: this.expr(level + 1), at }
    }
    return left
  }

  protected unary(): Expr {
    const { text, at } = this.token
    if (this.is('-', '+', '!', '^', '*', '&', '<-')) {
      this.step()
      return { kind: 'unary', sign: text, of: this.unary(), at }
    }
    return this.primary()
  }

  protected primary(): Expr {
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

  protected isTypeName(expr: Expr): boolean {
    if (this.inHead) return false
    return expr.kind === 'name' || (expr.kind === 'member' && expr.of.kind === 'name')
  }

  protected call(callee: Expr, at: Place): Expr {
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

  protected index(of: Expr, at: Place): Expr {
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

  protected operand(): Expr {
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

  protected literal(): FuncExpr | Expr {
    const { at } = this.step()
    const signature = this.signature()
    if (!this.is('{')) return { kind: 'type', type: { kind: 'func' }, at }
    return { kind: 'func', ...signature, body: this.block(), at }
  }

  protected items(): Item[] {
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

  protected typeOrExpr(): Expr {
    const { at } = this.token
    return this.is('*', '[', 'map', 'func', 'struct', 'interface', 'chan')
      ? { kind: 'type', type: this.type(), at }
      : this.expr()
  }
}

/** A plain name before `{`. */
const typeOf = (expr: Expr): Type =>
  expr.kind === 'member' && expr.of.kind === 'name'
    ? { kind: 'name', name: `${expr.of.name}.${expr.name}`, at: expr.at }
    : { kind: 'name', name: expr.kind === 'name' ? expr.name : '', at: expr.at }
