import type { Stat, Sys } from '@drydock/abi'
import type { HeaderMap, ServerRequest } from '@drydock/http'
import type { LogFiles } from '../logs/log-files.ts'
import type { Balancers } from './balancer.ts'
import type { Address, HttpdConfig, Server } from './config.ts'
import type { Settings } from './directive.ts'
import type { Modules } from './modules.ts'
import type { Scoreboard } from './scoreboard.ts'

/** What a child knows while it answers. */
export interface ServerContext {
  readonly sys: Sys
  readonly config: HttpdConfig
  readonly modules: Modules
  /** `2.4.65`. */
  readonly version: string
  /** `Unix`, `Debian`. */
  readonly platform: string
  readonly logs: LogFiles
  /** What a server is called that has no ServerName. */
  readonly hostname: string
  readonly types: ReadonlyMap<string, string>
  readonly board: Scoreboard
  readonly balancers: Balancers
  /** Names of -D. */
  readonly defines: ReadonlyMap<string, string>
}

export interface Connection {
  readonly client: Address
  readonly local: Address
  /** What was agreed upon where TLS is spoken. */
  readonly tls: { readonly suite: string; readonly serverName: string | undefined } | undefined
  /** Plain HTTP came where TLS is spoken. */
  readonly misdirected: boolean
  requests: number
}

export interface Answer {
  readonly status: number
  readonly reason?: string
  /** r->headers_out. */
  readonly headers: readonly (readonly [string, string])[]
  readonly type?: string | undefined
  /** Bytes of the body, where they are known. */
  readonly length?: number | undefined
  readonly send?: (write: (bytes: Uint8Array) => unknown) => Promise<unknown>
  /** Sends a part. */
  readonly slice?: (from: number, to: number, write: (bytes: Uint8Array) => unknown) => Promise<unknown>
  readonly validators?: { readonly tag: string | undefined; readonly modifiedMs: number }
  /** A script that gave a place but no status. */
  readonly scripted?: boolean
}

/** One request on its way, or one that an earlier one became. request_rec */
export interface Exchange {
  readonly context: ServerContext
  readonly connection: Connection
  readonly request: ServerRequest
  readonly server: Server
  readonly startMs: number
  /** What this one came from: of ErrorDocument, of RewriteRule in a folder. */
  readonly before: Exchange | undefined
  method: string
  /** Fields of the request, as RequestHeader left them. */
  readonly fields: HeaderMap
  /** Decoded. */
  uri: string
  args: string
  filename: string
  stat: Stat | undefined
  pathInfo: string
  settings: Settings
  /** subprocess_env. */
  readonly env: Map<string, string>
  readonly notes: Map<string, string>
  user: string | undefined
  authType: string | undefined
  handler: string | undefined
  /** Where a rule or ProxyPass sends it. */
  proxied: { readonly url: string; readonly from: string } | undefined
  /** Fields that go with errors as well. r->err_headers_out */
  readonly errorFields: [string, string][]
  /** The address that counts as the client's. mod_remoteip */
  client: string
  status: number
  bytesSent: number
  sent: readonly (readonly [string, string])[]
  /** No filters, no index: asked for by rewriting. */
  forcedType: string | undefined
}

/** Settings of the whole server: where there is no folder yet. */
export const serverWord = (
  { server, context }: Pick<Exchange, 'server' | 'context'>,
  key: string,
): string | undefined => server.layer.all(key).at(-1)?.args[0] ?? context.config.main.layer.all(key).at(-1)?.args[0]

export const serverOn = (exchange: Pick<Exchange, 'server' | 'context'>, key: string): boolean =>
  serverWord(exchange, key)?.toLowerCase() === 'on'

/** A path as the server's root has it. ap_server_root_relative */
export const inRoot = ({ config }: Pick<ServerContext, 'config'>, path: string): string =>
  path.startsWith('/') ? path : `${config.root}/${path}`
