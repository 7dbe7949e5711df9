import type { Host, PublishedPort, Session, SessionView } from '@drydock/playground'
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { bridge } from './bridge.ts'
import { openHost } from './open-host.ts'

interface ServeOptions {
  readonly socket: string
  readonly publish: boolean
  readonly folder: string | undefined
}

/** Puts the engine on a real unix socket, byte for byte, until SIGINT or SIGTERM. */
export async function runServe({ socket, publish, folder }: ServeOptions): Promise<number> {
  let ports: PublishedPorts | undefined
  const { session, host } = await openHost(folder, (view) => ports?.follow(view))
  if (publish) ports = new PublishedPorts(session, host)
  await engineUp(host)
  rmSync(socket, { force: true })
  const server = createServer({ allowHalfOpen: true }, (client) => void bridge(client, host.dialEngine()))
  await new Promise<void>((listening, failed) => server.once('error', failed).listen(socket, listening))
  console.log(`Docker engine at unix://${socket}`)
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop())
  })
  server.close()
  rmSync(socket, { force: true })
  await session.flush()
  session.dispose()
  process.exit(0)
}

/** Waits until the engine takes connections. */
async function engineUp(host: Host): Promise<void> {
  for (;;) {
    try {
      const stream = await host.dialEngine()
      return stream.close()
    } catch {
      await new Promise((later) => setTimeout(later, 5))
    }
  }
}

/** Real listeners on 127.0.0.1 for the ports that containers publish. */
class PublishedPorts {
  private readonly servers = new Map<number, Server>()
  private readonly session: Session
  private readonly host: Host

  constructor(session: Session, host: Host) {
    this.session = session
    this.host = host
  }

  follow(view: SessionView): void {
    const ports = view.hosts
      .flatMap((host): readonly PublishedPort[] => host.ports)
      .filter(({ protocol }) => protocol === 'tcp')
    const wanted = new Map(ports.map(({ port, address }) => [port, address]))
    for (const [port, server] of this.servers) if (!wanted.has(port)) this.close(port, server)
    for (const [port, address] of wanted) if (!this.servers.has(port)) this.open(port, address)
  }

  /** What is bound to the host's loopback answers nobody outside of it. */
  private open(port: number, address: string): void {
    const dial = address.startsWith('127.')
      ? () => this.host.dialInside(address, port)
      : () => this.session.gateway.dial(this.host, port)
    const server = createServer({ allowHalfOpen: true }, (client) => void bridge(client, dial()))
    this.servers.set(port, server)
    server.on('error', (error) => console.error(`port ${port}: ${error.message}`))
    server.listen(port, '127.0.0.1', () => console.log(`port ${port} at 127.0.0.1:${port}`))
  }

  private close(port: number, server: Server): void {
    this.servers.delete(port)
    server.close()
  }
}
