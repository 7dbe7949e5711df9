import { type Steps, wait } from '../interp/flow.ts'

/** How a builtin is used, in a line: the texts of all are loaded when the first is wanted. */
export function* usageOf(name: string): Steps<string> {
  const { usageLine } = yield* wait(import('./help-topics.ts'))
  return usageLine(name)
}
