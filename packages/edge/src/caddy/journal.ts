import type { Sys } from '@drydock/abi'
import type { HeaderMap } from '@drydock/http'
import type { Stdio } from '@drydock/libc'
import { type Exchange, hostAndPort } from './exchange.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** What Caddy writes to standard error: a line of JSON for each event. https://caddyserver.com/docs/logging */
export class Journal {
  private readonly sys: Sys
  private readonly io: Stdio
  least: Level = 'info'

  constructor(sys: Sys, io: Stdio) {
    this.sys = sys
    this.io = io
  }

  async tell(level: Level, logger: string, msg: string, facts: object = {}): Promise<void> {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.least)) return
    const line = { level, ts: this.sys.clock.now() / 1000, ...(logger !== '' && { logger }), msg, ...facts }
    await this.io.warn(`${JSON.stringify(line)}\n`)
  }

  /** A request that was answered. */
  access(exchange: Exchange, status: number, size: number, startedMs: number, fields: HeaderMap): Promise<void> {
    return this.tell(status >= 400 ? 'error' : 'info', 'http.log.access', 'handled request', {
      request: requestFacts(exchange),
      bytes_read: 0,
      user_id: exchange.user,
      duration: (this.sys.clock.monotonic() - startedMs) / 1000,
      size,
      status,
      resp_headers: listed(fields),
    })
  }

  failure(exchange: Exchange, status: number, message: string, startedMs: number): Promise<void> {
    return this.tell('error', 'http.log.error', message, {
      request: requestFacts(exchange),
      duration: (this.sys.clock.monotonic() - startedMs) / 1000,
      status,
    })
  }
}

function requestFacts({ request, remote }: Exchange): object {
  const [ip, port] = hostAndPort(remote)
  return {
    remote_ip: ip,
    remote_port: port,
    client_ip: ip,
    proto: request.protocol,
    method: request.method,
    host: request.headers.get('host') ?? '',
    uri: request.target,
    headers: listed(request.headers, ['host']),
  }
}

/** Names of fields with all their values; what opens doors is not told. */
function listed(fields: HeaderMap, without: readonly string[] = []): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const [name, value] of fields) {
    const key = name.replaceAll(/[^-]+/g, (part) => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    if (without.includes(key.toLowerCase())) continue
    ;(all[key] ??= []).push(/^(authorization|cookie|set-cookie|proxy-authorization)$/i.test(key) ? 'REDACTED' : value)
  }
  return all
}
