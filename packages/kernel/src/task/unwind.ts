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

/** A call that never ends when the program ended meanwhile. */
export function unlessGone<T>(call: () => MaybePromise<T>): MaybePromise<T> {
  try {
    return call()
  } catch (error) {
    if (error === UNWIND) return new Promise(() => {})
    throw error
  }
}
