import { DividedByZero, operated, same, stepped, unaryOf } from './operators.ts'
import { typeOfExpr } from './parse/expressions.ts'
import type { ClassDecl, Expr, Method, Parameter, Stmt, SwitchCase, TypeName } from './syntax.ts'
import {
  ClassRef,
  coerced,
  Instance,
  JArray,
  type JClass,
  JDouble,
  Lambda,
  type Scope as Locals,
  Scope,
  type Value,
  zeroOf,
} from './values.ts'

/** An exception of the program on its way. */
export class Thrown extends Error {
  readonly value: Instance
  constructor(value: Instance) {
    super('thrown')
    this.value = value
  }
}

/** How a statement ends, where it does not just go on. */
export type Ending =
  | { readonly kind: 'return' | 'yield'; readonly value: Value }
  | { readonly kind: 'break' | 'continue'; readonly label: string | undefined }

/** Somewhere a value can be read and put. */
export interface Place {
  readonly value: Value
  put(value: Value): void
}

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>
type Evaluators = { readonly [K in Expr['kind']]: (expr: Of<K>, scope: Locals) => Value | Promise<Value> }

/** What an array's type is called: `int[]`. */
export const typeText = ({ name, dims }: TypeName): string => name + '[]'.repeat(dims)

/** Expressions by their kind. JLS 15 */
export abstract class Evaluator {
  abstract throwNew(name: string, message: string): Promise<never>
  abstract textOf(value: Value): Promise<string>
  abstract isA(value: Value, type: string): boolean
  abstract invoke(of: Value, name: string, args: readonly Value[]): Promise<Value>
  protected abstract callUnqualified(name: string, args: readonly Value[], scope: Locals): Promise<Value>
  protected abstract callSuper(name: string, args: readonly Value[], scope: Locals): Promise<Value>
  protected abstract create(type: string, args: readonly Value[], scope: Locals): Promise<Value>
  protected abstract createAnonymous(
    type: string,
    args: readonly Value[],
    body: ClassDecl,
    scope: Locals,
  ): Promise<Value>
  protected abstract placeOf(name: string, scope: Locals): Promise<Place | undefined>
  protected abstract memberPlace(of: Value, name: string): Promise<Place | undefined>
  abstract classNamed(name: string, scope?: Locals): ClassRef | undefined
  protected abstract run(statement: Stmt, scope: Locals): Promise<Ending | undefined>

  private readonly evaluators: Evaluators = {
    literal: ({ value }) => value,
    name: (expr, scope) => this.named(expr, scope),
    member: (expr, scope) => this.member(expr, scope),
    index: async (expr, scope) => (await this.place(expr, scope)).value,
    call: (expr, scope) => this.called(expr, scope),
    new: (expr, scope) => this.created(expr, scope),
    'new array': (expr, scope) => this.sizedArray(expr, scope),
    array: (expr, scope) => this.itemsOf(expr, undefined, scope),
    unary: async ({ op, of }, scope) => unaryOf(op, await this.evaluate(of, scope)),
    step: (expr, scope) => this.stepped(expr, scope),
    binary: (expr, scope) => this.binary(expr, scope),
    assign: (expr, scope) => this.assigned(expr, scope),
    ternary: async ({ test, yes, no }, scope) =>
      this.evaluate((await this.evaluate(test, scope)) === true ? yes : no, scope),
    cast: (expr, scope) => this.cast(expr, scope),
    instanceof: (expr, scope) => this.instance(expr, scope),
    lambda: ({ params, body }, scope) => this.lambda(params, body, scope),
    reference: (expr, scope) => this.reference(expr, scope),
    'switch value': (expr, scope) => this.switchValue(expr, scope),
    'class literal': ({ type }, scope) => this.classNamed(type.name, scope) ?? new ClassRef(typeText(type), undefined),
  }

  async evaluate(expr: Expr, scope: Locals): Promise<Value> {
    return (this.evaluators[expr.kind] as (expr: Expr, scope: Locals) => Value | Promise<Value>)(expr, scope)
  }

  protected async evaluateAll(all: readonly Expr[], scope: Locals): Promise<Value[]> {
    const values: Value[] = []
    for (const each of all) values.push(await this.evaluate(each, scope))
    return values
  }

  /** A value where a type is declared: an array's braces take it over. */
  protected async initial(expr: Expr, type: TypeName, scope: Locals): Promise<Value> {
    if (expr.kind !== 'array') return this.evaluate(expr, scope)
    return this.itemsOf(expr, { ...type, dims: type.dims - 1 }, scope)
  }

  private async named({ name }: Of<'name'>, scope: Locals): Promise<Value> {
    if (name === 'this') return scope.self
    const place = await this.placeOf(name, scope)
    return place ? place.value : (this.classNamed(name, scope) ?? new ClassRef(name, undefined))
  }

  private async member(expr: Of<'member'>, scope: Locals): Promise<Value> {
    if (expr.of.kind === 'name' && expr.name === 'this') return this.outerSelf(expr.of.name, scope)
    const type = typeOfExpr(expr)
    const known = type && this.classNamed(type.name, scope)
    if (known) return known
    const of = await this.evaluate(expr.of, scope)
    if (of instanceof JArray && expr.name === 'length') return of.items.length
    if (of === null || of === undefined)
      return this.throwNew('NullPointerException', `Cannot read field "${expr.name}"`)
    const place = await this.memberPlace(of, expr.name)
    if (place) return place.value
    // The head of a qualified name: `java.util` of `java.util.List`.
    return new ClassRef(type?.name ?? expr.name, undefined)
  }

  private outerSelf(name: string, scope: Locals): Value {
    for (let self = scope.self; self; self = self.outer) if (self.of.name === name) return self
    return scope.self
  }

  /** @throws Thrown of what cannot be assigned to now */
  private async place(expr: Expr, scope: Locals): Promise<Place> {
    if (expr.kind === 'name') {
      const place = await this.placeOf(expr.name, scope)
      if (place) return place
    }
    if (expr.kind === 'member') {
      const of = await this.evaluate(expr.of, scope)
      if (of === null) return this.throwNew('NullPointerException', `Cannot assign field "${expr.name}"`)
      const place = await this.memberPlace(of, expr.name)
      if (place) return place
    }
    if (expr.kind === 'index') return this.element(expr, scope)
    return this.throwNew('IllegalStateException', 'nothing to assign to')
  }

  private async element(expr: Of<'index'>, scope: Locals): Promise<Place> {
    const of = await this.evaluate(expr.of, scope)
    const index = coerced('int', await this.evaluate(expr.index, scope)) as number
    if (!(of instanceof JArray))
      return this.throwNew('NullPointerException', 'Cannot load from array because it is null')
    if (index < 0 || index >= of.items.length)
      return this.throwNew(
        'ArrayIndexOutOfBoundsException',
        `Index ${index} out of bounds for length ${of.items.length}`,
      )
    return { value: of.items[index], put: (value) => void (of.items[index] = coerced(of.type, value)) }
  }

  private async called({ of, name, args }: Of<'call'>, scope: Locals): Promise<Value> {
    if (!of) return this.callUnqualified(name, await this.evaluateAll(args, scope), scope)
    if (of.kind === 'name' && of.name === 'super')
      return this.callSuper(name, await this.evaluateAll(args, scope), scope)
    if (of.kind === 'member' && of.name === 'super')
      return this.callSuper(name, await this.evaluateAll(args, scope), scope)
    const target = await this.evaluate(of, scope)
    const values = await this.evaluateAll(args, scope)
    if (target === null)
      return this.throwNew('NullPointerException', `Cannot invoke "${name}()" because the value is null`)
    return this.invoke(target, name, values)
  }

  private async created({ outer, type, args, body }: Of<'new'>, scope: Locals): Promise<Value> {
    const around = outer && (await this.evaluate(outer, scope))
    if (around instanceof Instance)
      return this.create(type.name, await this.evaluateAll(args, scope), new Scope(scope, around))
    const values = await this.evaluateAll(args, scope)
    return body ? this.createAnonymous(type.name, values, body, scope) : this.create(type.name, values, scope)
  }

  private async sizedArray({ type, sizes }: Of<'new array'>, scope: Locals): Promise<Value> {
    const counts = (await this.evaluateAll(sizes, scope)).map((each) => coerced('int', each) as number)
    const negative = counts.find((count) => count < 0)
    if (negative !== undefined) return this.throwNew('NegativeArraySizeException', `${negative}`)
    const make = (level: number): JArray => {
      const element = type.name + '[]'.repeat(type.dims - level - 1)
      const inner = level + 1 < counts.length
      return new JArray(
        element,
        Array.from({ length: counts[level] ?? 0 }, () => (inner ? make(level + 1) : zeroOf(element))),
      )
    }
    return make(0)
  }

  private async itemsOf({ type, items }: Of<'array'>, told: TypeName | undefined, scope: Locals): Promise<JArray> {
    const element = type ?? told ?? { name: 'Object', args: [], dims: 0, at: { file: '', line: 0, column: 0 } }
    const values: Value[] = []
    for (const each of items) values.push(coerced(typeText(element), await this.initial(each, element, scope)))
    return new JArray(typeText(element), values)
  }

  private async stepped({ op, prefix, of }: Of<'step'>, scope: Locals): Promise<Value> {
    const place = await this.place(of, scope)
    const before = place.value
    const after = stepped(op, before)
    place.put(after)
    return prefix ? after : before
  }

  private async binary({ op, left, right }: Of<'binary'>, scope: Locals): Promise<Value> {
    const a = await this.evaluate(left, scope)
    if (op === '&&') return a === true && (await this.evaluate(right, scope)) === true
    if (op === '||') return a === true || (await this.evaluate(right, scope)) === true
    return this.operate(op, a, await this.evaluate(right, scope))
  }

  private async operate(op: string, a: Value, b: Value): Promise<Value> {
    const joins = op === '+' && (typeof a === 'string' || typeof b === 'string')
    if (joins) return (await this.textOf(a)) + (await this.textOf(b))
    if (op === '==' || op === '!=') return same(a, b) === (op === '==')
    if (a === null || b === null) return this.throwNew('NullPointerException', 'Cannot unbox a null value')
    try {
      return operated(op, a, b)
    } catch (error) {
      if (error instanceof DividedByZero) return this.throwNew('ArithmeticException', '/ by zero')
      throw error
    }
  }

  /** A compound assignment casts to the kind that was there. JLS 15.26.2 */
  private async assigned({ op, to, value }: Of<'assign'>, scope: Locals): Promise<Value> {
    if (op === '') {
      const place = await this.place(to, scope)
      const put = await this.evaluate(value, scope)
      place.put(put)
      return put
    }
    const place = await this.place(to, scope)
    const before = place.value
    const after = await this.operate(op, before, await this.evaluate(value, scope))
    const kept = typeof before === 'number' && after instanceof JDouble ? coerced('int', after) : after
    place.put(kept)
    return kept
  }

  private async cast({ type, of }: Of<'cast'>, scope: Locals): Promise<Value> {
    const value = await this.evaluate(of, scope)
    const name = typeText(type)
    const refused = value instanceof Instance && this.classNamed(type.name, scope)?.own && !this.isA(value, type.name)
    if (refused)
      return this.throwNew('ClassCastException', `class ${value.of.qualified} cannot be cast to class ${type.name}`)
    return coerced(name, value)
  }

  private async instance({ of, type, bind }: Of<'instanceof'>, scope: Locals): Promise<Value> {
    const value = await this.evaluate(of, scope)
    const fits = value !== null && this.isA(value, typeText(type))
    if (fits && bind !== undefined) scope.declare(bind, typeText(type), value)
    return fits
  }

  private lambda(params: readonly Parameter[], body: Expr | Stmt, scope: Locals): Lambda {
    return new Lambda(async (args) => {
      const inner = new Scope(scope)
      for (const [i, { name, type }] of params.entries()) inner.declare(name, type ? typeText(type) : '', args[i])
      if (!isStatement(body)) return this.evaluate(body, inner)
      const ending = await this.run(body, inner)
      return ending?.kind === 'return' ? ending.value : undefined
    }, params.length)
  }

  /** `Type::method` takes the object as its first argument, where the method is no static one. JLS 15.13 */
  private async reference({ of, name }: Of<'reference'>, scope: Locals): Promise<Value> {
    const isSuper = of.kind === 'name' && of.name === 'super'
    const target = isSuper ? scope.self : await this.evaluate(of, scope)
    if (!(target instanceof ClassRef)) return new Lambda((args) => this.invoke(target, name, args))
    if (name !== 'new') return new Lambda((args) => this.invokeByClass(target, name, args))
    const [, element] = /^(.*)\[\]$/.exec(target.name) ?? []
    if (element === undefined) return new Lambda((args) => this.create(target.own?.name ?? target.name, args, scope))
    return new Lambda(
      ([size]) =>
        new JArray(
          element,
          Array.from({ length: Number(size) }, () => zeroOf(element)),
        ),
    )
  }

  protected abstract invokeByClass(of: ClassRef, name: string, args: readonly Value[]): Promise<Value>

  private async switchValue({ on, cases }: Of<'switch value'>, scope: Locals): Promise<Value> {
    const ending = await this.chosen(on, cases, scope)
    if (ending?.kind === 'yield') return ending.value
    return this.throwNew('IllegalStateException', 'no case of a switch fits')
  }

  /** Runs the arm that fits, and without arrows those that follow it. */
  protected async chosen(on: Expr, cases: readonly SwitchCase[], scope: Locals): Promise<Ending | undefined> {
    const value = await this.evaluate(on, scope)
    const inner = new Scope(scope)
    let from = -1
    for (const [i, each] of cases.entries()) if (from < 0 && (await this.fits(value, each, inner))) from = i
    if (from < 0) from = cases.findIndex(({ isDefault }) => isDefault)
    if (from < 0) return undefined
    for (const { body, arrow } of cases.slice(from)) {
      for (const statement of body) {
        const ending = await this.run(statement, inner)
        if (ending) return ending
      }
      if (arrow) return undefined
    }
    return undefined
  }

  private async fits(value: Value, { labels, guard }: SwitchCase, scope: Locals): Promise<boolean> {
    for (const label of labels) {
      if (label.kind === 'pattern') {
        if (value === null || !this.isA(value, typeText(label.type))) continue
        scope.declare(label.bind, typeText(label.type), value)
        if (!guard || (await this.evaluate(guard, scope)) === true) return true
      } else if (await this.isLabel(value, label, scope)) return true
    }
    return false
  }

  /** Constants of an enum are labels by their bare names. */
  private async isLabel(value: Value, label: Expr, scope: Locals): Promise<boolean> {
    const isConstant = value instanceof Instance && enumOf(value.of) !== undefined && label.kind === 'name'
    if (isConstant) return value.fields.get('name') === label.name
    return same(value, await this.evaluate(label, scope))
  }
}

/** The enum that a constant is of: those with a body have a class of their own below it. */
export function enumOf(of: JClass | undefined): JClass | undefined {
  return of === undefined || of.declared.kind === 'enum' ? of : enumOf(of.parent)
}

const STATEMENTS: ReadonlySet<string> = new Set(['block'])

const isStatement = (body: Expr | Stmt): body is Stmt => STATEMENTS.has(body.kind)

/** Of overloaded methods those that take so many arguments. */
export const takes = ({ params }: Method, count: number): boolean =>
  params.at(-1)?.variable ? count >= params.length - 1 : params.length === count
