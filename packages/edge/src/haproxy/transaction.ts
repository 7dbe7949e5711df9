import type { Sys } from '@drydock/abi'
import type { HeaderMap, ServerRequest } from '@drydock/http'
import type { Backend, Server } from './backend.ts'
import type { Section } from './config.ts'
import type { KeptFiles } from './kept-files.ts'
import type { Entry, StickTables } from './stick-tables.ts'
import type { Users } from './users.ts'

export interface End {
  readonly address: string
  readonly port: number
}

/** What a whole process knows, whichever connection it is about. */
export interface Known {
  readonly sys: Sys
  readonly files: KeptFiles
  readonly tables: StickTables
  readonly users: Users
  readonly backends: ReadonlyMap<string, Backend>
}

/** The request as rules change it on its way. */
export interface Ask {
  method: string
  /** Path and query. */
  target: string
  readonly protocol: string
  headers: HeaderMap
  /** What was read of the body, where a rule waited for it. */
  body: Uint8Array | undefined
}

export interface Reply {
  status: number
  reason: string | undefined
  headers: HeaderMap
}

/** One request, or one connection of `mode tcp`, on its way through the rules. */
export interface Transaction {
  readonly known: Known
  readonly front: Section
  source: End
  readonly local: End
  /** The name that the client asked for by TLS; undefined in clear. */
  readonly tls: { readonly name: string | undefined } | undefined
  readonly incoming: ServerRequest | undefined
  readonly ask: Ask | undefined
  reply: Reply | undefined
  readonly variables: Map<string, string>
  /** By the number of `track-sc`. */
  readonly tracked: (Entry | undefined)[]
  readonly captures: string[]
  uniqueId: string | undefined
  backend: Backend | undefined
  server: Server | undefined
  /** Milliseconds of the wall clock. */
  readonly startMs: number
  bytes: number
}

export const pathOf = ({ target }: Ask): string => target.split('?')[0] ?? ''
export const queryOf = ({ target }: Ask): string => target.split(/\?(.*)/s)[1] ?? ''
