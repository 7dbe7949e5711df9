import { ExitShell, type Steps } from './flow.ts'
import type { Shell } from './shell.ts'
import { Parser } from '../syntax/parser.ts'

/** Runs the DEBUG trap before a command; BASH_COMMAND is its text. */
export function* runDebugTrap(shell: Shell, command: () => string): Steps<void> {
  if (!shell.traps.has('DEBUG') || shell.inTrap) return
  shell.commandTold = command()
  yield* runTrap(shell, 'DEBUG')
}

/** Runs the text of a trap; `$?` is what it was before and after. */
export function* runTrap(shell: Shell, name: string): Steps<void> {
  const action = shell.traps.get(name)
  if (!action || (shell.inTrap && name !== 'EXIT')) return
  const { status, pipeStatus, line, jump } = shell
  shell.inTrap = true
  shell.jump = undefined
  try {
    yield* evaluateText(shell, action)
  } finally {
    shell.inTrap = false
    shell.line = line
  }
  shell.status = status
  shell.pipeStatus = pipeStatus
  shell.jump ??= jump
}

/** Traps of signals that came since the last command. */
export function* runPendingTraps(shell: Shell): Steps<void> {
  for (let name = shell.pendingTraps.shift(); name !== undefined; name = shell.pendingTraps.shift())
    yield* runTrap(shell, name)
}

/** @returns the status that the shell ends with */
export function* runExitTrap(shell: Shell, status: number): Steps<number> {
  if (!shell.traps.get('EXIT')) return status
  const action = shell.traps.get('EXIT') ?? ''
  shell.traps.delete('EXIT')
  shell.status = status
  shell.jump = undefined
  try {
    yield* evaluateText(shell, action)
  } catch (error) {
    if (error instanceof ExitShell) return error.status
    throw error
  }
  return status
}

function* evaluateText(shell: Shell, text: string): Steps<void> {
  const parser = new Parser(text, { ...shell.syntax, firstLine: shell.line })
  for (let list = parser.next(); list; list = parser.next()) {
    yield* shell.machinery.execute(shell, list)
    if (shell.jump) return
  }
}
