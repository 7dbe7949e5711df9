import { type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'

/** Its texts are loaded when somebody asks for them. */
function* help(shell: Shell, args: readonly string[]): Steps<number> {
  const { showHelp } = yield* wait(import('./help-pages.ts'))
  return yield* showHelp(shell, args)
}

export const helpBuiltins: readonly (readonly [string, Builtin])[] = [['help', { run: help }]]
