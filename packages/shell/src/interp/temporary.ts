import { assignedText, expandAssignment } from '../expand/expand.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import { assignmentWaits } from '../expand/waits.ts'
import type { Assignment, SimpleCommand } from '../syntax/ast.ts'
import { assignScalar } from './assign.ts'
import { begin, FatalError, type Outcome, type Steps, wait } from './flow.ts'
import { redirecting } from './redirect.ts'
import type { Shell } from './shell.ts'
import { traceLine, traceWords } from './trace.ts'
import type { Frame } from './variables.ts'

/** Runs `body` with the command's assignments and redirections in force. */
export function around(shell: Shell, { assignments, redirects }: SimpleCommand, body: () => Outcome): Outcome {
  const inner = redirects.length > 0 ? () => redirecting(shell, redirects, body) : body
  if (assignments.length === 0) return inner()
  const { variables, options } = shell
  if (options.xtrace || assignments.some((each) => assignmentWaits(each) || variables.raw(each.name)?.readonly))
    return begin(temporarily(shell, assignments, inner))
  return temporarilyNow(shell, assignments, inner)
}

/** Assignments before a command hold while it runs. */
export function* temporarily(shell: Shell, assignments: readonly Assignment[], body: () => Outcome): Steps<number> {
  const frame = shell.variables.push('temporary')
  try {
    for (const assignment of assignments) yield* assignTemporary(shell, frame, assignment)
    const outcome = body()
    return typeof outcome === 'number' ? outcome : yield* outcome
  } finally {
    dropFrame(shell, frame)
  }
}

/** The same without steps as far as nothing waits. */
function temporarilyNow(shell: Shell, assignments: readonly Assignment[], body: () => Outcome): Outcome {
  const frame = shell.variables.push('temporary')
  let outcome: Outcome | undefined
  try {
    for (const { name, value, append, array, index } of assignments)
      if (!array && !index) cover(shell, frame, name, append, value ? assignedText(shell, value) : '')
    outcome = body()
    return typeof outcome === 'number' ? outcome : untilDone(shell, frame, outcome)
  } catch (error) {
    if (!(error instanceof PendingSubscript) || outcome !== undefined) throw error
    return begin(temporarily(shell, assignments, body))
  } finally {
    if (typeof outcome !== 'object') dropFrame(shell, frame)
  }
}

function* untilDone(shell: Shell, frame: Frame, steps: Steps<number>): Steps<number> {
  try {
    return yield* steps
  } finally {
    dropFrame(shell, frame)
  }
}

/** A special builtin may have taken the frame away. */
function dropFrame({ variables }: Shell, frame: Frame): void {
  if (variables.frames.at(-1) === frame) variables.pop()
}

function* assignTemporary(shell: Shell, frame: Frame, assignment: Assignment): Steps<void> {
  const { name, value, append, array, index } = assignment
  if (array || index) return
  const text = value ? yield* expandAssignment(shell, value) : ''
  if (shell.variables.raw(name)?.readonly) {
    if (shell.posix) throw new FatalError(`${name}: readonly variable`)
    return void (yield* wait(shell.complain(`${name}: readonly variable`)))
  }
  if (shell.options.xtrace) yield* traceLine(shell, `${name}=${traceWords(shell, [text])}`)
  cover(shell, frame, name, append, text)
}

function cover(shell: Shell, frame: Frame, name: string, append: boolean, text: string): void {
  const { variables } = shell
  const before = append ? (variables.get(name) ?? '') : ''
  variables.cover(frame, name)
  assignScalar(shell, name, before + text, false)
  const variable = variables.raw(name)
  if (variable) variable.exported = true
}
