import { FatalError, type Steps } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import type { Parameter, Part, Word } from '../syntax/ast.ts'
import type { FieldBuilder } from './field-builder.ts'
import { integer } from './numbers.ts'
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
import { assignValue, nameValue, referenceValue, type Value, valueOf } from './values.ts'

/** What the expansion of parameters needs from that of words. */
export interface WordExpander {
  text(shell: Shell, word: Word): Steps<string>
  pattern(shell: Shell, word: Word): Steps<string>
  replacement(shell: Shell, word: Word): Steps<string>
  prompt(shell: Shell, text: string): string
  parts(shell: Shell, parts: readonly Part[], quoted: boolean, builder: FieldBuilder): Steps<void>
}

/** Adds what the parameter expands to. */
export function* expandParameter(
  shell: Shell,
  node: Parameter,
  quoted: boolean,
  builder: FieldBuilder,
  words: WordExpander,
): Steps<void> {
  if (node.bad !== undefined)
    throw shell.dialect.name === 'bash'
      ? new FatalError(`${node.bad}: bad substitution`, 1, false)
      : new FatalError('Bad substitution', 2)
  if (node.names) {
    const names = shell.variables.names(node.name)
    return addList(shell, unsplit(shell, names, node.names === '*' && !quoted, ''), node.names === '*', quoted, builder)
  }
  let value = yield* valueOf(shell, node, words.text)
  if (node.indirect) {
    if (value.list && value.keys && !node.operator) {
      const keys = unsplit(shell, value.keys.map(String), value.star && !quoted, ' ')
      return addList(shell, keys, value.star, quoted, builder)
    }
    value = yield* indirect(shell, node, value)
  }
  if (node.length) return add(shell, String(lengthOf(shell, value)), quoted, builder)
  const { operator } = node
  if (operator && CONDITIONALS.has(operator.replace(':', ''))) {
    const done = yield* conditional(shell, node, operator, value, quoted, builder, words)
    if (done) return
    if (operator.endsWith('+')) return
  } else checkSet(shell, node, value)
  if (
    value.values.length === 0 &&
    !value.list &&
    !(operator === '@a' && !node.indirect && shell.variables.find(value.name))
  ) {
    if (quoted) builder.quoted('')
    return
  }
  const result =
    operator && !CONDITIONALS.has(operator.replace(':', ''))
      ? yield* transform(shell, node, operator, value, words)
      : value
  if (result.list) addList(shell, result.values, result.star, quoted, builder)
  else add(shell, result.values[0] ?? '', quoted, builder)
}

const CONDITIONALS: ReadonlySet<string> = new Set(['-', '=', '?', '+'])

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
  if (value.list) return value.values.length
  const [text] = value.values
  if (text === undefined && shell.options.has('nounset')) throw unsetParameter(shell, value.name)
  if (text === undefined) return 0
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length
}

function* indirect(shell: Shell, node: Parameter, value: Value): Steps<Value> {
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
  return yield* referenceValue(shell, target)
}

/** `set -u` */
const unsetParameter = ({ dialect }: Shell, name: string): FatalError =>
  dialect.name === 'bash'
    ? new FatalError(`${name}: unbound variable`, 1)
    : new FatalError(`${name}: parameter not set`, 2)

function checkSet(shell: Shell, node: Parameter, value: Value): void {
  if (value.values.length > 0 || value.list || !shell.options.has('nounset')) return
  const index = node.index ? `[${node.index.source}]` : ''
  throw unsetParameter(shell, `${node.name}${index}`)
}

/** `-` `=` `?` `+` with or without a colon. @returns whether the expansion is done */
function* conditional(
  shell: Shell,
  node: Parameter,
  operator: string,
  value: Value,
  quoted: boolean,
  builder: FieldBuilder,
  words: WordExpander,
): Steps<boolean> {
  const joined = value.values.join(' ')
  const missing = value.values.length === 0 || (operator.startsWith(':') && joined === '')
  const kind = operator.at(-1)
  const parts = node.argument?.parts ?? []
  if (kind === '+' ? missing : !missing) {
    if (kind === '+' && quoted) builder.quoted('')
    return kind === '+'
  }
  if (kind === '?') {
    const text = node.argument ? yield* words.text(shell, node.argument) : ''
    const index = node.index ? `[${node.index.source}]` : ''
    const fallback = operator.startsWith(':') || !shell.dialect.bash ? 'parameter null or not set' : 'parameter not set'
    throw new FatalError(`${node.name}${index}: ${text || fallback}`, shell.dialect.bash ? 1 : 2)
  }
  if (kind === '=') {
    const text = node.argument ? yield* words.text(shell, node.argument) : ''
    assignValue(shell, value, text)
    add(shell, nameOrElement(shell, value, text), quoted, builder)
    return true
  }
  if (parts.length === 0 && quoted) builder.quoted('')
  yield* words.parts(shell, parts, quoted, builder)
  return true
}

const nameOrElement = (shell: Shell, value: Value, text: string): string =>
  value.index === undefined ? (nameValue(shell, value.name).values[0] ?? text) : text

type Operate = (shell: Shell, text: string) => string

function* transform(shell: Shell, node: Parameter, operator: string, value: Value, words: WordExpander): Steps<Value> {
  if (operator === ':') return yield* slice(shell, node, value, words)
  if (operator.startsWith('@')) return transformed(shell, node, operator, value, words)
  const pattern = node.argument ? yield* words.pattern(shell, node.argument) : ''
  const replacement = operator.startsWith('/') && node.second ? yield* words.replacement(shell, node.second) : ''
  const operate: Operate = operator.startsWith('/')
    ? (_, text) => replace(shell, operator, text, pattern, replacement)
    : /[#%]/.test(operator)
      ? (_, text) => removeAffix(shell, operator, text, pattern)
      : (_, text) => changeCase(shell, operator, text, pattern)
  return { ...value, values: value.values.map((text) => operate(shell, text)) }
}

function* slice(shell: Shell, node: Parameter, value: Value, words: WordExpander): Steps<Value> {
  const offsetText = node.argument ? yield* words.text(shell, node.argument) : ''
  const lengthText = node.second ? yield* words.text(shell, node.second) : undefined
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

function transformed(shell: Shell, node: Parameter, operator: string, value: Value, words: WordExpander): Value {
  const variable = shell.variables.find(value.name)
  if (operator === '@a') {
    const letters = variable ? attributeLetters(variable) : ''
    const values = value.values.length || value.list ? value.values.map(() => letters) : [letters]
    return { ...value, values: node.indirect && value.values.length === 0 ? [] : values }
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
  if (operator === '@P') return { ...value, values: value.values.map((text) => words.prompt(shell, text)) }
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
