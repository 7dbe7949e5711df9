import { expandWords, fieldsOf } from '../expand/expand.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import { commandWaits } from '../expand/waits.ts'
import type { CommandForm, SimpleCommand } from '../syntax/ast.ts'
import { assignAll, assignments } from './assignments.ts'
import { isAtOnce } from './assign.ts'
import { callBuiltin, isSpecial, runBuiltin } from './builtin-command.ts'
import { declaredFields, expandDeclarations, expandPortable, looksAtName } from './declarations.ts'
import { runExternal } from './external-command.ts'
import { begin, type Outcome, type Steps } from './flow.ts'
import { invoke } from './function-call.ts'
import { closeSubstitutions } from './redirect.ts'
import type { Shell } from './shell.ts'
import { around } from './temporary.ts'
import { traceLine, traceWords } from './trace.ts'
import { isDebugged, runDebugTrap } from './traps.ts'

/** POSIX, 2.9.1. */
export function runSimple(shell: Shell, command: SimpleCommand): Outcome {
  const { mayExec } = shell
  shell.mayExec = false
  shell.line = command.line
  if (!shell.inTrap) shell.told = command
  const form = (command.form ??= formOf(command))
  if (
    form === 'waits' ||
    shell.options.xtrace ||
    isDebugged(shell) ||
    (shell.dialect.name !== 'bash' && looksAtName(command))
  )
    return begin(simpleSteps(shell, command, mayExec))
  shell.substituted = undefined
  if (form === 'assigns') return assignAll(shell, command.assignments)
  let words: readonly string[]
  try {
    words = command.declarations
      ? declaredFields(shell, command.words, command.declarations)
      : fieldsOf(shell, command.words)
  } catch (error) {
    if (error instanceof PendingSubscript) return begin(simpleSteps(shell, command, mayExec))
    throw error
  }
  const [name] = words
  if (name === undefined) return begin(assignments(shell, command.assignments, command.redirects))
  const outcome = dispatch(shell, command, name, words, mayExec)
  if (typeof outcome !== 'number') return ended(shell, outcome, words)
  shell.lastArgument = words[words.length - 1] ?? ''
  return outcome
}

function formOf(command: SimpleCommand): CommandForm {
  if (commandWaits(command)) return 'waits'
  const { words, assignments: nodes, redirects } = command
  return words.length === 0 && redirects.length === 0 && nodes.every(isAtOnce) ? 'assigns' : 'runs'
}

function* ended(shell: Shell, steps: Steps<number>, words: readonly string[]): Steps<number> {
  const status = yield* steps
  shell.lastArgument = words.at(-1) ?? ''
  return status
}

/** The same where expansions may have to wait, or somebody looks on. */
function* simpleSteps(shell: Shell, command: SimpleCommand, mayExec: boolean): Steps<number> {
  if (shell.traps.has('DEBUG') && !(yield* runDebugTrap(shell, command))) return (shell.status = 1)
  shell.substituted = undefined
  const open = shell.substitutions.length
  const words = command.declarations
    ? yield* expandDeclarations(shell, command)
    : shell.dialect.name !== 'bash' && looksAtName(command)
      ? yield* expandPortable(shell, command.words)
      : yield* expandWords(shell, command.words)
  const [name] = words
  if (name === undefined) return yield* assignments(shell, command.assignments, command.redirects)
  if (shell.options.xtrace) yield* traceLine(shell, traceWords(shell, words))
  const outcome = dispatch(shell, command, name, words, mayExec)
  const status = typeof outcome === 'number' ? outcome : yield* outcome
  closeSubstitutions(shell, open)
  shell.lastArgument = words.at(-1) ?? ''
  return status
}

function dispatch(
  shell: Shell,
  command: SimpleCommand,
  name: string,
  words: readonly string[],
  mayExec: boolean,
): Outcome {
  const known = shell.machinery.builtins.get(name)
  const builtin = known !== undefined && shell.disabled.size > 0 && shell.disabled.has(name) ? undefined : known
  const definition = shell.functions.size > 0 ? shell.functions.get(name) : undefined
  const bare = command.assignments.length === 0 && command.redirects.length === 0
  if (definition && !(builtin && shell.posix && isSpecial(shell, builtin, name)))
    return bare ? invoke(shell, definition, words) : around(shell, command, () => invoke(shell, definition, words))
  if (builtin) return bare ? callBuiltin(shell, builtin, words) : runBuiltin(shell, command, builtin, words)
  return around(shell, command, () => begin(runExternal(shell, command, words, mayExec)))
}
