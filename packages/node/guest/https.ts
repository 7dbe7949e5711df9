import { Agent, type AgentTarget } from './http-agent.ts'
import { Server } from './http-server.ts'
import type { Connected, Socket } from './net.ts'
import { acceptSecurely, checkIdentity, connect, type SecureOptions } from './tls.ts'

/** What is told of connections beside what http has: others are another's. */
const OWN = ['ca', 'cert', 'key', 'rejectUnauthorized', 'servername'] as const

export class HttpsAgent extends Agent {
  override defaultPort = 443
  override protocol = 'https:'
  override getName(target: AgentTarget & SecureOptions = {}): string {
    const more = OWN.map((name) => (target[name] === undefined ? '' : String(target[name])))
    return `${super.getName(target)}:${more.join(':')}`
  }
  override createConnection(target: AgentTarget & SecureOptions): Socket {
    const { host = 'localhost', port = this.defaultPort } = target
    const own = this.options as unknown as SecureOptions
    const servername = target.servername ?? own.servername ?? host
    const given = Object.entries(target).filter(([, value]) => value !== undefined)
    return connect({ ...own, ...Object.fromEntries(given), host, port: Number(port), servername, path: undefined })
  }
}
Object.defineProperty(HttpsAgent, 'name', { value: 'Agent' })

/** https://nodejs.org/api/https.html#class-httpsserver */
export class HttpsServer extends Server {
  private readonly secure: SecureOptions
  constructor(...args: unknown[]) {
    super(...args)
    this.secure = (args.find((arg) => typeof arg === 'object' && arg !== null) ?? {}) as SecureOptions
    checkIdentity(this.secure)
  }
  override accept(connected: Connected): void {
    acceptSecurely(
      connected,
      { ...this.secure, ALPNProtocols: this.secure.ALPNProtocols ?? ['http/1.1'], allowHalfOpen: true },
      (socket) => {
        this.welcome(socket, 'secureConnection')
        this.serve(socket)
      },
      (error, socket) => void this.emit('tlsClientError', error, socket),
    )
  }
}
Object.defineProperty(HttpsServer, 'name', { value: 'Server' })
