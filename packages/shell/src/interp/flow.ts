import type { MaybePromise } from '@drydock/abi'

/**
 * The interpreter is written as generators that yield the promises they have to wait for, so that a loop that never waits
 * never leaves the stack: a promise for each step would cost ten times as much.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** A status that is there already, or the steps that lead to it: what never waits makes no generator. */
export type Outcome = number | Steps<number>

/** The rest of an outcome, as steps. */
export function* finish(outcome: Outcome): Steps<number> {
  return typeof outcome === 'number' ? outcome : yield* outcome
}

/** Goes as far as it goes without waiting. @returns the value, or the steps that are left */
export function begin<T>(steps: Steps<T>): T | Steps<T> {
  const first = steps.next()
  return first.done ? first.value : goOn(steps, first.value)
}

/** Goes on with steps that wait for `pending`. */
function* goOn<T>(steps: Steps<T>, pending: Promise<unknown>): Steps<T> {
  let next: IteratorResult<Promise<unknown>, T> = { done: false, value: pending }
  while (!next.done) {
    let value: unknown
    try {
      value = yield next.value
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(value)
  }
  return next.value
}

/** The value, waited for when it is a promise. */
export function* wait<T>(value: MaybePromise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value
}

/** Runs the steps; gives a promise only when one of them waits. */
export function drive<T>(steps: Steps<T>): MaybePromise<T> {
  const next = steps.next()
  return next.done ? next.value : resume(steps, next.value)
}

async function resume<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  let pending = first
  for (;;) {
    const next = await settle(steps, pending)
    if (next.done) return next.value
    pending = next.value
  }
}

async function settle<T>(steps: Steps<T>, pending: Promise<unknown>): Promise<IteratorResult<Promise<unknown>, T>> {
  let value: unknown
  try {
    value = await pending
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(value)
}

/** Leaves the shell, or the subshell, with a status. */
export class ExitShell {
  readonly status: number
  constructor(status: number) {
    this.status = status
  }
}

/**
 * An error that ends the command, and a shell that is not interactive altogether: `${x:?}`, assignment to a readonly…
 * POSIX, 2.8.1. `message` is printed with the shell's prefix; undefined when it has been printed.
 */
export class FatalError extends Error {
  readonly status: number
  /** Ends only the current line or function also where the shell goes on: bash's "jump to top level". */
  readonly exits: boolean
  constructor(message: string, status = 1, exits = true) {
    super(message)
    this.status = status
    this.exits = exits
  }
}

/** Gives up the line: a script goes on with the next one, `-c` ends with status 1. '' when the message is out. */
export class TopLevelError extends FatalError {
  constructor(message = '') {
    super(message, 1)
  }
}

/** An error of expansion or assignment, also where a builtin's arguments are expanded: the next line goes on. */
export class LineError extends FatalError {
  constructor(message: string) {
    super(message, 1, false)
  }
}

/** ^C at an interactive shell: back to the prompt. */
export class Interrupted {}
