import type { MaybePromise } from '@drydock/abi'

/**
 * What a system call that cannot wait throws in a program that is gone: killed, exited or replaced by exec. No Error and
 * no Errno, so that nobody takes it for a failure. Calls that can wait do so for ever instead: the promise is dropped
 * with all that awaits it, as the code of a dead process is.
 */
class Unwind {
  readonly reason = 'the program has ended'
}

export const UNWIND: Unwind = Object.freeze(new Unwind())

/**
 * Whether a rejection that nobody handled is no more than the end of a program: of a function it had left running, which
 * came to its next system call. Whoever owns the event loop lets it pass.
 */
export const isEndOfProgram = (reason: unknown): boolean => reason === UNWIND

/** A call that never ends when the program ended meanwhile. */
export function unlessGone<T>(call: () => MaybePromise<T>): MaybePromise<T> {
  try {
    return call()
  } catch (error) {
    if (error === UNWIND) return new Promise(() => {})
    throw error
  }
}
