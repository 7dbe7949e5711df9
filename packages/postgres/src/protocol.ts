/** What the postgres program and the worker with its backend say to each other. The program has the files and the sockets. */
export interface DataFile {
  /** Below the data directory. */
  readonly path: string
  /** Of a file; a directory has none. */
  readonly bytes?: Uint8Array
}

/** Asks for the data directory of a fresh cluster. */
export interface TemplateMessage {
  readonly kind: 'template'
}

export interface OpenMessage {
  readonly kind: 'open'
  readonly files: readonly DataFile[]
  readonly database: string
}

/** Messages of the wire protocol; the answer has what the backend said to all of them. */
export interface ExecMessage {
  readonly kind: 'exec'
  readonly bytes: Uint8Array
}

export type ToBackend = TemplateMessage | OpenMessage | ExecMessage

/** What became of the files meanwhile, in order. */
export type Change =
  | { readonly op: 'write'; readonly path: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly op: 'truncate'; readonly path: string; readonly size: number }
  | { readonly op: 'mkdir' | 'create' | 'unlink' | 'rmdir'; readonly path: string }
  | { readonly op: 'rename'; readonly path: string; readonly to: string }

export type FromBackend =
  | { readonly kind: 'template'; readonly files: readonly DataFile[] }
  | { readonly kind: 'opened'; readonly changes: readonly Change[] }
  | { readonly kind: 'answer'; readonly bytes: Uint8Array; readonly changes: readonly Change[] }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'usage'; readonly heapBytes: number; readonly cpuMs: number }
