import {
  type ByteStream,
  type Clock,
  DNS_A,
  DNS_NOERROR,
  DNS_NXDOMAIN,
  DNS_PTR,
  decodeDns,
  encodeDns,
  type Entropy,
} from '@drydock/abi'
import { type Link, Stack } from '@drydock/net'

export const ROUTER = '192.168.0.1'
export const LAN_PREFIX = 23

/** Answers connections to one of its names. */
export type Service = (stream: ByteStream, host: string, port: number) => Promise<void>

interface InternetOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly lan: Link
  /** Names the LAN's hosts go by, with their addresses. */
  readonly hosts: () => ReadonlyMap<string, string>
  readonly services: ReadonlyMap<string, Service>
}

/** Well-known addresses that people ping, and where names of the virtual internet live. RFC 5737 for our own. */
const KNOWN: readonly (readonly [string, string])[] = [
  ['dns.google', '8.8.8.8'],
  ['one.one.one.one', '1.1.1.1'],
  ['google.com', '142.250.80.46'],
  ['www.google.com', '142.250.80.36'],
  ['github.com', '140.82.112.3'],
]

/**
 * The session's router and what lies behind it: the LAN's gateway and name server at 192.168.0.1, and every address
 * beyond, at which the services that the playground simulates answer. Nothing leaves the session.
 */
export class Internet {
  readonly stack: Stack
  private readonly addresses = new Map<string, string>(KNOWN)
  private readonly names: Map<string, string>
  private readonly options: InternetOptions

  constructor(options: InternetOptions) {
    this.options = options
    ;[...options.services.keys()].forEach((name, index) => {
      if (!this.addresses.has(name)) this.addresses.set(name, `198.51.100.${index + 10}`)
    })
    this.addresses.set('example.com', '203.0.113.10')
    this.names = new Map([...this.addresses].map(([name, address]) => [address, name]))
    this.stack = new Stack({ clock: options.clock, entropy: options.entropy, promiscuous: true })
    this.stack.addInterface(options.lan, { name: 'eth0', address: ROUTER, prefix: LAN_PREFIX })
    this.stack.bindUdp(53, ({ data }, reply) => {
      const answer = this.resolve(data)
      if (answer) reply(answer)
    })
    for (const port of [80, 443])
      this.stack.listenStream(port, (stream, { local }) => void this.serve(stream, local, port))
  }

  private resolve(question: Uint8Array): Uint8Array | undefined {
    const asked = decodeDns(question)
    if (!asked || asked.response) return undefined
    const name = asked.name.toLowerCase()
    const data = asked.type === DNS_PTR ? this.reverse(name) : this.lookup(name)
    const answers =
      data !== undefined && (asked.type === DNS_A || asked.type === DNS_PTR)
        ? [{ name: asked.name, type: asked.type, ttl: 60, data }]
        : []
    return encodeDns({ ...asked, response: true, code: data === undefined ? DNS_NXDOMAIN : DNS_NOERROR, answers })
  }

  private lookup(name: string): string | undefined {
    return this.options.hosts().get(name) ?? this.addresses.get(name)
  }

  private reverse(name: string): string | undefined {
    const address = name
      .replace(/\.in-addr\.arpa$/, '')
      .split('.')
      .reverse()
      .join('.')
    return this.names.get(address) ?? [...this.options.hosts()].find(([, each]) => each === address)?.[0]
  }

  private async serve(stream: ByteStream, local: string, port: number): Promise<void> {
    const name = this.names.get(local) ?? local
    try {
      await (this.options.services.get(name) ?? elsewhere)(stream, name, port)
    } catch {
      // The other side went away: its own business.
    } finally {
      stream.close()
    }
  }
}

const PAGE = (host: string): string => `<!doctype html>
<html><head><title>${host}</title></head>
<body><h1>${host}</h1><p>This is the playground's own internet: the real ${host} is not here.</p></body></html>
`

/** Any other name answers with a page that says where one is. */
const elsewhere: Service = async (stream, host) => {
  const { serveConnection } = await import('@drydock/http')
  const headers: [string, string][] = [['Content-Type', 'text/html; charset=utf-8']]
  return serveConnection(stream, () => ({ status: 200, headers, body: PAGE(host) }))
}
