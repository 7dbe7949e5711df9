import { type Document, ObjectId } from 'bson'
import { BulkOperation } from './bulk.ts'
import { AggregationCursor, FindCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { MongoBulkWriteError, MongoServerError, MongoshInvalidInputError } from './errors.ts'

/** An `_id` first, where there is none yet. */
function identified(document: Document): Document {
  if (document === null || typeof document !== 'object')
    throw new MongoshInvalidInputError('Missing required argument at position 0 (Collection.insertOne)')
  if (document._id === undefined) {
    const { _id = new ObjectId(), ...rest } = document
    // Whoever put it in sees which one it got.
    document._id = _id
    return { _id, ...rest }
  }
  return document
}

const isOperators = (change: unknown): boolean =>
  Array.isArray(change) || Object.keys(change ?? {})[0]?.startsWith('$') === true

/** A collection of the shell's: what it is called, and all that can be done with it. */
export class Collection {
  readonly _db: Database
  readonly _name: string

  constructor(database: Database, name: string) {
    this._db = database
    this._name = name
  }

  private ask(body: Document): Document {
    return this._db.ask(body)
  }

  /** @throws MongoServerError for the first write that failed */
  private write(body: Document): Document {
    const answer = this.ask(body)
    const [failed] = (answer.writeErrors ?? []) as Document[]
    if (failed) throw new MongoServerError({ ...failed, codeName: failed.code === 11000 ? 'DuplicateKey' : undefined })
    return answer
  }

  // writing ----------------------------------------------------------------------------------------------------------

  insertOne(document: Document, options: Document = {}): Document {
    const whole = identified(document)
    this.write({ insert: this._name, documents: [whole], ...options })
    return { acknowledged: true, insertedId: whole._id }
  }

  insertMany(documents: Document[], options: Document = {}): Document {
    if (!Array.isArray(documents)) throw new MongoshInvalidInputError('Argument "docs" must be an array of documents')
    const whole = documents.map(identified)
    const answer = this.ask({ insert: this._name, documents: whole, ...options })
    const insertedIds = Object.fromEntries(whole.map(({ _id }, i) => [i, _id]))
    const failed = (answer.writeErrors ?? []) as Document[]
    if (failed.length === 0) return { acknowledged: true, insertedIds }
    const counts = {
      insertedCount: Number(answer.n),
      matchedCount: 0,
      modifiedCount: 0,
      deletedCount: 0,
      upsertedCount: 0,
    }
    const inserted = Object.fromEntries(Object.entries(insertedIds).slice(0, Number(answer.n)))
    throw new MongoBulkWriteError(failed, { ...counts, upsertedIds: {}, insertedIds: inserted })
  }

  insert(documents: Document | Document[], options: Document = {}): Document {
    this._db.shell.warn(
      'DeprecationWarning: Collection.insert() is deprecated. Use insertOne, insertMany, or bulkWrite.',
    )
    return this.insertMany([documents].flat(), options)
  }

  private change(
    filter: Document,
    change: unknown,
    multi: boolean,
    { upsert, arrayFilters, collation, hint, ...rest }: Document,
  ): Document {
    const one = { q: filter, u: change, multi, upsert, arrayFilters, collation, hint }
    const answer = this.write({ update: this._name, updates: [one], ...rest })
    const [made] = (answer.upserted ?? []) as Document[]
    return {
      acknowledged: true,
      insertedId: made?._id ?? null,
      matchedCount: Number(answer.n) - (made ? 1 : 0),
      modifiedCount: answer.nModified,
      upsertedCount: made ? 1 : 0,
    }
  }

  updateOne(filter: Document, change: Document, options: Document = {}): Document {
    if (!isOperators(change)) throw new MongoshInvalidInputError('Update document requires atomic operators')
    return this.change(filter, change, false, options)
  }

  updateMany(filter: Document, change: Document, options: Document = {}): Document {
    if (!isOperators(change)) throw new MongoshInvalidInputError('Update document requires atomic operators')
    return this.change(filter, change, true, options)
  }

  replaceOne(filter: Document, replacement: Document, options: Document = {}): Document {
    if (isOperators(replacement))
      throw new MongoshInvalidInputError('Replacement document must not contain atomic operators')
    return this.change(filter, replacement, false, options)
  }

  update(filter: Document, change: Document, { multi = false, ...options }: Document = {}): Document {
    this._db.shell.warn(
      'DeprecationWarning: Collection.update() is deprecated. Use updateOne, updateMany, or bulkWrite.',
    )
    return this.change(filter, change, multi === true, options)
  }

  private erase(filter: Document, limit: number, options: Document): Document {
    const answer = this.write({ delete: this._name, deletes: [{ q: filter, limit }], ...options })
    return { acknowledged: true, deletedCount: answer.n }
  }

  deleteOne(filter: Document, options: Document = {}): Document {
    if (filter === undefined)
      throw new MongoshInvalidInputError('Missing required argument at position 0 (Collection.deleteOne)')
    return this.erase(filter, 1, options)
  }

  deleteMany(filter: Document, options: Document = {}): Document {
    if (filter === undefined)
      throw new MongoshInvalidInputError('Missing required argument at position 0 (Collection.deleteMany)')
    return this.erase(filter, 0, options)
  }

  remove(filter: Document, options: Document | boolean = {}): Document {
    this._db.shell.warn(
      'DeprecationWarning: Collection.remove() is deprecated. Use deleteOne, deleteMany, findOneAndDelete, or bulkWrite.',
    )
    const one = options === true || (typeof options === 'object' && options.justOne === true)
    return this.erase(filter, one ? 1 : 0, {})
  }

  private modify(
    body: Document,
    { sort, projection, upsert, arrayFilters, returnDocument, returnNewDocument }: Document,
  ): Document | null {
    const isNew = returnDocument === 'after' || returnNewDocument === true
    const answer = this.ask({
      findAndModify: this._name,
      ...body,
      sort,
      fields: projection,
      upsert,
      arrayFilters,
      new: isNew || undefined,
    })
    return answer.value as Document | null
  }

  findOneAndUpdate(filter: Document, change: Document, options: Document = {}): Document | null {
    if (!isOperators(change)) throw new MongoshInvalidInputError('Update document requires atomic operators')
    return this.modify({ query: filter, update: change }, options)
  }

  findOneAndReplace(filter: Document, replacement: Document, options: Document = {}): Document | null {
    return this.modify({ query: filter, update: replacement }, options)
  }

  findOneAndDelete(filter: Document, options: Document = {}): Document | null {
    return this.modify({ query: filter, remove: true }, options)
  }

  findAndModify({ new: isNew, fields, ...rest }: Document): Document | null {
    return this.modify(rest, { ...rest, projection: fields, returnNewDocument: isNew })
  }

  bulkWrite(operations: Document[], options: Document = {}): Document {
    return new BulkOperation(this, options.ordered !== false).addAll(operations).execute()
  }

  initializeOrderedBulkOp(): BulkOperation {
    return new BulkOperation(this, true)
  }

  initializeUnorderedBulkOp(): BulkOperation {
    return new BulkOperation(this, false)
  }

  // reading ----------------------------------------------------------------------------------------------------------

  find(filter: Document = {}, projection: Document = {}, options: Document = {}): FindCursor {
    return new FindCursor(this._db, { find: this._name, filter, projection, ...options }, this._name)
  }

  findOne(filter: Document = {}, projection: Document = {}, options: Document = {}): unknown {
    return this.find(filter, projection, options).limit(1).tryNext()
  }

  aggregate(...given: (Document | Document[])[]): AggregationCursor {
    const stages = Array.isArray(given[0]) ? given[0] : given.flat()
    const options = Array.isArray(given[0]) ? ((given[1] ?? {}) as Document) : {}
    return new AggregationCursor(
      this._db,
      { aggregate: this._name, pipeline: stages, cursor: {}, ...options },
      this._name,
    )
  }

  countDocuments(filter: Document = {}, options: Document = {}): number {
    return Number(this.ask({ count: this._name, query: filter, ...options }).n)
  }

  estimatedDocumentCount(): number {
    return Number(this.ask({ count: this._name }).n)
  }

  count(filter: Document = {}): number {
    this._db.shell.warn(
      'DeprecationWarning: Collection.count() is deprecated. Use countDocuments or estimatedDocumentCount.',
    )
    return this.countDocuments(filter)
  }

  distinct(key: string, query: Document = {}): unknown[] {
    return this.ask({ distinct: this._name, key, query }).values as unknown[]
  }

  explain(verbosity = 'queryPlanner'): { find: Collection['find']; aggregate(pipeline: Document[]): Document } {
    const explained = (body: Document): Document => this.ask({ explain: body, verbosity })
    const find = (filter: Document = {}) => explained({ find: this._name, filter })
    return { find: find as never, aggregate: (pipeline) => explained({ aggregate: this._name, pipeline, cursor: {} }) }
  }

  // indexes and the collection itself --------------------------------------------------------------------------------

  createIndex(key: Document, options: Document = {}): string {
    return this.createIndexes([key], options)[0] ?? ''
  }

  createIndexes(keys: Document[], options: Document = {}): string[] {
    const name = (key: Document): string =>
      Object.entries(key)
        .map(([field, way]) => `${field}_${String(way)}`)
        .join('_')
    const indexes = keys.map((key) => ({ key, name: String(options.name ?? name(key)), ...options }))
    this.ask({ createIndexes: this._name, indexes })
    return indexes.map((index) => index.name)
  }

  ensureIndex(key: Document, options: Document = {}): string {
    return this.createIndex(key, options)
  }

  getIndexes(): Document[] {
    const { firstBatch } = this.ask({ listIndexes: this._name }).cursor as { firstBatch: Document[] }
    return firstBatch
  }

  getIndices(): Document[] {
    return this.getIndexes()
  }

  getIndexKeys(): Document[] {
    return this.getIndexes().map(({ key }) => key as Document)
  }

  dropIndex(index: unknown): Document {
    return this.ask({ dropIndexes: this._name, index })
  }

  dropIndexes(index: unknown = '*'): Document {
    return this.ask({ dropIndexes: this._name, index })
  }

  drop(): boolean {
    this.ask({ drop: this._name })
    return true
  }

  renameCollection(name: string, dropTarget = false): Document {
    return this._db
      .getSiblingDB('admin')
      .ask({ renameCollection: this.getFullName(), to: `${this._db.getName()}.${name}`, dropTarget })
  }

  stats(): Document {
    return this.ask({ collStats: this._name })
  }

  dataSize(): number {
    return Number(this.stats().size)
  }

  storageSize(): number {
    return Number(this.stats().storageSize)
  }

  totalIndexSize(): number {
    return Number(this.stats().totalIndexSize)
  }

  isCapped(): boolean {
    return this.stats().capped === true
  }

  validate(): Document {
    return this.ask({ validate: this._name })
  }

  exists(): Document | null {
    return this._db.getCollectionInfos({ name: this._name })[0] ?? null
  }

  getName(): string {
    return this._name
  }

  getFullName(): string {
    return `${this._db.getName()}.${this._name}`
  }

  getDB(): Database {
    return this._db
  }

  toString(): string {
    return this.getFullName()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.getFullName()
  }
}

/** With every other name as a collection below it: `db.system.users`. */
export const openCollection = (database: Database, name: string): Collection =>
  new Proxy(new Collection(database, name), {
    get: (collection, key, self) => {
      if (typeof key === 'symbol' || key in collection || key.startsWith('_'))
        return Reflect.get(collection, key, self) as unknown
      return key === 'then' ? undefined : openCollection(database, `${name}.${key}`)
    },
  })
