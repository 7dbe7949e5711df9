import { wasiErrno } from '@drydock/abi'
import { CallError } from './call-error.ts'

/** There at once where the worker can stand still, later elsewhere. */
export type Result<T> = T | Promise<T>

export const after = <T, U>(value: Result<T>, next: (value: T) => Result<U>): Result<U> =>
  value instanceof Promise ? value.then(next) : next(value)

/** Runs what may throw or reject a CallError. @returns what `fail` makes of it then */
export function guarded<T>(run: () => Result<T>, fail: (errno: number) => T): Result<T> {
  const caught = (error: unknown): T => {
    if (error instanceof CallError) return fail(wasiErrno(error.code))
    throw error
  }
  try {
    const result = run()
    return result instanceof Promise ? result.catch(caught) : result
  } catch (error) {
    return caught(error)
  }
}
