import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Variable } from '../interp/variables.ts'
import { ArithmeticError, type ArithmeticNode, type ArithmeticScope, evaluate, parseArithmetic } from './arithmetic.ts'
import { specialParameter } from './special.ts'
import { PendingSubscript, splitElement, subscriptNow } from './subscript.ts'

const MOST_NESTED = 1024

/** Value of an arithmetic text. @throws FatalError with bash's message */
export function arithmetic(shell: Shell, text: string): number | bigint {
  try {
    return evaluateText(shell, text, 0)
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error
    const message = error.message.includes('(error token')
      ? error.message
      : `${text.trimStart()}: ${error.message}${token(text, error.message)}`
    throw new ArithmeticFailure(message)
  }
}

/** An expression that makes no sense, with bash's message. */
export class ArithmeticFailure extends FatalError {
  constructor(message: string) {
    super(message, 1, false)
  }
}

/** As `arithmetic`, where a subscript in a value may wait for a process. @throws FatalError */
export function* arithmeticSteps(shell: Shell, text: string): Steps<number | bigint> {
  try {
    for (;;) {
      try {
        return arithmetic(shell, text)
      } catch (error) {
        if (!(error instanceof PendingSubscript)) throw error
        shell.subscripts.set(error.text, yield* wait(error.expanded))
      }
    }
  } finally {
    shell.subscripts.clear()
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
  if (depth > MOST_NESTED) throw new ArithmeticError('expression recursion level exceeded')
  return evaluate(treeOf(shell, text), new ShellScope(shell, depth))
}

function treeOf(shell: Shell, text: string): ArithmeticNode {
  const known = shell.arithmeticCache.get(text)
  if (known) return known
  if (shell.arithmeticCache.size > 1000) shell.arithmeticCache.clear()
  const tree = parseArithmetic(text)
  shell.arithmeticCache.set(text, tree)
  return tree
}

class ShellScope implements ArithmeticScope {
  private readonly shell: Shell
  private readonly depth: number

  constructor(shell: Shell, depth: number) {
    this.shell = shell
    this.depth = depth
  }

  read(name: string, index: string | undefined): number | bigint {
    const value = index === undefined ? this.scalar(name) : elementOf(this.shell, name, index)
    if (value === undefined) {
      if (this.shell.options.has('nounset')) throw new FatalError(`${name}: unbound variable`, 1)
      return 0
    }
    if (value === '') return 0
    const quick = quickInteger(value)
    return quick ?? evaluateText(this.shell, value, this.depth + 1)
  }

  private scalar(name: string): string | undefined {
    const { shell } = this
    const raw = shell.variables.raw(name)
    if (raw) {
      if (!raw.nameref) return shell.variables.get(name)
      const element = splitElement(shell.variables.resolve(name))
      return element ? elementOf(shell, element.name, element.index) : shell.variables.get(name)
    }
    const special = specialParameter(shell, name)
    return typeof special === 'string' ? special : special?.[0]
  }

  write(name: string, index: string | undefined, value: number | bigint): void {
    if (index === undefined) assignScalarNumber(this.shell, name, String(value))
    else setElement(this.shell, name, index, String(value))
  }
}

/** Decimal integers without a leading zero, which are nearly all there are. */
function quickInteger(text: string): number | undefined {
  if (text.length > 15) return undefined
  const first = text.charCodeAt(0)
  if (first === 48) return text.length === 1 ? 0 : undefined
  if (first !== 45 && (first < 49 || first > 57)) return undefined
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return undefined
  }
  return text === '-' ? undefined : Number(text)
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
  return Array.isArray(list) ? list[integer(shell, index)] : undefined
}

/** The subscript of an indexed array; a negative one counts from the end. @throws FatalError */
export function arrayIndex(shell: Shell, variable: Variable, name: string, text: string): number {
  const value = integer(shell, text)
  if (value >= 0) return value
  const keys = variable.array ? [...variable.array.keys()] : variable.value === undefined ? [] : [0]
  const from = Math.max(-1, ...keys) + 1 + value
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
