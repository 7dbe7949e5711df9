import type { Clock } from '@drydock/abi'

/** Together two seconds. */
const TRY_MS = 10
const MOST_TRIES = 200

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))

/** What the leader was asked for reaches this node as all others: waits until it is seen here, or for so long. */
export async function settled(clock: Clock, seen: () => boolean): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !seen(); tries++) await pause(clock, TRY_MS)
}
