import type { ByteStream, Clock, Entropy } from '@drydock/abi'
import { ConnectionPool } from './connection-pool.ts'
import type { Internet } from './internet.ts'
import type { Host } from './host.ts'
import { mayRepeat, PreviewExchange } from './preview-exchange.ts'
import { Leavers } from './leavers.ts'
import type { BridgeMessage, MessageEndpoint, PortDiagnosis, PreviewAnswer, PreviewAsk, SocketRequest } from './rpc.ts'
import { relaySocket } from './socket-relay.ts'
import type { TlsSensing } from './tls-sensing.ts'

/**
 * Brings requests of a preview's origin to a host's port, from outside as a browser in the LAN would, and the answers back.
 */
export class Gateway {
  private readonly internet: Internet
  private readonly clock: Clock
  private readonly entropy: Entropy
  private sensing: Promise<TlsSensing> | undefined

  constructor(internet: Internet, clock: Clock, entropy: Entropy) {
    this.internet = internet
    this.clock = clock
    this.entropy = entropy
  }

  /** A message of the bridge brings a line on which requests come in, or a page's WebSocket; each asks for the host as it is then. */
  serve(host: () => Host, port: number, endpoint: MessageEndpoint): void {
    const pool = new ConnectionPool(this.clock, () => this.open(host(), port))
    const leavers = new Leavers()
    endpoint.onmessage = ({ data, ports }) => {
      const message = data as BridgeMessage
      const line = ports?.[0] as MessageEndpoint | undefined
      if (typeof message === 'object' && message.kind === 'left') leavers.left(message.held)
      else if (line && message === 'drydock-line') this.carry(pool, leavers, host, port, line)
      else if (line) this.relay(leavers, message as SocketRequest, () => this.open(host(), port), line)
    }
  }

  private relay(leavers: Leavers, wanted: SocketRequest, dial: () => Promise<ByteStream>, line: MessageEndpoint): void {
    const forget = leavers.note(wanted.held, () => line.onmessage?.({ data: { kind: 'gone' } }))
    void relaySocket(dial, wanted, line, this.entropy).finally(forget)
  }

  /** Requests of one Service Worker, as many at a time as it likes. */
  private carry(pool: ConnectionPool, leavers: Leavers, host: () => Host, port: number, line: MessageEndpoint): void {
    const underWay = new Map<number, PreviewExchange>()
    line.onclose = () => underWay.forEach((exchange) => exchange.cancel())
    line.onmessage = ({ data }) => {
      const ask = data as PreviewAsk
      if (ask.kind === 'cancel') return underWay.get(ask.id)?.cancel()
      if (ask.kind === 'credit') return underWay.get(ask.id)?.credit(ask.bytes)
      const { id, request } = ask
      const send = (message: PreviewAnswer): void => line.postMessage(message)
      const exchange = new PreviewExchange(request, (message) => send({ id, ...message }))
      underWay.set(id, exchange)
      const forget = leavers.note(request.held, () => exchange.cancel())
      void this.answer(pool, exchange, mayRepeat(request), host(), port)
        .then((reason) => (reason === undefined ? undefined : send({ id, kind: 'error', reason })))
        .finally(() => (forget(), underWay.delete(id)))
    }
  }

  /** In TLS where the server speaks it: pages of both kinds open by the same click. */
  private async open(host: Host, port: number): Promise<ByteStream> {
    const sensing = await (this.sensing ??= this.learnToSense())
    return sensing.dial(`${host.record.address}:${port}`, () => this.dial(host, port))
  }

  /** Not before the first port is opened. */
  private async learnToSense(): Promise<TlsSensing> {
    const { clock, entropy } = this
    return new (await import('./tls-sensing.ts')).TlsSensing({ clock, entropy })
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
