import type { ByteStream } from '@drydock/abi'
import { beforeEach, describe, expect, it } from 'vitest'
import { Gateway } from './gateway.ts'
import type { Host } from './host.ts'
import type { Internet } from './internet.ts'
import { type MessageEndpoint, PREVIEW_WINDOW_BYTES, type PreviewAnswer, type PreviewRequest } from './rpc.ts'

/** A server's end: what is written to it, and what it answers by hand. */
class Server implements ByteStream {
  asked = ''
  closed = false
  private readonly answers: Uint8Array[] = []
  private wake: (() => void) | undefined

  async read(): Promise<Uint8Array> {
    while (this.answers.length === 0 && !this.closed) await new Promise<void>((wake) => (this.wake = wake))
    return this.answers.shift() ?? new Uint8Array(0)
  }
  write(bytes: Uint8Array): void {
    this.asked += new TextDecoder().decode(bytes)
  }
  answer(text: string): void {
    this.answers.push(new TextEncoder().encode(text))
    this.wake?.()
  }
  shutdown(): void {}
  close(): void {
    this.closed = true
    this.wake?.()
  }
}

let servers: Server[]
let ask: (target: string, method?: string) => { messages: PreviewAnswer[]; say(message: object): void }
let bridge: MessageEndpoint

beforeEach(() => {
  servers = []
  const internet = {
    stack: { dialStream: async () => (servers.push(new Server()), servers.at(-1) as ByteStream) },
  } as unknown as Internet
  const clock = { after: () => ({ cancel: () => undefined }), now: () => 0, monotonic: () => 0, soon: () => undefined }
  const host = { record: { address: '10.0.0.1' }, explainPort: async () => 'nobody' } as unknown as Host
  bridge = { onmessage: null, postMessage: () => undefined, close: () => undefined }
  new Gateway(internet, clock, { bytes: (length) => new Uint8Array(length) }).serve(() => host, 80, bridge)
  const answers: PreviewAnswer[][] = []
  const line: MessageEndpoint = {
    onmessage: null,
    postMessage: (message) => void answers[(message as PreviewAnswer).id]?.push(message as PreviewAnswer),
    close: () => undefined,
  }
  bridge.onmessage?.({ data: 'drydock-line', ports: [line] })
  ask = (target, method = 'GET') => {
    const id = answers.length
    const messages: PreviewAnswer[] = []
    answers.push(messages)
    const say = (message: object): void => line.onmessage?.({ data: { id, ...message } })
    const request: PreviewRequest = { method, target, host: 'a', headers: [], held: target }
    say({ kind: 'request', request })
    return { messages, say }
  }
})

/** A busy machine takes its time. */
const soon = <T>(get: () => T) => expect.poll(get, { timeout: 15_000 })

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
const kinds = (messages: readonly PreviewAnswer[]): string[] => messages.map(({ kind }) => kind)

describe('the gateway', () => {
  it('keeps a connection for the next request', async () => {
    for (const target of ['/one', '/two']) {
      const { messages } = ask(target)
      await soon(() => servers[0]?.asked).toContain(`GET ${target} `)
      servers[0]?.answer(OK)
      await soon(() => kinds(messages)).toEqual(['whole'])
    }
    expect(servers).toHaveLength(1)
  })

  it('opens another one while the first is busy, or when the server hangs up', async () => {
    ask('/slow')
    const quick = ask('/quick')
    await soon(() => servers.length).toBe(2)
    await soon(() => servers[1]?.asked).toContain('/quick')
    servers[1]?.answer('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi')
    await soon(() => kinds(quick.messages)).toContain('whole')
    ask('/next')
    await soon(() => servers.length).toBe(3)
    expect(servers[1]?.closed).toBe(true)
  })

  it('asks again when a kept connection was closed meanwhile', async () => {
    const first = ask('/')
    await soon(() => servers[0]?.asked).toContain('GET')
    servers[0]?.answer(OK)
    await soon(() => kinds(first.messages)).toContain('whole')
    servers[0]?.close()
    const second = ask('/again')
    await soon(() => servers[1]?.asked).toContain('/again')
    servers[1]?.answer(OK)
    await soon(() => kinds(second.messages)).toEqual(['whole'])
  })

  it('hangs up when the browser wants no more of an event stream', async () => {
    const events = ask('/events')
    await soon(() => servers[0]?.asked).toContain('/events')
    servers[0]?.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n')
    await soon(() => kinds(events.messages)).toEqual(['head', 'chunk'])
    events.say({ kind: 'cancel' })
    expect(servers[0]?.closed).toBe(true)
  })

  it('hangs up when a page lets go of an event stream, or is gone', async () => {
    for (const target of ['/kept', '/left']) {
      const events = ask(target)
      await soon(() => servers.at(-1)?.asked).toContain(target)
      servers.at(-1)?.answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n')
      await soon(() => kinds(events.messages)).toEqual(['head', 'chunk'])
    }
    bridge.onmessage?.({ data: { kind: 'left', held: '/left' } })
    expect(servers.map(({ closed }) => closed)).toEqual([false, true])
  })

  it('asks nothing twice that may not happen twice', async () => {
    const first = ask('/')
    await soon(() => servers[0]?.asked).toContain('GET')
    servers[0]?.answer(OK)
    await soon(() => kinds(first.messages)).toContain('whole')
    const order = ask('/order', 'POST')
    await soon(() => servers[1]?.asked).toContain('POST /order ')
    servers[1]?.close()
    await soon(() => kinds(order.messages)).toEqual(['error'])
    expect(servers).toHaveLength(2)
    expect(servers[0]?.asked).not.toContain('/order')
  })

  it('waits while the browser reads no further', async () => {
    const large = ask('/large')
    await soon(() => servers[0]?.asked).toContain('/large')
    const piece = 'x'.repeat(64 * 1024)
    const pieces = (4 * PREVIEW_WINDOW_BYTES) / piece.length
    servers[0]?.answer(`HTTP/1.1 200 OK\r\nContent-Length: ${4 * PREVIEW_WINDOW_BYTES}\r\n\r\n`)
    for (let i = 0; i < pieces; i++) servers[0]?.answer(piece)
    const taken = (): number =>
      large.messages.reduce((sum, message) => sum + (message.kind === 'chunk' ? message.bytes.length : 0), 0)
    await soon(taken).toBeGreaterThanOrEqual(PREVIEW_WINDOW_BYTES)
    expect(taken()).toBeLessThanOrEqual(PREVIEW_WINDOW_BYTES + piece.length)
    for (let i = 1; i <= 4; i++) large.say({ kind: 'credit', bytes: PREVIEW_WINDOW_BYTES })
    await soon(() => kinds(large.messages).at(-1)).toBe('end')
    expect(taken()).toBe(4 * PREVIEW_WINDOW_BYTES)
  })

  it('says when the answer breaks off', async () => {
    const { messages } = ask('/')
    await soon(() => servers[0]?.asked).toContain('GET')
    servers[0]?.close()
    await soon(() => kinds(messages)).toEqual(['error'])
  })
})
