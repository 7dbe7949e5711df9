import type { ByteStream } from '@drydock/abi'
import type { MessageEndpoint, StreamMessage } from './rpc.ts'

/** Bytes that may be under way before the other side has to say that it took some. */
export const STREAM_WINDOW_BYTES = 256 * 1024

/**
 * A byte stream over a MessagePort, for either end: what is written becomes messages, and waits while the other side has
 * not read STREAM_WINDOW_BYTES of them.
 */
export class EndpointStream implements ByteStream {
  private readonly endpoint: MessageEndpoint
  private readonly chunks: Uint8Array[] = []
  private ended = false
  private broken = false
  private wake: (() => void) | undefined
  private inFlight = 0
  private roomAgain: (() => void) | undefined

  constructor(endpoint: MessageEndpoint) {
    this.endpoint = endpoint
    endpoint.onmessage = ({ data }) => this.receive(data as StreamMessage)
  }

  async read(max = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    while (this.chunks.length === 0 && !this.ended) await new Promise<void>((wake) => (this.wake = wake))
    const [first] = this.chunks
    if (!first) return new Uint8Array(0)
    const bytes = first.subarray(0, max)
    if (bytes.length === first.length) this.chunks.shift()
    else this.chunks[0] = first.subarray(max)
    this.send({ kind: 'credit', bytes: bytes.length })
    return bytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    while (this.inFlight >= STREAM_WINDOW_BYTES && !this.broken)
      await new Promise<void>((resume) => (this.roomAgain = resume))
    if (this.broken) throw new Error('the other side of the stream is gone')
    this.inFlight += bytes.length
    this.send({ kind: 'data', bytes })
  }

  shutdown(): void {
    this.send({ kind: 'end' })
  }

  close(): void {
    if (this.broken) return
    this.send({ kind: 'close' })
    this.stop()
  }

  private receive(message: StreamMessage): void {
    if (message.kind === 'data') this.chunks.push(message.bytes)
    else if (message.kind === 'credit') this.inFlight -= message.bytes
    else if (message.kind === 'end') this.ended = true
    else this.stop()
    this.wake?.()
    this.roomAgain?.()
  }

  private stop(): void {
    this.ended = true
    this.broken = true
    this.wake?.()
    this.roomAgain?.()
    this.endpoint.close()
  }

  private send(message: StreamMessage): void {
    if (!this.broken) this.endpoint.postMessage(message)
  }
}

/** Carries bytes both ways between two streams until either is gone. */
export async function joinStreams(a: ByteStream, b: ByteStream): Promise<void> {
  await Promise.allSettled([carry(a, b), carry(b, a)])
  a.close()
  b.close()
}

async function carry(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) await to.write(bytes)
    to.shutdown()
  } catch {
    from.close()
    to.close()
  }
}
