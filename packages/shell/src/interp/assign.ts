import {
  addFields,
  assignedText,
  expandAssignment,
  expandText,
  expandWord,
  numberOf,
  subscriptOf,
  textOf,
} from '../expand/expand.ts'
import { assignmentWaits } from '../expand/waits.ts'
import { arithmetic, ArithmeticFailure, arrayIndex, patiently, placeOf } from '../expand/numbers.ts'
import { isExpression } from '../expand/subscript-form.ts'
import { arithmeticSubscript, expandSubscript, splitElement, subscriptNow } from '../expand/subscript.ts'
import { mayHaveBraces } from '../expand/brace.ts'
import { type ArrayElement, type Assignment, type AssignmentForm, makeWord, type Word } from '../syntax/ast.ts'
import { stifle, truncateFile } from '../readline/history-file.ts'
import { FatalError, LineError, type Steps, TopLevelError, wait } from './flow.ts'
import type { Shell } from './shell.ts'
import { IndexedArray } from './indexed-array.ts'
import { arrayOf, nextIndex, recase, type Variable } from './variables.ts'

/** Variables that do something when they are assigned to. */
const WATCHED: ReadonlyMap<string, (shell: Shell) => void> = new Map([
  ['PATH', (shell: Shell) => shell.hashed.clear()],
  ['HISTSIZE', stifle],
  ['HISTFILESIZE', truncateFile],
  ['OPTIND', (shell: Shell) => void (shell.getoptsOffset = 0)],
])

/** Carries out `name=value`, `name[i]=value`, `name=(…)`. @throws FatalError */
export function* assign(shell: Shell, node: Assignment): Steps<void> {
  if (!assignmentWaits(node) && isAtOnce(node)) return yield* patiently(shell, () => assignNow(shell, node))
  if (node.array) {
    if (node.bad) throw new LineError(node.bad)
    if (node.index) throw new LineError(`${node.name}[${node.index.source}]: cannot assign list to array member`)
    yield* assignArray(shell, node, shell.variables.writable(node.name))
    return
  }
  const text = node.value ? yield* expandAssignment(shell, node.value) : ''
  if (node.index) yield* assignElement(shell, node, text)
  else yield* assignNamed(shell, node.name, text, node.append)
}

/** Whether it is no list, or one without subscripts: `assignNow` takes it. */
export const isAtOnce = ({ array, bad, index }: Assignment): boolean =>
  array === undefined || (bad === undefined && !index && array.every((element) => !element.index))

/** The same for what is `isAtOnce`, without a command substitution in it. */
export function assignNow(shell: Shell, node: Assignment): void {
  const { name, append } = node
  switch ((node.form ??= formOf(node))) {
    case 'number': {
      const part = node.value?.parts[0]
      if (part?.kind !== 'arithmetic') break
      const number = numberOf(shell, part)
      if (typeof number !== 'number' || shell.options.allexport || !shell.variables.setNumber(name, number))
        assignText(shell, name, String(number), false)
      return
    }
    case 'text': {
      const text = node.value ? assignedText(shell, node.value) : ''
      const { variables, options } = shell
      if (options.allexport || !(append ? variables.appendPlain(name, text) : variables.setPlain(name, text)))
        assignText(shell, name, text, append)
      return
    }
  }
  assignOther(shell, node)
}

function formOf({ name, index, append, array, value }: Assignment): AssignmentForm {
  if (array || index || WATCHED.has(name)) return 'other'
  return !append && value?.parts.length === 1 && value.parts[0]?.kind === 'arithmetic' ? 'number' : 'text'
}

function assignOther(shell: Shell, node: Assignment): void {
  const { name, index, append, array } = node
  if (array) return assignList(shell, name, array, append)
  const text = node.value ? assignedText(shell, node.value) : ''
  if (index) return assignByWord(shell, name, index, text, append)
  assignText(shell, name, text, append)
}

/** To a variable, or to the element that a nameref stands for. */
function assignText(shell: Shell, name: string, text: string, append: boolean): void {
  const element = shell.variables.raw(name)?.nameref ? splitElement(shell.variables.resolve(name)) : undefined
  if (element) setIndexed(shell, element.name, subscriptNow(shell, element.index), text, append)
  else assignScalar(shell, name, text, append)
}

/** Assigns to a variable, or to the element that a nameref stands for. */
function* assignNamed(shell: Shell, name: string, text: string, append: boolean): Steps<void> {
  const raw = shell.variables.raw(name)
  const element = raw?.nameref ? splitElement(shell.variables.resolve(name)) : undefined
  if (!element) return assignScalar(shell, name, text, append)
  yield* assignByText(shell, element.name, element.index, text, append)
}

/** `name[index]` where the subscript came as text. */
export function* assignByText(shell: Shell, name: string, index: string, text: string, append = false): Steps<void> {
  setIndexed(shell, name, yield* expandSubscript(shell, index), text, append)
}

/** Assigns to `name` or `name[index]`, as builtins do that are given a name. @throws FatalError */
export function* setNamed(shell: Shell, name: string, text: string): Steps<void> {
  const element = splitElement(name)
  if (element) yield* assignByText(shell, element.name, element.index, text)
  else yield* assignNamed(shell, name, text, false)
}

export function assignScalar(shell: Shell, name: string, text: string, append: boolean): void {
  const { variables } = shell
  if (!WATCHED.has(name) && !shell.options.allexport)
    if (append ? variables.appendPlain(name, text) : variables.setPlain(name, text)) return
  const target = variables.resolve(name)
  const element = target.endsWith(']') ? splitElement(target) : undefined
  if (element) return setIndexed(shell, element.name, element.index, text, append)
  const old = variables.find(name)
  const value = append || old?.integer ? combine(shell, old, variables.get(name), text, append) : text
  const changed = variables.set(name, value)
  if (shell.options.allexport) changed.exported = true
  WATCHED.get(target)?.(shell)
}

function combine(
  shell: Shell,
  variable: Variable | undefined,
  old: string | undefined,
  text: string,
  append: boolean,
): string {
  if (variable?.integer) {
    const value = arithmetic(shell, text)
    return append ? String(arithmetic(shell, `(${old || '0'})+(${value})`)) : String(value)
  }
  return append ? (old ?? '') + text : text
}

function* assignElement(shell: Shell, { name, index, append }: Assignment, text: string): Steps<void> {
  if (!index) return
  const assoc = shell.variables.find(name)?.assoc !== undefined
  const key = assoc ? yield* expandText(shell, index) : yield* arithmeticSubscript(shell, index)
  assignAt(shell, name, key, text, append)
}

/** An expression is not taken apart each time it is met. */
function assignByWord(shell: Shell, name: string, index: Word, text: string, append: boolean): void {
  const array = isExpression(index) ? shell.variables.find(name) : undefined
  if (!array?.array || array.readonly) return assignAt(shell, name, subscriptOf(shell, name, index), text, append)
  let at: number
  try {
    at = placeOf(array, name, index.source, Number(numberOf(shell, index)))
  } catch (error) {
    throw error instanceof ArithmeticFailure ? new TopLevelError(error.message) : error
  }
  setPlace(shell, array, at, text, append)
}

function assignAt(shell: Shell, name: string, key: string, text: string, append: boolean): void {
  try {
    setIndexed(shell, name, key, text, append)
  } catch (error) {
    if (error instanceof ArithmeticFailure) throw new TopLevelError(error.message)
    throw error
  }
}

function setIndexed(shell: Shell, name: string, index: string, text: string, append: boolean): void {
  const variable = shell.variables.writable(name)
  if (index === '') throw new FatalError(`${name}[]: bad array subscript`, 1, false)
  const { assoc } = variable
  if (!assoc) return setPlace(shell, variable, arrayIndex(shell, variable, name, index), text, append)
  const old = append ? assoc.get(index) : undefined
  assoc.set(index, recase(variable, combine(shell, variable, old, text, append)))
}

function setPlace(shell: Shell, variable: Variable, at: number, text: string, append: boolean): void {
  const array = arrayOf(variable)
  const old = append ? array.get(at) : undefined
  array.set(at, recase(variable, combine(shell, variable, old, text, append)))
}

/** `(…)` of elements without subscripts. */
function assignList(shell: Shell, name: string, array: readonly ArrayElement[], append: boolean): void {
  const variable = shell.variables.writable(name)
  if (variable.assoc) return assignFlatPairs(shell, variable, array, append)
  const fields: string[] = []
  for (const { value } of array) addFields(shell, value, fields)
  let next = append ? nextIndex(variable) : 0
  const values = listOf(variable, append)
  for (const value of fields) values.set(next++, recase(variable, combine(shell, variable, undefined, value, false)))
}

/** Keys and values in turns. */
function assignFlatPairs(shell: Shell, variable: Variable, array: readonly ArrayElement[], append: boolean): void {
  const texts = array.map(({ value }) => textOf(shell, value, 'none'))
  const pairs = append ? (variable.assoc ?? new Map<string, string>()) : new Map<string, string>()
  for (let at = 0; at < texts.length; at += 2) pairs.set(texts[at] ?? '', recase(variable, texts[at + 1] ?? ''))
  variable.declared = false
  variable.assoc = pairs
}

/** The array that elements are put into. */
function listOf(variable: Variable, append: boolean): IndexedArray {
  const values = append ? arrayOf(variable) : new IndexedArray()
  variable.value = undefined
  variable.declared = false
  variable.array = values
  return values
}

/** `(…)` into a variable that is an array, or becomes one. */
export function* assignArray(shell: Shell, { array = [], append, name }: Assignment, variable: Variable): Steps<void> {
  if (variable.assoc) return yield* assignPairs(shell, array, variable, append, name)
  const items = yield* expandElements(shell, array)
  let next = append ? nextIndex(variable) : 0
  const values = listOf(variable, append)
  for (const { index, value, appends } of items) {
    if (index !== undefined) next = arrayIndex(shell, variable, name, index)
    const old = appends ? values.get(next) : undefined
    values.set(next++, recase(variable, combine(shell, variable, old, value, appends)))
  }
}

interface Item {
  readonly index: string | undefined
  readonly value: string
  readonly appends: boolean
}

/** All texts are expanded before the first is assigned; subscripts are evaluated one by one afterwards. */
function* expandElements(shell: Shell, array: readonly ArrayElement[]): Steps<Item[]> {
  const items: Item[] = []
  for (const element of array) {
    if (element.index && !bracesInside(shell, element)) {
      const index = yield* arithmeticSubscript(shell, element.index)
      items.push({ index, value: yield* expandAssignment(shell, element.value), appends: element.append ?? false })
      continue
    }
    const fields: string[] = []
    yield* expandWord(shell, element.index ? wholeElement(element.index, element.value) : element.value, fields)
    for (const value of fields) items.push({ index: undefined, value, appends: false })
  }
  return items
}

/** Braces come before everything: `[k]=x{a,b}` is no assignment any more once they are expanded. */
const bracesInside = (shell: Shell, { value }: ArrayElement): boolean =>
  shell.options.has('braceexpand') && mayHaveBraces(value)

const wholeElement = (index: Word, value: Word): Word =>
  makeWord(
    [{ kind: 'literal', text: '[' }, ...index.parts, { kind: 'literal', text: ']=' }, ...value.parts],
    `[${index.source}]=${value.source}`,
  )

function* assignPairs(
  shell: Shell,
  array: readonly ArrayElement[],
  variable: Variable,
  append: boolean,
  label: string,
): Steps<void> {
  const before = variable.assoc ?? new Map<string, string>()
  const pairs = append ? before : new Map<string, string>()
  const keyed = array[0]?.index !== undefined
  let key: string | undefined
  for (const element of array) {
    const value = yield* expandText(shell, element.value, 'none')
    if (element.index) {
      const name = yield* expandText(shell, element.index)
      pairs.set(name, recase(variable, combine(shell, variable, before.get(name), value, element.append ?? false)))
    } else if (keyed)
      yield* wait(
        shell.complain(`${label}: ${element.value.source}: must use subscript when assigning associative array`),
      )
    else if (key === undefined) key = value
    else {
      pairs.set(key, recase(variable, value))
      key = undefined
    }
  }
  if (key !== undefined) pairs.set(key, '')
  variable.declared = false
  variable.assoc = pairs
}
