import type { Catch, ClassDecl, Expr, LocalName, Stmt, SwitchCase } from '../syntax.ts'
import { Expressions } from './expressions.ts'

const CLASS_WORDS = ['class', 'interface', 'enum', 'abstract', 'static']

/** Statements by their first word. JLS 14 */
export abstract class Statements extends Expressions {
  protected abstract classDeclaration(): ClassDecl
  protected abstract startsClass(): boolean

  private readonly byWord: Readonly<Record<string, () => Stmt>> = {
    '{': () => this.block(),
    ';': () => (this.step(), { kind: 'empty' }),
    if: () => this.choice(),
    while: () => this.whileLoop(),
    do: () => this.doLoop(),
    for: () => this.forLoop(),
    return: () => this.returned(),
    break: () => this.jump('break'),
    continue: () => this.jump('continue'),
    throw: () => this.thrown(),
    try: () => this.tried(),
    switch: () => this.switched(),
    synchronized: () => this.locked(),
    assert: () => this.assertion(),
  }

  protected block(): Stmt {
    this.expect('{')
    const body: Stmt[] = []
    while (!this.is('}')) body.push(this.statement())
    this.step()
    return { kind: 'block', body }
  }

  private semicolon<T>(of: T): T {
    this.expect(';')
    return of
  }

  protected statement(): Stmt {
    const { kind, text } = this.token
    const known = kind === 'string' || kind === 'char' ? undefined : this.byWord[text]
    if (known && !(text === 'switch' && this.isSwitchValue())) return known()
    if (kind === 'name' && this.peek(1).text === ':' && this.peek(2).text !== ':') return this.labeled()
    if (kind === 'name' && text === 'yield' && !['=', '.', '('].includes(this.peek(1).text)) return this.yielded()
    if (CLASS_WORDS.includes(text) || (this.is('final') && this.peek(1).text === 'class') || this.startsClass())
      return { kind: 'class', declared: this.classDeclaration() }
    return this.semicolon(this.localOrExpression())
  }

  /** A statement that begins with a switch is one, whatever its arms. */
  private isSwitchValue(): boolean {
    return false
  }

  protected localOrExpression(): Stmt {
    for (; this.is('final', '@'); ) {
      if (this.is('@')) this.annotationSkipped()
      else this.step()
    }
    if (this.startsLocal()) return { kind: 'local', type: this.type(), names: this.list(() => this.localName()) }
    const value = this.expression()
    if (!['assign', 'step', 'call', 'new', 'switch value'].includes(value.kind)) this.fail('not a statement')
    return { kind: 'expression', value }
  }

  private startsLocal(): boolean {
    if (!this.isPrimitive && this.token.kind !== 'name') return false
    return this.tries(() => {
      this.type()
      return this.token.kind === 'name' && ['=', ';', ',', '[', ':'].includes(this.peek(1).text)
    })
  }

  protected localName(): LocalName {
    const name = this.name()
    const dims = this.dims()
    return { name, dims, value: this.take('=') ? this.initial() : undefined }
  }

  protected initial(): Expr {
    return this.is('{') ? this.arrayItems(undefined) : this.expression()
  }

  private condition(): Expr {
    this.expect('(')
    const test = this.expression()
    this.expect(')')
    return test
  }

  private choice(): Stmt {
    this.step()
    const test = this.condition()
    const yes = this.statement()
    return { kind: 'if', test, yes, no: this.take('else') ? this.statement() : undefined }
  }

  private whileLoop(): Stmt {
    this.step()
    return { kind: 'while', test: this.condition(), body: this.statement(), first: true }
  }

  private doLoop(): Stmt {
    this.step()
    const body = this.statement()
    this.expect('while')
    return this.semicolon({ kind: 'while', test: this.condition(), body, first: false })
  }

  private forLoop(): Stmt {
    this.step()
    this.expect('(')
    const before: Stmt[] = []
    if (!this.is(';')) {
      const each = this.forEach()
      if (each) return each
      before.push(this.localOrExpression())
      while (this.take(',')) before.push({ kind: 'expression', value: this.expression() })
    }
    this.expect(';')
    const test = this.is(';') ? undefined : this.expression()
    this.expect(';')
    const after = this.is(')') ? [] : this.list(() => this.expression())
    this.expect(')')
    return { kind: 'for', before, test, after, body: this.statement() }
  }

  private forEach(): Stmt | undefined {
    const isEach = this.tries(() => {
      this.take('final')
      this.type()
      this.name()
      return this.is(':')
    })
    if (!isEach) return undefined
    this.take('final')
    const type = this.type()
    const name = this.name()
    this.expect(':')
    const of = this.expression()
    this.expect(')')
    return { kind: 'for each', type, name, of, body: this.statement() }
  }

  private returned(): Stmt {
    this.step()
    return this.semicolon({ kind: 'return', value: this.is(';') ? undefined : this.expression() })
  }

  private yielded(): Stmt {
    this.step()
    return this.semicolon({ kind: 'yield', value: this.expression() })
  }

  private jump(kind: 'break' | 'continue'): Stmt {
    this.step()
    return this.semicolon({ kind, label: this.token.kind === 'name' ? this.name() : undefined })
  }

  private thrown(): Stmt {
    this.step()
    return this.semicolon({ kind: 'throw', value: this.expression() })
  }

  private labeled(): Stmt {
    const label = this.name()
    this.expect(':')
    return { kind: 'labeled', label, body: this.statement() }
  }

  /** There is one thread at a time between two waits: a lock is never waited for. */
  private locked(): Stmt {
    this.step()
    this.condition()
    return this.block()
  }

  /** Assertions are off unless java is started with -ea. */
  private assertion(): Stmt {
    this.step()
    this.expression()
    if (this.take(':')) this.expression()
    return this.semicolon({ kind: 'empty' })
  }

  private tried(): Stmt {
    this.step()
    const resources: Stmt[] = []
    if (this.take('(')) {
      while (!this.is(')')) {
        resources.push(this.localOrExpression())
        this.take(';')
      }
      this.step()
    }
    const body = this.block()
    const catches: Catch[] = []
    while (this.is('catch')) catches.push(this.caught())
    const after = this.take('finally') ? this.block() : undefined
    if (resources.length + catches.length === 0 && !after)
      this.fail("'try' without 'catch', 'finally' or resource declarations")
    return { kind: 'try', resources, body, catches, after }
  }

  private caught(): Catch {
    this.step()
    this.expect('(')
    this.take('final')
    const types = [this.type()]
    while (this.take('|')) types.push(this.type())
    const name = this.name()
    this.expect(')')
    return { types, name, body: this.block() }
  }

  private switched(): Stmt {
    this.step()
    return { kind: 'switch', on: this.condition(), cases: this.switchBody() }
  }

  protected switchBody(): SwitchCase[] {
    this.expect('{')
    const cases: SwitchCase[] = []
    while (!this.is('}')) cases.push(this.switchCase())
    this.step()
    return cases
  }

  private switchCase(): SwitchCase {
    const isPlainDefault = this.take('default')
    const labels: SwitchCase['labels'][number][] = []
    let isDefault = isPlainDefault
    if (!isPlainDefault) {
      this.expect('case')
      do {
        if (this.take('default')) isDefault = true
        else labels.push(this.caseLabel())
      } while (this.take(','))
    }
    const guard = this.token.text === 'when' ? (this.step(), this.expression()) : undefined
    if (this.take('->')) return { labels, isDefault, guard, arrow: true, body: [this.arrowBody()] }
    this.expect(':')
    const body: Stmt[] = []
    while (!this.is('case', 'default', '}')) body.push(this.statement())
    return { labels, isDefault, guard, arrow: false, body }
  }

  private caseLabel(): SwitchCase['labels'][number] {
    const isPattern = this.tries(() => (this.type(), this.token.kind === 'name' && this.token.text !== 'when'))
    if (isPattern) return { kind: 'pattern', type: this.type(), bind: this.name() }
    // An arrow after a plain name ends the label: it is no lambda.
    if (this.token.kind === 'name' && this.peek(1).text === '->')
      return { kind: 'name', at: this.token.at, name: this.name() }
    return this.ternaryLabel()
  }

  private ternaryLabel(): Expr {
    return this.expression()
  }

  private arrowBody(): Stmt {
    if (this.is('{')) return this.block()
    if (this.is('throw')) return this.statement()
    return this.semicolon({ kind: 'yield', value: this.expression() })
  }
}
