import { ExitShell, type Steps } from './flow.ts'
import type { Jump, Shell } from './shell.ts'
import type { SimpleCommand } from '../syntax/ast.ts'
import { Parser } from '../syntax/parser.ts'

export const isDebugged = ({ traps }: Shell): boolean => traps.size > 0 && traps.has('DEBUG')

/** Runs the DEBUG trap before a command, which BASH_COMMAND tells. @returns whether the command is to be run */
export function* runDebugTrap(shell: Shell, command: SimpleCommand | string): Steps<boolean> {
  if (!shell.traps.has('DEBUG') || shell.inTrap) return true
  shell.told = command
  const status = yield* runTrap(shell, 'DEBUG')
  return status === 0 || !shell.shopt.get('extdebug')
}

/** The RETURN trap; `$?` in it is what it was before `return`. */
export function* runReturnTrap(shell: Shell, jump: Jump | undefined, line: number): Steps<void> {
  if (!shell.traps.has('RETURN')) return
  const { status, line: last } = shell
  shell.status = jump?.before ?? status
  shell.line = line
  yield* runTrap(shell, 'RETURN')
  shell.status = status
  shell.line = last
}

/** DEBUG and RETURN of a caller are for functions that are traced; ERR goes by errtrace. bash(1), "FUNCTIONS". */
export function hideTraps({ traps, options, dialect }: Shell, traced: boolean): Map<string, string> | undefined {
  if (dialect.name !== 'bash') return undefined
  const hidden = new Map<string, string>()
  for (const name of ['DEBUG', 'RETURN', 'ERR']) {
    const action = traps.get(name)
    if (action === undefined || (name === 'ERR' ? options.has('errtrace') : traced)) continue
    hidden.set(name, action)
    traps.delete(name)
  }
  return hidden
}

/** They come back, unless the function has set others. */
export function showTraps({ traps }: Shell, hidden: ReadonlyMap<string, string>): void {
  for (const [name, action] of hidden) if (!traps.has(name)) traps.set(name, action)
}

/** Runs the text of a trap; `$?` is what it was before and after. @returns the status of its last command */
export function* runTrap(shell: Shell, name: string): Steps<number> {
  const action = shell.traps.get(name)
  if (!action || (shell.inTrap && name !== 'EXIT')) return 0
  const { status, pipeStatus, line, jump } = shell
  shell.inTrap = true
  shell.jump = undefined
  try {
    yield* evaluateText(shell, action, KEEP_LINE.has(name) ? line : 1)
  } finally {
    shell.inTrap = false
    shell.line = line
  }
  const result = shell.status
  shell.status = status
  shell.pipeStatus = pipeStatus
  shell.jump ??= jump
  return result
}
/** The lines of other traps are counted from 1. */
const KEEP_LINE: ReadonlySet<string> = new Set(['DEBUG', 'RETURN', 'ERR'])

/** Traps of signals that came since the last command, each once however often its signal came. */
export function* runPendingTraps(shell: Shell): Steps<void> {
  for (const name of shell.pendingTraps) {
    shell.pendingTraps.delete(name)
    yield* runTrap(shell, name)
  }
}

/** @returns the status that the shell ends with */
export function* runExitTrap(shell: Shell, status: number): Steps<number> {
  if (!shell.traps.get('EXIT')) return status
  const action = shell.traps.get('EXIT') ?? ''
  shell.traps.delete('EXIT')
  shell.status = status
  shell.jump = undefined
  shell.inTrap = true
  try {
    yield* evaluateText(shell, action, 1)
  } catch (error) {
    if (error instanceof ExitShell) return error.status
    throw error
  }
  return status
}

function* evaluateText(shell: Shell, text: string, firstLine: number): Steps<void> {
  const parser = new Parser(text, { ...shell.syntax, firstLine })
  for (let list = parser.next(); list; list = parser.next()) {
    yield* shell.machinery.execute(shell, list)
    if (shell.jump) return
  }
}
