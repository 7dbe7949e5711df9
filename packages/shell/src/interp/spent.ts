import type { Shell } from './shell.ts'

/** Time that went by, and time of processors. */
export interface Spent {
  readonly realMs: number
  readonly userMs: number
  readonly systemMs: number
}

/** What the shell and the children it has waited for have used so far. */
export function spent({ sys }: Shell): Spent {
  const { userMs, systemMs, childrenUserMs, childrenSystemMs } = sys.times()
  const realMs = sys.clock.monotonic()
  return { realMs, userMs: userMs + childrenUserMs, systemMs: systemMs + childrenSystemMs }
}
