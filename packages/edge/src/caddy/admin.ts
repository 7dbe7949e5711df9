import { inet, isErrno, type Sys } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import { request as ask, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, resolveHost, ResolveError } from '@drydock/libc'
import { openPort, serveHttp } from '../http-server.ts'
import type { CaddyConfig } from './config.ts'
import { hostAndPort } from './exchange.ts'
import type { Journal } from './journal.ts'
import { type CaddyServers, ConfigError } from './server.ts'
import { CaddyfileError } from './tokens.ts'

type ReadConfig = (text: string, file: string, adapter: string) => Promise<CaddyConfig>

const json = (status: number, value: unknown): ServerResponse => ({
  status,
  headers: [['Content-Type', 'application/json']],
  body: `${JSON.stringify(value)}\n`,
})

/** The API that `caddy reload` speaks to: the configuration as a whole, and reading parts of it. https://caddyserver.com/docs/api */
export class Admin {
  private readonly sys: Sys
  private readonly servers: CaddyServers
  private readonly journal: Journal
  private readonly readConfig: ReadConfig
  private stop: () => void = () => undefined

  constructor(sys: Sys, servers: CaddyServers, journal: Journal, readConfig: ReadConfig) {
    this.sys = sys
    this.servers = servers
    this.journal = journal
    this.readConfig = readConfig
  }

  onStop(stop: () => void): void {
    this.stop = stop
  }

  async start(address: string): Promise<void> {
    const [host, port] = hostAndPort(address)
    try {
      const at = host === 'localhost' ? '127.0.0.1' : host === '' ? '::' : host
      const socket = openPort(this.sys, Number(port), at)
      const origins =
        host === 'localhost' ? [`//localhost:${port}`, `//[::1]:${port}`, `//127.0.0.1:${port}`] : [`//${address}`]
      await this.journal.tell('info', 'admin', 'admin endpoint started', { address, enforce_origin: false, origins })
      void serveHttp(this.sys, socket, (request, remote) => this.answer(request, remote))
    } catch (error) {
      if (!isErrno(error)) throw error
      const words = error.message.charAt(0).toLowerCase() + error.message.slice(1)
      throw new ConfigError(
        `loading initial config: loading new config: starting caddy administration endpoint: listen tcp ${address}: bind: ${words}`,
      )
    }
  }

  private async answer(request: ServerRequest, remote: string): Promise<ServerResponse> {
    const { method, path, target } = request
    const [remote_ip, remote_port] = hostAndPort(remote)
    await this.journal.tell('info', 'admin.api', 'received request', {
      ...{ method, host: request.headers.get('host') ?? '', uri: target, remote_ip, remote_port },
    })
    if (path === '/load' && method === 'POST') return this.load(request)
    if (path === '/stop' && method === 'POST') {
      this.stop()
      return { status: 200 }
    }
    if (path.startsWith('/config') && method === 'GET') return json(200, this.part(path.replace(/^\/config\/?/, '')))
    if (path.startsWith('/config')) return this.change(request)
    if (path === '/adapt' && method === 'POST') return this.adapt(request)
    if (path === '/reverse_proxy/upstreams') return json(200, [])
    return json(404, { error: 'resource not found' })
  }

  /** POST adds to lists and sets, PUT inserts, PATCH takes the place of what is there, DELETE takes it out. */
  private async change(request: ServerRequest): Promise<ServerResponse> {
    const body = decodeUtf8(await request.body.readAll())
    try {
      const value: unknown = body === '' ? undefined : JSON.parse(body)
      const whole = { config: structuredClone(this.servers.current) as unknown }
      const names = request.path.split('/').filter((each) => each !== '')
      const problem = changed(whole, names, request.method, value)
      if (problem !== undefined) return json(problem.status, { error: problem.error })
      await this.servers.load((whole.config ?? {}) as CaddyConfig)
      return { status: 200 }
    } catch (error) {
      if (error instanceof SyntaxError) return json(400, { error: `decoding request body: ${error.message}` })
      if (!(error instanceof ConfigError)) throw error
      return json(400, { error: error.message })
    }
  }

  private async adapt(request: ServerRequest): Promise<ServerResponse> {
    try {
      const text = decodeUtf8(await request.body.readAll())
      return json(200, { result: await this.readConfig(text, 'Caddyfile', 'caddyfile') })
    } catch (error) {
      if (!(error instanceof CaddyfileError)) throw error
      return json(400, { error: error.message })
    }
  }

  private part(path: string): unknown {
    let value: unknown = this.servers.current
    for (const name of path.split('/').filter((each) => each !== ''))
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
    return value ?? null
  }

  private async load(request: ServerRequest): Promise<ServerResponse> {
    const text = decodeUtf8(await request.body.readAll())
    const isCaddyfile = /caddyfile/.test(request.headers.get('content-type') ?? '')
    try {
      await this.servers.load(
        await this.readConfig(text, isCaddyfile ? 'Caddyfile' : 'config.json', isCaddyfile ? 'caddyfile' : 'json'),
      )
      await this.journal.tell('info', '', 'autosaved config (load with --resume flag)')
      await this.journal.tell('info', 'admin.api', 'load complete')
      return { status: 200 }
    } catch (error) {
      if (!(error instanceof ConfigError) && !(error instanceof CaddyfileError)) throw error
      return json(400, { error: error.message })
    }
  }
}

/** @returns what is wrong with the path, where nothing was changed */
function changed(
  whole: object,
  names: readonly string[],
  method: string,
  value: unknown,
): { readonly status: number; readonly error: string } | undefined {
  let parent = whole as Record<string, unknown>
  for (const name of names.slice(0, -1)) {
    const inner = parent[name]
    if (typeof inner !== 'object' || inner === null)
      return { status: 400, error: `invalid traversal path at: ${names.slice(0, names.indexOf(name) + 1).join('/')}` }
    parent = inner as Record<string, unknown>
  }
  const name = names.at(-1) ?? ''
  const known = parent[name]
  const rows: unknown[] | undefined = Array.isArray(parent) ? parent : undefined
  if (method === 'DELETE' && rows) rows.splice(Number(name), 1)
  else if (method === 'DELETE') delete parent[name]
  else if (method === 'POST' && Array.isArray(known)) known.push(value)
  else if (method === 'PUT' && rows) rows.splice(Number(name), 0, value)
  else if (method === 'PUT' && known !== undefined)
    return { status: 409, error: `[/${names.join('/')}] key already exists: ${name}` }
  else if (method === 'PATCH' && known === undefined)
    return { status: 404, error: `[/${names.join('/')}] key does not exist: ${name}` }
  else if (['POST', 'PUT', 'PATCH'].includes(method)) parent[name] = value
  else return { status: 405, error: 'method not allowed' }
  return undefined
}

/** @returns what went wrong */
export async function askAdmin(
  sys: Sys,
  address: string,
  method: string,
  path: string,
  body: string,
): Promise<string | undefined> {
  const [host, port] = hostAndPort(address)
  const failed = (why: string): string =>
    `performing request: ${method === 'POST' ? 'Post' : 'Get'} "http://${address}${path}": dial tcp ${host === 'localhost' ? '127.0.0.1' : host}:${port}: ${why}`
  try {
    const [to = host] = host === 'localhost' ? ['127.0.0.1'] : await resolveHost(sys, host)
    const stream = await dial(sys, inet(to, Number(port)))
    try {
      const headers = {
        Host: address,
        'Content-Type': 'application/json',
        Connection: 'close',
        Origin: `http://${address}`,
      }
      const answer = await ask(stream, { method, target: path, headers, body })
      const text = decodeUtf8(await answer.body.readAll())
      return answer.status === 200 ? undefined : `caddy responded with error: HTTP ${answer.status}: ${text.trimEnd()}`
    } finally {
      stream.close()
    }
  } catch (error) {
    if (error instanceof ResolveError) return failed('no such host')
    if (!isErrno(error)) throw error
    return failed(`connect: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`)
  }
}
