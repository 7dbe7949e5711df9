/** What children share: for mod_status and the numbers of connections. */
export class Scoreboard {
  readonly startMs: number
  generation: number
  accesses = 0
  bytes = 0
  durationMs = 0
  /** Requests that are being answered. */
  busy = 0

  constructor(startMs: number, generation: number) {
    this.startMs = startMs
    this.generation = generation
  }
}
