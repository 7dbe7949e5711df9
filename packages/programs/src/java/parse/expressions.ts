import type { ClassDecl, Expr, Parameter, Stmt, SwitchCase, TypeName } from '../syntax.ts'
import { literalText, type Place } from '../tokens.ts'
import { JChar, JDouble } from '../values.ts'
import { Cursor } from './cursor.ts'

/** Weakest first. JLS 15 */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>', '>>>'],
  ['+', '-'],
  ['*', '/', '%'],
]
const RELATIONAL = 6
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '>>>=']

export abstract class Expressions extends Cursor {
  protected abstract block(): Stmt
  protected abstract classBody(name: string, at: Place): ClassDecl
  protected abstract switchBody(): SwitchCase[]

  protected expression(): Expr {
    if (this.startsLambda()) return this.lambda()
    const to = this.ternary()
    const op = this.signHere()
    if (!ASSIGNMENTS.includes(op)) return to
    this.skipSign(op)
    if (!['name', 'member', 'index'].includes(to.kind)) this.fail('unexpected type')
    return { kind: 'assign', op: op.slice(0, -1), to, value: this.expression() }
  }

  /** The sign at the cursor; those that begin with `>` are put together from single ones. */
  private signHere(): string {
    if (!this.is('>')) return this.token.kind === 'sign' ? this.token.text : ''
    let sign = ''
    for (let ahead = 0; ahead < 4; ahead++) {
      const { text, at } = this.peek(ahead)
      const near = at.line === this.token.at.line && at.column === this.token.at.column + sign.length
      if (!near || !(text === '>' || text === '=' || text === '==')) break
      sign += text
      if (text !== '>') break
    }
    return sign
  }

  private skipSign(sign: string): void {
    for (let left = sign.length; left > 0; ) left -= this.step().text.length
  }

  private ternary(): Expr {
    const test = this.binary(0)
    if (!this.take('?')) return test
    const yes = this.startsLambda() ? this.lambda() : this.ternary()
    this.expect(':')
    return { kind: 'ternary', test, yes, no: this.startsLambda() ? this.lambda() : this.ternary() }
  }

  private binary(level: number): Expr {
    const signs = LEVELS[level]
    if (!signs) return this.unary()
    let left = this.binary(level + 1)
    for (;;) {
      if (level === RELATIONAL && this.take('instanceof')) left = this.instance(left)
      else {
        const op = this.signHere()
        if (!signs.includes(op)) return left
        this.skipSign(op)
        left = { kind: 'binary', op, left, right: this.binary(level + 1) }
      }
    }
  }

  private instance(of: Expr): Expr {
    this.take('final')
    const type = this.type()
    return { kind: 'instanceof', of, type, bind: this.token.kind === 'name' ? this.name() : undefined }
  }

  private unary(): Expr {
    if (this.is('++', '--')) return { kind: 'step', op: this.step().text, prefix: true, of: this.unary() }
    if (this.is('-') && this.peek(1).kind === 'int') {
      this.step()
      return this.after({ kind: 'literal', value: integer(`-${this.step().text}`) })
    }
    if (this.is('+', '-', '!', '~')) return { kind: 'unary', op: this.step().text, of: this.unary() }
    if (this.startsCast()) return this.cast()
    return this.postfix()
  }

  /** `(int) x`, `(String) x`: before a sign only a primitive type is a cast. JLS 15.16 */
  private startsCast(): boolean {
    if (!this.is('(')) return false
    return this.tries(() => {
      this.step()
      const plain = this.isPrimitive
      this.type()
      while (this.take('&')) this.type()
      this.expect(')')
      const { kind, text } = this.token
      if (plain) return true
      if (['name', 'string', 'char', 'int', 'float'].includes(kind)) return true
      return ['(', '!', '~', 'new', 'this', 'super', 'true', 'false', 'null', 'switch'].includes(text)
    })
  }

  private cast(): Expr {
    this.expect('(')
    const type = this.type()
    while (this.take('&')) this.type()
    this.expect(')')
    return { kind: 'cast', type, of: this.startsLambda() ? this.lambda() : this.unary() }
  }

  private postfix(): Expr {
    const of = this.after(this.primary())
    return this.is('++', '--') ? { kind: 'step', op: this.step().text, prefix: false, of } : of
  }

  private after(first: Expr): Expr {
    let of = first
    for (;;) {
      const { at } = this.token
      if (this.take('.')) of = this.memberOf(of, at)
      else if (this.is('[')) {
        this.step()
        of = { kind: 'index', of, index: this.expression(), at }
        this.expect(']')
      } else if (this.take('::')) of = { kind: 'reference', of, name: this.take('new') ? 'new' : this.name() }
      else return of
    }
  }

  /** @param at of the dot: javac places what it does not know there */
  private memberOf(of: Expr, at: Place): Expr {
    if (this.is('<')) this.typeArguments()
    if (this.is('class')) {
      this.step()
      return { kind: 'class literal', type: typeOfExpr(of) ?? this.fail('<identifier> expected') }
    }
    if (this.is('new')) return this.creation(of)
    if (this.is('this', 'super')) return { kind: 'name', name: this.step().text, at }
    const name = this.name()
    return this.is('(') ? { kind: 'call', of, name, args: this.args(), at } : { kind: 'member', of, name, at }
  }

  protected args(): Expr[] {
    this.expect('(')
    if (this.take(')')) return []
    const args = this.list(() => this.expression())
    if (!this.is(')')) this.fail("')' or ',' expected", this.tokens[this.at - 1]?.end)
    this.step()
    return args
  }

  private primary(): Expr {
    const { kind, text, at } = this.token
    if (this.take('(')) {
      const inner = this.expression()
      this.expect(')')
      return inner
    }
    if (kind === 'int') return { kind: 'literal', value: integer(this.step().text) }
    if (kind === 'float') return { kind: 'literal', value: floatOf(this.step().text) }
    if (kind === 'string') return { kind: 'literal', value: literalText(this.step().text) }
    if (kind === 'char') return { kind: 'literal', value: new JChar(literalText(this.step().text).charCodeAt(0)) }
    if (text in CONSTANTS) {
      this.step()
      return { kind: 'literal', value: CONSTANTS[text as keyof typeof CONSTANTS] }
    }
    if (text === 'new') return this.creation()
    if (text === 'switch') return this.switchValue()
    if (this.startsTypeReference()) return this.typeReference()
    if (kind === 'name' || text === 'this' || text === 'super') {
      this.step()
      return this.is('(')
        ? { kind: 'call', of: undefined, name: text, args: this.args(), at }
        : { kind: 'name', name: text, at }
    }
    return this.fail('illegal start of expression')
  }

  /** `String[]::new`, `List<String>::size`, `int.class`. */
  private startsTypeReference(): boolean {
    if (this.isPrimitive) return true
    const isTyped = this.token.kind === 'name' && ['[', '<'].includes(this.peek(1).text)
    return isTyped && this.tries(() => (this.type(), this.is('::') || (this.is('.') && this.peek(1).text === 'class')))
  }

  private typeReference(): Expr {
    const type = this.type()
    if (this.take('.')) {
      this.expect('class')
      return { kind: 'class literal', type }
    }
    return { kind: 'name', name: type.dims > 0 ? `${type.name}[]` : type.name, at: type.at }
  }

  private switchValue(): Expr {
    this.expect('switch')
    this.expect('(')
    const on = this.expression()
    this.expect(')')
    return { kind: 'switch value', on, cases: this.switchBody() }
  }

  private creation(outer?: Expr): Expr {
    const { at } = this.expect('new')
    const start = this.at
    const type = this.type()
    if (type.dims > 0) return this.arrayItems(type)
    if (this.is('[')) return this.sizedArray(type, at)
    if (!this.is('(')) this.fail("'(' or '[' expected", this.tokens[start]?.end)
    const args = this.args()
    const body = this.is('{') ? this.classBody('', at) : undefined
    return { kind: 'new', outer, type, args, body, at }
  }

  private sizedArray(type: TypeName, at: Place): Expr {
    const sizes: Expr[] = []
    while (this.is('[') && this.peek(1).text !== ']') {
      this.step()
      sizes.push(this.expression())
      this.expect(']')
    }
    return { kind: 'new array', type: { ...type, dims: sizes.length + this.dims() }, sizes, at }
  }

  protected arrayItems(type: TypeName | undefined): Expr {
    this.expect('{')
    const inner = type && { ...type, dims: type.dims - 1 }
    const items: Expr[] = []
    while (!this.is('}')) {
      items.push(this.is('{') ? this.arrayItems(inner) : this.expression())
      if (!this.take(',')) break
    }
    this.expect('}')
    return { kind: 'array', type: inner, items }
  }

  protected startsLambda(): boolean {
    if (this.token.kind === 'name') return this.peek(1).text === '->'
    if (!this.is('(')) return false
    let depth = 0
    for (let ahead = 0; ; ahead++) {
      const { text, kind } = this.peek(ahead)
      if (kind === 'end') return false
      if (kind === 'string') continue
      if (text === '(') depth++
      if (text === ')' && --depth === 0) return this.peek(ahead + 1).text === '->'
    }
  }

  private lambda(): Expr {
    const params = this.take('(') ? this.lambdaParameters() : [untyped(this.name())]
    this.expect('->')
    return { kind: 'lambda', params, body: this.is('{') ? this.block() : this.expression() }
  }

  private lambdaParameters(): Parameter[] {
    if (this.take(')')) return []
    const params = this.list(() => {
      this.take('final')
      if (this.peek(1).text === ',' || this.peek(1).text === ')') return untyped(this.name())
      const type = this.type()
      return { ...untyped(this.name()), type: type.name === 'var' ? undefined : type }
    })
    this.expect(')')
    return params
  }
}

const CONSTANTS = { true: true, false: false, null: null } as const

const untyped = (name: string): Parameter => ({ name, type: undefined, variable: false, annotations: [] })

function floatOf(text: string): JDouble {
  const value = Number.parseFloat(text.replaceAll('_', ''))
  return /f$/i.test(text) ? new JDouble(Math.fround(value), true) : new JDouble(value)
}

function integer(text: string): number | bigint {
  const digits = text.replaceAll('_', '').replace(/l$/i, '')
  const negative = digits.startsWith('-')
  const plain = digits.replace('-', '')
  const read = BigInt(/^0\d/.test(plain) ? `0o${plain.slice(1)}` : plain)
  const value = negative ? -read : read
  return /l$/i.test(text) ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value))
}

/** A name with dots as a type. */
export function typeOfExpr(of: Expr): TypeName | undefined {
  if (of.kind === 'name') return { name: of.name, args: [], dims: 0, at: of.at }
  const inner = of.kind === 'member' ? typeOfExpr(of.of) : undefined
  return inner && of.kind === 'member' ? { ...inner, name: `${inner.name}.${of.name}` } : undefined
}
