import type { Document } from '../wire/message.ts'
import type { Client } from './client.ts'
import type { Server } from './server.ts'

/** What a command is allowed to whom. docs: built-in roles */
export type Privilege = 'open' | 'any' | 'read' | 'write' | 'admin' | 'users' | 'monitor' | 'cluster'

/** One command under way. */
export interface Call {
  readonly server: Server
  readonly client: Client
  readonly database: string
  /** As it was written, which may be an older spelling. */
  readonly name: string
  readonly body: Document
  /** What the command's own field holds: mostly a collection's name. */
  readonly target: string
  /** Documents of a field, which may have come beside the body; `raw` where they did. */
  documents(field: string): readonly { readonly document: Document; readonly raw?: Uint8Array }[]
}

export interface Command {
  readonly privilege: Privilege
  readonly help: string
  /** @throws Failure */
  run(call: Call): Document | Promise<Document>
}

export type CommandTable = Readonly<Record<string, Command>>

export const asDocument = (value: unknown): Document => (value ?? {}) as Document
export const asDocuments = (value: unknown): Document[] => (value ?? []) as Document[]
export const asCount = (value: unknown, fallback = 0): number => (value === undefined ? fallback : Number(value))
