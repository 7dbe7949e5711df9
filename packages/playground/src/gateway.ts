import type { ByteStream, Clock, Entropy } from '@drydock/abi'
import { ConnectionPool } from './connection-pool.ts'
import type { Internet } from './internet.ts'
import type { Host } from './host.ts'
import { mayRepeat, PreviewExchange } from './preview-exchange.ts'
import type { MessageEndpoint, PortDiagnosis, PreviewAnswer, PreviewAsk, SocketRequest } from './rpc.ts'
import { relaySocket } from './socket-relay.ts'

/**
 * Brings requests of a preview's origin to a host's port, from outside as a browser in the LAN would, and the answers back.
 */
export class Gateway {
  private readonly internet: Internet
  private readonly clock: Clock
  private readonly entropy: Entropy

  constructor(internet: Internet, clock: Clock, entropy: Entropy) {
    this.internet = internet
    this.clock = clock
    this.entropy = entropy
  }

  /** Each message brings a line on which requests come in, or a page's WebSocket; each asks for the host as it is then. */
  serve(host: () => Host, port: number, endpoint: MessageEndpoint): void {
    const pool = new ConnectionPool(this.clock, () => this.dial(host(), port))
    endpoint.onmessage = ({ data, ports }) => {
      const line = ports?.[0] as MessageEndpoint | undefined
      if (!line) return
      if (typeof data === 'string') this.carry(pool, host, port, line)
      else void relaySocket(() => this.dial(host(), port), data as SocketRequest, line, this.entropy)
    }
  }

  /** Requests of one Service Worker, as many at a time as it likes. */
  private carry(pool: ConnectionPool, host: () => Host, port: number, line: MessageEndpoint): void {
    const underWay = new Map<number, PreviewExchange>()
    line.onmessage = ({ data }) => {
      const ask = data as PreviewAsk
      if (ask.kind === 'cancel') return underWay.get(ask.id)?.cancel()
      if (ask.kind === 'credit') return underWay.get(ask.id)?.credit(ask.bytes)
      const { id, request } = ask
      const send = (message: PreviewAnswer): void => line.postMessage(message)
      const exchange = new PreviewExchange(request, (message) => send({ id, ...message }))
      underWay.set(id, exchange)
      void this.answer(pool, exchange, mayRepeat(request), host(), port)
        .then((reason) => (reason === undefined ? undefined : send({ id, kind: 'error', reason })))
        .finally(() => underWay.delete(id))
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

  /** @returns why there is no answer, or not all of it */
  private async answer(
    pool: ConnectionPool,
    exchange: PreviewExchange,
    kept: boolean,
    host: Host,
    port: number,
  ): Promise<string | undefined> {
    const lease = await pool.take(!kept).catch(() => undefined)
    if (!lease) return host.explainPort(port)
    try {
      await exchange.run(pool, lease)
      return undefined
    } catch (error) {
      exchange.cancel()
      return `The answer from port ${port} broke off: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
