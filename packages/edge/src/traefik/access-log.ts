import type { ServerRequest } from '@drydock/http'
import type { Served } from './routing.ts'

/** What of a request goes into the access log. */
export interface Logged {
  readonly request: ServerRequest
  /** `address:port` of the client. */
  readonly remote: string
  readonly entryPoint: string
  readonly served: Served
  readonly tookMs: number
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /** Which request it is since the start. */
  readonly number: number
}

function sizeOf({ response }: Served): string {
  const fields = [...((response?.headers ?? []) as Iterable<readonly [string, string]>)]
  const told = fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  const { body } = response ?? {}
  return told ?? (typeof body === 'string' || body instanceof Uint8Array ? String(body.length) : '-')
}

/** The Common Log Format with Traefik's own fields behind. */
export function commonLine({ request, remote, served, tookMs, nowMs, number }: Logged): string {
  const [day = '', month = '', year = '', clock = ''] = new Date(nowMs).toUTCString().split(' ').slice(1)
  const { headers, method, target, protocol } = request
  const { response, router, server } = served
  return `${remote.replace(/:\d+$/, '')} - - [${day}/${month}/${year}:${clock} +0000] "${method} ${target} ${protocol}" ${response?.status ?? 101} ${sizeOf(served)} "${headers.get('referer') ?? '-'}" "${headers.get('user-agent') ?? '-'}" ${number} "${router}" "${server}" ${Math.round(tookMs)}ms\n`
}

/** `accesslog.format=json`. Names as Traefik's, in the order of the alphabet. */
export function jsonLine({ request, remote, entryPoint, served, tookMs, nowMs, number }: Logged): string {
  const { response, router, server, service } = served
  const colon = remote.lastIndexOf(':')
  const nanoseconds = Math.round(tookMs * 1e6)
  const host = request.headers.get('host') ?? ''
  const fields = {
    ClientAddr: remote,
    ClientHost: remote.slice(0, colon),
    ClientPort: remote.slice(colon + 1),
    ClientUsername: '-',
    DownstreamContentSize: Number(sizeOf(served)) || 0,
    DownstreamStatus: response?.status ?? 101,
    Duration: nanoseconds,
    ...(server === '-' ? {} : { OriginDuration: nanoseconds, OriginStatus: response?.status ?? 101 }),
    Overhead: 0,
    RequestAddr: host,
    RequestContentSize: Number(request.headers.get('content-length') ?? 0),
    RequestCount: number,
    RequestHost: host.replace(/:\d+$/, ''),
    RequestMethod: request.method,
    RequestPath: request.target,
    RequestPort: /:(\d+)$/.exec(host)?.[1] ?? '-',
    RequestProtocol: request.protocol,
    RequestScheme: 'http',
    RetryAttempts: 0,
    ...(router === '-' ? {} : { RouterName: router }),
    ...(server === '-'
      ? {}
      : { ServiceAddr: server.replace(/^https?:\/\//, ''), ServiceName: service, ServiceURL: server }),
    StartUTC: new Date(nowMs - tookMs).toISOString(),
    entryPointName: entryPoint,
    level: 'info',
    msg: '',
    time: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
  }
  return `${JSON.stringify(fields)}\n`
}
