import { expandArithmetic, expandPattern, expandText, expandWords } from '../expand/expand.ts'
import { truth } from '../expand/arithmetic.ts'
import type {
  AndOr,
  ArithmeticCommand,
  ArithmeticFor,
  Case,
  Command,
  Conditional,
  For,
  FunctionDefinition,
  If,
  List,
  Subshell,
  While,
  Word,
} from '../syntax/ast.ts'
import { assignScalar } from './assign.ts'
import { forkShell, runLast } from './child.ts'
import { evaluateCondition } from './conditional.ts'
import { ExitShell, FatalError, Interrupted, type Steps, wait } from './flow.ts'
import { runPipeline, startBackground } from './pipeline.ts'
import { withRedirects } from './redirect.ts'
import { runSimple } from './simple-command.ts'
import { runSelect } from './select.ts'
import type { Shell } from './shell.ts'
import { runPendingTraps, runTrap } from './traps.ts'
import { waitForeground } from './wait.ts'
import { traceLine } from './trace.ts'

/** Runs a command; its status is also the shell's `$?`. */
export function* execute(shell: Shell, command: Command): Steps<number> {
  switch (command.type) {
    case 'simple':
      return yield* checked(shell, runSimple(shell, command))
    case 'list':
      return yield* runList(shell, command)
    case 'and':
    case 'or':
      return yield* runAndOr(shell, command)
    case 'pipeline':
      return command.negated ? yield* runPipeline(shell, command) : yield* checked(shell, runPipeline(shell, command))
    case 'function':
      return yield* define(shell, command)
    case 'subshell':
    case 'conditional':
    case 'arithmetic':
      return yield* checked(
        shell,
        withRedirects(shell, command.redirects, () => runCompound(shell, command)),
      )
    case 'coproc':
      yield* wait(shell.complain('coproc: not supported here'))
      return (shell.status = 1)
    default:
      if (command.redirects.length === 0) return yield* runCompound(shell, command)
      return yield* withRedirects(shell, command.redirects, () => runCompound(shell, command))
  }
}

function* runCompound(shell: Shell, command: Command): Steps<number> {
  switch (command.type) {
    case 'group':
      return yield* runList(shell, command.body)
    case 'if':
      return yield* runIf(shell, command)
    case 'while':
      return yield* runWhile(shell, command)
    case 'for':
      return yield* runFor(shell, command)
    case 'select':
      return yield* runSelect(shell, command, runList)
    case 'arithmetic-for':
      return yield* runArithmeticFor(shell, command)
    case 'case':
      return yield* runCase(shell, command)
    case 'arithmetic':
      return yield* runArithmetic(shell, command)
    case 'conditional':
      return yield* runConditional(shell, command)
    case 'subshell':
      return yield* runSubshell(shell, command)
    default:
      return yield* execute(shell, command)
  }
}

/** `set -e` and the ERR trap look at the status, unless it is being tested. */
function* checked(shell: Shell, steps: Steps<number>): Steps<number> {
  const status = yield* steps
  if (status === 0 || shell.tested > 0 || shell.jump) return status
  if (shell.traps.has('ERR') && (shell.calls.length === 0 || shell.options.has('errtrace')))
    yield* runTrap(shell, 'ERR')
  if (shell.options.has('errexit')) throw new ExitShell(status)
  return status
}

export function* runList(shell: Shell, list: List): Steps<number> {
  let status = 0
  for (const item of list.items) {
    if (shell.options.has('noexec') && !shell.interactive) return status
    status = item.background
      ? yield* startBackground(shell, item.command, item.line)
      : yield* execute(shell, item.command)
    if (shell.pendingTraps.length) yield* runPendingTraps(shell)
    if (shell.interrupted) interrupt(shell)
    if (shell.jump) break
  }
  return status
}

export function interrupt(shell: Shell): never {
  shell.interrupted = false
  shell.status = 130
  throw new Interrupted()
}

function* runAndOr(shell: Shell, { type, left, right }: AndOr): Steps<number> {
  shell.tested++
  let status: number
  try {
    status = yield* execute(shell, left)
  } finally {
    shell.tested--
  }
  if (shell.jump || (status === 0) !== (type === 'and')) return status
  return yield* execute(shell, right)
}

/** A list whose status is only asked for. */
function* test(shell: Shell, list: List): Steps<boolean> {
  shell.tested++
  try {
    return (yield* runList(shell, list)) === 0
  } finally {
    shell.tested--
  }
}

function* runIf(shell: Shell, { clauses, otherwise }: If): Steps<number> {
  for (const clause of clauses) {
    const yes = yield* test(shell, clause.test)
    if (shell.jump) return shell.status
    if (yes) return yield* runList(shell, clause.body)
  }
  return otherwise ? yield* runList(shell, otherwise) : (shell.status = 0)
}

/** Takes break and continue. @returns whether the loop goes on */
function goesOn(shell: Shell): boolean {
  const { jump } = shell
  if (!jump) return true
  if (jump.kind === 'return') return false
  if (--jump.levels > 0) return false
  shell.jump = undefined
  return jump.kind === 'continue'
}

/** Runs a loop's turns with the count of loops kept. */
function* looping(shell: Shell, turns: Steps<number>): Steps<number> {
  shell.loops++
  try {
    return (shell.status = yield* turns)
  } finally {
    shell.loops--
  }
}

const runWhile = (shell: Shell, command: While): Steps<number> => looping(shell, whileTurns(shell, command))

function* whileTurns(shell: Shell, { until, test: condition, body }: While): Steps<number> {
  let status = 0
  for (;;) {
    const slice = shell.sys.tick()
    if (slice) yield slice
    const yes = yield* test(shell, condition)
    if (shell.jump) {
      if (goesOn(shell)) continue
      return shell.jump ? shell.status : status
    }
    if (yes === until) return status
    status = yield* runList(shell, body)
    if (!goesOn(shell)) return shell.status
  }
}

function* runFor(shell: Shell, command: For): Steps<number> {
  if (!/^[A-Za-z_]\w*$/.test(command.name)) {
    yield* wait(shell.complain(`\`${command.name}': not a valid identifier`))
    return (shell.status = 1)
  }
  shell.line = command.line
  const values = command.words ? yield* expandWords(shell, command.words) : [...shell.positional]
  return yield* looping(shell, forTurns(shell, command, values))
}

function* forTurns(shell: Shell, { name, body, line }: For, values: readonly string[]): Steps<number> {
  let status = 0
  for (const value of values) {
    const slice = shell.sys.tick()
    if (slice) yield slice
    const variable = shell.variables.raw(name)
    shell.line = line
    if (variable?.nameref) variable.value = value
    else assignScalar(shell, name, value, false)
    if (shell.options.has('xtrace')) yield* traceLine(shell, `for ${name} in ${values.join(' ')}`)
    status = yield* runList(shell, body)
    if (!goesOn(shell)) return shell.status
  }
  return status
}

const runArithmeticFor = (shell: Shell, command: ArithmeticFor): Steps<number> =>
  looping(shell, arithmeticTurns(shell, command))

function* arithmeticTurns(shell: Shell, { start, test: condition, step, body, line }: ArithmeticFor): Steps<number> {
  let status = 0
  try {
    shell.line = line
    yield* numberOf(shell, start)
    while (condition.parts.length === 0 || truth(yield* numberOf(shell, condition))) {
      const slice = shell.sys.tick()
      if (slice) yield slice
      status = yield* runList(shell, body)
      if (!goesOn(shell)) return shell.status
      shell.line = line
      yield* numberOf(shell, step)
      shell.line = line
    }
  } catch (error) {
    return yield* arithmeticFailure(shell, error)
  }
  return status
}

const numberOf = (shell: Shell, word: Word): Steps<number | bigint> => expandArithmetic(shell, word.parts)

function* arithmeticFailure(shell: Shell, error: unknown): Steps<number> {
  if (!(error instanceof FatalError) || error.exits) throw error
  yield* wait(shell.complain(`((: ${error.message}`))
  return (shell.status = 1)
}

function* runCase(shell: Shell, { word, items, line }: Case): Steps<number> {
  shell.line = line
  const text = yield* expandText(shell, word)
  const options = { extglob: shell.shopt.get('extglob') ?? false, nocase: shell.shopt.get('nocasematch') ?? false }
  let falls = false
  let status = 0
  for (const item of items) {
    if (!falls) {
      let matched = false
      for (const pattern of item.patterns) {
        matched = shell.patterns.matches(yield* expandPattern(shell, pattern), text, options)
        if (matched) break
      }
      if (!matched) continue
    }
    shell.status = 0
    status = yield* runList(shell, item.body)
    if (shell.jump || item.end === ';;') return status
    falls = item.end === ';&'
  }
  return (shell.status = status)
}

function* runArithmetic(shell: Shell, { expression, line }: ArithmeticCommand): Steps<number> {
  shell.line = line
  if (shell.options.has('xtrace')) yield* traceLine(shell, `((${expression.source}))`)
  try {
    return (shell.status = truth(yield* numberOf(shell, expression)) ? 0 : 1)
  } catch (error) {
    return yield* arithmeticFailure(shell, error)
  }
}

function* runConditional(shell: Shell, { expression, line }: Conditional): Steps<number> {
  shell.line = line
  try {
    return (shell.status = (yield* evaluateCondition(shell, expression)) ? 0 : 1)
  } catch (error) {
    if (!(error instanceof FatalError) || error.exits) throw error
    if (error.message) yield* wait(shell.complain(`[[: ${error.message}`))
    return (shell.status = error.status)
  }
}

function* runSubshell(shell: Shell, { body }: Subshell): Steps<number> {
  const pid = yield* forkShell(shell, { pgid: 0, foreground: true, body: (child) => runLast(child, body) })
  return yield* waitForeground(shell, pid, [pid], '( … )')
}

function* define(shell: Shell, definition: FunctionDefinition): Steps<number> {
  const { name } = definition
  shell.line = definition.line
  if (shell.posix && shell.machinery.builtins.get(name)?.special) {
    yield* wait(shell.complain(`\`${name}': is a special builtin`))
    throw new ExitShell(2)
  }
  if (/[$`'"\\]/.test(name)) {
    yield* wait(shell.complain(`\`${name}': not a valid identifier`))
    return (shell.status = 1)
  }
  if (shell.functions.get(name)?.readonly) {
    yield* wait(shell.complain(`${name}: readonly function`))
    return (shell.status = 1)
  }
  shell.functions.set(definition.name, { definition, source: shell.source })
  return (shell.status = 0)
}
