import type { ByteStream, Clock, Timer } from '@drydock/abi'

/** How long a connection waits for its next request: less than servers wait, so that it is mostly we who hang up. */
const IDLE_MS = 4_000
/** As many as a browser keeps to one origin. */
const MOST_IDLE = 6

interface Idle {
  readonly stream: ByteStream
  readonly timer: Timer
}

/** A connection that is lent; whoever is done with it gives it back or closes it. */
export interface Lease {
  readonly stream: ByteStream
  /** It has carried a request before: the server may have hung up since. */
  readonly used: boolean
}

/** Connections to one port that are kept for the next request. RFC 9112 section 9.3 */
export class ConnectionPool {
  private readonly clock: Clock
  private readonly dial: () => Promise<ByteStream>
  private readonly idle: Idle[] = []

  constructor(clock: Clock, dial: () => Promise<ByteStream>) {
    this.clock = clock
    this.dial = dial
  }

  /** The one that was used last, or a new one. @param fresh only a new one will do @throws when nobody answers */
  async take(fresh = false): Promise<Lease> {
    const kept = fresh ? undefined : this.idle.pop()
    kept?.timer.cancel()
    return kept ? { stream: kept.stream, used: true } : { stream: await this.dial(), used: false }
  }

  /** Only when the whole answer was read and the server lets the connection stay. */
  giveBack(stream: ByteStream): void {
    if (this.idle.length >= MOST_IDLE) return stream.close()
    const timer = this.clock.after(IDLE_MS, () => {
      this.idle.splice(this.idle.indexOf(kept), 1)
      stream.close()
    })
    const kept = { stream, timer }
    this.idle.push(kept)
  }

  close(): void {
    for (const { stream, timer } of this.idle.splice(0)) {
      timer.cancel()
      stream.close()
    }
  }
}
