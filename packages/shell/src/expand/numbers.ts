import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { nextIndex, remember, valueOfVariable, type Variable } from '../interp/variables.ts'
import { ArithmeticError, type ArithmeticScope, type CompiledArithmetic, parseArithmetic } from './arithmetic.ts'
import { compile } from './arithmetic-compiler.ts'
import { fillIn } from './prepared-arithmetic.ts'
import { specialParameter } from './special.ts'
import { PendingSubscript, splitElement, subscriptNow } from './subscript.ts'

const MOST_NESTED = 1024
/** Expressions that are kept parsed. */
const MOST_KEPT = 1000

/** Value of an arithmetic text. @throws FatalError with bash's message */
export function arithmetic(shell: Shell, text: string): number | bigint {
  try {
    return evaluateText(shell, text, 0)
  } catch (error) {
    throw asFatal(error, text)
  }
}

const NO_HOLES: readonly number[] = []

/**
 * Value of an expression that was parsed before. @param texts what stands around the holes @param values what is put in
 * @param holes the same as numbers @throws FatalError with bash's message
 */
export function evaluate(
  shell: Shell,
  expression: CompiledArithmetic,
  texts: readonly string[],
  values: readonly string[],
  holes: readonly number[],
): number | bigint {
  try {
    return expression(new ShellScope(shell, 0, holes))
  } catch (error) {
    throw error instanceof ArithmeticError ? asFatal(error, fillIn(texts, values)) : error
  }
}

function asFatal(error: unknown, text: string): unknown {
  if (!(error instanceof ArithmeticError)) return error
  const message = error.message.includes('(error token')
    ? error.message
    : `${text.trimStart()}: ${error.message}${token(text, error.message)}`
  return new ArithmeticFailure(message)
}

/** An expression that makes no sense, with bash's message. */
export class ArithmeticFailure extends FatalError {
  constructor(message: string) {
    super(message, 1, false)
  }
}

/** As `arithmetic`, where a subscript in a value may wait for a process. @throws FatalError */
export const arithmeticSteps = (shell: Shell, text: string): Steps<number | bigint> =>
  patiently(shell, () => arithmetic(shell, text))

/** Computes again with what it waited for, as often as a subscript in a value has to wait for a process. */
export function* patiently<T>(shell: Shell, compute: () => T): Steps<T> {
  try {
    return compute()
  } catch (error) {
    if (!(error instanceof PendingSubscript)) throw error
    return yield* again(shell, compute, error)
  }
}

function* again<T>(shell: Shell, compute: () => T, first: PendingSubscript): Steps<T> {
  let pending = first
  try {
    for (;;) {
      const text = yield* wait(pending.expanded)
      shell.subscripts = (shell.subscripts ?? new Map<string, string>()).set(pending.text, text)
      try {
        return compute()
      } catch (error) {
        if (!(error instanceof PendingSubscript)) throw error
        pending = error
      }
    }
  } finally {
    shell.subscripts = undefined
  }
}

/** bash names the place of some errors. */
const token = (text: string, message: string): string => {
  if (!message.startsWith('division')) return ''
  const match = /[/%]=?\s*([^/%]*)$/.exec(text)
  return ` (error token is "${match?.[1] ?? ''}")`
}

export const integer = (shell: Shell, text: string): number => Number(arithmetic(shell, text))

function evaluateText(shell: Shell, text: string, depth: number): number | bigint {
  const quick = quickInteger(text)
  if (quick !== undefined) return quick
  if (depth > MOST_NESTED) throw new ArithmeticError('expression recursion level exceeded')
  return compiled(shell, text)(new ShellScope(shell, depth, NO_HOLES))
}

function compiled(shell: Shell, text: string): CompiledArithmetic {
  const known = shell.arithmeticCache.get(text)
  if (known) return known
  if (shell.arithmeticCache.size > MOST_KEPT) shell.arithmeticCache.clear()
  const made = compile(parseArithmetic(text))
  shell.arithmeticCache.set(text, made)
  return made
}

class ShellScope implements ArithmeticScope {
  private readonly shell: Shell
  private readonly depth: number
  private readonly holes: readonly number[]

  constructor(shell: Shell, depth: number, holes: readonly number[]) {
    this.shell = shell
    this.depth = depth
    this.holes = holes
  }

  hole(at: number): number {
    return this.holes[at] ?? 0
  }

  read(name: string, index: string | undefined): number | bigint {
    if (index !== undefined) return this.readValue(name, index)
    const variable = this.shell.variables.raw(name)
    if (variable === undefined || variable.value === undefined) return this.readValue(name, index)
    if (variable.value === variable.numeral && !variable.nameref) return variable.number
    return isScalar(variable) ? this.valueOf(variable, variable.value) : this.readValue(name, index)
  }

  private readValue(name: string, index: string | undefined): number | bigint {
    const value = index === undefined ? this.scalar(name) : elementOf(this.shell, name, index)
    if (value === undefined) {
      if (this.shell.options.has('nounset')) throw new FatalError(`${name}: unbound variable`, 1)
      return 0
    }
    if (value === '') return 0
    const quick = quickInteger(value)
    return quick ?? evaluateText(this.shell, value, this.depth + 1)
  }

  private valueOf(variable: Variable, value: string): number | bigint {
    if (value === '') return 0
    const quick = quickInteger(value)
    if (quick === undefined) return evaluateText(this.shell, value, this.depth + 1)
    remember(variable, value, quick)
    return quick
  }

  private scalar(name: string): string | undefined {
    const { shell } = this
    const raw = shell.variables.raw(name)
    if (raw) {
      if (!raw.nameref) return valueOfVariable(raw)
      const element = splitElement(shell.variables.resolve(name))
      return element ? elementOf(shell, element.name, element.index) : shell.variables.get(name)
    }
    const special = specialParameter(shell, name)
    return typeof special === 'string' ? special : special?.[0]
  }

  write(name: string, index: string | undefined, value: number | bigint): void {
    if (index === undefined && typeof value === 'number' && this.shell.variables.setNumber(name, value)) return
    if (index === undefined) assignScalarNumber(this.shell, name, String(value))
    else setElement(this.shell, name, index, String(value))
  }
}

const isScalar = ({ nameref, array, assoc, dynamic }: Variable): boolean => !nameref && !array && !assoc && !dynamic

/** Decimal integers without a leading zero, which are nearly all there are. */
export function quickInteger(text: string): number | undefined {
  const { length } = text
  const start = text.charCodeAt(0) === 45 ? 1 : 0
  if (length > 15 || length === start) return undefined
  if (text.charCodeAt(start) === 48) return length === 1 ? 0 : undefined
  for (let at = start; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return undefined
  }
  return Number(text)
}

/** Value of an array's element; the subscript is a text: a key, or arithmetic. */
export function elementOf(shell: Shell, name: string, index: string): string | undefined {
  const variable = shell.variables.find(name)
  if (!variable) return special(shell, name, index)
  if (variable.assoc) return variable.assoc.get(index) ?? variable.assoc.get(subscriptNow(shell, index))
  const at = arrayIndex(shell, variable, name, subscriptNow(shell, index))
  if (variable.array) return variable.array.get(at)
  return at === 0 ? shell.variables.get(name) : undefined
}

const special = (shell: Shell, name: string, index: string): string | undefined => {
  const list = specialParameter(shell, name)
  return Array.isArray(list) ? list.at(integer(shell, index)) : undefined
}

/** The subscript of an indexed array; a negative one counts from the end. @throws FatalError */
export const arrayIndex = (shell: Shell, variable: Variable, name: string, text: string): number =>
  placeOf(variable, name, text, integer(shell, text))

/** @param value what the subscript came to */
export function placeOf(variable: Variable, name: string, text: string, value: number): number {
  if (value >= 0) return value
  const from = nextIndex(variable) + value
  if (from < 0) throw new FatalError(`${name}[${text}]: bad array subscript`, 1, false)
  return from
}

/** To a variable, or to the element that a nameref stands for. */
function assignScalarNumber(shell: Shell, name: string, value: string): void {
  const element = shell.variables.raw(name)?.nameref ? splitElement(shell.variables.resolve(name)) : undefined
  if (element) setElement(shell, element.name, element.index, value)
  else shell.variables.set(name, value)
}

export function setElement(shell: Shell, name: string, index: string, value: string): void {
  const variable = shell.variables.writable(name)
  const key = subscriptNow(shell, index)
  shell.variables.setElement(name, variable.assoc ? key : arrayIndex(shell, variable, name, key), value)
}
