import type { Document } from 'bson'
import { type Collection, openCollection } from './collection.ts'
import { AggregationCursor } from './cursor.ts'
import { logIn } from './login.ts'
import type { Shell } from './shell.ts'

/** `db`: a database of the server that the shell speaks to. */
export class Database {
  readonly shell: Shell
  private readonly _name: string

  constructor(shell: Shell, name: string) {
    this.shell = shell
    this._name = name
  }

  /** @throws MongoServerError */
  ask(body: Document): Document {
    return this.shell.connection.command(this._name, body)
  }

  private admin(body: Document): Document {
    return this.shell.connection.command('admin', body)
  }

  getName(): string {
    return this._name
  }

  getMongo(): Shell['mongo'] {
    return this.shell.mongo
  }

  getCollection(name: string): Collection {
    return openCollection(this, name)
  }

  getSiblingDB(name: string): Database {
    return openDatabase(this.shell, name)
  }

  runCommand(command: Document | string): Document {
    return this.ask(typeof command === 'string' ? { [command]: 1 } : command)
  }

  adminCommand(command: Document | string): Document {
    return this.admin(typeof command === 'string' ? { [command]: 1 } : command)
  }

  getCollectionInfos(filter: Document = {}, options: Document = {}): Document[] {
    const { cursor } = this.ask({ listCollections: 1, filter, ...options })
    return (cursor as { firstBatch: Document[] }).firstBatch
  }

  getCollectionNames(): string[] {
    return this.getCollectionInfos({}, { nameOnly: true }).map(({ name }) => String(name))
  }

  createCollection(name: string, options: Document = {}): Document {
    this.ask({ create: name, ...options })
    return { ok: 1 }
  }

  createView(name: string, viewOn: string, pipeline: Document[]): Document {
    this.ask({ create: name, viewOn, pipeline })
    return { ok: 1 }
  }

  dropDatabase(): Document {
    return this.ask({ dropDatabase: 1 })
  }

  aggregate(pipeline: Document[], options: Document = {}): AggregationCursor {
    return new AggregationCursor(this, { aggregate: 1, pipeline, cursor: {}, ...options }, '$cmd.aggregate')
  }

  stats(scale = 1): Document {
    return this.ask({ dbStats: 1, scale })
  }

  version(): string {
    return String(this.admin({ buildInfo: 1 }).version)
  }

  serverStatus(): Document {
    return this.admin({ serverStatus: 1 })
  }

  serverBuildInfo(): Document {
    return this.admin({ buildInfo: 1 })
  }

  hostInfo(): Document {
    return this.admin({ hostInfo: 1 })
  }

  serverCmdLineOpts(): Document {
    return this.admin({ getCmdLineOpts: 1 })
  }

  hello(): Document {
    return this.ask({ hello: 1 })
  }

  isMaster(): Document {
    return this.ask({ isMaster: 1 })
  }

  currentOp(): Document {
    return this.admin({ currentOp: 1 })
  }

  killOp(op: unknown): Document {
    return this.admin({ killOp: 1, op })
  }

  shutdownServer(): void {
    this.admin({ shutdown: 1 })
  }

  getProfilingStatus(): Document {
    return { was: 0, slowms: 100, sampleRate: 1, ok: 1 }
  }

  // users ------------------------------------------------------------------------------------------------------------

  createUser({ user, ...rest }: Document): Document {
    this.ask({ createUser: user, ...rest })
    return { ok: 1 }
  }

  updateUser(user: string, change: Document): Document {
    return this.ask({ updateUser: user, ...change })
  }

  changeUserPassword(user: string, pwd: string): Document {
    return this.ask({ updateUser: user, pwd })
  }

  dropUser(user: string): Document {
    return this.ask({ dropUser: user })
  }

  getUser(user: string): unknown {
    return (this.ask({ usersInfo: user }).users as Document[])[0] ?? null
  }

  getUsers(): Document {
    return this.ask({ usersInfo: 1 })
  }

  grantRolesToUser(user: string, roles: unknown[]): Document {
    return this.ask({ grantRolesToUser: user, roles })
  }

  revokeRolesFromUser(user: string, roles: unknown[]): Document {
    return this.ask({ revokeRolesFromUser: user, roles })
  }

  auth(user: string | Document, password = ''): Document {
    const given = typeof user === 'string' ? { user, pwd: password } : user
    logIn(this.shell.connection, { user: String(given.user), password: String(given.pwd), database: this._name })
    return { ok: 1 }
  }

  logout(): Document {
    return this.ask({ logout: 1 })
  }

  toString(): string {
    return this._name
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this._name
  }
}

/** With every other name as a collection. */
export const openDatabase = (shell: Shell, name: string): Database =>
  new Proxy(new Database(shell, name), {
    get: (database, key, self) => {
      if (typeof key === 'symbol' || key in database || key === 'then')
        return Reflect.get(database, key, self) as unknown
      return openCollection(database, key)
    },
  })
