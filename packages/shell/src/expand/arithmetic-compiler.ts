import {
  ArithmeticError,
  type ArithmeticNode,
  type ArithmeticScope,
  type CompiledArithmetic,
  small,
  truth,
} from './arithmetic.ts'

type Value = number | bigint

/** Makes a function of a tree: an expression in a loop is evaluated far more often than it is parsed. */
export function compile(node: ArithmeticNode): CompiledArithmetic {
  switch (node.kind) {
    case 'number': {
      const { value } = node
      return () => value
    }
    case 'variable': {
      const { name, index } = node
      return (scope) => scope.read(name, index)
    }
    case 'hole': {
      const { at } = node
      return (scope) => scope.hole(at)
    }
    case 'unary':
      return compileUnary(node.operator, compile(node.operand))
    case 'ternary': {
      const [test, yes, no] = [compile(node.test), compile(node.yes), compile(node.no)]
      return (scope) => (truth(test(scope)) ? yes(scope) : no(scope))
    }
    case 'assign':
      return compileAssignment(node)
    case 'step':
      return compileStep(node)
    case 'binary':
      return compileBinary(node.operator, compile(node.left), compile(node.right))
  }
}

function compileUnary(operator: string, operand: CompiledArithmetic): CompiledArithmetic {
  if (operator === '!') return (scope) => (truth(operand(scope)) ? 0 : 1)
  if (operator === '-') return (scope) => binary('-', 0, operand(scope))
  return operator === '~' ? (scope) => small(~BigInt(operand(scope))) : operand
}

const targetOf = (target: ArithmeticNode): ArithmeticNode & { kind: 'variable' } => {
  if (target.kind !== 'variable') throw new ArithmeticError('attempted assignment to non-variable')
  return target
}

function compileAssignment(node: ArithmeticNode & { kind: 'assign' }): CompiledArithmetic {
  const { operator } = node
  const { name, index } = targetOf(node.target)
  const right = compile(node.value)
  const write = (scope: ArithmeticScope, value: Value): Value => {
    scope.write(name, index, value)
    return value
  }
  if (operator === '') return (scope) => write(scope, right(scope))
  return (scope) => {
    const value = right(scope)
    return write(scope, binary(operator, scope.read(name, index), value))
  }
}

function compileStep({ target, delta, prefix }: ArithmeticNode & { kind: 'step' }): CompiledArithmetic {
  const { name, index } = targetOf(target)
  return (scope) => {
    const old = scope.read(name, index)
    const value = binary('+', old, delta)
    scope.write(name, index, value)
    return prefix ? value : old
  }
}

type Compiler = (left: CompiledArithmetic, right: CompiledArithmetic) => CompiledArithmetic
/** Operators that are met in every loop, each with code of its own. */
const COMPILERS: ReadonlyMap<string, Compiler> = new Map<string, Compiler>([
  ['&&', (left, right) => (scope) => (truth(left(scope)) && truth(right(scope)) ? 1 : 0)],
  ['||', (left, right) => (scope) => (truth(left(scope)) || truth(right(scope)) ? 1 : 0)],
  [
    '+',
    (left, right) => (scope) => {
      const a = left(scope)
      const b = right(scope)
      if (typeof a !== 'number' || typeof b !== 'number') return binary('+', a, b)
      const sum = a + b
      return Number.isSafeInteger(sum) ? sum : binary('+', a, b)
    },
  ],
  [
    '-',
    (left, right) => (scope) => {
      const a = left(scope)
      const b = right(scope)
      if (typeof a !== 'number' || typeof b !== 'number') return binary('-', a, b)
      const difference = a - b
      return Number.isSafeInteger(difference) ? difference : binary('-', a, b)
    },
  ],
  [
    '*',
    (left, right) => (scope) => {
      const a = left(scope)
      const b = right(scope)
      if (typeof a !== 'number' || typeof b !== 'number') return binary('*', a, b)
      const product = a * b
      return Number.isSafeInteger(product) ? product + 0 : binary('*', a, b)
    },
  ],
  [
    '%',
    (left, right) => (scope) => {
      const a = left(scope)
      const b = right(scope)
      return typeof a === 'number' && typeof b === 'number' && b !== 0 ? (a % b) + 0 : binary('%', a, b)
    },
  ],
  ['<', (left, right) => (scope) => (left(scope) < right(scope) ? 1 : 0)],
  ['>', (left, right) => (scope) => (left(scope) > right(scope) ? 1 : 0)],
  ['<=', (left, right) => (scope) => (left(scope) <= right(scope) ? 1 : 0)],
  ['>=', (left, right) => (scope) => (left(scope) >= right(scope) ? 1 : 0)],
  ['==', (left, right) => (scope) => (left(scope) == right(scope) ? 1 : 0)],
  ['!=', (left, right) => (scope) => (left(scope) != right(scope) ? 1 : 0)],
])

function compileBinary(operator: string, left: CompiledArithmetic, right: CompiledArithmetic): CompiledArithmetic {
  const own = COMPILERS.get(operator)
  if (own) return own(left, right)
  return (scope) => {
    const value = left(scope)
    return binary(operator, value, right(scope))
  }
}

type Fast = (left: number, right: number) => number
const isInt32 = (value: number): boolean => value === (value | 0)
/** Exact on numbers; a result that is no safe integer is computed again with bigints. */
const FAST: ReadonlyMap<string, Fast> = new Map<string, Fast>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b))],
  ['%', (a, b) => (b === 0 ? Number.NaN : a % b)],
  ['&', (a, b) => (isInt32(a) && isInt32(b) ? a & b : Number.NaN)],
  ['|', (a, b) => (isInt32(a) && isInt32(b) ? a | b : Number.NaN)],
  ['^', (a, b) => (isInt32(a) && isInt32(b) ? a ^ b : Number.NaN)],
  ['<<', (a, b) => (isInt32(a) && b >= 0 && b < 22 ? a * 2 ** b : Number.NaN)],
  ['>>', (a, b) => (isInt32(a) && b >= 0 && b < 32 ? a >> b : Number.NaN)],
  [',', (_, b) => b],
])
type Exact = (left: bigint, right: bigint) => bigint
const EXACT: ReadonlyMap<string, Exact> = new Map<string, Exact>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['&', (a, b) => a & b],
  ['|', (a, b) => a | b],
  ['^', (a, b) => a ^ b],
  ['<<', (a, b) => a << (b & 63n)],
  ['>>', (a, b) => a >> (b & 63n)],
  ['**', (a, b) => a ** b],
  [',', (_, b) => b],
])

function binary(operator: string, left: Value, right: Value): Value {
  if ((operator === '/' || operator === '%') && !truth(right)) throw new ArithmeticError('division by 0')
  if (typeof left === 'number' && typeof right === 'number') {
    const result = FAST.get(operator)?.(left, right)
    if (result !== undefined && Number.isSafeInteger(result)) return result + 0
  }
  if (operator === '**') {
    if (right < 0) throw new ArithmeticError('exponent less than 0')
    return small(power(BigInt(left), BigInt(right)))
  }
  return small(BigInt.asIntN(64, EXACT.get(operator)?.(BigInt(left), BigInt(right)) ?? 0n))
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let factor = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * factor)
    factor = BigInt.asIntN(64, factor * factor)
  }
  return result
}
