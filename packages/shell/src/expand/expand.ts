import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { promptText } from '../interp/prompt.ts'
import type { Literal, Part, Word } from '../syntax/ast.ts'
import { expandBraces, mayHaveBraces } from './brace.ts'
import { type Field, FieldBuilder } from './field-builder.ts'
import { glob } from './glob.ts'
import { arithmeticSteps } from './numbers.ts'
import { expandParameter, type WordExpander } from './parameter.ts'
import { specialParameter } from './special.ts'
import { tilde } from './tilde.ts'

/** Whether tildes are live: at the start of a word, also after each colon (assignments), or not at all. */
type Tildes = 'word' | 'assignment' | 'none'

const expander: WordExpander = {
  text: expandText,
  pattern: expandPattern,
  replacement: expandReplacement,
  prompt: promptText,
  parts: (shell, parts, quoted, builder) =>
    expandParts(shell, parts, quoted, builder, quoted ? 'none' : builder.assigning ? 'assignment' : 'word', true),
}

/** The fields of words: all the expansions, in order. bash(1), "EXPANSION". */
export function* expandWords(shell: Shell, words: readonly Word[]): Steps<string[]> {
  const fields: string[] = []
  for (const word of words) {
    if (word.plain !== undefined) fields.push(word.plain)
    else yield* expandWord(shell, word, fields)
  }
  return fields
}

export function* expandWord(shell: Shell, word: Word, into: string[]): Steps<void> {
  if (shell.dialect.bash && mayHaveBraces(word) && shell.options.has('braceexpand')) {
    for (const each of expandBraces(word)) yield* expandOne(shell, each, into)
  } else yield* expandOne(shell, word, into)
}

function* expandOne(shell: Shell, word: Word, into: string[]): Steps<void> {
  const quick = quickText(shell, word)
  if (quick !== undefined) {
    into.push(quick)
    return
  }
  const builder = new FieldBuilder(shell.ifs, true)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  for (const field of builder.finish()) {
    if (field.active && /[*?(]|\[.*\]/s.test(field.pattern) && !shell.options.has('noglob'))
      addPaths(shell, field, into)
    else into.push(field.text)
  }
}

/** `"$name"` with a plain variable. */
function quickText(shell: Shell, word: Word): string | undefined {
  const [part] = word.parts
  if (part?.kind !== 'double' || word.parts.length !== 1) return undefined
  const [inner] = part.parts
  if (inner?.kind !== 'parameter' || part.parts.length !== 1) return undefined
  return quickParameter(shell, inner)
}

/** The value of a parameter without subscript and operator; undefined when it is not that simple, or unset. */
function quickParameter(shell: Shell, part: Part & { kind: 'parameter' }): string | undefined {
  if (part.index || part.operator || part.length || part.indirect || part.names || part.bad !== undefined)
    return undefined
  const variable = shell.variables.raw(part.name)
  if (variable) return variable.nameref ? undefined : shell.variables.get(part.name)
  const special = specialParameter(shell, part.name)
  return typeof special === 'string' ? special : undefined
}

function addPaths(shell: Shell, field: Field, into: string[]): void {
  const found = pathsOf(shell, field.pattern)
  if (found.length) into.push(...found)
  else if (shell.shopt.get('failglob')) throw new FatalError(`no match: ${field.text}`, 1, false)
  else if (!shell.shopt.get('nullglob')) into.push(field.text)
}

export function pathsOf(shell: Shell, pattern: string): string[] {
  const ignore = shell.dialect.name === 'bash' ? shell.variables.get('GLOBIGNORE') : undefined
  const found = glob(shell.sys, shell.patterns, pattern, {
    extglob: shell.shopt.get('extglob') ?? false,
    dotglob: (shell.shopt.get('dotglob') ?? false) || Boolean(ignore),
    globstar: shell.shopt.get('globstar') ?? false,
    nocase: shell.shopt.get('nocaseglob') ?? false,
    bytes: shell.dialect.name !== 'bash',
    skipDots: shell.dialect.name === 'bash' && (shell.shopt.get('globskipdots') ?? false),
  })
  if (!ignore) return found
  const patterns = ignore.split(/:(?![^[]*\])/).filter(Boolean)
  return found.filter(
    (path) =>
      !/(?:^|\/)\.\.?$/.test(path) &&
      !patterns.some((each) => shell.patterns.matches(each, path, { extglob: true, path: true })),
  )
}

/** One text, neither split nor globbed: assignments, subscripts, the word of case. */
export function* expandText(shell: Shell, word: Word, tildes: Tildes = 'word'): Steps<string> {
  if (word.plain !== undefined) return word.plain
  return (yield* collect(shell, word, tildes)).whole()
}

/** The value of an assignment. */
export function* expandAssignment(shell: Shell, word: Word): Steps<string> {
  if (word.plain !== undefined) return word.plain
  const [part] = word.parts
  if (part && word.parts.length === 1) {
    if (part.kind === 'arithmetic') return String(yield* expandArithmetic(shell, part.parts))
    if (part.kind === 'parameter') {
      const quick = quickParameter(shell, part)
      if (quick !== undefined) return quick
    }
  }
  return (yield* collect(shell, word, 'assignment')).whole()
}

/** A pattern: what was quoted is escaped. */
export function* expandPattern(shell: Shell, word: Word): Steps<string> {
  if (word.plain !== undefined && !word.parts.some((part) => part.kind !== 'literal')) return word.plain
  const [part] = word.parts
  if (part?.kind === 'literal' && word.parts.length === 1 && !part.text.startsWith('~')) return part.text
  return (yield* collect(shell, word, 'word')).wholePattern()
}

/** A regular expression as `[[ =~ ]]` takes it: what was quoted matches itself. */
export function* expandRegex(shell: Shell, word: Word): Steps<string> {
  const builder = new RegexBuilder(shell.ifs, false)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

class RegexBuilder extends FieldBuilder {
  private out = ''
  override quoted(text: string): void {
    this.out += text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  override literal(text: string): void {
    this.out += text
  }
  override whole(): string {
    return this.out
  }
}

/** The replacement of `${x/y/z}`: an unquoted & becomes a mark. */
function* expandReplacement(shell: Shell, word: Word): Steps<string> {
  if (!shell.shopt.get('patsub_replacement')) return yield* expandText(shell, word)
  const builder = new ReplacementBuilder(shell.ifs, false)
  yield* expandParts(shell, word.parts, false, builder, 'word', false)
  return builder.whole()
}

class ReplacementBuilder extends FieldBuilder {
  private out = ''
  override quoted(text: string): void {
    this.out += text
  }
  override literal(text: string): void {
    this.out += text.replace(/\\([^])|&/g, (_, quoted?: string) => quoted ?? '\0&')
  }
  override whole(): string {
    return this.out
  }
}

/** The body of a here-document, or a text as in double quotes. */
export function* expandQuoted(shell: Shell, parts: readonly Part[]): Steps<string> {
  const [part] = parts
  if (part?.kind === 'quoted' && parts.length === 1) return part.text
  const builder = new FieldBuilder(shell.ifs, false)
  yield* expandParts(shell, parts, true, builder, 'none', false)
  return builder.whole()
}

export function* expandArithmetic(shell: Shell, parts: readonly Part[]): Steps<number | bigint> {
  return yield* arithmeticSteps(shell, yield* expandQuoted(shell, parts))
}

function* collect(shell: Shell, word: Word, tildes: Tildes): Steps<FieldBuilder> {
  const builder = new FieldBuilder(shell.ifs, false)
  builder.assigning = tildes === 'assignment'
  yield* expandParts(shell, word.parts, false, builder, tildes, false)
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
    switch (part.kind) {
      case 'literal':
        if (quoted) builder.quoted(part.text)
        else addLiteral(shell, part, parts[at - 1], parts[at + 1], builder, tildes, nested)
        break
      case 'quoted':
        builder.quoted(part.text)
        break
      case 'double':
        if (part.parts.length === 0) builder.quoted('')
        else yield* expandParts(shell, part.parts, true, builder, 'none', false)
        break
      case 'parameter': {
        const quick = quickParameter(shell, part)
        if (quick === undefined) yield* expandParameter(shell, part, quoted, builder, expander)
        else if (quoted) builder.quoted(quick)
        else builder.expanded(quick)
        break
      }
      case 'arithmetic': {
        const value = String(yield* expandArithmetic(shell, part.parts))
        if (quoted) builder.quoted(value)
        else builder.expanded(value)
        break
      }
      case 'command': {
        if (part.bad) yield* wait(shell.complain(`command substitution: line ${shell.line}: ${part.bad}`))
        const text = part.bad ? '' : yield* shell.machinery.substitute(shell, part.body)
        if (quoted) builder.quoted(text)
        else builder.expanded(text)
        break
      }
      case 'process':
        builder.quoted(yield* shell.machinery.processSubstitution(shell, part))
    }
  }
}

/** The parser splits `name=~` after the sign where the tilde counts. */
const behindName = (before: Part, tildes: Tildes): boolean =>
  tildes === 'word' && before.kind === 'literal' && /^[A-Za-z_]\w*\+?=$/.test(before.text)

function addLiteral(
  shell: Shell,
  part: Literal,
  before: Part | undefined,
  after: Part | undefined,
  builder: FieldBuilder,
  tildes: Tildes,
  nested: boolean,
): void {
  if (nested && tildes === 'assignment' && part.text.includes(':~')) {
    const pieces = part.text.split(/(?<=:)(?=~)/).map((text): Literal => ({ kind: 'literal', text }))
    for (const [at, piece] of pieces.entries())
      addLiteral(shell, piece, pieces[at - 1] ?? before, pieces[at + 1] ?? after, builder, tildes, nested)
    return
  }
  let { text } = part
  if (tildes !== 'none' && text.charCodeAt(0) === 126) {
    const colon =
      (tildes === 'assignment' || (before !== undefined && behindName(before, tildes))) &&
      before?.kind === 'literal' &&
      before.text.endsWith(':')
    const expanded =
      before === undefined || colon || behindName(before, tildes)
        ? tilde(shell, text, after === undefined || after.kind === 'literal', tildes === 'assignment')
        : undefined
    if (expanded) {
      builder.quoted(expanded.home)
      text = expanded.rest
      if (text === '') return
    }
  }
  if (nested) builder.expanded(text)
  else builder.literal(text)
}
