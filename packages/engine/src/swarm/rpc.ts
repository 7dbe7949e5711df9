import type { ByteStream, Clock } from '@drydock/abi'
import { SwarmError, type SwarmCode } from '@drydock/swarm'

/** What a node asks of another: JSON, one message a line. */
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: SwarmCode; readonly message: string }
}

/** Who does not answer for so long is gone. */
const ANSWER_MS = 10_000

export type RpcHandler = (method: string, params: unknown, connection: RpcConnection) => unknown

/** A connection between two nodes of a swarm, on which both may ask. */
export class RpcConnection {
  private readonly stream: ByteStream
  private readonly handler: RpcHandler
  private readonly clock: Clock
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  private readonly closers: (() => void)[] = []
  private next = 1
  closed = false

  constructor(stream: ByteStream, clock: Clock, handler: RpcHandler) {
    this.stream = stream
    this.clock = clock
    this.handler = handler
  }

  /** @throws (rejects) SwarmError */
  call<T>(method: string, params: unknown): Promise<T> {
    if (this.closed) return Promise.reject(new SwarmError('Unavailable', 'connection is closed'))
    const id = this.next++
    // A machine that is off does not even say so.
    const timer = this.clock.after(ANSWER_MS, () => this.close())
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      void this.send({ id, method, params })
    }).finally(() => timer.cancel())
  }

  onClose(closer: () => void): void {
    if (this.closed) closer()
    else this.closers.push(closer)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.stream.close()
    for (const { reject } of this.waiting.values()) reject(new SwarmError('Unavailable', 'connection is closed'))
    this.waiting.clear()
    for (const closer of this.closers.splice(0)) closer()
  }

  /** Reads until the other side is gone. */
  async serve(): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for (;;) {
        const bytes = await this.stream.read()
        if (bytes.length === 0) break
        text += decoder.decode(bytes, { stream: true })
        const lines = text.split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) void this.take(JSON.parse(line) as Message)
      }
    } finally {
      this.close()
    }
  }

  private async take({ id, method, params, result, error }: Message): Promise<void> {
    if (method === undefined) {
      const waiting = id === undefined ? undefined : this.waiting.get(id)
      if (id !== undefined) this.waiting.delete(id)
      if (error) waiting?.reject(new SwarmError(error.code, error.message))
      else waiting?.resolve(result)
      return
    }
    await this.send({ ...(id === undefined ? {} : { id }), ...(await this.answer(method, params)) })
  }

  private async answer(method: string, params: unknown): Promise<Pick<Message, 'result' | 'error'>> {
    try {
      return { result: (await this.handler(method, params, this)) ?? null }
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure
      const code = failure instanceof SwarmError ? failure.code : 'Unknown'
      return { error: { code, message: failure.message } }
    }
  }

  private async send(message: Message): Promise<void> {
    if (this.closed) return
    try {
      await this.stream.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`))
    } catch (failure) {
      this.close()
      if (!(failure instanceof Error)) throw failure
    }
  }
}
