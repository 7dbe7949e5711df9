import type { Expr, ForExpr, Value } from './syntax.ts'

/** An expression that has no value. */
export class EvaluationError extends Error {}

export type HclFunction = (args: readonly Value[]) => Value

/** What names stand for. */
export interface Scope {
  /** @throws EvaluationError for one that there is not */
  variable(name: string): Value
  /** @throws EvaluationError for one that there is not */
  call(name: string, args: readonly Value[]): Value
}

export const isMap = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)

export function textOf(value: Value): string {
  if (value === null || typeof value === 'object')
    throw new EvaluationError(
      'Invalid template interpolation value; Cannot include the given value in a string template: string required.',
    )
  return String(value)
}

export const truth = (value: Value): boolean => value === true || value === 'true'

export function numberOf(value: Value): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || Number.isNaN(number))
    throw new EvaluationError('Unsuitable value type; Unsuitable value: a number is required')
  return number
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => Value>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}

export const equal = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b)

function binary(op: string, left: Expr, right: Expr, scope: Scope): Value {
  const first = evaluate(left, scope)
  if (op === '&&') return truth(first) && truth(evaluate(right, scope))
  if (op === '||') return truth(first) || truth(evaluate(right, scope))
  const second = evaluate(right, scope)
  if (op === '==') return equal(first, second)
  if (op === '!=') return !equal(first, second)
  const compute = ARITHMETIC[op]
  if (!compute) throw new EvaluationError(`Unsupported operator; ${op}`)
  return compute(numberOf(first), numberOf(second))
}

export function get(from: Value, key: Value): Value {
  const found = isList(from) ? from[numberOf(key)] : isMap(from) ? from[textOf(key)] : undefined
  if (found !== undefined) return found
  if (isList(from))
    throw new EvaluationError('Invalid index; The given key does not identify an element in this collection value.')
  throw new EvaluationError(
    `Unsupported attribute; This object does not have an attribute named ${JSON.stringify(String(key))}.`,
  )
}

const withNames = (scope: Scope, names: ReadonlyMap<string, Value>): Scope => ({
  variable: (name) => names.get(name) ?? scope.variable(name),
  call: (name, args) => scope.call(name, args),
})

function forEach({ key, value, of, resultKey, result, test, grouped }: ForExpr, scope: Scope): Value {
  const source = evaluate(of, scope)
  const pairs: (readonly [Value, Value])[] = isList(source)
    ? source.map((each, i) => [i, each] as const)
    : Object.entries(isMap(source) ? source : {})
  const list: Value[] = []
  const map: Record<string, Value> = {}
  for (const [k, v] of pairs) {
    const inner = withNames(scope, new Map([...(key === undefined ? [] : [[key, k] as const]), [value, v]]))
    if (test && !truth(evaluate(test, inner))) continue
    const made = evaluate(result, inner)
    if (!resultKey) list.push(made)
    else {
      const name = textOf(evaluate(resultKey, inner))
      const old = map[name]
      map[name] = grouped ? [...(isList(old) ? old : []), made] : made
    }
  }
  return resultKey ? map : list
}

/** The value of an expression. @throws EvaluationError */
export function evaluate(expr: Expr, scope: Scope): Value {
  switch (expr.kind) {
    case 'literal':
      return expr.value
    case 'name':
      return scope.variable(expr.name)
    case 'template':
      return template(expr.parts, scope)
    case 'get':
      return get(evaluate(expr.from, scope), evaluate(expr.key, scope))
    case 'splat':
      return splat(evaluate(expr.from, scope), expr.keys, scope)
    case 'call':
      return call(expr, scope)
    case 'unary':
      return expr.op === '!' ? !truth(evaluate(expr.of, scope)) : -numberOf(evaluate(expr.of, scope))
    case 'binary':
      return binary(expr.op, expr.left, expr.right, scope)
    case 'if':
      return evaluate(truth(evaluate(expr.test, scope)) ? expr.yes : expr.no, scope)
    case 'list':
      return expr.items.map((item) => evaluate(item, scope))
    case 'map':
      return Object.fromEntries(
        expr.entries.map(([key, value]) => [textOf(evaluate(key, scope)), evaluate(value, scope)]),
      )
    case 'for':
      return forEach(expr, scope)
  }
}

/** One that is a single expression keeps its type. */
function template(parts: readonly (string | Expr)[], scope: Scope): Value {
  const [only] = parts
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return evaluate(only, scope)
  return parts.map((part) => (typeof part === 'string' ? part : textOf(evaluate(part, scope)))).join('')
}

function splat(from: Value, keys: readonly Expr[], scope: Scope): Value {
  const all = isList(from) ? from : from === null ? [] : [from]
  return all.map((each) => keys.reduce((value, key) => get(value, evaluate(key, scope)), each))
}

function call({ name, args, spread }: Extract<Expr, { kind: 'call' }>, scope: Scope): Value {
  if (name === 'try' || name === 'can') return attempt(name, args, scope)
  const values = args.map((arg) => evaluate(arg, scope))
  const last = values.at(-1)
  return scope.call(name, spread && isList(last) ? [...values.slice(0, -1), ...last] : values)
}

/** The first that has a value; of `can`, whether it has one. */
function attempt(name: string, args: readonly Expr[], scope: Scope): Value {
  for (const arg of args)
    try {
      const value = evaluate(arg, scope)
      return name === 'can' ? true : value
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error
    }
  if (name === 'can') return false
  throw new EvaluationError('Error in function call; Call to function "try" failed: no expression succeeded.')
}
