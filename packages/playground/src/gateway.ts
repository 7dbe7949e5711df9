import type { ByteStream } from '@drydock/abi'
import type { Internet } from './internet.ts'
import type { Host } from './host.ts'
import type { MessageEndpoint, PortDiagnosis, PreviewRequest, PreviewResponse } from './rpc.ts'

/**
 * Brings requests of a preview's origin to a host's port, from outside as a browser in the LAN would, and the answers back.
 */
export class Gateway {
  private readonly internet: Internet

  constructor(internet: Internet) {
    this.internet = internet
  }

  /** Requests come in as messages, each with a port of its own for the answer; each asks for the host as it is then. */
  serve(host: () => Host, port: number, endpoint: MessageEndpoint): void {
    endpoint.onmessage = ({ data, ports }) => {
      const answer = ports?.[0] as MessageEndpoint | undefined
      if (answer) void this.answer(host(), port, data as PreviewRequest, answer)
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

  private async answer(host: Host, port: number, wanted: PreviewRequest, endpoint: MessageEndpoint): Promise<void> {
    const send = (message: PreviewResponse): void => endpoint.postMessage(message)
    const stream = await this.dial(host, port).catch(() => undefined)
    if (!stream) return send({ kind: 'error', reason: await host.explainPort(port) })
    try {
      await exchange(stream, wanted, send)
    } catch (error) {
      send({
        kind: 'error',
        reason: `The answer from port ${port} broke off: ${error instanceof Error ? error.message : String(error)}`,
      })
    } finally {
      stream.close()
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

async function exchange(
  stream: ByteStream,
  wanted: PreviewRequest,
  send: (message: PreviewResponse) => void,
): Promise<void> {
  const headers: [string, string][] = [
    ['Host', wanted.host],
    ['Connection', 'close'],
  ]
  for (const [name, value] of wanted.headers)
    if (!NOT_FORWARDED.includes(name.toLowerCase())) headers.push([name, value])
  const { request } = await import('@drydock/http')
  const response = await request(stream, { method: wanted.method, target: wanted.target, headers, body: wanted.body })
  send({ kind: 'head', status: response.status, statusText: response.reason, headers: [...response.headers] })
  for await (const bytes of response.body) send({ kind: 'chunk', bytes })
  send({ kind: 'end' })
}
