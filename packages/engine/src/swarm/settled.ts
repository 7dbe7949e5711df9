import type { Clock } from '@drydock/abi'

const TRY_MS = 10
const MOST_MS = 2000

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms, resolve))

/**
 * What the leader was asked for reaches this node as all others: waits until it is seen here, or for so long.
 * @returns whether it is seen
 */
export async function settled(clock: Clock, seen: () => boolean, mostMs = MOST_MS): Promise<boolean> {
  for (let tries = 0; tries < mostMs / TRY_MS && !seen(); tries++) await pause(clock, TRY_MS)
  return seen()
}
