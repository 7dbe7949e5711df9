import type { ByteStream } from '@drydock/abi'
import type { ClientResponse } from '@drydock/http'
import type { ConnectionPool, Lease } from './connection-pool.ts'
import { PREVIEW_WINDOW_BYTES, type PreviewHead, type PreviewRequest, type PreviewResponse } from './rpc.ts'

/** What the browser says of its own connection is not for the server in the container. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
])
/** RFC 9110 section 9.2.2: only these may be sent a second time by themselves. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** An answer that is no longer goes out as one message. */
const WHOLE_BYTES = 64 * 1024

const headOf = ({ status, reason, headers }: ClientResponse): PreviewHead => ({
  status,
  statusText: reason,
  headers: [...headers],
})

/** One request of a browser and its answer, over one connection or, where that turns out closed, over a second. */
export class PreviewExchange {
  private readonly wanted: PreviewRequest
  private readonly send: (message: PreviewResponse) => void
  private stream: ByteStream | undefined
  private answered = false
  private cancelled = false
  private unread = 0
  private roomAgain: (() => void) | undefined

  constructor(wanted: PreviewRequest, send: (message: PreviewResponse) => void) {
    this.wanted = wanted
    this.send = send
  }

  /** The browser wants no more of it. */
  cancel(): void {
    this.cancelled = true
    this.stream?.close()
    this.roomAgain?.()
  }

  /** The browser has read so many bytes of it. */
  credit(bytes: number): void {
    this.unread -= bytes
    this.roomAgain?.()
  }

  /** A kept connection that the server has closed meanwhile is no failure: the request goes over a new one. */
  async run(pool: ConnectionPool, lease: Lease): Promise<void> {
    try {
      await this.over(pool, lease.stream)
    } catch (error) {
      lease.stream.close()
      if (!lease.used || this.answered || this.cancelled || !mayRepeat(this.wanted)) throw error
      await this.over(pool, (await pool.take(true)).stream)
    }
  }

  /** Sends the request and passes the answer on; the connection goes back to the pool where it may. */
  private async over(pool: ConnectionPool, stream: ByteStream): Promise<void> {
    this.stream = stream
    if (this.cancelled) return stream.close()
    const { method, target, host, body } = this.wanted
    const headers: [string, string][] = [['Host', host]]
    for (const [name, value] of this.wanted.headers)
      if (!NOT_FORWARDED.has(name.toLowerCase())) headers.push([name, value])
    const { request } = await import('@drydock/http')
    const response = await request(stream, { method, target, headers, body })
    this.answered = true
    await this.passOn(response)
    if (response.keepAlive && !this.cancelled) pool.giveBack(stream)
    else stream.close()
  }

  private async passOn(response: ClientResponse): Promise<void> {
    const { send } = this
    const head = headOf(response)
    if ((response.body.length ?? Number.POSITIVE_INFINITY) <= WHOLE_BYTES)
      return send({ kind: 'whole', head, body: await response.body.readAll() })
    send({ kind: 'head', head })
    for await (const bytes of response.body) {
      send({ kind: 'chunk', bytes })
      this.unread += bytes.length
      while (this.unread >= PREVIEW_WINDOW_BYTES && !this.cancelled)
        await new Promise<void>((resume) => (this.roomAgain = resume))
    }
    send({ kind: 'end' })
  }
}

/** Others go over a connection of their own, which nobody closed before. */
export const mayRepeat = ({ method }: PreviewRequest): boolean => IDEMPOTENT.has(method)
