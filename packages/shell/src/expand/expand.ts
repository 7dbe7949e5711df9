import { type Steps, wait } from '../interp/flow.ts'
import { promptText } from '../interp/prompt.ts'
import type { Shell } from '../interp/shell.ts'
import type { ArithmeticExpansion, Parameter, Part, Word } from '../syntax/ast.ts'
import { expandBraces } from './brace.ts'
import { FieldBuilder } from './field-builder.ts'
import { addLiteral, type Tildes } from './literal.ts'
import { arithmetic, arithmeticSteps, evaluate, patiently, quickInteger } from './numbers.ts'
import { expandParameter, parameterSteps, scalarText, type WordExpander, type WordSteps } from './parameter.ts'
import { addBuilt } from './pathnames.ts'
import { fillIn, prepareArithmetic } from './prepared-arithmetic.ts'
import { isBare, quickParameter } from './quick-parameter.ts'
import { RegexBuilder, ReplacementBuilder } from './quoting-builders.ts'
import { joinsParts } from './single-field.ts'
import { arithmeticSubscript, hasSingleQuotes, outright, PendingSubscript } from './subscript.ts'
import { isKeyed } from './values.ts'
import { partWaits, waits } from './waits.ts'
import { flatParts, formOf, listIn } from './word-form.ts'

/** Words that hold no command substitution. */
const expander: WordExpander = {
  text: textOf,
  subscript: subscriptOf,
  number: numberOf,
  pattern: patternOf,
  replacement: replacementOf,
  prompt: promptText,
  parts: (shell, parts, quoted, builder) => addParts(shell, parts, quoted, builder, tildesIn(builder, quoted), true),
}

const tildesIn = (builder: FieldBuilder, quoted: boolean): Tildes =>
  quoted ? 'none' : builder.assigning ? 'assignment' : 'word'

const steps: WordSteps = {
  text: expandText,
  subscript: (shell, name, index) =>
    isKeyed(shell, name) ? expandText(shell, index) : arithmeticSubscript(shell, index),
  pattern: expandPattern,
  replacement: expandReplacement,
  parts: (shell, parts, quoted, builder) => expandParts(shell, parts, quoted, builder, tildesIn(builder, quoted), true),
}

/** The fields of words: all the expansions, in order. bash(1), "EXPANSION". */
export function* expandWords(shell: Shell, words: readonly Word[]): Steps<string[]> {
  const fields: string[] = []
  for (const word of words) yield* expandWord(shell, word, fields)
  return fields
}

/** The same for words that hold no command substitution. */
export function fieldsOf(shell: Shell, words: readonly Word[]): string[] {
  const fields: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word) addFields(shell, word, fields)
  }
  return fields
}

export function* expandWord(shell: Shell, word: Word, into: string[]): Steps<void> {
  if (!waits(word)) return void into.push(...(yield* patiently(shell, () => fieldsOf(shell, [word]))))
  if ((word.form ??= formOf(word)) !== 'braces' || !bracesLive(shell)) return yield* expandOne(shell, word, into)
  for (const each of expandBraces(word)) yield* expandOne(shell, each, into)
}

export function addFields(shell: Shell, word: Word, into: string[]): void {
  switch ((word.form ??= formOf(word))) {
    case 'plain':
      into.push(word.plain ?? '')
      return
    case 'single':
      into.push(joined(shell, (word.flat ??= flatParts(word.parts))))
      return
    case 'bare': {
      const text = bareText(shell, word.parts[0])
      if (text === undefined) break
      into.push(text)
      return
    }
    case 'list': {
      const values = listOf(shell, word)
      if (!values) break
      for (let at = 0; at < values.length; at++) into.push(values[at] ?? '')
      return
    }
    case 'braces':
      if (!bracesLive(shell)) break
      for (const each of expandBraces(word)) addBuiltFields(shell, each, into)
      return
  }
  addBuiltFields(shell, word, into)
}

/** Of `"$@"`, or of an indexed array: each is a field as it is. Undefined for what takes a closer look. */
function listOf(shell: Shell, word: Word): readonly string[] | undefined {
  const part = listIn(word)
  if (part?.name === '@') return shell.positional
  const variable = part && shell.variables.raw(part.name)
  return variable?.nameref ? undefined : variable?.array?.values()
}

const bracesLive = (shell: Shell): boolean => shell.dialect.bash && shell.options.has('braceexpand')

function* expandOne(shell: Shell, word: Word, into: string[]): Steps<void> {
  const builder = new FieldBuilder(shell.ifs, true)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  addBuilt(shell, builder, into)
}

function addBuiltFields(shell: Shell, word: Word, into: string[]): void {
  const builder = new FieldBuilder(shell.ifs, true)
  addParts(shell, word.parts, false, builder, 'word', false)
  addBuilt(shell, builder, into)
}

/** An unquoted expansion that is one field as it is, as nearly all are; undefined when that takes a closer look. */
function bareText(shell: Shell, part: Part | undefined): string | undefined {
  if (!part) return undefined
  if (part.kind === 'arithmetic') return hasBlankIfs(shell) ? String(numberOf(shell, part)) : undefined
  if (part.kind !== 'parameter') return undefined
  const text = quickParameter(shell, part)
  return text !== undefined && isBare(text) && hasBlankIfs(shell) ? text : undefined
}

const hasBlankIfs = (shell: Shell): boolean => shell.ifs === ' \t\n'

/** One text, neither split nor globbed: assignments, subscripts, the word of case. */
export function* expandText(shell: Shell, word: Word, tildes: Tildes = 'word'): Steps<string> {
  if (waits(word)) return (yield* collect(shell, word, tildes)).whole()
  return yield* patiently(shell, () => textOf(shell, word, tildes))
}

/** The same for a word that holds no command substitution. */
export function textOf(shell: Shell, word: Word, tildes: Tildes = 'word'): string {
  switch ((word.form ??= formOf(word))) {
    case 'plain':
      return word.plain ?? ''
    case 'single':
      return joined(shell, (word.flat ??= flatParts(word.parts)))
    case 'bare': {
      const [part] = word.parts
      const quick = part?.kind === 'parameter' ? quickParameter(shell, part) : undefined
      if (quick !== undefined) return quick
    }
  }
  return collected(shell, word, tildes).whole()
}

/** A subscript of the variable of that name. */
export function subscriptOf(shell: Shell, name: string, index: Word): string {
  return !hasSingleQuotes(index) || isKeyed(shell, name)
    ? textOf(shell, index)
    : outright(index.source, arithmeticSubscript(shell, index))
}

/** The value of an assignment. */
export function* expandAssignment(shell: Shell, word: Word): Steps<string> {
  if (waits(word)) return (yield* collect(shell, word, 'assignment')).whole()
  return yield* patiently(shell, () => assignedText(shell, word))
}

export function assignedText(shell: Shell, word: Word): string {
  if (word.plain !== undefined) return word.plain
  if (!joinsParts(word)) return collected(shell, word, 'assignment').whole()
  const { parts } = word
  let text = ''
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (part) text += part.kind === 'parameter' ? assignedParameter(shell, part) : partText(shell, part)
  }
  return text
}

/** A list in it is joined otherwise than in quotes, and tildes are live in its argument. */
function assignedParameter(shell: Shell, part: Parameter): string {
  const quick = quickParameter(shell, part) ?? scalarText(shell, part, expander)
  if (quick !== undefined) return quick
  const builder = new FieldBuilder(shell.ifs, false)
  builder.assigning = true
  expandParameter(shell, part, false, builder, expander)
  return builder.whole()
}

/** A pattern: what was quoted is escaped. */
export function* expandPattern(shell: Shell, word: Word): Steps<string> {
  if (waits(word)) return (yield* collect(shell, word, 'word')).wholePattern()
  return yield* patiently(shell, () => patternOf(shell, word))
}

export function patternOf(shell: Shell, word: Word): string {
  const [part] = word.parts
  if (part === undefined) return ''
  if (part.kind === 'literal' && word.parts.length === 1 && part.text.charCodeAt(0) !== 126) return part.text
  return collected(shell, word, 'word').wholePattern()
}

/** A regular expression as `[[ =~ ]]` takes it: what was quoted matches itself. */
export function* expandRegex(shell: Shell, word: Word): Steps<string> {
  if (!waits(word)) return yield* patiently(shell, () => regexOf(shell, word))
  const builder = new RegexBuilder(shell.ifs, false)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

export function regexOf(shell: Shell, word: Word): string {
  const builder = new RegexBuilder(shell.ifs, false)
  addParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

/** The replacement of `${x/y/z}`: an unquoted & becomes a mark. */
function* expandReplacement(shell: Shell, word: Word): Steps<string> {
  if (!waits(word)) return yield* patiently(shell, () => replacementOf(shell, word))
  if (!shell.shopt.get('patsub_replacement')) return yield* expandText(shell, word)
  const builder = new ReplacementBuilder(shell.ifs, false)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

function replacementOf(shell: Shell, word: Word): string {
  if (!shell.shopt.get('patsub_replacement')) return textOf(shell, word)
  const builder = new ReplacementBuilder(shell.ifs, false)
  addParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

/** The body of a here-document, or a text as in double quotes. */
export function* expandQuoted(shell: Shell, parts: readonly Part[]): Steps<string> {
  if (!parts.some(partWaits)) return yield* patiently(shell, () => quotedText(shell, parts))
  const builder = new FieldBuilder(shell.ifs, false)
  yield* expandParts(shell, parts, true, builder, 'none', false)
  return builder.whole()
}

const quotedText = (shell: Shell, parts: readonly Part[]): string => joined(shell, parts)

/** Texts of parts that nothing splits, one behind the other. Tildes are not looked at. */
function joined(shell: Shell, parts: readonly Part[]): string {
  let text = ''
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (part) text += partText(shell, part)
  }
  return text
}

function partText(shell: Shell, part: Part): string {
  switch (part.kind) {
    case 'literal':
    case 'quoted':
      return part.text
    case 'double':
      return joined(shell, part.parts)
    case 'arithmetic':
      return String(numberOf(shell, part))
    default: {
      const quick =
        part.kind === 'parameter' ? (quickParameter(shell, part) ?? scalarText(shell, part, expander)) : undefined
      if (quick !== undefined) return quick
      const builder = new FieldBuilder(shell.ifs, false)
      addParts(shell, [part], true, builder, 'none', false)
      return builder.whole()
    }
  }
}

/** What holds an expression: `$((…))`, and the word of `((…))`. */
export type Arithmetic = Word | ArithmeticExpansion

export function* expandArithmetic(shell: Shell, node: Arithmetic): Steps<number | bigint> {
  if (!node.parts.some(partWaits)) return yield* patiently(shell, () => numberOf(shell, node))
  return yield* arithmeticSteps(shell, yield* expandQuoted(shell, node.parts))
}

/** The value itself where it is there at once, which is nearly always. */
export function numberOrSteps(shell: Shell, word: Word): number | bigint | Steps<number | bigint> {
  if (waits(word)) return expandArithmetic(shell, word)
  try {
    return numberOf(shell, word)
  } catch (error) {
    if (error instanceof PendingSubscript) return expandArithmetic(shell, word)
    throw error
  }
}

/** The value of an expression that holds no command substitution. */
export function numberOf(shell: Shell, node: Arithmetic): number | bigint {
  const prepared = (node.prepared ??= prepareArithmetic(node.parts) ?? 'text')
  if (prepared === 'text') return arithmetic(shell, quotedText(shell, node.parts))
  const { holes, texts, evaluate: expression } = prepared
  if (holes.length === 0 && expression) return evaluate(shell, expression, texts, NO_VALUES, NO_NUMBERS)
  const values: string[] = []
  for (let at = 0; at < holes.length; at++) {
    const hole = holes[at]
    if (hole) values.push(partText(shell, hole))
  }
  const numbers = expression && allNumbers(values)
  if (!expression || !numbers) return arithmetic(shell, fillIn(texts, values))
  return evaluate(shell, expression, texts, values, numbers)
}

const NO_VALUES: readonly string[] = []
const NO_NUMBERS: readonly number[] = []

/** Undefined when one of them is no plain number: then the text has to be parsed with them in it. */
function allNumbers(values: readonly string[]): readonly number[] | undefined {
  const numbers: number[] = []
  for (const value of values) {
    const number = quickInteger(value)
    if (number === undefined || number < 0) return undefined
    numbers.push(number)
  }
  return numbers
}

function* collect(shell: Shell, word: Word, tildes: Tildes): Steps<FieldBuilder> {
  const builder = new FieldBuilder(shell.ifs, false)
  builder.assigning = tildes === 'assignment'
  yield* expandParts(shell, word.parts, false, builder, tildes, false)
  return builder
}

function collected(shell: Shell, word: Word, tildes: Tildes): FieldBuilder {
  const builder = new FieldBuilder(shell.ifs, false)
  builder.assigning = tildes === 'assignment'
  addParts(shell, word.parts, false, builder, tildes, false)
  return builder
}

/** @param nested in the argument of `${x:-…}`, where unquoted literals are split too */
function* expandParts(
  shell: Shell,
  parts: readonly Part[],
  quoted: boolean,
  builder: FieldBuilder,
  tildes: Tildes,
  nested: boolean,
): Steps<void> {
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (!part) break
    // Quoted parts one by one, so that what is tried again has added nothing yet.
    if (!partWaits(part) && part.kind !== 'double')
      yield* patiently(shell, () => addPart(shell, parts, at, part, quoted, builder, tildes, nested))
    else yield* expandPart(shell, part, quoted, builder)
  }
}

/** A part that may have to wait. */
function* expandPart(shell: Shell, part: Part, quoted: boolean, builder: FieldBuilder): Steps<void> {
  switch (part.kind) {
    case 'double':
      if (part.parts.length === 0) builder.quoted('')
      return yield* expandParts(shell, part.parts, true, builder, 'none', false)
    case 'parameter':
      return yield* parameterSteps(shell, part, quoted, builder, steps, promptText)
    case 'arithmetic':
      return addExpanded(String(yield* expandArithmetic(shell, part)), quoted, builder)
    case 'command':
      if (part.bad) yield* wait(shell.complain(`command substitution: line ${shell.line}: ${part.bad}`))
      return addExpanded(part.bad ? '' : yield* shell.machinery.substitute(shell, part.body), quoted, builder)
    case 'process':
      return builder.quoted(yield* shell.machinery.processSubstitution(shell, part))
  }
}

/** The same where nothing waits. */
function addParts(
  shell: Shell,
  parts: readonly Part[],
  quoted: boolean,
  builder: FieldBuilder,
  tildes: Tildes,
  nested: boolean,
): void {
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (part) addPart(shell, parts, at, part, quoted, builder, tildes, nested)
  }
}

function addPart(
  shell: Shell,
  parts: readonly Part[],
  at: number,
  part: Part,
  quoted: boolean,
  builder: FieldBuilder,
  tildes: Tildes,
  nested: boolean,
): void {
  switch (part.kind) {
    case 'literal':
      if (quoted) builder.quoted(part.text)
      else addLiteral(shell, part, parts[at - 1], parts[at + 1], builder, tildes, nested)
      return
    case 'quoted':
      return builder.quoted(part.text)
    case 'double':
      if (part.parts.length === 0) builder.quoted('')
      else addParts(shell, part.parts, true, builder, 'none', false)
      return
    case 'parameter': {
      const quick = quickParameter(shell, part)
      if (quick === undefined) expandParameter(shell, part, quoted, builder, expander)
      else addExpanded(quick, quoted, builder)
      return
    }
    case 'arithmetic':
      addExpanded(String(numberOf(shell, part)), quoted, builder)
  }
}

function addExpanded(text: string, quoted: boolean, builder: FieldBuilder): void {
  if (quoted) builder.quoted(text)
  else builder.expanded(text)
}
