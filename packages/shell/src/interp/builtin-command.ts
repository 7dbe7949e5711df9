import { isErrno } from '@drydock/abi'
import { usageOf } from '../builtins/usage.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { SimpleCommand } from '../syntax/ast.ts'
import { assign } from './assign.ts'
import { SUCCESS } from './assignments.ts'
import { begin, ExitShell, FatalError, LineError, type Outcome, type Steps, wait } from './flow.ts'
import { applyRedirects, RedirectError, withRedirects } from './redirect.ts'
import type { Builtin, Shell } from './shell.ts'
import { around, temporarily } from './temporary.ts'
import type { Variable } from './variables.ts'

export const isSpecial = ({ dialect }: Shell, { special }: Builtin, name: string): boolean =>
  special === true || (name === 'local' && dialect.name !== 'bash')

/** With assignments or redirections. */
export function runBuiltin(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Outcome {
  if (words[0] === 'exec') return begin(runExec(shell, command, builtin, words))
  if (shell.posix && isSpecial(shell, builtin, words[0] ?? '')) return begin(runSpecial(shell, command, builtin, words))
  return around(shell, command, () => callBuiltin(shell, builtin, words))
}

/** POSIX special builtins: assignments before them stay. */
function* runSpecial(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Steps<number> {
  if (shell.dialect.name === 'bash') return yield* persistently(shell, command, builtin, words)
  for (const assignment of command.assignments) yield* assign(shell, assignment)
  return yield* withRedirects(shell, command.redirects, () => callBuiltin(shell, builtin, words))
}

/** POSIX: what is assigned before a special builtin stays, unless the builtin unset it. */
function* persistently(
  shell: Shell,
  command: SimpleCommand,
  builtin: Builtin,
  words: readonly string[],
): Steps<number> {
  const kept = new Map<string, Variable>()
  const status = yield* temporarily(shell, command.assignments, function* () {
    const made = command.assignments.map(({ name }) => [name, shell.variables.raw(name)] as const)
    const result = yield* withRedirects(shell, command.redirects, () => callBuiltin(shell, builtin, words))
    for (const [name, variable] of made)
      if (variable && shell.variables.raw(name) === variable) kept.set(name, variable)
    return result
  })
  for (const [name, variable] of kept) shell.variables.visible.set(name, variable)
  return status
}

/** exec's redirections stay. */
function* runExec(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Steps<number> {
  try {
    yield* applyRedirects(shell, command.redirects, undefined)
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error
    yield* wait(shell.complain(error.message))
    if (!shell.interactive && shell.posix) throw new ExitShell(1)
    return (shell.status = 1)
  }
  return yield* temporarily(shell, command.assignments, () => callBuiltin(shell, builtin, words))
}

export function callBuiltin(shell: Shell, builtin: Builtin, words: readonly string[]): Outcome {
  const name = words[0] ?? ''
  try {
    const result = builtin.run(shell, words.slice(1), name)
    if (typeof result !== 'number') return begin(builtinSteps(shell, name, result))
    if (!shell.jump) shell.pipeStatus = result === 0 ? SUCCESS : [result]
    return (shell.status = result)
  } catch (error) {
    // Whatever was thrown at once; the steps take care of their own.
    if (error instanceof FatalError || isErrno(error)) return begin(builtinFailed(shell, name, error))
    throw error
  }
}

function finished(shell: Shell, status: number): number {
  if (!shell.jump) shell.pipeStatus = status === 0 ? SUCCESS : [status]
  return (shell.status = status)
}

function* builtinSteps(shell: Shell, name: string, result: Promise<number> | Steps<number>): Steps<number> {
  let status: number
  try {
    status = result instanceof Promise ? yield* wait(result) : yield* result
  } catch (error) {
    status = yield* builtinFailure(shell, name, error)
  }
  return finished(shell, status)
}

function* builtinFailed(shell: Shell, name: string, error: unknown): Steps<number> {
  return finished(shell, yield* builtinFailure(shell, name, error))
}

function* builtinFailure(shell: Shell, name: string, error: unknown): Steps<number> {
  if (error instanceof FatalError && !error.exits && !(error instanceof LineError)) {
    const usage = /: (?:invalid option|option requires an argument)$/.test(error.message)
    if (usage) yield* wrongOption(shell, name, error.message)
    else yield* wait(shell.complain(isNameless(name, error) ? error.message : `${name}: ${error.message}`))
    return error.status
  }
  if (!isErrno(error)) throw error
  yield* wait(shell.complain(`${name}: ${WRITERS.has(name) ? 'write error: ' : ''}${error.message}`))
  return 1
}
/** How the builtin is used follows in bash; dash names the letter. */
function* wrongOption(shell: Shell, name: string, message: string): Steps<void> {
  const words = shell.dialect.name === 'dash' ? message.replace(/^(-.): invalid option$/, 'Illegal option $1') : message
  yield* wait(shell.complain(`${name}: ${words}`))
  if (shell.dialect.name === 'bash') yield* wait(shell.sys.write(2, encodeText(`${yield* usageOf(name)}\n`)))
}

const WRITERS: ReadonlySet<string> = new Set(['echo', 'printf', 'pwd', 'type', 'set', 'declare'])
const isNameless = (name: string, { message }: FatalError): boolean =>
  NAMELESS.has(name) || (ASSIGNING.has(name) && message.endsWith(': readonly variable'))
/** Here it is the assignment that bash complains about. */
const ASSIGNING: ReadonlySet<string> = new Set(['read', 'printf', 'getopts', 'mapfile', 'readarray'])
/** These run other commands: an error in those is not theirs. */
const NAMELESS: ReadonlySet<string> = new Set(['eval', 'source', '.', 'command', 'builtin'])
