import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { CompletionRetry, generate } from '../completion/generate.ts'
import {
  ACTIONS,
  type CompletionSpec,
  DEFAULT_SPEC,
  EMPTY_SPEC,
  INITIAL_SPEC,
  SPEC_OPTIONS,
  specLine,
} from '../completion/spec.ts'
import { ShellSyntaxError } from '../syntax/syntax-error.ts'
import { parseFlags } from './flags.ts'

interface Request {
  readonly spec: CompletionSpec
  /** Letters that are no part of the spec: p, r, D, E, I. */
  readonly flags: ReadonlySet<string>
  readonly operands: readonly string[]
}

const LETTERS: ReadonlyMap<string, string> = new Map(
  ACTIONS.flatMap(([name, letter]) => (letter ? [[letter, name] as const] : [])),
)
const TEXTS: ReadonlyMap<string, 'pattern' | 'words' | 'function' | 'command' | 'filter' | 'prefix' | 'suffix'> =
  new Map([
    ['G', 'pattern'],
    ['W', 'words'],
    ['F', 'function'],
    ['C', 'command'],
    ['X', 'filter'],
    ['P', 'prefix'],
    ['S', 'suffix'],
  ] as const)

/** Reads the options that complete and compgen share. @throws FatalError (status 2) */
function parseRequest(args: readonly string[], extra: string): Request {
  const options = new Set<string>()
  const actions = new Set<string>()
  const flags = new Set<string>()
  const texts: Partial<Record<'pattern' | 'words' | 'function' | 'command' | 'filter' | 'prefix' | 'suffix', string>> =
    {}
  const { operands } = parseFlags(args, {
    flags: [...LETTERS.keys(), ...extra].join(''),
    values: 'oAGWFCXPS',
    each(letter, value) {
      const text = TEXTS.get(letter)
      const action = LETTERS.get(letter)
      if (text) texts[text] = value
      else if (letter === 'o') options.add(known(value, SPEC_OPTIONS, 'option'))
      else if (letter === 'A')
        actions.add(
          known(
            value,
            ACTIONS.map(([name]) => name),
            'action',
          ),
        )
      else if (action) actions.add(action)
      else flags.add(letter)
    },
  })
  return { spec: { options, actions, ...texts }, flags, operands }
}

function known(name: string, names: readonly string[], what: string): string {
  if (!names.includes(name)) throw new FatalError(`${name}: invalid ${what} name`, 2, false)
  return name
}

const USAGE =
  'complete: usage: complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]\n'

export function* complete(shell: Shell, args: readonly string[]): Steps<number> {
  const { spec, flags, operands } = parseRequest(args, 'prDEI')
  const special = [
    flags.has('D') ? DEFAULT_SPEC : '',
    flags.has('E') ? EMPTY_SPEC : '',
    flags.has('I') ? INITIAL_SPEC : '',
  ]
  const names = special.some(Boolean) ? special.filter(Boolean) : operands
  if (args.length === 0 || flags.has('p')) return yield* printSpecs(shell, names)
  if (flags.has('r')) return removeSpecs(shell, names)
  if (names.length === 0) {
    yield* wait(shell.sys.write(2, encodeText(USAGE)))
    return 2
  }
  for (const name of names) shell.completions.set(name, spec)
  return 0
}

function* printSpecs(shell: Shell, names: readonly string[]): Steps<number> {
  let status = 0
  for (const name of names.length ? names : shell.completions.keys()) {
    const spec = shell.completions.get(name)
    if (spec) yield* wait(shell.print(specLine(spec, name)))
    else status = yield* noSpec(shell, name)
  }
  return status
}

function removeSpecs(shell: Shell, names: readonly string[]): number {
  if (names.length === 0) shell.completions.clear()
  for (const name of names) shell.completions.delete(name)
  return 0
}

function* noSpec(shell: Shell, name: string, builtin = 'complete'): Steps<number> {
  yield* wait(shell.complain(`${builtin}: ${name}: no completion specification`))
  return 1
}

export function* compgen(shell: Shell, args: readonly string[]): Steps<number> {
  const { spec, operands } = parseRequest(args, '')
  const word = operands[0] ?? ''
  if (spec.function !== undefined) yield* wait(shell.complain('compgen: warning: -F option may not work as you expect'))
  if (spec.command !== undefined) yield* wait(shell.complain('compgen: warning: -C option may not work as you expect'))
  const context = { command: 'compgen', word, before: '', line: '', point: 0, words: [], at: -1 }
  try {
    const found = yield* generate(shell, spec, context)
    yield* wait(shell.print(found.map((each) => `${each}\n`).join('')))
    return found.length ? 0 : 1
  } catch (error) {
    if (error instanceof CompletionRetry) return 1
    if (!(error instanceof FatalError || error instanceof ShellSyntaxError)) throw error
    if (error.message) yield* wait(shell.complain(error.message))
    return 1
  }
}

export function* compopt(shell: Shell, args: readonly string[]): Steps<number> {
  const on = new Set<string>()
  const off = new Set<string>()
  const flags = new Set<string>()
  const { operands } = parseFlags(args, {
    flags: 'DEI',
    values: 'o',
    plus: true,
    each(letter, value, plus) {
      if (letter === 'o') (plus ? off : on).add(known(value, SPEC_OPTIONS, 'option'))
      else flags.add(letter)
    },
  })
  if (operands.length === 0 && flags.size === 0 && !shell.completing)
    throw new FatalError('not currently executing completion function', 1, false)
  if (operands.length === 0 && flags.size === 0) {
    const now = new Set([...shell.completionOptions, ...on])
    for (const each of off) now.delete(each)
    shell.completionOptions = now
    return 0
  }
  let status = 0
  const special = [
    flags.has('D') ? DEFAULT_SPEC : '',
    flags.has('E') ? EMPTY_SPEC : '',
    flags.has('I') ? INITIAL_SPEC : '',
  ]
  for (const name of [...special.filter(Boolean), ...operands]) {
    const spec = shell.completions.get(name)
    if (!spec) status = yield* noSpec(shell, name, 'compopt')
    else if (on.size + off.size === 0)
      yield* wait(
        shell.print(
          `compopt ${SPEC_OPTIONS.map((each) => `${spec.options.has(each) ? '-' : '+'}o ${each}`).join(' ')} ${name}\n`,
        ),
      )
    for (const each of on) spec?.options.add(each)
    for (const each of off) spec?.options.delete(each)
  }
  return status
}
