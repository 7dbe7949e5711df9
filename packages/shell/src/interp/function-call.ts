import { FatalError, type Outcome, type Steps } from './flow.ts'
import type { FunctionEntry, Shell } from './shell.ts'
import { runTrap } from './traps.ts'
import type { Frame } from './variables.ts'

const MOST_CALLS = 4000

interface Entered {
  readonly frame: Frame
  readonly positional: readonly string[]
  readonly loops: number
}

/** Calls a function. */
export function invoke(shell: Shell, entry: FunctionEntry, words: readonly string[]): Outcome {
  const slice = shell.sys.tick()
  if (slice) return invokeLater(shell, entry, words, slice)
  const entered = enter(shell, entry, words)
  let outcome: Outcome
  try {
    outcome = shell.machinery.run(shell, entry.definition.body)
    if (typeof outcome === 'number' && !shell.traps.has('RETURN')) outcome = returned(shell, outcome)
    else return callSteps(shell, entered, outcome)
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

function* callSteps(shell: Shell, entered: Entered, outcome: Outcome): Steps<number> {
  try {
    const status = returned(shell, typeof outcome === 'number' ? outcome : yield* outcome)
    if (shell.traps.has('RETURN')) yield* runTrap(shell, 'RETURN')
    return (shell.status = status)
  } finally {
    leave(shell, entered)
  }
}

function enter(shell: Shell, { definition, source }: FunctionEntry, words: readonly string[]): Entered {
  if (shell.calls.length > MOST_CALLS)
    throw new FatalError(`${definition.name}: maximum function nesting level exceeded (${MOST_CALLS})`, 1, false)
  const { positional, loops } = shell
  const frame = shell.variables.push('function')
  shell.positional = words.slice(1)
  shell.loops = 0
  shell.calls.push({ name: definition.name, line: shell.line, source })
  return { frame, positional, loops }
}

/** Takes the jump of `return`. @returns the function's status */
function returned(shell: Shell, status: number): number {
  if (shell.jump?.kind !== 'return') return (shell.status = status)
  shell.jump = undefined
  return shell.status
}

function leave(shell: Shell, { frame, positional, loops }: Entered): void {
  const { frames } = shell.variables
  shell.calls.pop()
  while (frames.length > 0 && frames[frames.length - 1] !== frame) shell.variables.pop()
  shell.variables.pop()
  if (frame.options) shell.options = new Set(frame.options)
  shell.positional = positional
  shell.loops = loops
}
