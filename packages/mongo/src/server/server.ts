import { ObjectId } from 'bson'
import type { Sys } from '@drydock/abi'
import { Users } from '../auth/users.ts'
import { QueryEngine, type Surroundings } from '../query/engine.ts'
import { Catalog } from '../store/catalog.ts'
import type { Collection, Undo } from '../store/collection.ts'
import { exact, type Entry } from '../store/collection.ts'
import type { Document } from '../wire/message.ts'
import { asDocument } from './command.ts'
import type { Config } from './config.ts'
import { Cursors } from './cursors.ts'
import type { Log } from './log.ts'
import { ReplicaSet } from './replica-set.ts'

/** What all connections share. */
export class Server {
  readonly sys: Sys
  readonly config: Config
  readonly version: string
  readonly log: Log
  readonly catalog: Catalog
  readonly cursors: Cursors
  readonly users: Users
  readonly queries = new QueryEngine()
  readonly replicaSet: ReplicaSet
  readonly startedAt: number
  readonly counters: Record<string, number> = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 }
  /** Open changes of transactions, by session and number. */
  readonly transactions = new Map<string, Undo[]>()
  connections = 0
  connectionsMade = 0
  stopping = false
  private readonly machine: Uint8Array
  private counter: number

  constructor(sys: Sys, config: Config, version: string, log: Log) {
    this.sys = sys
    this.config = config
    this.version = version
    this.log = log
    this.startedAt = sys.clock.now()
    this.machine = sys.entropy.bytes(5)
    this.counter = (sys.entropy.bytes(1)[0] ?? 0) * 65_537
    this.cursors = new Cursors(sys.entropy, () => sys.clock.now())
    const matcher = (filter: Document) => this.queries.matcher(filter, { others: () => [] })
    this.catalog = new Catalog(sys, this.folder, (filter) => (filter ? matcher(filter) : () => true))
    this.users = new Users(this.catalog, (length) => sys.entropy.bytes(length))
    this.replicaSet = new ReplicaSet(this)
  }

  get folder(): string {
    return typeof this.config.dbpath === 'string' ? this.config.dbpath.replace(/(?<=.)\/$/, '') : '/data/db'
  }

  get port(): number {
    return Number(this.config.port ?? 27017)
  }

  /** `[8, 0]` of 8.0.4. */
  get release(): readonly [number, number] {
    const [major = 0, minor = 0] = this.version.split('.').map(Number)
    return [major, minor]
  }

  get needsPassword(): boolean {
    return this.config.noauth !== true && (this.config.auth === true || this.config.keyFile !== undefined)
  }

  counted(what: string, times = 1): void {
    this.counters[what] = (this.counters[what] ?? 0) + times
  }

  /** By this machine's time and chance. */
  newId(): ObjectId {
    const bytes = new Uint8Array(12)
    new DataView(bytes.buffer).setUint32(0, Math.floor(this.sys.clock.now() / 1000))
    bytes.set(this.machine, 4)
    this.counter = (this.counter + 1) % 0x1000000
    bytes.set([this.counter >> 16, (this.counter >> 8) & 255, this.counter & 255], 9)
    return new ObjectId(bytes)
  }

  /** What a query of a database can reach. */
  around(database: string, body: Document, collection?: Collection): Surroundings {
    const text = collection?.indexes.find(({ key }) => Object.values(key).includes('text'))
    return {
      others: (name) => this.documentsOf(database, name),
      variables: body.let === undefined ? undefined : asDocument(body.let),
      collation: (body.collation ?? collection?.options.collation) as Document | undefined,
      textFields: text && Object.keys(text.key),
    }
  }

  /** A view's are those of its pipeline; a collection that is not there has none. */
  documentsOf(database: string, name: string): Document[] {
    const collection = this.catalog.find(database, name)
    if (!collection) return []
    const { viewOn, pipeline } = collection.options
    if (viewOn === undefined) return [...collection.all()].map(({ document }) => document)
    return this.queries.aggregate(this.documentsOf(database, viewOn), pipeline ?? [], this.around(database, {}))
  }

  /** As they were stored, where nothing has been made of them. */
  exactly(documents: readonly Document[], entries: readonly Entry[]): Document[] {
    const known = new Map(entries.map((entry) => [entry.document, entry]))
    return documents.map((document) => {
      const entry = known.get(document)
      return entry ? exact(entry) : document
    })
  }
}
