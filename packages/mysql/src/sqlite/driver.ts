import type { FromTables, SessionState, ToTables } from '../protocol.ts'
import type { LibraryAnswer, ToLibrary } from '../sqlite3/protocol.ts'
import { Engine } from '../sql/engine.ts'
import { SqlError } from '../sql/problem.ts'
import { Library } from '../sqlite3/library.ts'
import { Databases } from './databases.ts'
import { functionsOf } from './functions.ts'

/** What the worker gives. */
export interface SqliteHost {
  post(message: FromTables | LibraryAnswer): void
  onMessage(handler: (message: ToTables | ToLibrary) => void): void
  /** Milliseconds since 1970. */
  now(): number
  random(length: number): Uint8Array
}

const NOBODY: SessionState = {
  id: 0,
  user: 'root@localhost',
  database: '',
  variables: new Map(),
  lastInsertId: 0,
  rowCount: 0,
}

/** The tables of one server, or the database of one `sqlite3`, from its start until the worker is ended. */
export function runSqlite(host: SqliteHost): void {
  const tables = new Tables(host)
  const shell = new PlainLibrary(host)
  let last = Promise.resolve()
  host.onMessage((message) => {
    last = last
      .then(() => (message.kind === 'library' ? shell.receive(message) : tables.receive(message)))
      .catch((error: unknown) =>
        host.post({
          kind: 'failed',
          message: error instanceof Error ? `${error.message} ${error.stack}` : String(error),
        }),
      )
  })
}

/** SQLite as it is, for its own command line. */
class PlainLibrary {
  private readonly host: SqliteHost
  private library: Library | undefined

  constructor(host: SqliteHost) {
    this.host = host
  }

  async receive(message: ToLibrary): Promise<void> {
    this.library ??= await Library.load()
    this.host.post(this.library.answer(message))
  }
}

class Tables {
  private readonly host: SqliteHost
  private session: SessionState = NOBODY
  private version = ''
  private databases: Databases | undefined
  private engine: Engine | undefined
  /** What readers see beside the transaction that is open; made when the first of them asks. */
  private beside: { readonly engine: Engine; readonly databases: Databases } | undefined

  constructor(host: SqliteHost) {
    this.host = host
  }

  async receive(message: ToTables): Promise<void> {
    if (message.kind === 'open') await this.open(message)
    else if (message.kind === 'reset') {
      this.engine?.reset()
      this.done({})
    } else this.run(message)
  }

  private async open({ files, version }: Extract<ToTables, { kind: 'open' }>): Promise<void> {
    this.version = version
    const { host } = this
    const state = (): SessionState => this.engine?.running ?? this.session
    const functions = functionsOf({
      nowMs: () => host.now(),
      random: (length) => host.random(length),
      get database() {
        return state().database
      },
      get user() {
        return state().user
      },
      get connectionId() {
        return state().id
      },
      get lastInsertId() {
        return state().lastInsertId
      },
      get rowCount() {
        return state().rowCount
      },
      get foundRows() {
        return state().foundRows ?? 0
      },
      version,
    })
    this.databases = await Databases.load(functions)
    for (const { name, bytes } of files) this.databases.add(name, bytes)
    this.engine = new Engine(this.databases, this.version)
    this.done({})
  }

  private run({ kind, session, sql, parameters }: Extract<ToTables, { kind: 'run' | 'look' }>): void {
    this.session = session
    try {
      const engine = kind === 'look' && this.engine?.inTransaction ? this.committed() : this.engine
      this.done({ outcome: engine?.run(session, sql, parameters) })
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      this.done({ problem: error.problem })
    }
  }

  private committed(): Engine | undefined {
    const databases = this.beside?.databases ?? this.databases?.committed()
    if (databases) this.beside ??= { databases, engine: new Engine(databases, this.version) }
    return this.beside?.engine
  }

  private done(what: Pick<Extract<FromTables, { kind: 'done' }>, 'outcome' | 'problem'>): void {
    const inTransaction = this.engine?.inTransaction ?? false
    if (!inTransaction) {
      this.beside?.databases.close()
      this.beside = undefined
    }
    const changes = inTransaction ? [] : (this.databases?.unsaved() ?? [])
    this.host.post({
      kind: 'done',
      ...what,
      inTransaction,
      changes: changes.filter(({ database }) => !TRANSIENT.has(database)),
    })
  }
}

/** Made anew by every server. */
const TRANSIENT: ReadonlySet<string> = new Set(['information_schema', 'performance_schema', 'sys'])
