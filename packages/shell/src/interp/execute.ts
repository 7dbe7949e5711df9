import {
  expandArithmetic,
  expandPattern,
  expandText,
  expandWords,
  numberOf,
  numberOrSteps,
  patternOf,
  textOf,
} from '../expand/expand.ts'
import { truth } from '../expand/arithmetic.ts'
import type { PatternOptions } from '../expand/pattern.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import { waits } from '../expand/waits.ts'
import type {
  AndOr,
  ArithmeticCommand,
  ArithmeticFor,
  Case,
  CaseItem,
  Command,
  CompoundCommand,
  Condition,
  Conditional,
  Coprocess,
  For,
  FunctionDefinition,
  If,
  List,
  ListItem,
  Subshell,
  While,
} from '../syntax/ast.ts'
import { assignScalar } from './assign.ts'
import { forkShell, runLast } from './child.ts'
import { conditionWaits, evaluateCondition, truthOf } from './conditional.ts'
import { begin, ExitShell, FatalError, Interrupted, type Outcome, type Steps, wait } from './flow.ts'
import { runPipeline, startBackground } from './pipeline.ts'
import { redirecting } from './redirect.ts'
import { runSimple } from './simple-command.ts'
import type { Shell } from './shell.ts'
import { isDebugged, runDebugTrap, runPendingTraps, runTrap } from './traps.ts'
import { waitForeground } from './wait.ts'
import { commandText } from '../syntax/print.ts'
import { traceLine } from './trace.ts'

/** Runs a command; its status is also the shell's `$?`. */
export function* execute(shell: Shell, command: Command): Steps<number> {
  const outcome = run(shell, command)
  return typeof outcome === 'number' ? outcome : yield* outcome
}

/** Runs a command as far as it goes without waiting: most commands end there. */
export function run(shell: Shell, command: Command): Outcome {
  switch (command.type) {
    case 'simple':
      return checked(shell, runSimple(shell, command))
    case 'list':
      return runList(shell, command)
    case 'and':
    case 'or':
      return runAndOr(shell, command)
    case 'pipeline': {
      const outcome = begin(runPipeline(shell, command))
      return command.negated ? outcome : checked(shell, outcome)
    }
    case 'function':
      return begin(define(shell, command))
    case 'subshell':
    case 'conditional':
    case 'arithmetic':
      return checked(shell, redirected(shell, command))
    case 'coproc':
      return begin(coprocess(shell, command))
    default:
      return redirected(shell, command)
  }
}

const redirected = (shell: Shell, command: CompoundCommand): Outcome =>
  command.redirects.length === 0
    ? runCompound(shell, command)
    : redirecting(shell, command.redirects, () => runCompound(shell, command))

function runCompound(shell: Shell, command: CompoundCommand): Outcome {
  switch (command.type) {
    case 'group':
      return runList(shell, command.body)
    case 'if':
      return runIf(shell, command)
    case 'while':
      return begin(runWhile(shell, command))
    case 'for':
      return begin(runFor(shell, command))
    case 'select':
      return begin(select(shell, command))
    case 'arithmetic-for':
      return begin(runArithmeticFor(shell, command))
    case 'case':
      return runCase(shell, command)
    case 'arithmetic':
      return runArithmetic(shell, command)
    case 'conditional':
      return runConditional(shell, command)
    case 'subshell':
      return begin(runSubshell(shell, command))
    default:
      return run(shell, command)
  }
}

/** `set -e` and the ERR trap look at the status, unless it is being tested. */
function checked(shell: Shell, outcome: Outcome): Outcome {
  if (typeof outcome !== 'number') return checkedLater(shell, outcome)
  if (outcome === 0 || shell.tested > 0 || shell.jump) return outcome
  return shell.traps.has('ERR') ? begin(failed(shell, outcome)) : leaveOnError(shell, outcome)
}

function* checkedLater(shell: Shell, steps: Steps<number>): Steps<number> {
  const status = yield* steps
  if (status === 0 || shell.tested > 0 || shell.jump) return status
  return yield* failed(shell, status)
}

function* failed(shell: Shell, status: number): Steps<number> {
  yield* runTrap(shell, 'ERR')
  return leaveOnError(shell, status)
}

function leaveOnError(shell: Shell, status: number): number {
  if (shell.options.has('errexit')) throw new ExitShell(status)
  return status
}

export function runList(shell: Shell, { items }: List): Outcome {
  let status = 0
  for (let at = 0; at < items.length; at++) {
    const item = items[at]
    if (item === undefined || (shell.options.noexec && !shell.interactive)) return status
    const { command } = item
    const outcome = item.background ? begin(startBackground(shell, command, item.line)) : run(shell, command)
    if (typeof outcome !== 'number' || shell.pendingTraps.size > 0 || shell.interrupted)
      return restOfList(shell, items, at, outcome)
    status = outcome
    if (shell.jump) return status
  }
  return status
}

const runItem = (shell: Shell, { command, background, line }: ListItem): Outcome =>
  background ? begin(startBackground(shell, command, line)) : run(shell, command)

/** Goes on with a list from the command that waits. */
function* restOfList(shell: Shell, items: readonly ListItem[], from: number, first: Outcome): Steps<number> {
  let outcome = first
  for (let at = from; ; ) {
    const status = typeof outcome === 'number' ? outcome : yield* outcome
    if (shell.pendingTraps.size) yield* runPendingTraps(shell)
    if (shell.interrupted) interrupt(shell)
    const item = items[++at]
    if (shell.jump || item === undefined || (shell.options.noexec && !shell.interactive)) return status
    outcome = runItem(shell, item)
  }
}

function* listSteps(shell: Shell, list: List): Steps<number> {
  const outcome = runList(shell, list)
  return typeof outcome === 'number' ? outcome : yield* outcome
}

export function interrupt(shell: Shell): never {
  shell.interrupted = false
  shell.status = 130
  throw new Interrupted()
}

function runAndOr(shell: Shell, command: AndOr): Outcome {
  const status = tested(shell, command.left)
  if (typeof status !== 'number') return andOrLater(shell, command, status)
  if (shell.jump || (status === 0) !== (command.type === 'and')) return status
  return run(shell, command.right)
}

function* andOrLater(shell: Shell, { type, right }: AndOr, left: Steps<number>): Steps<number> {
  const status = yield* left
  if (shell.jump || (status === 0) !== (type === 'and')) return status
  return yield* execute(shell, right)
}

/** A command whose status is only asked for. */
function tested(shell: Shell, command: Command): Outcome {
  shell.tested++
  let outcome: Outcome
  try {
    outcome = run(shell, command)
  } catch (error) {
    shell.tested--
    throw error
  }
  if (typeof outcome !== 'number') return testedLater(shell, outcome)
  shell.tested--
  return outcome
}

/** The count of tests was raised already. */
function* testedLater(shell: Shell, steps: Steps<number>): Steps<number> {
  try {
    return yield* steps
  } finally {
    shell.tested--
  }
}

function runIf(shell: Shell, command: If): Outcome {
  const { clauses, otherwise } = command
  for (let at = 0; at < clauses.length; at++) {
    const clause = clauses[at]
    if (!clause) break
    const status = tested(shell, clause.test)
    if (typeof status !== 'number') return ifLater(shell, command, at, status)
    if (shell.jump) return shell.status
    if (status === 0) return runList(shell, clause.body)
  }
  return otherwise ? runList(shell, otherwise) : (shell.status = 0)
}

/** Goes on with the clause whose test waits. */
function* ifLater(shell: Shell, command: If, at: number, test: Steps<number>): Steps<number> {
  const status = yield* test
  if (shell.jump) return shell.status
  const [clause, ...clauses] = command.clauses.slice(at)
  if (status === 0 && clause) return yield* listSteps(shell, clause.body)
  const rest = runIf(shell, { ...command, clauses })
  return typeof rest === 'number' ? rest : yield* rest
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
    const slice = shell.pace.tick(shell.sys)
    if (slice) yield slice
    const test = tested(shell, condition)
    const yes = (typeof test === 'number' ? test : yield* test) === 0
    if (shell.jump) {
      if (goesOn(shell)) continue
      return shell.jump ? shell.status : status
    }
    if (yes === until) return status
    const outcome = runList(shell, body)
    status = typeof outcome === 'number' ? outcome : yield* outcome
    if (shell.jump && !goesOn(shell)) return shell.status
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

// Loops are the first that the engine compiles, in one piece with all that is in them: what is seldom met stands outside.
function* forTurns(shell: Shell, command: For, values: readonly string[]): Steps<number> {
  const { body } = command
  let status = 0
  for (let at = 0; at < values.length; at++) {
    const slice = shell.pace.tick(shell.sys)
    if (slice) yield slice
    assignTurn(shell, command, values[at] ?? '')
    const outcome = isWatched(shell) ? watchedTurn(shell, command, values) : runList(shell, body)
    status = typeof outcome === 'number' ? outcome : yield* outcome
    if (shell.jump && !goesOn(shell)) return shell.status
  }
  return status
}

function assignTurn(shell: Shell, { name, line }: For, value: string): void {
  const variable = shell.variables.raw(name)
  shell.line = line
  if (variable?.nameref) variable.value = value
  else assignScalar(shell, name, value, false)
}

function* watchedTurn(shell: Shell, { name, body }: For, values: readonly string[]): Steps<number> {
  const text = `for ${name} in ${values.join(' ')}`
  if (shell.traps.has('DEBUG')) yield* runDebugTrap(shell, text)
  if (shell.options.xtrace) yield* traceLine(shell, text)
  return yield* listSteps(shell, body)
}

const runArithmeticFor = (shell: Shell, command: ArithmeticFor): Steps<number> =>
  looping(shell, arithmeticLoop(shell, command))

function* arithmeticLoop(shell: Shell, command: ArithmeticFor): Steps<number> {
  try {
    shell.line = command.line
    yield* expandArithmetic(shell, command.start)
    return yield* arithmeticTurns(shell, command)
  } catch (error) {
    return yield* arithmeticFailure(shell, error)
  }
}

function* arithmeticTurns(shell: Shell, command: ArithmeticFor): Steps<number> {
  const { body } = command
  let status = 0
  let test = testTurn(shell, command)
  for (;;) {
    if (!truth(typeof test === 'object' ? yield* test : test)) return status
    const slice = shell.pace.tick(shell.sys)
    if (slice) yield slice
    const outcome = runList(shell, body)
    status = typeof outcome === 'number' ? outcome : yield* outcome
    if (shell.jump && !goesOn(shell)) return shell.status
    test = stepAndTest(shell, command)
  }
}

type Number64 = number | bigint

const testTurn = (shell: Shell, { test }: ArithmeticFor): Number64 | Steps<Number64> =>
  test.parts.length === 0 ? 1 : numberOrSteps(shell, test)

/** What comes between two turns: the third expression, then the second. */
function stepAndTest(shell: Shell, command: ArithmeticFor): Number64 | Steps<Number64> {
  shell.line = command.line
  const stepped = numberOrSteps(shell, command.step)
  return typeof stepped === 'object' ? testAfter(shell, command, stepped) : testTurn(shell, command)
}

function* testAfter(shell: Shell, command: ArithmeticFor, step: Steps<Number64>): Steps<Number64> {
  yield* step
  shell.line = command.line
  const test = testTurn(shell, command)
  return typeof test === 'object' ? yield* test : test
}

function* arithmeticFailure(shell: Shell, error: unknown): Steps<number> {
  if (!(error instanceof FatalError) || error.exits) throw error
  yield* wait(shell.complain(`((: ${error.message}`))
  return (shell.status = 1)
}

function runCase(shell: Shell, command: Case): Outcome {
  const { word, items, line } = command
  if (isDebugged(shell)) return begin(debugged(shell, `case ${word.source} in `, caseSteps(shell, command)))
  if (waits(word) || items.some(isInvolved) || shell.options.xtrace) return begin(caseSteps(shell, command))
  shell.line = line
  let item: CaseItem | undefined
  try {
    const text = textOf(shell, word)
    const options = caseOptions(shell)
    item = items.find(({ patterns }) =>
      patterns.some((pattern) => shell.patterns.matches(patternOf(shell, pattern), text, options)),
    )
  } catch (error) {
    if (error instanceof PendingSubscript) return begin(caseSteps(shell, command))
    throw error
  }
  shell.status = 0
  return item ? runList(shell, item.body) : 0
}

/** Falls through to the next, or its patterns may have to wait. */
const isInvolved = ({ end, patterns }: CaseItem): boolean => end !== ';;' || patterns.some(waits)

const caseOptions = ({ shopt }: Shell): PatternOptions => ({
  extglob: shopt.get('extglob') ?? false,
  nocase: shopt.get('nocasematch') ?? false,
})

function* caseSteps(shell: Shell, { word, items, line }: Case): Steps<number> {
  shell.line = line
  if (shell.options.xtrace) yield* traceLine(shell, `case ${word.source} in`)
  const text = yield* expandText(shell, word)
  const options = caseOptions(shell)
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
    status = yield* listSteps(shell, item.body)
    if (shell.jump || item.end === ';;') return status
    falls = item.end === ';&'
  }
  return (shell.status = status)
}

function runArithmetic(shell: Shell, command: ArithmeticCommand): Outcome {
  if (isDebugged(shell)) return begin(debugged(shell, commandText(command), arithmeticSteps(shell, command)))
  if (waits(command.expression) || shell.options.xtrace) return begin(arithmeticSteps(shell, command))
  shell.line = command.line
  try {
    return (shell.status = truth(numberOf(shell, command.expression)) ? 0 : 1)
  } catch (error) {
    if (error instanceof PendingSubscript) return begin(arithmeticSteps(shell, command))
    return begin(arithmeticFailure(shell, error))
  }
}

function* arithmeticSteps(shell: Shell, { expression, line }: ArithmeticCommand): Steps<number> {
  shell.line = line
  if (shell.options.xtrace) yield* traceLine(shell, `(( ${expression.source.trim()} ))`)
  try {
    return (shell.status = truth(yield* expandArithmetic(shell, expression)) ? 0 : 1)
  } catch (error) {
    return yield* arithmeticFailure(shell, error)
  }
}

/** Somebody looks on: each command is shown to the DEBUG trap, or traced. */
const isWatched = (shell: Shell): boolean => shell.options.xtrace || isDebugged(shell)

/** The DEBUG trap, then the command. */
function* debugged(shell: Shell, text: string, steps: Steps<number>): Steps<number> {
  return (yield* runDebugTrap(shell, text)) ? yield* steps : (shell.status = 1)
}

function runConditional(shell: Shell, command: Conditional): Outcome {
  const { expression, line } = command
  shell.line = line
  if (isDebugged(shell)) return begin(debugged(shell, commandText(command), conditionalSteps(shell, expression)))
  try {
    if (conditionWaits(expression) || shell.options.xtrace) return begin(conditionalSteps(shell, expression))
    return (shell.status = truthOf(shell, expression) ? 0 : 1)
  } catch (error) {
    if (error instanceof PendingSubscript) return begin(conditionalSteps(shell, expression))
    return begin(conditionFailure(shell, error))
  }
}

function* conditionalSteps(shell: Shell, expression: Condition): Steps<number> {
  try {
    return (shell.status = (yield* evaluateCondition(shell, expression)) ? 0 : 1)
  } catch (error) {
    return yield* conditionFailure(shell, error)
  }
}

function* conditionFailure(shell: Shell, error: unknown): Steps<number> {
  if (!(error instanceof FatalError) || error.exits) throw error
  if (error.message) yield* wait(shell.complain(`[[: ${error.message}`))
  return (shell.status = error.status)
}

/** Both are met seldom, and loaded then. */
function* coprocess(shell: Shell, command: Coprocess): Steps<number> {
  const { startCoprocess } = yield* wait(import('./coprocess.ts'))
  return yield* startCoprocess(shell, command)
}

function* select(shell: Shell, command: For): Steps<number> {
  const { runSelect } = yield* wait(import('./select.ts'))
  return yield* runSelect(shell, command, listSteps)
}

function* runSubshell(shell: Shell, subshell: Subshell): Steps<number> {
  const { body, line } = subshell
  shell.line = line
  const pid = yield* forkShell(shell, {
    pgid: 0,
    foreground: true,
    waited: true,
    body: (child) => runLast(child, body),
  })
  return yield* waitForeground(shell, pid, [pid], subshell)
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
  shell.functions.set(definition.name, { ...shell.functions.get(name), definition, source: shell.source })
  return (shell.status = 0)
}
