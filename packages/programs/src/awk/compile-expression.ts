import type { MaybePromise } from '@drydock/abi'
import type { Expression, GetlineExpression, Lvalue } from './ast.ts'
import { BUILTIN_TABLE, compileSubstitution } from './builtins.ts'
import { AwkError, type Evaluate, type Frame, type Machine, chain } from './machine.ts'
import { ElementPlace, FieldPlace, type Place, SettingPlace, VariablePlace } from './places.ts'
import { compare, fromInput, joined, toBoolean, toNumber, type Value, Variable } from './values.ts'

const ARITHMETIC = new Map<string, (a: number, b: number) => number>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  // Like mawk's: dividing by zero gives inf or nan.
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['^', (a, b) => a ** b],
])
const COMPARISONS = new Map<string, (order: number) => boolean>([
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
])

const MAX_DEPTH = 1000

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>
type Locate = (frame: Frame) => MaybePromise<Place>

/** Turns expressions into closures, with names bound to variables. One compiler a function, for its parameters. */
export class ExpressionCompiler {
  readonly machine: Machine
  private readonly parameters: readonly string[]

  constructor(machine: Machine, parameters: readonly string[]) {
    this.machine = machine
    this.parameters = parameters
  }

  compile(expression: Expression): Evaluate {
    return this.kinds[expression.kind](expression as never)
  }

  private readonly kinds: { readonly [K in Expression['kind']]: (expression: Of<K>) => Evaluate } = {
    number:
      ({ value }) =>
      () =>
        value,
    string:
      ({ text }) =>
      () =>
        text,
    regex: ({ source }) => this.matchRecord(source),
    variable: ({ name }) => this.readVariable(name),
    field: ({ index }) => this.readField(index),
    element: (place) => this.readElement(place),
    assign: (expression) => this.assignment(expression),
    step: (expression) => this.step(expression),
    unary: (expression) => this.unary(expression),
    binary: (expression) => this.binary(expression),
    compare: (expression) => this.comparison(expression),
    match: (expression) => this.match(expression),
    and: ({ left, right }) => this.both(left, right, false),
    or: ({ left, right }) => this.both(left, right, true),
    concat: ({ left, right }) => this.concat(left, right),
    ternary: ({ test, yes, no }) => this.ternary(test, yes, no),
    in: ({ subscript, array }) => this.membership(subscript, array),
    grouping: ({ items }) => this.grouping(items),
    call: (expression) => this.call(expression),
    builtin: (expression) => this.builtin(expression),
    getline: (expression) => this.getline(expression),
  }

  private grouping(items: readonly Expression[]): Evaluate {
    const [only] = items
    return only && items.length === 1 ? this.compile(only) : this.subscript(items)
  }

  /** The variable that a name means: a parameter's cell, or a global one. */
  bind(name: string): (frame: Frame) => Variable {
    const slot = this.parameters.indexOf(name)
    if (slot < 0) {
      const variable = this.machine.variable(name)
      return () => variable
    }
    const none = new Variable()
    return (frame) => frame[slot] ?? none
  }

  private isGlobal(name: string): boolean {
    return !this.parameters.includes(name)
  }

  private readVariable(name: string): Evaluate {
    const { machine } = this
    if (name === 'NF' && this.isGlobal(name)) return () => machine.record.count()
    const variable = this.bind(name)
    return (frame) => variable(frame).scalar
  }

  private readField(index: Expression): Evaluate {
    const { record } = this.machine
    if (index.kind === 'number') return () => record.get(index.value)
    const at = this.compile(index)
    return (frame) => chain(at(frame), (value) => record.get(fieldNumber(value)))
  }

  /** The key of an element: parts joined by SUBSEP. */
  subscript(parts: readonly Expression[]): (frame: Frame) => MaybePromise<string> {
    const { machine } = this
    const [only] = parts
    if (only && parts.length === 1) {
      const part = this.compile(only)
      return (frame) => chain(part(frame), (value) => machine.text(value))
    }
    const all = this.all(parts)
    return (frame) =>
      chain(all(frame), (values) =>
        joined(values, machine.specials.text(machine.specials.SUBSEP), machine.specials.convfmt()),
      )
  }

  /** Values of several expressions, from left to right. */
  all(expressions: readonly Expression[]): (frame: Frame) => MaybePromise<Value[]> {
    const compiled = expressions.map((each) => this.compile(each))
    return (frame) => {
      const values: Value[] = []
      for (let at = 0; at < compiled.length; at++) {
        const value = compiled[at]?.(frame)
        if (value instanceof Promise) return rest(values, value, compiled.slice(at + 1), frame)
        values.push(value)
      }
      return values
    }
  }

  private readElement({ array, subscript }: Of<'element'>): Evaluate {
    const variable = this.bind(array)
    const key = this.subscript(subscript)
    return (frame) =>
      chain(key(frame), (text) => {
        const table = variable(frame).array
        const value = table.get(text)
        if (value === undefined && !table.has(text)) table.set(text, undefined)
        return value
      })
  }

  locate(target: Lvalue): Locate {
    const { machine } = this
    if (target.kind === 'field') {
      const index = this.compile(target.index)
      return (frame) => chain(index(frame), (value) => new FieldPlace(machine.record, fieldNumber(value)))
    }
    if (target.kind === 'element') return this.locateElement(target)
    return this.locateVariable(target.name)
  }

  private locateElement({ array, subscript }: Of<'element'>): Locate {
    const variable = this.bind(array)
    const key = this.subscript(subscript)
    return (frame) => chain(key(frame), (text) => new ElementPlace(variable(frame).array, text))
  }

  private locateVariable(name: string): Locate {
    const { machine } = this
    const variable = this.bind(name)
    if (!this.isGlobal(name)) return (frame) => new VariablePlace(variable(frame), name)
    const setting = name === 'NF' || name === 'FS' || name === 'RS'
    const place = setting ? new SettingPlace(machine, name) : new VariablePlace(machine.variable(name), name)
    return () => place
  }

  private assignment({ operator, target, value }: Of<'assign'>): Evaluate {
    const locate = this.locate(target)
    const compute = this.compile(value)
    const arithmetic = ARITHMETIC.get(operator)
    const put = (place: Place, result: Value): Value => {
      place.set(result)
      return result
    }
    if (!arithmetic) return inTurn(compute, locate, (result, place) => put(place, result))
    return inTurn(locate, compute, (place, operand) => put(place, arithmetic(toNumber(place.get()), toNumber(operand))))
  }

  private step({ target, by, prefix }: Of<'step'>): Evaluate {
    const locate = this.locate(target)
    return (frame) =>
      chain(locate(frame), (place) => {
        const before = toNumber(place.get())
        place.set(before + by)
        return prefix ? before + by : before
      })
  }

  private unary({ operator, operand }: Of<'unary'>): Evaluate {
    const compute = this.compile(operand)
    if (operator === '!') return (frame) => chain(compute(frame), (value) => (toBoolean(value) ? 0 : 1))
    const sign = operator === '-' ? -1 : 1
    return (frame) => chain(compute(frame), (value) => sign * toNumber(value))
  }

  /** Both sides, then their result. */
  private pair(left: Expression, right: Expression, combine: (a: Value, b: Value) => Value): Evaluate {
    return inTurn(this.compile(left), this.compile(right), combine)
  }

  private binary({ operator, left, right }: Of<'binary'>): Evaluate {
    const arithmetic = ARITHMETIC.get(operator) ?? Math.atan2
    return this.pair(left, right, (a, b) => arithmetic(toNumber(a), toNumber(b)))
  }

  private concat(left: Expression, right: Expression): Evaluate {
    const { machine } = this
    return this.pair(left, right, (a, b) => machine.text(a) + machine.text(b))
  }

  private comparison({ operator, left, right }: Of<'compare'>): Evaluate {
    const { machine } = this
    const holds = COMPARISONS.get(operator) ?? Number.isNaN
    return this.pair(left, right, (a, b) => (holds(compare(a, b, machine.specials.convfmt())) ? 1 : 0))
  }

  private both(left: Expression, right: Expression, decisive: boolean): Evaluate {
    const first = this.compile(left)
    const second = this.compile(right)
    return (frame) =>
      chain(first(frame), (a) => {
        if (toBoolean(a) === decisive) return decisive ? 1 : 0
        return chain(second(frame), (b) => (toBoolean(b) ? 1 : 0))
      })
  }

  private ternary(test: Expression, yes: Expression, no: Expression): Evaluate {
    const [decide, first, second] = [this.compile(test), this.compile(yes), this.compile(no)]
    return (frame) => chain(decide(frame), (value) => (toBoolean(value) ? first(frame) : second(frame)))
  }

  private membership(subscript: readonly Expression[], array: string): Evaluate {
    const variable = this.bind(array)
    const key = this.subscript(subscript)
    return (frame) => chain(key(frame), (text) => (variable(frame).array.has(text) ? 1 : 0))
  }

  private matchRecord(source: string): Evaluate {
    const regex = this.machine.regexes.get(source)
    return () => (regex.test(this.machine.record.record()) ? 1 : 0)
  }

  /** The source of an expression: written down, or the text of a value. */
  pattern(expression: Expression): (frame: Frame) => MaybePromise<string> {
    if (expression.kind === 'regex') return () => expression.source
    const [only] = expression.kind === 'grouping' ? expression.items : []
    if (only?.kind === 'regex') return () => only.source
    const compute = this.compile(expression)
    return (frame) => chain(compute(frame), (value) => this.machine.text(value))
  }

  private match({ negated, left, right }: Of<'match'>): Evaluate {
    const text = this.compile(left)
    const source = this.pattern(right)
    const { machine } = this
    return (frame) =>
      chain(text(frame), (subject) =>
        chain(source(frame), (regex) => (machine.regexes.get(regex).test(machine.text(subject)) === negated ? 0 : 1)),
      )
  }

  private call({ name, args }: Of<'call'>): Evaluate {
    const { machine } = this
    const prepared = args.map((argument) => this.argument(argument))
    return async (frame) => {
      const called = machine.functions.get(name)
      if (!called) throw new AwkError(`function ${name} never defined`)
      const cells: Variable[] = []
      for (const prepare of prepared) {
        const cell = prepare(frame)
        cells.push(cell instanceof Promise ? await cell : cell)
      }
      if (cells.length > called.parameters.length) throw new AwkError(`too many arguments in call to ${name}`)
      while (cells.length < called.parameters.length) cells.push(new Variable())
      if (++machine.depth > MAX_DEPTH * 10) throw new AwkError('function call nesting too deep')
      machine.returned = undefined
      const outcome = await called.body(cells)
      machine.depth--
      if (outcome === 'exit' || outcome === 'next' || outcome === 'nextfile') throw new Unwind(outcome)
      const { returned } = machine
      machine.returned = undefined
      return returned
    }
  }

  /** Arrays go by reference; a name that is neither yet may become one inside. */
  private argument(expression: Expression): (frame: Frame) => MaybePromise<Variable> {
    if (expression.kind === 'variable' && expression.name !== 'NF') {
      const variable = this.bind(expression.name)
      return (frame) => {
        const cell = variable(frame)
        return new Variable(cell.scalar, cell.scalar === undefined ? cell : undefined)
      }
    }
    const compute = this.compile(expression)
    return (frame) => chain(compute(frame), (value) => new Variable(value))
  }

  private builtin(expression: Of<'builtin'>): Evaluate {
    const { name, args } = expression
    if (name === 'sub' || name === 'gsub') return compileSubstitution(this, expression)
    const make = BUILTIN_TABLE.get(name)
    if (!make) throw new AwkError(`line ${expression.line}: ${name} is not supported here`)
    return make(this, args)
  }

  private getline({ from, source, target }: GetlineExpression): Evaluate {
    const { machine } = this
    const name = source ? this.compile(source) : undefined
    const store = target ? this.locate(target) : undefined
    return async (frame) => {
      const text = name ? machine.text(await name(frame)) : ''
      const record = await this.readRecord(from, text)
      if (typeof record !== 'string') return record ?? 0
      if (from === 'command') machine.specials.NR.scalar = toNumber(machine.specials.NR.scalar) + 1
      if (store) (await store(frame)).set(fromInput(record))
      else machine.record.setRecord(record)
      return 1
    }
  }

  /** @returns undefined at the end, -1 for what cannot be opened */
  private async readRecord(from: GetlineExpression['from'], name: string): Promise<string | undefined | -1> {
    const { machine } = this
    if (from === 'main') return machine.input?.next()
    const reader = from === 'file' ? machine.streams.sourceFile(name) : await machine.streams.sourceCommand(name)
    if (!reader) return -1
    try {
      return await reader.next(machine.specials.text(machine.specials.RS))
    } catch (error) {
      if (error instanceof Error && error.name === 'Errno') return -1
      throw error
    }
  }
}

/** One and then the other, and what is made of both. */
const inTurn =
  <A, B>(
    first: (frame: Frame) => MaybePromise<A>,
    second: (frame: Frame) => MaybePromise<B>,
    combine: (a: A, b: B) => Value,
  ): Evaluate =>
  (frame) => {
    const a = first(frame)
    if (a instanceof Promise) return a.then((done) => chain(second(frame), (b) => combine(done, b)))
    const b = second(frame)
    return b instanceof Promise ? b.then((done) => combine(a, done)) : combine(a, b)
  }

/** exit, next and nextfile out of a function go up through the expressions that called it. */
export class Unwind extends Error {
  readonly outcome: 'exit' | 'next' | 'nextfile'
  constructor(outcome: 'exit' | 'next' | 'nextfile') {
    super(outcome)
    this.outcome = outcome
  }
}

async function rest(
  values: Value[],
  pending: Promise<Value>,
  others: readonly Evaluate[],
  frame: Frame,
): Promise<Value[]> {
  values.push(await pending)
  for (const each of others) values.push(await each(frame))
  return values
}

function fieldNumber(value: Value): number {
  const index = Math.trunc(toNumber(value))
  if (index < 0) throw new AwkError(`negative field index $${index}`)
  return index
}
