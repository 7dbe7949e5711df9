import { FatalError } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Variable } from '../interp/variables.ts'
import { ArithmeticError, type ArithmeticNode, type ArithmeticScope, evaluate, parseArithmetic } from './arithmetic.ts'
import { specialParameter } from './special.ts'

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
    throw new FatalError(message, 1, false)
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
    const value = index === undefined ? this.shell.variables.get(name) : elementOf(this.shell, name, index)
    if (value === undefined) {
      if (this.shell.options.has('nounset')) throw new FatalError(`${name}: unbound variable`, 1)
      return 0
    }
    if (value === '') return 0
    const quick = quickInteger(value)
    return quick ?? evaluateText(this.shell, value, this.depth + 1)
  }

  write(name: string, index: string | undefined, value: number | bigint): void {
    if (index === undefined) this.shell.variables.set(name, String(value))
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
  if (variable.assoc) return variable.assoc.get(index) ?? variable.assoc.get(unquoteKey(index))
  const at = arrayIndex(shell, variable, name, index)
  if (variable.array) return variable.array.get(at)
  return at === 0 ? shell.variables.get(name) : undefined
}

/** Keys in arithmetic come with their quotes. */
const unquoteKey = (index: string): string => index.replace(/^(['"])([^]*)\1$/, '$2')

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

export function setElement(shell: Shell, name: string, index: string, value: string): void {
  const variable = shell.variables.writable(name)
  shell.variables.setElement(name, variable.assoc ? unquoteKey(index) : arrayIndex(shell, variable, name, index), value)
}
