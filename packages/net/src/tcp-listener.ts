import { EAGAIN } from '@drydock/abi'
import type { Endpoint, Readiness, Socket } from './endpoint.ts'
import type { TcpSegment } from './packet.ts'
import type { Tcp } from './tcp.ts'
import { TcpConnection } from './tcp-connection.ts'

/** A passive socket: connections stand before anybody accepts them. listen(2). */
export class TcpListener implements Socket {
  onChange: () => void = () => {}
  readonly local: Endpoint
  private readonly tcp: Tcp
  private backlog: number
  private readonly opening = new Set<TcpConnection>()
  private ready: TcpConnection[] = []

  constructor(tcp: Tcp, local: Endpoint, backlog: number) {
    this.tcp = tcp
    this.local = local
    this.backlog = backlog
  }

  get queued(): { receive: number; send: number } {
    return { receive: this.ready.length, send: this.backlog }
  }

  setBacklog(backlog: number): void {
    this.backlog = backlog
  }

  /** @throws EAGAIN when nobody has called */
  accept(): TcpConnection {
    const connection = this.ready.shift()
    if (!connection) throw EAGAIN
    return connection
  }

  /** A SYN came. With a full queue it is dropped, and the caller asks again a second later. */
  receive(local: Endpoint, remote: Endpoint, segment: TcpSegment): void {
    if (this.ready.length > this.backlog) return
    const connection: TcpConnection = new TcpConnection(this.tcp, local, remote, 'SYN-RECV', () => {
      this.opening.delete(connection)
      this.ready.push(connection)
      this.onChange()
    })
    this.opening.add(connection)
    this.tcp.adopt(connection)
    connection.welcome(segment.window)
  }

  readiness(): Readiness {
    return { readable: this.ready.length > 0, writable: false, hangup: false, error: false }
  }

  /** Who was not accepted is reset. */
  close(): void {
    this.onChange = () => {}
    for (const connection of [...this.opening, ...this.ready]) connection.abort()
    this.ready = []
    this.tcp.closeListener(this)
  }
}
