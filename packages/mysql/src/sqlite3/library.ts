import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import type { Cell, LibraryAnswer, LibraryProblem, ToLibrary } from './protocol.ts'

interface Statement {
  readonly pointer: number
  readonly columnCount: number
  step(): boolean
  getBlob(at: number): Uint8Array | null
  getColumnName(at: number): string
  finalize(): void
}
interface Database {
  readonly pointer: number
  prepare(sql: string): Statement
  close(): void
}
/** As much of the library as is used. */
interface Sqlite {
  readonly config: object
  readonly oo1: { readonly DB: new (name: string, flags: string) => Database }
  readonly capi: {
    sqlite3_column_type(statement: number, at: number): number
    sqlite3_column_text(statement: number, at: number): string
    sqlite3_stmt_readonly(statement: number): number
    sqlite3_changes(db: number): number
    sqlite3_db_config(db: number, option: number, value: number, result: number): number
    sqlite3_total_changes(db: number): number
    sqlite3_get_autocommit(db: number): number
    sqlite3_errmsg(db: number): string
    sqlite3_errcode(db: number): number
    sqlite3_error_offset(db: number): number
    sqlite3_js_db_export(db: number, schema: string): Uint8Array
    sqlite3_deserialize(db: number, schema: string, data: number, size: number, room: number, flags: number): number
  }
  readonly wasm: { allocFromTypedArray(bytes: Uint8Array): number }
}
const FREE_AND_RESIZE = 3
/** SQLITE_DBCONFIG_DQS_DML and …_DDL: words in double quotes that name nothing are texts, as in most builds. */
const QUOTED_TEXTS = [1013, 1014]
/** SQLITE_INTEGER and so on. */
const TYPES = ['', 'integer', 'real', 'text', 'blob', 'null'] as const
const NOTHING = { columns: [], rows: [] }

/** One database in memory, read from a file and given back when it changed: what `sqlite3` is linked with. */
export class Library {
  private readonly sqlite: Sqlite
  private db: Database

  private constructor(sqlite: Sqlite) {
    this.sqlite = sqlite
    this.db = this.fresh()
  }

  static async load(): Promise<Library> {
    const init = sqlite3InitModule as unknown as (options: object) => Promise<unknown>
    const sqlite = (await init({ print: () => undefined, printErr: () => undefined })) as Sqlite
    Object.assign(sqlite.config, { warn: () => undefined, error: () => undefined })
    return new Library(sqlite)
  }

  answer(message: ToLibrary): LibraryAnswer {
    return message.act === 'open' ? this.open(message.bytes) : this.run(message.sql)
  }

  private open(bytes: Uint8Array): LibraryAnswer {
    const { sqlite } = this
    this.db.close()
    this.db = this.fresh()
    if (bytes.length > 0) {
      const data = sqlite.wasm.allocFromTypedArray(bytes)
      sqlite.capi.sqlite3_deserialize(this.db.pointer, 'main', data, bytes.length, bytes.length, FREE_AND_RESIZE)
    }
    return this.told(NOTHING)
  }

  private fresh(): Database {
    const db = new this.sqlite.oo1.DB(':memory:', 'c')
    for (const option of QUOTED_TEXTS) this.sqlite.capi.sqlite3_db_config(db.pointer, option, 1, 0)
    return db
  }

  private run(sql: string): LibraryAnswer {
    let statement: Statement
    try {
      statement = this.db.prepare(sql)
    } catch (error) {
      return this.told({ ...NOTHING, problem: this.problem('prepare', error) })
    }
    const changing = this.sqlite.capi.sqlite3_stmt_readonly(statement.pointer) === 0
    const columns = Array.from({ length: statement.columnCount }, (_, at) => statement.getColumnName(at))
    const rows: Cell[][] = []
    let problem: LibraryProblem | undefined
    try {
      while (statement.step()) rows.push(columns.map((_, at) => this.cell(statement, at)))
    } catch (error) {
      problem = this.problem('step', error)
    } finally {
      statement.finalize()
    }
    return this.told({ columns, rows, problem }, changing || /^\s*(commit|end|release|vacuum|pragma)\b/i.test(sql))
  }

  private cell(statement: Statement, at: number): Cell {
    const { capi } = this.sqlite
    const type = TYPES[capi.sqlite3_column_type(statement.pointer, at)] || 'null'
    if (type === 'blob') {
      const bytes = statement.getBlob(at) ?? new Uint8Array(0)
      return { type, bytes, text: new TextDecoder().decode(bytes) }
    }
    return { type, text: type === 'null' ? '' : capi.sqlite3_column_text(statement.pointer, at) }
  }

  private problem(when: LibraryProblem['when'], error: unknown): LibraryProblem {
    const { capi } = this.sqlite
    const { pointer } = this.db
    const code = capi.sqlite3_errcode(pointer)
    const message = code === 0 ? String(error) : capi.sqlite3_errmsg(pointer)
    return { when, code: code === 0 ? 1 : code & 0xff, message, offset: capi.sqlite3_error_offset(pointer) }
  }

  private told(
    { columns, rows, problem }: Pick<LibraryAnswer, 'columns' | 'rows' | 'problem'>,
    changing = false,
  ): LibraryAnswer {
    const { capi } = this.sqlite
    const { pointer } = this.db
    const inTransaction = capi.sqlite3_get_autocommit(pointer) === 0
    return {
      kind: 'library',
      ...{ columns, rows, problem, inTransaction },
      file: changing && !inTransaction ? capi.sqlite3_js_db_export(pointer, 'main') : undefined,
      changes: capi.sqlite3_changes(pointer),
      totalChanges: capi.sqlite3_total_changes(pointer),
    }
  }
}
