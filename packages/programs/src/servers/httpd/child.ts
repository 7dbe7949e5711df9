import {
  ECONNABORTED,
  EINTR,
  isErrno,
  isInet,
  plainAddress,
  SIGINT,
  SIGTERM,
  SIGWINCH,
  type SocketAddress,
} from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import { FdStream } from '@drydock/libc'
import type { Address } from './config.ts'
import type { Connection, ServerContext } from './exchange.ts'
import { handle } from './handle.ts'
import { badRequest } from './bad-request.ts'
import { agreed, type Identities } from './secure-hosts.ts'

const endOf = (address: SocketAddress): Address =>
  isInet(address) ? { host: plainAddress(address.address), port: address.port } : { host: '-', port: 0 }

/** A child: takes connections until it is told to go. */
class Child {
  private readonly context: ServerContext
  private readonly identities: Identities
  private readonly open = new Set<FdStream>()
  private leaving = false
  private idle: (() => void) | undefined

  constructor(context: ServerContext, identities: Identities) {
    this.context = context
    this.identities = identities
  }

  async run(listeners: readonly number[]): Promise<number> {
    const { sys } = this.context
    sys.sigaction(SIGINT, 'SIG_IGN')
    sys.sigaction(SIGTERM, () => sys.exit(0))
    sys.sigaction(SIGWINCH, () => this.leave(), { restart: false })
    await Promise.all(listeners.map((listener) => this.accept(listener)))
    if (this.open.size > 0) await new Promise<void>((resolve) => (this.idle = resolve))
    return 0
  }

  /** No new connections; those that are open may end their requests. */
  private leave(): void {
    this.leaving = true
    for (const stream of this.open) stream.shutdown()
  }

  private async accept(listener: number): Promise<void> {
    const { sys } = this.context
    while (!this.leaving) {
      try {
        const { fd, peer } = await sys.accept(listener)
        void this.serve(fd, peer)
      } catch (error) {
        if (error !== EINTR && error !== ECONNABORTED) throw error
      }
    }
  }

  private async serve(fd: number, peer: SocketAddress): Promise<void> {
    const { context, identities } = this
    const { sys, config } = context
    const stream = new FdStream(sys, fd)
    this.open.add(stream)
    try {
      const local = endOf(sys.getsockname(fd))
      const found = await agreed({ sys, config, identities }, stream, local)
      if (!found) return
      const { tls, misdirected } = found
      const connection: Connection = { client: endOf(peer), local, tls, misdirected, requests: 0 }
      await serveConnection(found.stream, (request) => handle(context, request, connection), {
        refusal: () => badRequest(context),
      })
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      this.open.delete(stream)
      stream.close()
      if (this.leaving && this.open.size === 0) this.idle?.()
    }
  }
}

export const serveChild = (
  context: ServerContext,
  identities: Identities,
  listeners: readonly number[],
): Promise<number> => new Child(context, identities).run(listeners)
