import { FatalError, type Steps } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Parameter, Part, Word } from '../syntax/ast.ts'
import { elementCount, valueOfVariable } from '../interp/variables.ts'
import type { FieldBuilder } from './field-builder.ts'
import { ArithmeticFailure, elementOf, integer } from './numbers.ts'
import {
  attributeLetters,
  byteSubstring,
  changeCase,
  declaration,
  removeAffix,
  replace,
  substring,
  TRANSFORMS,
} from './operators.ts'
import { isExpression, isSteady } from './subscript-form.ts'
import { assignValue, nameValue, needsSubscript, referenceValue, type Value, valueOf } from './values.ts'

/** What the expansion of parameters needs from that of words whose expansion does not wait. */
export interface WordExpander {
  text(shell: Shell, word: Word): string
  /** Of the variable of that name. */
  subscript(shell: Shell, name: string, index: Word): string
  number(shell: Shell, word: Word): number | bigint
  pattern(shell: Shell, word: Word): string
  replacement(shell: Shell, word: Word): string
  prompt(shell: Shell, text: string): string
  parts(shell: Shell, parts: readonly Part[], quoted: boolean, builder: FieldBuilder): void
}

/** The same for words that may have to wait. */
export interface WordSteps {
  text(shell: Shell, word: Word): Steps<string>
  subscript(shell: Shell, name: string, index: Word): Steps<string>
  pattern(shell: Shell, word: Word): Steps<string>
  replacement(shell: Shell, word: Word): Steps<string>
  parts(shell: Shell, parts: readonly Part[], quoted: boolean, builder: FieldBuilder): Steps<void>
}

/** Adds what the parameter expands to. Subscript and arguments must not have to wait. */
export function expandParameter(
  shell: Shell,
  node: Parameter,
  quoted: boolean,
  builder: FieldBuilder,
  words: WordExpander,
): void {
  const subscript = needsSubscript(node) ? words.subscript(shell, node.name, node.index) : ''
  const value = begin(shell, node, subscript, quoted, builder)
  if (!value) return
  const { argument, second } = node
  switch (nextStep(shell, node, value, quoted, builder)) {
    case 'value':
      return addValue(shell, value, quoted, builder)
    case 'parts':
      return words.parts(shell, argument?.parts ?? [], quoted, builder)
    case 'settle':
      return settle(shell, node, value, argument ? words.text(shell, argument) : '', quoted, builder)
    case 'slice': {
      const length = second ? words.text(shell, second) : undefined
      return addValue(shell, slice(shell, value, argument ? words.text(shell, argument) : '', length), quoted, builder)
    }
    case 'transform': {
      const pattern = argument ? words.pattern(shell, argument) : ''
      const replacement = replaces(node) && second ? words.replacement(shell, second) : ''
      return addValue(shell, operate(shell, node, value, pattern, replacement, words.prompt), quoted, builder)
    }
    case 'nothing':
  }
}

/** The same where subscript or arguments may have to wait. */
export function* parameterSteps(
  shell: Shell,
  node: Parameter,
  quoted: boolean,
  builder: FieldBuilder,
  words: WordSteps,
  prompt: WordExpander['prompt'],
): Steps<void> {
  const subscript = needsSubscript(node) ? yield* words.subscript(shell, node.name, node.index) : ''
  const value = begin(shell, node, subscript, quoted, builder)
  if (!value) return
  const { argument, second } = node
  switch (nextStep(shell, node, value, quoted, builder)) {
    case 'value':
      return addValue(shell, value, quoted, builder)
    case 'parts':
      return yield* words.parts(shell, argument?.parts ?? [], quoted, builder)
    case 'settle':
      return settle(shell, node, value, argument ? yield* words.text(shell, argument) : '', quoted, builder)
    case 'slice': {
      const offset = argument ? yield* words.text(shell, argument) : ''
      const length = second ? yield* words.text(shell, second) : undefined
      return addValue(shell, slice(shell, value, offset, length), quoted, builder)
    }
    case 'transform': {
      const pattern = argument ? yield* words.pattern(shell, argument) : ''
      const replacement = replaces(node) && second ? yield* words.replacement(shell, second) : ''
      return addValue(shell, operate(shell, node, value, pattern, replacement, prompt), quoted, builder)
    }
    case 'nothing':
  }
}

/**
 * The text of a plain variable's or element's `${x#y}`, `${x/y/z}`, `${x:1}`, `${x:-y}` or `${#x}` where nothing splits it; undefined
 * when the parameter is something else, or unset.
 */
export function scalarText(shell: Shell, node: Parameter, words: WordExpander): string | undefined {
  const { operator, argument, second } = node
  if (node.indirect || node.names || node.bad !== undefined) return undefined
  if (node.length && node.index && !needsSubscript(node)) return countText(shell, node.name)
  const text = node.index ? elementText(shell, node, words) : variableText(shell, node.name)
  if (text === undefined) return undefined
  if (node.length) return String(lengthOfText(text))
  if (operator === undefined) return text
  const conditional = CONDITIONALS.get(operator)
  if (conditional) return conditional.kind === '+' || (conditional.colon && text === '') ? undefined : text
  if (operator.charCodeAt(0) === 64) return undefined
  if (operator === ':') {
    const offset = integer(shell, argument ? words.text(shell, argument) : '')
    const length = second ? words.text(shell, second) : undefined
    const part = shell.dialect.name === 'bash' ? substring : byteSubstring
    return part(text, offset, length === undefined ? undefined : integer(shell, length), length ?? '')
  }
  const pattern = argument ? words.pattern(shell, argument) : ''
  const replacement = replaces(node) && second ? words.replacement(shell, second) : ''
  return operation(shell, operator, pattern, replacement)(text)
}

/** `${#a[@]}` of a variable: its elements are not looked at. */
function countText({ variables }: Shell, name: string): string | undefined {
  const variable = variables.find(name)
  return variable && String(elementCount(variable))
}

function variableText({ variables }: Shell, name: string): string | undefined {
  const variable = variables.raw(name)
  return variable && !variable.nameref ? valueOfVariable(variable) : undefined
}

/** An array's element whose subscript may be worked out once more, when it turns out that it is not that simple. */
function elementText(shell: Shell, node: Parameter, words: WordExpander): string | undefined {
  const { name, index } = node
  if (!index || !needsSubscript(node) || !isSteady(index)) return undefined
  const variable = shell.variables.raw(name)
  if (!variable) return undefined
  try {
    if (variable.array && !variable.nameref && isExpression(index)) {
      const at = Number(words.number(shell, index))
      if (at >= 0) return variable.array.get(at)
    }
    const subscript = words.subscript(shell, name, index)
    if (subscript === '') return undefined
    return elementOf(shell, shell.variables.resolve(name), subscript)
  } catch (error) {
    if (error instanceof ArithmeticFailure) return undefined
    throw error
  }
}

const replaces = ({ operator }: Parameter): boolean => operator?.charCodeAt(0) === 47

/** The value before operators; undefined when all is done already. @param subscript expanded, `@` and `*` excepted */
function begin(
  shell: Shell,
  node: Parameter,
  subscript: string,
  quoted: boolean,
  builder: FieldBuilder,
): Value | undefined {
  if (node.bad !== undefined)
    throw shell.dialect.name === 'bash'
      ? new FatalError(`${node.bad}: bad substitution`, 1, false)
      : new FatalError('Bad substitution', 2)
  if (node.names) {
    const names = unsplit(shell, shell.variables.names(node.name), node.names === '*' && !quoted, '')
    return done(addList(shell, names, node.names === '*', quoted, builder))
  }
  const named = valueOf(shell, node, subscript)
  if (node.indirect && named.list && named.keys && !node.operator) {
    const keys = unsplit(shell, named.keys.map(String), named.star && !quoted, ' ')
    return done(addList(shell, keys, named.star, quoted, builder))
  }
  const value = node.indirect ? indirect(shell, node, named) : named
  return node.length ? done(add(shell, String(lengthOf(shell, value)), quoted, builder)) : value
}

const done = (_: void): undefined => undefined

type Next = 'value' | 'parts' | 'settle' | 'slice' | 'transform' | 'nothing'

type Kind = '-' | '=' | '?' | '+'
/** Operators that look whether there is a value; with a colon an empty one is none. */
const CONDITIONALS: ReadonlyMap<string, { readonly kind: Kind; readonly colon: boolean }> = new Map(
  (['-', '=', '?', '+'] as const).flatMap((kind) =>
    [false, true].map((colon) => [colon ? `:${kind}` : kind, { kind, colon }] as const),
  ),
)

/** What the operator asks for. */
function nextStep(shell: Shell, node: Parameter, value: Value, quoted: boolean, builder: FieldBuilder): Next {
  const { operator } = node
  const conditional = operator === undefined ? undefined : CONDITIONALS.get(operator)
  if (conditional) return choose(conditional.kind, conditional.colon, node, value, quoted, builder)
  checkSet(shell, node, value)
  const missing = value.values.length === 0 && !value.list
  if (operator === undefined || (missing && !(operator === '@a' && !node.indirect && shell.variables.find(value.name))))
    return 'value'
  return operator === ':' ? 'slice' : 'transform'
}

function choose(
  kind: Kind,
  colon: boolean,
  node: Parameter,
  { values }: Value,
  quoted: boolean,
  builder: FieldBuilder,
): Next {
  const missing = values.length === 0 || (colon && values.join(' ') === '')
  if (kind === '+' && missing) {
    if (quoted) builder.quoted('')
    return 'nothing'
  }
  if (kind !== '+' && !missing) return 'value'
  if (kind === '=' || kind === '?') return 'settle'
  if (quoted && !node.argument?.parts.length) builder.quoted('')
  return 'parts'
}

/** `${x?text}` fails, `${x=text}` assigns. */
function settle(
  shell: Shell,
  node: Parameter,
  value: Value,
  text: string,
  quoted: boolean,
  builder: FieldBuilder,
): void {
  if (node.operator?.endsWith('?')) {
    const index = node.index ? `[${node.index.source}]` : ''
    const plain = node.operator === '?' && shell.dialect.bash
    const fallback = plain ? 'parameter not set' : 'parameter null or not set'
    throw new FatalError(`${node.name}${index}: ${text || fallback}`, shell.dialect.bash ? 1 : 2)
  }
  assignValue(shell, value, text)
  add(shell, nameOrElement(shell, value, text), quoted, builder)
}

function addValue(shell: Shell, value: Value, quoted: boolean, builder: FieldBuilder): void {
  if (value.list) addList(shell, value.values, value.star, quoted, builder)
  else if (value.values.length > 0) add(shell, value.values[0] ?? '', quoted, builder)
  else if (quoted) builder.quoted('')
}

function add(_shell: Shell, text: string, quoted: boolean, builder: FieldBuilder): void {
  if (quoted) builder.quoted(text)
  else builder.expanded(text)
}

/** With an empty IFS an unquoted list of names or subscripts is one text. */
const unsplit = (shell: Shell, list: readonly string[], star: boolean, glue: string): readonly string[] =>
  star && shell.ifs === '' && list.length > 0 ? [list.join(glue)] : list

function addList(shell: Shell, values: readonly string[], star: boolean, quoted: boolean, builder: FieldBuilder): void {
  const { ifs } = shell
  if (quoted && star) return builder.quoted(values.join(ifs.charAt(0)))
  if (!builder.split) {
    const joined = values.join(star || shell.dialect.name !== 'bash' ? ifs.charAt(0) : ' ')
    if (values.length === 0) return
    return quoted ? builder.quoted(joined) : builder.literal(joined)
  }
  // Empty elements between others are kept where IFS is no blank: as if the list were joined and split again.
  if (!quoted && /^[^ \t\n]/.test(ifs) && values.includes('') && shell.dialect.name === 'bash')
    return builder.expanded(values.join(ifs.charAt(0)))
  values.forEach((value, at) => {
    if (at > 0) builder.end()
    if (quoted) builder.quoted(value)
    else builder.expanded(value)
  })
}

function lengthOf(shell: Shell, value: Value): number {
  if (value.list) {
    const missing = shell.options.has('nounset') && shell.dialect.name === 'bash' && value.values.length === 0
    if (missing && /^[A-Za-z_]/.test(value.name) && !shell.variables.find(value.name))
      throw unsetParameter(shell, value.name)
    return value.values.length
  }
  const [text] = value.values
  if (text === undefined && shell.options.has('nounset')) throw unsetParameter(shell, value.name)
  return text === undefined ? 0 : lengthOfText(text)
}

const lengthOfText = (text: string): number => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length)

function indirect(shell: Shell, node: Parameter, value: Value): Value {
  const variable = shell.variables.raw(node.name)
  if (variable?.nameref && !node.index)
    return { ...value, list: false, values: variable.value === undefined ? [] : [variable.value] }
  const target = value.list ? value.values.join(' ') : value.values[0]
  if (target === undefined) {
    if (node.operator?.startsWith('@')) return { ...value, list: false, values: [] }
    if (variable) throw new FatalError(`${node.name}: invalid indirect expansion`, 1)
    throw new FatalError(`${node.name}: invalid indirect expansion`, 1)
  }
  if (!/^(?:[A-Za-z_]\w*(?:\[.+\])?|\d+|[@*#?$!-])$/s.test(target))
    throw new FatalError(`${target}: invalid variable name`, 1)
  return referenceValue(shell, target)
}

/** `set -u` */
const unsetParameter = ({ dialect }: Shell, name: string): FatalError =>
  dialect.name === 'bash'
    ? new FatalError(`${/^\d/.test(name) ? '$' : ''}${name}: unbound variable`, 1)
    : new FatalError(`${name}: parameter not set`, 2)

function checkSet(shell: Shell, node: Parameter, value: Value): void {
  if (value.values.length > 0 || value.list || !shell.options.has('nounset')) return
  const index = node.index ? `[${node.index.source}]` : ''
  throw unsetParameter(shell, `${node.name}${index}`)
}

const nameOrElement = (shell: Shell, value: Value, text: string): string =>
  value.index === undefined ? (nameValue(shell, value.name).values[0] ?? text) : text

type Operate = (text: string) => string

function operate(
  shell: Shell,
  node: Parameter,
  value: Value,
  pattern: string,
  replacement: string,
  prompt: WordExpander['prompt'],
): Value {
  const { operator = '' } = node
  if (operator.startsWith('@')) return transformed(shell, operator, value, node.indirect ?? false, prompt)
  const change = operation(shell, operator, pattern, replacement)
  return { ...value, values: value.values.map(change) }
}

function operation(shell: Shell, operator: string, pattern: string, replacement: string): Operate {
  const first = operator.charAt(0)
  if (first === '/') return (text) => replace(shell, operator, text, pattern, replacement)
  if (first === '#' || first === '%') return (text) => removeAffix(shell, operator, text, pattern)
  return (text) => changeCase(shell, operator, text, pattern)
}

function slice(shell: Shell, value: Value, offsetText: string, lengthText: string | undefined): Value {
  const offset = integer(shell, offsetText)
  const length = lengthText === undefined ? undefined : integer(shell, lengthText)
  if (!value.list || shell.dialect.name !== 'bash') {
    const part = shell.dialect.name === 'bash' ? substring : byteSubstring
    return { ...value, values: [part(value.values.join(' '), offset, length, lengthText ?? '')] }
  }
  return { ...value, values: sliceList(shell, value, offset, length, lengthText ?? '') }
}

/** Elements from a subscript on; for `$@` from the place, with $0 as number 0. */
function sliceList(shell: Shell, value: Value, offset: number, length: number | undefined, shown: string): string[] {
  if (length !== undefined && length < 0) throw new FatalError(`${shown}: substring expression < 0`, 1, false)
  const positional = value.name === '@' || value.name === '*'
  const values = positional ? [shell.name, ...value.values] : [...value.values]
  const keys = positional
    ? values.map((_, at) => at)
    : (value.keys ?? values.map((_, at) => at)).map((key, at) => (typeof key === 'number' ? key : at))
  if (!positional && shell.variables.find(value.name)?.assoc) return sliceKeyless(values, offset, length)
  const last = positional ? values.length - 1 : (keys.at(-1) ?? -1)
  const start = offset < 0 ? last + 1 + offset : offset
  if (start < 0) return []
  const chosen = values.filter((_, at) => (keys[at] ?? 0) >= start)
  return length === undefined ? chosen : chosen.slice(0, length)
}

/** The elements of an associative array have places, from 1. */
function sliceKeyless(values: readonly string[], offset: number, length: number | undefined): string[] {
  const start = offset < 0 ? values.length + offset : Math.max(0, offset - 1)
  return start < 0 ? [] : values.slice(start, length === undefined ? undefined : start + length)
}

function transformed(
  shell: Shell,
  operator: string,
  value: Value,
  indirect: boolean,
  prompt: WordExpander['prompt'],
): Value {
  const variable = shell.variables.find(value.name)
  if (operator === '@a') {
    const letters = variable ? attributeLetters(variable) : ''
    const values = value.values.length || value.list ? value.values.map(() => letters) : [letters]
    return { ...value, values: indirect && value.values.length === 0 ? [] : values }
  }
  if (operator === '@A') {
    if (value.name === '@' || value.name === '*')
      return {
        ...value,
        list: false,
        values: [`set -- ${value.values.map((text) => TRANSFORMS.get('@Q')?.(text)).join(' ')}`],
      }
    return variable ? { ...value, list: false, values: [declaration(value.name, variable)] } : value
  }
  if (operator === '@P') return { ...value, values: value.values.map((text) => prompt(shell, text)) }
  if ((operator === '@K' || operator === '@k') && value.list && variable && (variable.array || variable.assoc))
    return keyed(value, operator)
  const change = TRANSFORMS.get(operator)
  return change ? { ...value, values: value.values.map(change) } : value
}

function keyed(value: Value, operator: string): Value {
  const pairs = value.values.map((text, at) => [String(value.keys?.[at] ?? at), text] as const)
  if (operator === '@k') return { ...value, values: pairs.flat() }
  return {
    ...value,
    list: false,
    values: [pairs.map(([key, text]) => `${key} "${text.replace(/[$`"\\]/g, '\\$&')}"`).join(' ')],
  }
}
