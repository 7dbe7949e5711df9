import {
  AF_INET,
  AF_INET6,
  type ByteStream,
  type Datagram,
  EINTR,
  type Errno,
  inet,
  isErrno,
  isInet,
  POLLIN,
  SOCK_DGRAM,
  type SocketAddress,
  unix,
} from '@drydock/abi'
import { dial, FdStream } from '@drydock/libc'
import { absoluteLog } from './access-log.ts'
import type { End, WorkerContext } from './exchange.ts'
import { secondsOf } from './scope.ts'
import type { StreamServer } from './stream-config.ts'
import { type Balanced, type Peer, type PeerGroup, Upstreams } from './upstreams.ts'
import { covers } from './variable-maps.ts'
import { fill, logTime, templateOf } from './variables.ts'

/** One connection or exchange of datagrams on its way through. */
interface Session {
  readonly context: WorkerContext
  readonly server: StreamServer
  readonly protocol: 'TCP' | 'UDP'
  readonly remote: End
  readonly local: End
  readonly number: number
  readonly startMs: number
  status: string
  received: number
  sent: number
  upstream: string
}

/** ngx_stream_core_module, "Embedded Variables", and those of proxying. */
const VARIABLES: Readonly<Record<string, (session: Session) => string>> = {
  binary_remote_addr: ({ remote }) => remote.address,
  remote_addr: ({ remote }) => remote.address,
  remote_port: ({ remote }) => String(remote.port),
  server_addr: ({ local }) => local.address,
  server_port: ({ local }) => String(local.port),
  protocol: ({ protocol }) => protocol,
  status: ({ status }) => status,
  bytes_received: ({ received }) => String(received),
  bytes_sent: ({ sent }) => String(sent),
  upstream_bytes_sent: ({ received }) => String(received),
  upstream_bytes_received: ({ sent }) => String(sent),
  upstream_addr: ({ upstream }) => upstream,
  upstream_session_time: (session) => elapsed(session),
  session_time: (session) => elapsed(session),
  connection: ({ number }) => String(number),
  time_local: ({ context }) => logTime(context.sys.clock.now()),
  time_iso8601: ({ context }) => `${new Date(context.sys.clock.now()).toISOString().slice(0, 19)}+00:00`,
  msec: ({ context }) => (context.sys.clock.now() / 1000).toFixed(3),
  hostname: ({ context }) => context.hostname,
  pid: ({ context }) => String(context.sys.getpid()),
  nginx_version: ({ context }) => context.version,
}

const elapsed = ({ context, startMs }: Session): string => ((context.sys.clock.monotonic() - startMs) / 1000).toFixed(3)

const words = (session: Session, text: string, missing = ''): string =>
  fill(templateOf(text), (name) => {
    const value = VARIABLES[name]?.(session)
    return value === undefined || value === '' ? missing : value
  })

const endOf = (address: SocketAddress): End =>
  isInet(address) ? { address: address.address, port: address.port } : { address: 'unix:', port: 0 }

const secondsIn = ({ scope }: StreamServer, name: string, fallback: string): number =>
  (secondsOf(scope.word(name, fallback)) ?? 0) * 1000

/** Connections and datagrams of `stream`, as one worker sees them. ngx_stream_proxy_module. */
export class StreamProxy {
  private readonly context: WorkerContext
  private readonly upstreams: Upstreams

  constructor(context: WorkerContext) {
    this.context = context
    this.upstreams = new Upstreams(context.config.stream.upstreams, context.resolved)
  }

  /** The server that listens there for TCP. */
  find(local: End, udp = false): StreamServer | undefined {
    return this.context.config.stream.servers.find(({ listens }) =>
      listens.some((each) => each.udp === udp && each.port === local.port),
    )
  }

  /** Bytes both ways until either side ends. */
  async serve(
    server: StreamServer,
    client: FdStream,
    ends: { readonly remote: End; readonly local: End },
  ): Promise<void> {
    const session = this.session(server, 'TCP', ends)
    try {
      await this.pass(session, client)
    } finally {
      client.close()
      await this.log(session)
    }
  }

  private session(
    server: StreamServer,
    protocol: Session['protocol'],
    ends: { readonly remote: End; readonly local: End },
  ): Session {
    const { context } = this
    const number = context.shared.counters.connections
    const startMs = context.sys.clock.monotonic()
    return {
      ...{ context, server, protocol, number, startMs, ...ends },
      status: '200',
      received: 0,
      sent: 0,
      upstream: '',
    }
  }

  private async pass(session: Session, client: FdStream): Promise<void> {
    const { scope } = session.server
    if (await this.refused(session)) return
    const text = scope.own('return')?.[0]
    if (text !== undefined) return void (await client.write(new TextEncoder().encode(words(session, text))))
    const upstream = await this.connect(session)
    if (!upstream) return
    try {
      await Promise.all([
        this.pump(session, client, upstream, (bytes) => (session.received += bytes)),
        this.pump(session, upstream, client, (bytes) => (session.sent += bytes)),
      ])
    } finally {
      upstream.close()
    }
  }

  private async refused(session: Session): Promise<boolean> {
    const { remote, server } = session
    const rule = server.scope
      .rows(['allow', 'deny'])
      .find(({ args: [where = ''] }) => where === 'all' || covers(where, remote.address))
    if (rule?.name !== 'deny') return false
    session.status = '403'
    await this.context.logError('error', `access forbidden by rule${this.whose(session)}`)
    return true
  }

  private async connect(session: Session): Promise<FdStream | undefined> {
    const group = this.upstreams.find(words(session, session.server.scope.own('proxy_pass')?.[0] ?? ''))
    const tried = new Set<Peer>()
    const asker = this.asker(session)
    for (let peer = group?.choose(asker, tried); group && peer; peer = group.choose(asker, tried)) {
      tried.add(peer)
      session.upstream = [session.upstream, peer.address].filter((each) => each !== '').join(', ')
      const stream = await this.dial(session, group, peer)
      if (stream) return stream
    }
    session.status = '502'
    return undefined
  }

  private asker(session: Session): Balanced {
    return { sys: this.context.sys, remote: session.remote, filled: (text) => words(session, text) }
  }

  private async dial(session: Session, group: PeerGroup, peer: Peer): Promise<FdStream | undefined> {
    const { sys } = this.context
    try {
      return await dial(sys, addressOf(peer.address), secondsIn(session.server, 'proxy_connect_timeout', '60s'))
    } catch (error) {
      if (!isErrno(error)) throw error
      group.failed(peer, sys.clock.monotonic())
      await this.context.logError(
        'error',
        `${failure(error)} while connecting to upstream${this.whose(session)}, upstream: "${peer.address}", bytes from/to client:0/0, bytes from/to upstream:0/0`,
      )
      return undefined
    }
  }

  private async pump(
    session: Session,
    from: ByteStream,
    to: ByteStream,
    count: (bytes: number) => void,
  ): Promise<void> {
    try {
      for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) {
        count(bytes.length)
        await to.write(bytes)
      }
      to.shutdown()
    } catch (error) {
      if (!isErrno(error)) throw error
      from.close()
      to.close()
    }
  }

  /** Answers of an upstream go back to the client whose datagrams it got. */
  async datagrams(listener: number, leaving: () => boolean): Promise<void> {
    const { sys } = this.context
    const local = endOf(sys.getsockname(listener))
    const server = this.find(local, true)
    if (!server) return
    const sessions = new Map<string, { readonly fd: number; readonly session: Session; readonly peer: Peer }>()
    while (!leaving()) {
      const datagram = await this.next(listener)
      if (!datagram) continue
      const { data, from } = datagram
      const remote = endOf(from)
      const key = `${remote.address} ${remote.port}`
      const known = sessions.get(key) ?? (await this.open(server, remote, local))
      if (!known) continue
      if (!sessions.has(key)) {
        sessions.set(key, known)
        void this.answers(known, listener, from).finally(() => sessions.delete(key))
      }
      known.session.received += data.length
      await sys.sendto(known.fd, data, addressOf(known.peer.address))
    }
  }

  /** @returns undefined when a signal came instead */
  private async next(listener: number): Promise<Datagram | undefined> {
    try {
      return await this.context.sys.recvfrom(listener)
    } catch (error) {
      if (error === EINTR) return undefined
      throw error
    }
  }

  private async open(
    server: StreamServer,
    remote: End,
    local: End,
  ): Promise<{ fd: number; session: Session; peer: Peer } | undefined> {
    this.context.shared.counters.connections++
    const session = this.session(server, 'UDP', { remote, local })
    if (await this.refused(session)) return undefined
    const group = this.upstreams.find(words(session, server.scope.own('proxy_pass')?.[0] ?? ''))
    const peer = group?.choose(this.asker(session), new Set())
    if (!peer) return undefined
    session.upstream = peer.address
    return { fd: this.context.sys.socket(peer.address.startsWith('[') ? AF_INET6 : AF_INET, SOCK_DGRAM), session, peer }
  }

  /** Until nothing comes for as long as proxy_timeout says, or as many as proxy_responses. */
  private async answers(
    { fd, session }: { readonly fd: number; readonly session: Session },
    listener: number,
    client: SocketAddress,
  ): Promise<void> {
    const { sys } = this.context
    const timeoutMs = secondsIn(session.server, 'proxy_timeout', '10m')
    const most = Number(session.server.scope.word('proxy_responses', 'Infinity'))
    try {
      for (let count = 0; count < most; count++) {
        const [found = 0] = await sys.poll([{ fd, events: POLLIN }], timeoutMs)
        if (found === 0) break
        const { data } = await sys.recvfrom(fd)
        session.sent += data.length
        await sys.sendto(listener, data, client)
      }
    } catch (error) {
      if (!isErrno(error)) throw error
      session.status = '502'
    } finally {
      sys.close(fd)
      await this.log(session)
    }
  }

  private whose({ remote, local, protocol }: Session): string {
    const kind = protocol === 'UDP' ? 'udp client' : 'client'
    return `, ${kind}: ${remote.address}, server: ${local.address}:${local.port}`
  }

  private async log(session: Session): Promise<void> {
    const { logs, config } = this.context
    for (const [path = 'off', format = ''] of session.server.scope.all('access_log')) {
      if (path === 'off') continue
      await logs.write(absoluteLog(path), `${words(session, config.stream.formats.get(format) ?? '', '-')}\n`)
    }
  }
}

const failure = (error: Errno): string =>
  `${error.code === 'ETIMEDOUT' ? 'upstream timed out' : 'connect() failed'} (${error.errno}: ${error.message})`

function addressOf(where: string): SocketAddress {
  if (where.startsWith('unix:')) return unix(where.slice(5))
  const colon = where.lastIndexOf(':')
  return inet(where.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), Number(where.slice(colon + 1)))
}
