import { describe, expect, it } from 'vitest'
import { EndpointStream, joinStreams, STREAM_WINDOW_BYTES } from './stream-endpoint.ts'
import type { MessageEndpoint } from './rpc.ts'

/** Two ends of a port; messages arrive in a later turn. */
function channel(): [MessageEndpoint, MessageEndpoint] {
  const ends: MessageEndpoint[] = []
  const make = (other: number): MessageEndpoint => ({
    onmessage: null,
    postMessage: (data) => queueMicrotask(() => ends[other]?.onmessage?.({ data })),
    close: () => undefined,
  })
  ends.push(make(1), make(0))
  return [ends[0]!, ends[1]!]
}

const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value)

describe('a byte stream over a port', () => {
  it('carries bytes, then the end', async () => {
    const [a, b] = channel()
    const [left, right] = [new EndpointStream(a), new EndpointStream(b)]
    await left.write(bytes(3))
    left.shutdown()
    expect(await right.read(2)).toEqual(bytes(2))
    expect(await right.read()).toEqual(bytes(1))
    expect(await right.read()).toHaveLength(0)
  })

  it('makes the writer wait until the reader has read', async () => {
    const [a, b] = channel()
    const [left, right] = [new EndpointStream(a), new EndpointStream(b)]
    await left.write(bytes(STREAM_WINDOW_BYTES))
    let written = false
    const writing = left.write(bytes(1)).then(() => (written = true))
    await new Promise((later) => setTimeout(later, 5))
    expect(written).toBe(false)
    await right.read()
    await writing
    expect(written).toBe(true)
  })

  it('tells a writer that the reader is gone', async () => {
    const [a, b] = channel()
    const [left, right] = [new EndpointStream(a), new EndpointStream(b)]
    await left.write(bytes(STREAM_WINDOW_BYTES))
    const writing = left.write(bytes(1))
    right.close()
    await expect(writing).rejects.toThrow('gone')
  })

  it('joins two streams both ways', async () => {
    const [a, b] = channel()
    const [c, d] = channel()
    const joined = joinStreams(new EndpointStream(b), new EndpointStream(c))
    const [left, right] = [new EndpointStream(a), new EndpointStream(d)]
    await left.write(bytes(2, 7))
    expect(await right.read()).toEqual(bytes(2, 7))
    await right.write(bytes(1, 9))
    expect(await left.read()).toEqual(bytes(1, 9))
    left.shutdown()
    right.shutdown()
    await joined
  })
})
