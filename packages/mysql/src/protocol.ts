/** What the mysqld program and the worker with its tables say to each other. The program has the files and the sockets. */
export interface DatabaseFile {
  readonly name: string
  /** An SQLite database; empty for a new one. */
  readonly bytes: Uint8Array
}

/** Of a session, as far as statements see it. */
export interface SessionState {
  readonly id: number
  readonly user: string
  readonly database: string
  /** Of the system by their names, the user's own as `@name`, prepared statements as `?name`. */
  readonly variables: ReadonlyMap<string, Value>
  readonly lastInsertId: number
  readonly rowCount: number
  /** FOUND_ROWS(): of the last query. */
  readonly foundRows?: number
  /** Of the statement before. */
  readonly warnings?: readonly Warning[]
}

/** A row of SHOW WARNINGS. */
export interface Warning {
  readonly level: 'Note' | 'Warning' | 'Error'
  readonly code: number
  readonly message: string
}

export type Value = null | number | bigint | string | Uint8Array

export type ToTables =
  | { readonly kind: 'open'; readonly files: readonly DatabaseFile[]; readonly version: string }
  | {
      /** `look`: what is committed is read, beside somebody else's transaction. */
      readonly kind: 'run' | 'look'
      readonly session: SessionState
      readonly sql: string
      readonly parameters: readonly Value[]
    }
  | { readonly kind: 'reset'; readonly session: number }

export interface Column {
  readonly name: string
  /** As in the table's definition, in lower case; '' for an expression. */
  readonly type: string
  /** It holds no NULL. */
  readonly notNull?: boolean
}

/** What came of one statement. */
export interface Outcome {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
  readonly affected: number
  readonly insertId: number
  readonly info: string
  /** Results that come before: those of the statements of a procedure. */
  readonly results?: readonly Outcome[] | undefined
  readonly warnings?: readonly Warning[] | undefined
  /** Of the session from here on. */
  readonly database?: string | undefined
  readonly variables?: readonly (readonly [string, Value])[] | undefined
}

export interface SqlProblem {
  readonly code: number
  /** SQLSTATE */
  readonly state: string
  readonly message: string
}

/** What became of the files meanwhile. */
export interface FileChange {
  readonly database: string
  /** The file's length now; the database is dropped when it is undefined. */
  readonly size: number | undefined
  readonly pages: readonly (readonly [offset: number, bytes: Uint8Array])[]
}

export type FromTables =
  | {
      readonly kind: 'done'
      readonly outcome?: Outcome | undefined
      readonly problem?: SqlProblem | undefined
      readonly inTransaction: boolean
      readonly changes: readonly FileChange[]
    }
  | { readonly kind: 'failed'; readonly message: string }
