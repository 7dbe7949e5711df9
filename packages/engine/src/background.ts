import { isErrno, type Sys } from '@drydock/abi'

/**
 * Lets work go on by itself. Errors are told on the daemon's standard error; what is thrown when the daemon is killed is
 * no Error and is dropped.
 */
export function inBackground(sys: Sys, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (error instanceof Error)
      logLine(sys, 'error', `${what}: ${isErrno(error) ? error.message : (error.stack ?? error.message)}`)
  })
}

/** One line of the daemon's log, as logrus prints it when it is no terminal. */
export function logLine(sys: Sys, level: 'info' | 'warning' | 'error', message: string): void {
  const line = `time="${new Date(sys.clock.now()).toISOString()}" level=${level} msg=${JSON.stringify(message)}\n`
  try {
    const written = sys.write(2, new TextEncoder().encode(line))
    if (written instanceof Promise) written.catch(() => undefined)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
