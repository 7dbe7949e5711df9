import { FatalError, TopLevelError } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { elements, type Variable } from '../interp/variables.ts'
import type { Parameter, Word } from '../syntax/ast.ts'
import { ArithmeticFailure, arrayIndex, elementOf } from './numbers.ts'
import { splitElement, subscriptNow } from './subscript.ts'
import { specialParameter } from './special.ts'

/** What a parameter stands for: one text (or nothing), or a list as `$@` and `${a[*]}` do. */
export interface Value {
  readonly list: boolean
  /** `*`: joined by the first character of IFS when quoted. */
  readonly star: boolean
  readonly values: readonly string[]
  /** Subscripts of the values, for `${!a[@]}` and substrings. */
  readonly keys?: readonly (string | number)[]
  /** Name (with subscript) to assign to. */
  readonly name: string
  readonly index?: string
}

const scalar = (name: string, value: string | undefined, index?: string): Value => ({
  list: false,
  star: false,
  values: value === undefined ? [] : [value],
  name,
  ...(index === undefined ? {} : { index }),
})

/** Whether the parameter has a subscript that has to be expanded. */
export const needsSubscript = (node: Parameter): node is Parameter & { readonly index: Word } =>
  node.index !== undefined && node.index.source !== '@' && node.index.source !== '*'

/** How the subscript of that variable is expanded: a key is a text, a number an expression. */
export const isKeyed = (shell: Shell, name: string): boolean => shell.variables.find(name)?.assoc !== undefined

/** @param subscript expanded */
export function valueOf(shell: Shell, { name, index }: Parameter, subscript: string): Value {
  if (!index) {
    const reference = shell.variables.raw(name)?.nameref ? shell.variables.resolve(name) : undefined
    return reference === undefined ? nameValue(shell, name) : referenceValue(shell, reference)
  }
  const mark = index.source
  if (mark === '@' || mark === '*') return listValue(shell, name, mark === '*')
  try {
    return elementValue(shell, name, subscript)
  } catch (error) {
    if (error instanceof ArithmeticFailure) throw new TopLevelError(error.message)
    throw error
  }
}

export function nameValue(shell: Shell, name: string): Value {
  const variable = shell.variables.raw(name)
  if (variable) {
    return scalar(name, shell.variables.get(name))
  }
  const special = specialParameter(shell, name)
  if (typeof special === 'string') return scalar(name, special)
  if (name === '@' || name === '*') return { list: true, star: name === '*', values: special ?? [], name }
  return scalar(name, special?.[0])
}

/** What a nameref or `${!x}` names: `name`, `name[index]`, `name[@]`. */
export function referenceValue(shell: Shell, target: string): Value {
  const element = splitElement(target)
  if (!element) {
    const raw = shell.variables.raw(target)
    if (!raw?.nameref) return nameValue(shell, target)
    const further = shell.variables.resolve(target)
    if (further === target) return scalar(target, shell.variables.get(target))
    return referenceValue(shell, further)
  }
  const { name, index } = element
  if (index === '@' || index === '*') return listValue(shell, name, index === '*')
  return elementValue(shell, name, subscriptNow(shell, index))
}

function elementValue(shell: Shell, name: string, index: string): Value {
  const variable = shell.variables.find(name)
  if (variable && !variable.assoc && index === '') throw new FatalError(`${name}[]: bad array subscript`, 1, false)
  return scalar(name, elementOf(shell, shell.variables.resolve(name), index), index)
}

function listValue(shell: Shell, name: string, star: boolean): Value {
  const variable: Variable | undefined = shell.variables.find(name)
  if (variable?.array) {
    const { array } = variable
    return { list: true, star, values: array.values(), keys: array.keys(), name }
  }
  if (variable) {
    const pairs = elements(variable)
    return { list: true, star, values: pairs.map(([, value]) => value), keys: pairs.map(([key]) => key), name }
  }
  const special = specialParameter(shell, name)
  const values = special === undefined ? [] : typeof special === 'string' ? [special] : special
  return { list: true, star, values, keys: values.map((_, at) => at), name }
}

/** Assigns to what `${x:=…}` names. */
export function assignValue(shell: Shell, value: Value, text: string): void {
  if (!/^[A-Za-z_]/.test(value.name)) throw new FatalError(`$${value.name}: cannot assign in this way`, 1)
  if (value.index === undefined) {
    shell.variables.set(value.name, text)
    return
  }
  const variable = shell.variables.writable(value.name)
  const key = variable.assoc ? value.index : arrayIndex(shell, variable, value.name, value.index)
  shell.variables.setElement(value.name, key, text)
}
