import type { ByteStream, Clock } from '@drydock/abi'
import { ConnectionPool, type Lease } from './connection-pool.ts'
import type { Internet } from './internet.ts'
import type { Host } from './host.ts'
import { CANCEL, type MessageEndpoint, type PortDiagnosis, type PreviewRequest, type PreviewResponse } from './rpc.ts'

/**
 * Brings requests of a preview's origin to a host's port, from outside as a browser in the LAN would, and the answers back.
 */
export class Gateway {
  private readonly internet: Internet
  private readonly clock: Clock

  constructor(internet: Internet, clock: Clock) {
    this.internet = internet
    this.clock = clock
  }

  /** Requests come in as messages, each with a port of its own for the answer; each asks for the host as it is then. */
  serve(host: () => Host, port: number, endpoint: MessageEndpoint): void {
    const pool = new ConnectionPool(this.clock, () => this.dial(host(), port))
    endpoint.onmessage = ({ data, ports }) => {
      const answer = ports?.[0] as MessageEndpoint | undefined
      if (answer) void this.answer(pool, host(), port, data as PreviewRequest, answer)
    }
  }

  dial(host: Host, port: number): Promise<ByteStream> {
    return this.internet.stack.dialStream(host.record.address, port)
  }

  async diagnose(host: Host, port: number): Promise<PortDiagnosis> {
    try {
      const stream = await this.dial(host, port)
      stream.close()
      return { reachable: true, reason: '' }
    } catch {
      return { reachable: false, reason: await host.explainPort(port) }
    }
  }

  private async answer(
    pool: ConnectionPool,
    host: Host,
    port: number,
    wanted: PreviewRequest,
    endpoint: MessageEndpoint,
  ): Promise<void> {
    const send = (message: PreviewResponse): void => endpoint.postMessage(message)
    const lease = await pool.take().catch(() => undefined)
    if (!lease) return send({ kind: 'error', reason: await host.explainPort(port) })
    let asked = new Exchange(lease, wanted, send)
    endpoint.onmessage = ({ data }) => (data === CANCEL ? asked.cancel() : undefined)
    try {
      await asked.run(pool).catch(async (error: unknown) => {
        // A kept connection that the server has closed meanwhile is no failure: the request goes over a new one.
        if (!asked.mayRepeat) throw error
        asked.stream.close()
        asked = new Exchange(await pool.take(true), wanted, send)
        await asked.run(pool)
      })
    } catch (error) {
      asked.cancel()
      send({
        kind: 'error',
        reason: `The answer from port ${port} broke off: ${error instanceof Error ? error.message : String(error)}`,
      })
    }
  }
}

/** What the browser says of its own connection is not for the server in the container. */
const NOT_FORWARDED: readonly string[] = [
  'connection',
  'host',
  'content-length',
  'accept-encoding',
  'transfer-encoding',
]

/** One request and its answer over one connection. */
class Exchange {
  readonly stream: ByteStream
  private readonly used: boolean
  private readonly wanted: PreviewRequest
  private readonly send: (message: PreviewResponse) => void
  private answered = false
  private cancelled = false

  constructor({ stream, used }: Lease, wanted: PreviewRequest, send: (message: PreviewResponse) => void) {
    this.stream = stream
    this.used = used
    this.wanted = wanted
    this.send = send
  }

  /** Nothing came back over a connection that had been used before. */
  get mayRepeat(): boolean {
    return this.used && !this.answered && !this.cancelled
  }

  /** The browser wants no more of it. */
  cancel(): void {
    this.cancelled = true
    this.stream.close()
  }

  /** Sends the request and passes the answer on; the connection goes back to the pool where it may. */
  async run(pool: ConnectionPool): Promise<void> {
    const { wanted, send } = this
    const headers: [string, string][] = [['Host', wanted.host]]
    for (const [name, value] of wanted.headers)
      if (!NOT_FORWARDED.includes(name.toLowerCase())) headers.push([name, value])
    const { request } = await import('@drydock/http')
    const { method, target, body } = wanted
    const response = await request(this.stream, { method, target, headers, body })
    this.answered = true
    send({ kind: 'head', status: response.status, statusText: response.reason, headers: [...response.headers] })
    for await (const bytes of response.body) send({ kind: 'chunk', bytes })
    send({ kind: 'end' })
    if (response.keepAlive && !this.cancelled) pool.giveBack(this.stream)
    else this.stream.close()
  }
}
