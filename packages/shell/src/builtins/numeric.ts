import { type Steps, TopLevelError, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'

/** bash's builtins that take one number give up the whole line when there are more. */
export function* tooMany(shell: Shell, name: string): Steps<never> {
  yield* wait(shell.complain(`${name}: too many arguments`))
  throw new TopLevelError()
}
