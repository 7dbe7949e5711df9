/** What the sqlite3 program and the worker with its library say to each other. The program has the files. */
export type ToLibrary =
  | { readonly kind: 'library'; readonly act: 'open'; readonly bytes: Uint8Array }
  | { readonly kind: 'library'; readonly act: 'run'; readonly sql: string }

/** A value as sqlite3_column_type and sqlite3_column_text have it. */
export interface Cell {
  readonly type: 'integer' | 'real' | 'text' | 'blob' | 'null'
  readonly text: string
  readonly bytes?: Uint8Array
}

export interface LibraryProblem {
  /** Of preparing or of stepping. */
  readonly when: 'prepare' | 'step'
  readonly code: number
  readonly message: string
  /** Where in the statement, in characters; -1 where that is not known. */
  readonly offset: number
}

/** What came of one statement. */
export interface LibraryAnswer {
  readonly kind: 'library'
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly problem?: LibraryProblem | undefined
  /** The whole file, after a statement that may have changed it. */
  readonly file?: Uint8Array | undefined
  readonly changes: number
  readonly totalChanges: number
  readonly inTransaction: boolean
}
