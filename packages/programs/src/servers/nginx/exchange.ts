import type { Sys } from '@drydock/abi'
import type { ServerRequest } from '@drydock/http'
import type { LogFiles } from '../logs/log-files.ts'
import type { LogFormats } from './access-log.ts'
import type { Config, Location, VirtualServer } from './config.ts'
import type { Caches } from './proxy-cache.ts'
import type { TakenBody } from './request-body.ts'
import type { Limits } from './limits.ts'
import type { Scope } from './scope.ts'
import type { TlsSession } from './secure-servers.ts'
import type { Resolved, Upstreams } from './upstreams.ts'

/** What all workers share, as nginx does in shared memory. */
export interface SharedMemory {
  /** For stub_status and $connection. */
  readonly counters: { connections: number; requests: number; active: number; boundaries: number }
  readonly limits: Limits
  readonly caches: Caches
}

/** What a worker knows while it answers. */
export interface WorkerContext {
  readonly sys: Sys
  readonly config: Config
  readonly version: string
  readonly hostname: string
  readonly logs: LogFiles
  readonly logFormats: LogFormats
  readonly logError: (level: string, message: string) => Promise<void>
  readonly shared: SharedMemory
  readonly upstreams: Upstreams
  readonly resolved: Resolved
}

export interface End {
  readonly address: string
  readonly port: number
}

/** One connection with how many requests it has brought. */
export interface Connection {
  readonly remote: End
  readonly local: End
  readonly number: number
  readonly tls: TlsSession | undefined
  /** Plain HTTP came to a port of TLS: status 497. */
  readonly misdirected: boolean
  requests: number
}

/** What an upstream answered, for logs. */
export interface UpstreamVisit {
  readonly address: string
  status: string
  /** Seconds with thousandths; `-` while there is no answer. */
  time: string
  headers: { readonly get: (name: string) => string | undefined } | undefined
}

/** One request on its way through the configuration. */
export interface Exchange {
  readonly context: WorkerContext
  readonly request: ServerRequest
  readonly server: VirtualServer
  readonly connection: Connection
  /** The address of the client: the peer's, or what a trusted proxy says of it. */
  remote: End
  readonly local: End
  readonly startMs: number
  readonly id: string
  /** Decoded and normalised; rewrites change it. */
  uri: string
  args: string
  location: Location | undefined
  /** Settings in force: those of the location or of an `if` in it, else the server's. */
  scope: Scope
  /** Whether a client asked, or nginx itself on the way: `auth_request`, `mirror`. */
  readonly main: boolean
  /** $upstream_cache_status. */
  cacheStatus: string | undefined
  /** Whether a rewrite, an index or an error page sent it here. */
  internal: boolean
  /** Whether a rewrite changed the URI since the client gave it. */
  rewritten: boolean
  /** Whether `rewrite … break` changed the URI in the location that has it: its prefix says nothing any more. */
  strayed: boolean
  /** Whether `try_files` or an index sent it here. */
  redirected: boolean
  /** Whether an error page is on its way already. */
  failing: boolean
  /** The answer is out: $request_completion. */
  done: boolean
  /** The connection ends with the answer. */
  closes: boolean
  /** The status that an error page is answered with. */
  errorStatus: number | undefined
  /** Fields that go with whatever is answered. */
  kept: readonly (readonly [string, string])[]
  /** An error page is got, whatever was asked. */
  method: string
  /** Requests are counted against a limit once. */
  limited: boolean
  /** $limit_req_status and $limit_conn_status. */
  limits: { readonly requests?: string; readonly connections?: string }
  /** The type that an upstream told of what it sent the client to: X-Accel-Redirect. */
  givenType: string | undefined
  /** The body, once it was taken in for an upstream. */
  taken: Promise<TakenBody> | undefined
  /** Holds a place of `limit_conn` until it is answered. */
  readonly release: (() => void)[]
  /** What `set` and the groups of expressions gave. */
  readonly variables: Map<string, string>
  readonly visits: UpstreamVisit[]
  status: number
  bodyBytes: number
  headBytes: number
  /** Fields of the answer, for $sent_http_*. */
  sent: readonly (readonly [string, string])[]
  /** Bytes before and after gzip. */
  gzip: { before: number; after: number } | undefined
}
