import {
  type ByteStream,
  isInet,
  EINTR,
  ECONNABORTED,
  EMFILE,
  isErrno,
  type Process,
  SIGQUIT,
  SIGTERM,
  type SocketAddress,
  type Sys,
} from '@drydock/abi'
import { serveConnection } from '@drydock/http'
import { FdStream } from '@drydock/libc'
import type { LogFiles } from '../logs/log-files.ts'
import { LogFormats } from './access-log.ts'
import type { Config } from './config.ts'
import { logError } from './error-log.ts'
import type { Connection, End, SharedMemory, WorkerContext } from './exchange.ts'
import { handle, refuseRequest } from './handle.ts'
import { type Identities, secured, speaksTls } from './secure-servers.ts'
import { StreamProxy } from './stream-proxy.ts'
import { type Resolved, Upstreams } from './upstreams.ts'

export interface WorkerOptions {
  readonly config: Config
  readonly version: string
  /** Descriptors that listen. */
  readonly listeners: readonly { readonly fd: number; readonly udp: boolean }[]
  readonly logs: LogFiles
  readonly shared: SharedMemory
  readonly resolved: Resolved
  readonly identities: Identities
}

const endOf = (address: SocketAddress) =>
  isInet(address) ? { address: address.address, port: address.port } : { address: 'unix:', port: 0 }

interface Agreed extends Pick<Connection, 'tls' | 'misdirected'> {
  readonly stream: ByteStream
}

/** A worker process: takes connections until it is told to go. */
export class Worker {
  private readonly sys: Sys
  private readonly options: WorkerOptions
  private readonly context: WorkerContext
  private readonly stream: StreamProxy
  private readonly open = new Set<FdStream>()
  private leaving = false
  private idle: (() => void) | undefined

  constructor(process: Process, options: WorkerOptions) {
    this.sys = process.sys
    this.options = options
    const { config, version, shared, resolved } = options
    const { sys } = this
    const logs = options.logs.inherit(sys)
    const tell = (level: string, message: string): Promise<void> =>
      logError(sys, logs, config, level, `*${shared.counters.connections} ${message}`)
    const logFormats = new LogFormats(config)
    const hostname = sys.uname().nodename
    const upstreams = new Upstreams(config.upstreams, resolved)
    this.context = {
      ...{ sys, config, version, logs, logFormats, shared, upstreams, resolved, hostname },
      logError: tell,
    }
    this.stream = new StreamProxy(this.context)
  }

  async run(): Promise<number> {
    const { sys } = this
    sys.sigaction(SIGQUIT, () => this.leave())
    sys.sigaction(SIGTERM, () => sys.exit(0))
    await Promise.all(
      this.options.listeners.map(({ fd, udp }) =>
        udp ? this.stream.datagrams(fd, () => this.leaving) : this.accept(fd),
      ),
    )
    await this.notice('gracefully shutting down')
    if (this.open.size > 0) await new Promise<void>((resolve) => (this.idle = resolve))
    await this.notice('exiting')
    await this.notice('exit')
    return 0
  }

  private notice(message: string): Promise<void> {
    return logError(this.sys, this.context.logs, this.options.config, 'notice', message)
  }

  /** No new connections; those that are open may end their requests. */
  private leave(): void {
    this.leaving = true
    for (const stream of this.open) stream.shutdown()
  }

  private async accept(listener: number): Promise<void> {
    while (!this.leaving) {
      try {
        const { fd, peer } = await this.sys.accept(listener)
        void this.serve(fd, peer)
      } catch (error) {
        if (error === EMFILE) await this.sys.sleep(500)
        else if (error !== EINTR && error !== ECONNABORTED) throw error
      }
    }
  }

  /** TLS where the port asks for it. @returns undefined when the client and TLS do not get on */
  private async agreed(stream: FdStream, local: End): Promise<Agreed | undefined> {
    const { sys, options } = this
    if (!speaksTls(options.config, local)) return { stream, tls: undefined, misdirected: false }
    try {
      const { stream: agreed, tls } = await secured(sys, options, stream, local)
      return { stream: agreed, tls, misdirected: tls === undefined }
    } catch (error) {
      if (isErrno(error)) return undefined
      const reason = error instanceof Error ? error.message : String(error)
      await this.context.logError('info', `SSL_do_handshake() failed (${reason}) while SSL handshaking`)
      return undefined
    }
  }

  private async serve(fd: number, peer: SocketAddress): Promise<void> {
    const stream = new FdStream(this.sys, fd)
    const { counters } = this.context.shared
    counters.connections++
    counters.active++
    this.open.add(stream)
    const ends = { remote: endOf(peer), local: endOf(this.sys.getsockname(fd)) }
    const number = counters.connections
    try {
      const streaming = this.stream.find(ends.local)
      if (streaming) return await this.stream.serve(streaming, stream, ends)
      const agreed = await this.agreed(stream, ends.local)
      if (!agreed) return
      const connection = { ...ends, ...agreed, number, requests: 0 }
      await serveConnection(agreed.stream, (request) => handle(this.context, request, connection), {
        refusal: (error) => refuseRequest(this.context, error, connection),
      })
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      counters.active--
      this.open.delete(stream)
      stream.close()
      if (this.leaving && this.open.size === 0) this.idle?.()
    }
  }
}
