import type { Clock, Entropy } from '@drydock/abi'
import type { ClusterStore } from './store/store.ts'

/** What the leader's parts work with. */
export interface Powers {
  readonly store: ClusterStore
  readonly clock: Clock
  readonly entropy: Entropy
  /** Everything is looked at again at that time, in milliseconds since the epoch. */
  wakeAt(ms: number): void
}

/** Durations of the API are in nanoseconds. */
export const toMs = (nanoseconds: number | null | undefined, missing = 0): number =>
  nanoseconds === undefined || nanoseconds === null ? missing : nanoseconds / 1e6
