import { FatalError, type Outcome, type Steps } from './flow.ts'
import { OptionSet } from './option-set.ts'
import type { Call, FunctionEntry, Shell } from './shell.ts'
import { hideTraps, runDebugTrap, runReturnTrap, showTraps } from './traps.ts'
import type { Frame } from './variables.ts'

const MOST_CALLS = 4000

/** A call, and what is put back when it ends. */
interface Entered extends Call {
  readonly frame: Frame
  readonly positional: readonly string[]
  readonly loops: number
  /** Traps that the function does not see. */
  readonly hidden: ReadonlyMap<string, string> | undefined
}

/** Calls a function. */
export function invoke(shell: Shell, entry: FunctionEntry, words: readonly string[]): Outcome {
  const slice = shell.pace.tick(shell.sys)
  if (slice) return invokeLater(shell, entry, words, slice)
  const entered = enter(shell, entry, words)
  let outcome: Outcome
  try {
    if (shell.traps.has('DEBUG')) return callSteps(shell, entered, entry, tracedBody(shell, entry))
    outcome = shell.machinery.run(shell, entry.definition.body)
    if (typeof outcome === 'number' && !shell.traps.has('RETURN')) outcome = returned(shell, outcome)
    else return callSteps(shell, entered, entry, outcome)
  } catch (error) {
    leave(shell, entered)
    throw error
  }
  leave(shell, entered)
  return outcome
}

function* invokeLater(
  shell: Shell,
  entry: FunctionEntry,
  words: readonly string[],
  slice: Promise<void>,
): Steps<number> {
  yield slice
  const outcome = invoke(shell, entry, words)
  return typeof outcome === 'number' ? outcome : yield* outcome
}

/** The DEBUG trap is run for the function's body as well. */
function* tracedBody(shell: Shell, { definition }: FunctionEntry): Steps<number> {
  shell.line = definition.line
  yield* runDebugTrap(shell, shell.told)
  return yield* shell.machinery.execute(shell, definition.body)
}

function* callSteps(shell: Shell, entered: Entered, { definition }: FunctionEntry, outcome: Outcome): Steps<number> {
  try {
    const last = typeof outcome === 'number' ? outcome : yield* outcome
    const { jump } = shell
    const status = returned(shell, last)
    yield* runReturnTrap(shell, jump, definition.line)
    return (shell.status = status)
  } finally {
    leave(shell, entered)
  }
}

function enter(shell: Shell, { definition, source, trace }: FunctionEntry, words: readonly string[]): Entered {
  if (shell.calls.length > MOST_CALLS)
    throw new FatalError(`${definition.name}: maximum function nesting level exceeded (${MOST_CALLS})`, 1, false)
  const { positional, loops, line } = shell
  const frame = shell.variables.push('function')
  const args = words.slice(1)
  const hidden = shell.traps.size > 0 ? hideTraps(shell, trace === true || shell.options.has('functrace')) : undefined
  const entered = { name: definition.name, line, source, words: args, frame, positional, loops, hidden }
  shell.positional = args
  shell.loops = 0
  shell.calls.push(entered)
  return entered
}

/** Takes the jump of `return`. @returns the function's status */
function returned(shell: Shell, status: number): number {
  if (shell.jump?.kind !== 'return') return (shell.status = status)
  shell.jump = undefined
  return shell.status
}

function leave(shell: Shell, { frame, positional, loops, line, hidden }: Entered): void {
  const { frames } = shell.variables
  shell.calls.pop()
  shell.line = line
  if (hidden) showTraps(shell, hidden)
  while (frames.length > 0 && frames[frames.length - 1] !== frame) shell.variables.pop()
  shell.variables.pop()
  if (frame.options) shell.options = new OptionSet(frame.options)
  shell.positional = positional
  shell.loops = loops
}
