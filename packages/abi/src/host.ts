/** The powers that a host machine gives: time, chance and a disk. Everything else is simulated. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back, may have fractions. */
  monotonic(): number
  /** Calls `callback` once after `delayMs`. */
  after(delayMs: number, callback: () => void): Timer
  /** Calls `callback` in a later turn of the host's event loop, after its pending input and output. */
  soon(callback: () => void): void
}

export interface Entropy {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
}

/** A value as structured clone can store it. */
export type StoredValue = unknown

/**
 * Keeps values by key. One `commit` is atomic: after a crash either all of it is there or nothing.
 * @throws (rejects) when the store is full or gone; the caller goes on without it and says so
 */
export interface BlockStore {
  /** All pairs whose key starts with `prefix`. */
  load(prefix: string): Promise<[string, StoredValue][]>
  commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void>
}

/** A worker of its own for foreign code (QuickJS, WASI…), which can be ended from outside whatever it does. */
export interface ForeignWorker {
  post(message: unknown, transfer?: readonly unknown[]): void
  onMessage(handler: (message: unknown) => void): void
  onError(handler: (message: string) => void): void
  terminate(): void
  /** Told when its process is stopped or frozen, and when it may go on: the code has to stand still meanwhile. */
  onHold?(handler: (held: boolean) => void): void
}
export interface ForeignHost {
  /** @param kind names an entry the application knows, such as `quickjs` */
  spawn(kind: string): ForeignWorker
}
