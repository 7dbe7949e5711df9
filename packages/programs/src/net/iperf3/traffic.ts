import { isErrno, POLLIN, type Sys } from '@drydock/abi'
import type { FdStream } from '@drydock/libc'

/** One data connection. */
export class Stream {
  readonly id: number
  readonly stream: FdStream
  readonly local: { readonly address: string; readonly port: number }
  readonly peer: { readonly address: string; readonly port: number }
  bytes = 0
  /** What was there at the last line. */
  toldBytes = 0

  constructor(sys: Sys, stream: FdStream, id: number) {
    this.id = id
    this.stream = stream
    this.local = placeOf(sys.getsockname(stream.fd))
    this.peer = placeOf(sys.getpeername(stream.fd))
  }
}

const placeOf = (address: object): { address: string; port: number } => {
  const { address: at = '', port = 0 } = address as { address?: string; port?: number }
  return { address: at, port }
}

/** When to stop: by the clock, after so many bytes, or when told. */
export interface Limit {
  readonly endsAtMs: number
  bytesLeft: number
  stopped: boolean
}

/** Sends as fast as the other side takes it. */
export async function send(sys: Sys, stream: Stream, blockBytes: number, limit: Limit): Promise<void> {
  const block = new Uint8Array(blockBytes)
  try {
    while (!limit.stopped && sys.clock.monotonic() < limit.endsAtMs && limit.bytesLeft > 0) {
      limit.bytesLeft -= block.length
      await stream.stream.write(block)
      stream.bytes += block.length
      const turn = sys.tick()
      if (turn) await turn
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Counts what comes, until the other side closes or somebody says stop; then what is still on its way. */
export async function receive(sys: Sys, stream: Stream, limit: Limit): Promise<void> {
  try {
    for (;;) {
      const [events = 0] = await sys.poll([{ fd: stream.stream.fd, events: POLLIN }], 100)
      if (events === 0 && limit.stopped) return
      if (events === 0) continue
      const bytes = await stream.stream.read(1 << 17)
      if (bytes.length === 0) return
      stream.bytes += bytes.length
      const turn = sys.tick()
      if (turn) await turn
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** What went over the streams between two lines. */
export interface Interval {
  readonly from: number
  readonly to: number
  readonly bytes: readonly number[]
}

/**
 * Looks at the streams every `intervalMs` until the traffic is over.
 * @returns how long it took, in seconds, and all intervals
 */
export async function measure(
  sys: Sys,
  streams: readonly Stream[],
  traffic: Promise<unknown>,
  intervalMs: number,
  told: (interval: Interval) => Promise<void>,
): Promise<{ readonly seconds: number; readonly intervals: readonly Interval[] }> {
  const started = sys.clock.monotonic()
  const intervals: Interval[] = []
  const over = { yes: false }
  const ended = traffic.finally(() => (over.yes = true))
  const since = (): number => (sys.clock.monotonic() - started) / 1000
  const tell = async (): Promise<void> => {
    const bytes = streams.map((stream) => stream.bytes - stream.toldBytes)
    for (const stream of streams) stream.toldBytes = stream.bytes
    const interval = { from: intervals.at(-1)?.to ?? 0, to: since(), bytes }
    intervals.push(interval)
    await told(interval)
  }
  while (!over.yes) {
    const due = started + intervalMs * (intervals.length + 1) - sys.clock.monotonic()
    if (due <= 0) await tell()
    else await Promise.race([sys.sleep(Math.min(due, SLICE_MS)), ended])
  }
  await ended
  const left = streams.some((stream) => stream.bytes > stream.toldBytes) || intervals.length === 0
  if (left) await tell()
  return { seconds: since(), intervals }
}
const SLICE_MS = 50
