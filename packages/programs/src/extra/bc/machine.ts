import { type Argument, BcQuit, type Definition, type Expression, type Place, type Statement } from './ast.ts'
import { MATH_LIBRARY } from './math-library.ts'
import {
  add,
  compare,
  type Decimal,
  divide,
  formatNumber,
  fromInteger,
  lengthOf,
  modulo,
  multiply,
  negate,
  ONE,
  parseNumber,
  power,
  rescale,
  squareRoot,
  subtract,
  ZERO,
} from './number.ts'

/** A mistake that ends the running statement. */
export class BcRuntimeError extends Error {}
/** Yields text to print; '' is a place to pause in long loops. */
type Run<T> = Generator<string, T, void>
type Outcome = 'next' | 'break' | 'continue' | { readonly value: Decimal }
type Special = 'scale' | 'ibase' | 'obase' | 'last'

const truth = (value: boolean): Decimal => (value ? ONE : ZERO)
const integer = (value: Decimal): number => Number(rescale(value, 0).digits)

const COMPARISONS = new Map<string, (order: number) => boolean>([
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
  ['==', (order) => order === 0],
  ['!=', (order) => order !== 0],
])

function nonZero(value: Decimal, message: string): Decimal {
  if (value.digits === 0n) throw new BcRuntimeError(message)
  return value
}
const ARITHMETIC = new Map<string, (a: Decimal, b: Decimal, scale: number) => Decimal>([
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', (a, b, scale) => divide(a, nonZero(b, 'Divide by zero'), scale)],
  ['%', (a, b, scale) => modulo(a, nonZero(b, 'Modulo by zero'), scale)],
  ['^', (a, b, scale) => power(a.digits === 0n && b.digits < 0n ? nonZero(a, 'Divide by zero') : a, b, scale)],
])
const LOGIC = new Map<string, (a: boolean, b: boolean) => boolean>([
  ['&&', (a, b) => a && b],
  ['||', (a, b) => a || b],
])

/** Long numbers are broken after 68 characters. bc(1), BC_LINE_LENGTH. */
const breakLines = (text: string): string => text.replace(/[^]{68}(?=[^]{2})/g, '$&\\\n')

const ESCAPES = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['q', '"'],
  ['\\', '\\'],
])
const unescape = (text: string): string => text.replace(/\\(.)/g, (whole, char: string) => ESCAPES.get(char) ?? whole)

/** Runs bc's statements on numbers of any length. */
export class Machine {
  private readonly special: Record<Special, Decimal>
  private readonly variables = new Map<string, Decimal>()
  private readonly arrays = new Map<string, Map<number, Decimal>>()
  private readonly functions = new Map<string, Definition>()
  private readonly hasMath: boolean

  constructor(hasMath: boolean) {
    this.hasMath = hasMath
    const ten = fromInteger(10)
    this.special = { scale: fromInteger(hasMath ? 20 : 0), ibase: ten, obase: ten, last: ZERO }
  }

  *run(statements: readonly Statement[]): Run<Outcome> {
    for (const statement of statements) {
      const outcome = yield* this.execute(statement)
      if (outcome !== 'next') return outcome
    }
    return 'next'
  }

  private get scale(): number {
    return integer(this.special.scale)
  }

  private show(value: Decimal): string {
    return breakLines(formatNumber(value, integer(this.special.obase)))
  }

  private *execute(node: Statement): Run<Outcome> {
    switch (node.kind) {
      case 'expression': {
        const value = yield* this.evaluate(node.body)
        if (node.body.kind === 'assign') return 'next'
        this.special.last = value
        yield `${this.show(value)}\n`
        return 'next'
      }
      case 'string':
        yield node.text
        return 'next'
      case 'print':
        for (const item of node.items)
          yield typeof item === 'string' ? unescape(item) : this.show(yield* this.evaluate(item))
        return 'next'
      case 'block':
        return yield* this.run(node.body)
      case 'if':
        if (yield* this.holds(node.test)) return yield* this.execute(node.yes)
        return node.no ? yield* this.execute(node.no) : 'next'
      case 'while':
        return yield* this.loop(node.test, node.body, undefined)
      case 'for':
        if (node.start) yield* this.evaluate(node.start)
        return yield* this.loop(node.test, node.body, node.step)
      case 'return':
        return { value: node.value ? yield* this.evaluate(node.value) : ZERO }
      case 'define':
        this.functions.set(node.definition.name, node.definition)
        return 'next'
      case 'break':
      case 'continue':
        return node.kind
      default:
        throw new BcQuit()
    }
  }

  private *holds(test: Expression | undefined): Run<boolean> {
    return test === undefined || (yield* this.evaluate(test)).digits !== 0n
  }

  private *loop(test: Expression | undefined, body: Statement, step: Expression | undefined): Run<Outcome> {
    while (yield* this.holds(test)) {
      yield ''
      const outcome = yield* this.execute(body)
      if (outcome === 'break') return 'next'
      if (typeof outcome === 'object') return outcome
      if (step) yield* this.evaluate(step)
    }
    return 'next'
  }

  private *evaluate(node: Expression): Run<Decimal> {
    switch (node.kind) {
      case 'number':
        return parseNumber(node.text, integer(this.special.ibase))
      case 'paren':
        return yield* this.evaluate(node.body)
      case 'negate':
        return negate(yield* this.evaluate(node.body))
      case 'not':
        return truth((yield* this.evaluate(node.body)).digits === 0n)
      case 'binary':
        return this.apply(node.operator, yield* this.evaluate(node.left), yield* this.evaluate(node.right))
      case 'assign': {
        const value = yield* this.evaluate(node.value)
        if (node.operator === '') return yield* this.store(node.to, value)
        return yield* this.store(node.to, this.apply(node.operator, yield* this.load(node.to), value))
      }
      case 'step': {
        const before = yield* this.load(node.to)
        const after = yield* this.store(node.to, add(before, fromInteger(node.by)))
        return node.before ? after : before
      }
      case 'call':
        return yield* this.call(node.name, node.args)
      default:
        return yield* this.load(node)
    }
  }

  private apply(operator: string, a: Decimal, b: Decimal): Decimal {
    const arithmetic = ARITHMETIC.get(operator)
    if (arithmetic) return arithmetic(a, b, this.scale)
    const comparison = COMPARISONS.get(operator)
    if (comparison) return truth(comparison(compare(a, b)))
    return truth(LOGIC.get(operator)?.(a.digits !== 0n, b.digits !== 0n) ?? false)
  }

  private array(name: string): Map<number, Decimal> {
    const found = this.arrays.get(name) ?? new Map<number, Decimal>()
    this.arrays.set(name, found)
    return found
  }

  private *load(place: Place): Run<Decimal> {
    if (place.kind === 'special') return this.special[place.name]
    if (place.kind === 'variable') return this.variables.get(place.name) ?? ZERO
    return this.array(place.name).get(integer(yield* this.evaluate(place.at))) ?? ZERO
  }

  private *store(place: Place, value: Decimal): Run<Decimal> {
    if (place.kind === 'special')
      this.special[place.name] = place.name === 'last' ? value : this.checked(place.name, value)
    else if (place.kind === 'variable') this.variables.set(place.name, value)
    else this.array(place.name).set(integer(yield* this.evaluate(place.at)), value)
    return value
  }

  private checked(name: Special, value: Decimal): Decimal {
    const number = integer(value)
    const low = name === 'scale' ? 0 : 2
    const high = name === 'ibase' ? 16 : 2 ** 31 - 1
    return fromInteger(Math.min(high, Math.max(low, number)))
  }

  private readonly builtins: ReadonlyMap<string, (value: Decimal) => Decimal> = new Map([
    ['length', (value: Decimal) => fromInteger(lengthOf(value))],
    ['scale', (value: Decimal) => fromInteger(value.scale)],
    ['sqrt', (value: Decimal) => this.root(value)],
  ])
  private root(value: Decimal): Decimal {
    if (value.digits < 0n) throw new BcRuntimeError('Square root of a negative number')
    return squareRoot(value, this.scale)
  }

  private *call(name: string, args: readonly Argument[]): Run<Decimal> {
    const definition = this.functions.get(name)
    if (definition) return yield* this.callDefined(definition, args)
    const [first] = args
    const math = this.hasMath ? MATH_LIBRARY.get(name) : undefined
    const builtin = this.builtins.get(name) ?? (math && ((value: Decimal) => math(value, this.scale)))
    if (!builtin || first === undefined || first.kind === 'array')
      throw new BcRuntimeError(`Function ${name} not defined.`)
    return builtin(yield* this.evaluate(first))
  }

  /** Parameters and autos hide the variables of their names until the call ends. bc(1), "FUNCTIONS". */
  private *callDefined(definition: Definition, args: readonly Argument[]): Run<Decimal> {
    if (args.length !== definition.parameters.length) throw new BcRuntimeError('Parameter number mismatch')
    const values: (Decimal | Map<number, Decimal>)[] = []
    for (const arg of args)
      values.push(arg.kind === 'array' ? new Map(this.array(arg.name)) : yield* this.evaluate(arg))
    const names = [...definition.parameters, ...definition.locals]
    const hidden = names.map((name) => this.hide(name))
    for (const [i, name] of names.entries()) this.bind(name, values[i])
    const outcome = yield* this.run(definition.body)
    for (const restore of hidden.toReversed()) restore()
    return typeof outcome === 'object' ? outcome.value : ZERO
  }

  private hide(name: string): () => void {
    const plain = name.replace('[]', '')
    const [value, array] = [this.variables.get(plain), this.arrays.get(plain)]
    if (name.endsWith('[]')) return () => void this.arrays.set(plain, array ?? new Map())
    return () => void this.variables.set(plain, value ?? ZERO)
  }

  private bind(name: string, value: Decimal | Map<number, Decimal> | undefined): void {
    const plain = name.replace('[]', '')
    if (name.endsWith('[]')) this.arrays.set(plain, value instanceof Map ? value : new Map())
    else this.variables.set(plain, value instanceof Map || value === undefined ? ZERO : value)
  }
}
