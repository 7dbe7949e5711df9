import { expandWord } from '../expand/expand.ts'
import { IndexedArray } from '../interp/indexed-array.ts'
import { singleQuote } from '../expand/quote.ts'
import { ExitShell, finish, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { invoke } from '../interp/function-call.ts'
import { arrayOf } from '../interp/variables.ts'
import { pathsOf } from '../expand/pathnames.ts'
import { Parser } from '../syntax/parser.ts'
import { readWordUntil } from '../syntax/word.ts'
import { ACTIONS, type CompletionSpec } from './spec.ts'
import { actionCandidates } from './actions.ts'

/** The line that is being completed, as a completion function sees it. */
export interface CompletionContext {
  /** $1: the command. */
  readonly command: string
  /** $2: the word being completed, quotes taken off. */
  readonly word: string
  /** $3: the word before it. */
  readonly before: string
  readonly line: string
  readonly point: number
  readonly words: readonly string[]
  /** COMP_CWORD. */
  readonly at: number
}

/** A completion function ended with 124: the spec was changed, try again. */
export class CompletionRetry {}

/** The candidates of a spec, filtered and with prefix and suffix. */
export function* generate(shell: Shell, spec: CompletionSpec, context: CompletionContext): Steps<string[]> {
  const { word } = context
  const found: string[] = []
  for (const [action] of ACTIONS) if (spec.actions.has(action)) found.push(...actionCandidates(shell, action, word))
  if (spec.pattern !== undefined) found.push(...pathsOf(shell, spec.pattern))
  if (spec.words !== undefined) {
    const words = yield* listedWords(shell, spec.words)
    found.push(...words.filter((each) => each.startsWith(word)))
  }
  if (spec.function !== undefined) found.push(...(yield* askFunction(shell, spec.function, context)))
  if (spec.command !== undefined) found.push(...(yield* askCommand(shell, spec.command, context)))
  const kept = spec.filter === undefined ? found : found.filter(filterOf(shell, spec.filter, word))
  return kept.map((each) => (spec.prefix ?? '') + each + (spec.suffix ?? ''))
}

/** `-X`: what matches is left out; `!` turns that round, `&` stands for the word. */
function filterOf(shell: Shell, filter: string, word: string): (text: string) => boolean {
  const negated = filter.startsWith('!')
  const pattern = (negated ? filter.slice(1) : filter).replace(/\\&|&/g, (mark) => (mark === '&' ? word : '&'))
  const options = { extglob: shell.shopt.get('extglob') ?? false, nocase: shell.shopt.get('nocasematch') ?? false }
  return (text) => shell.patterns.matches(pattern, text, options) === negated
}

/** The words of `-W`: separated by IFS, quotes respected, each expanded. */
function* listedWords(shell: Shell, text: string): Steps<string[]> {
  const { cursor } = new Parser(text, shell.syntax)
  const { ifs } = shell
  const fields: string[] = []
  while (!cursor.atEnd) {
    if (ifs.includes(cursor.peek())) {
      cursor.position++
      continue
    }
    const word = readWordUntil(cursor, (at) => ifs.includes(at.peek()))
    yield* expandWord(shell, word, fields)
  }
  return fields
}

const VARIABLES = ['COMP_WORDS', 'COMP_CWORD', 'COMP_LINE', 'COMP_POINT', 'COMP_TYPE', 'COMP_KEY'] as const

function setVariables(shell: Shell, { line, point, words, at }: CompletionContext): void {
  const { variables } = shell
  const values: Record<(typeof VARIABLES)[number], string> = {
    COMP_WORDS: '',
    COMP_CWORD: String(at),
    COMP_LINE: line,
    COMP_POINT: String(point),
    COMP_TYPE: '9',
    COMP_KEY: '9',
  }
  for (const name of VARIABLES) variables.define(name, { value: values[name] })
  variables.define('COMP_WORDS', { array: new IndexedArray(words.entries()) })
}

/** @throws CompletionRetry */
function* askFunction(shell: Shell, name: string, context: CompletionContext): Steps<readonly string[]> {
  const entry = shell.functions.get(name)
  if (!entry) {
    yield* wait(shell.complain(`completion: function \`${name}' not found`))
    return []
  }
  setVariables(shell, context)
  shell.completing = true
  try {
    const status = yield* finish(invoke(shell, entry, [name, context.command, context.word, context.before]))
    if (status === 124) throw new CompletionRetry()
  } finally {
    shell.completing = false
    for (const each of VARIABLES) shell.variables.drop(each)
  }
  const reply = shell.variables.find('COMPREPLY')
  if (!reply) return []
  const values = [...arrayOf(reply)].sort(([a], [b]) => a - b).map(([, value]) => value)
  shell.variables.drop('COMPREPLY')
  return values
}

/** `-C`: the lines that a command prints. */
function* askCommand(shell: Shell, command: string, context: CompletionContext): Steps<readonly string[]> {
  const { command: name, word, before } = context
  const list = new Parser(`${command} ${[name, word, before].map(singleQuote).join(' ')}`, {
    ...shell.syntax,
    alias: () => undefined,
  }).next()
  if (!list) return []
  setVariables(shell, context)
  for (const each of ['COMP_LINE', 'COMP_POINT', 'COMP_TYPE', 'COMP_KEY'] as const) {
    const variable = shell.variables.raw(each)
    if (variable) variable.exported = true
  }
  try {
    const output = yield* shell.machinery.substitute(shell, list)
    return output === '' ? [] : output.split('\n')
  } catch (error) {
    if (error instanceof ExitShell) return []
    throw error
  } finally {
    for (const each of VARIABLES) shell.variables.drop(each)
  }
}
