import type { Document } from 'bson'
import type { Database } from './database.ts'

/** How many documents the shell prints before it waits for `it`. */
export const SHOWN = 20

/** What a query or a pipeline gives; asked for when it is first needed. */
export class Cursor {
  protected readonly database: Database
  protected readonly body: Document
  private readonly namespace: string
  private batch: Document[] | undefined
  private id: unknown = 0
  private through: ((document: Document) => unknown) | undefined

  constructor(database: Database, body: Document, namespace: string) {
    this.database = database
    this.body = body
    this.namespace = namespace
  }

  protected with(field: string, value: unknown): this {
    this.body[field] = value
    return this
  }

  private take(answer: Document): void {
    const cursor = answer.cursor as Document
    this.batch = (cursor.firstBatch ?? cursor.nextBatch) as Document[]
    this.id = cursor.id
  }

  private fill(): void {
    if (this.batch === undefined) this.take(this.database.ask(this.body))
    while (this.batch?.length === 0 && String(this.id) !== '0')
      this.take(this.database.ask({ getMore: this.id, collection: this.namespace }))
  }

  hasNext(): boolean {
    this.fill()
    return (this.batch?.length ?? 0) > 0
  }

  tryNext(): unknown {
    if (!this.hasNext()) return null
    const document = this.batch?.shift() ?? {}
    return this.through ? this.through(document) : document
  }

  next(): unknown {
    return this.tryNext()
  }

  /** What is printed at once, in one go. */
  page(count = SHOWN): unknown[] {
    const documents: unknown[] = []
    while (documents.length < count && this.hasNext()) documents.push(this.tryNext())
    return documents
  }

  toArray(): unknown[] {
    return this.page(Infinity)
  }

  forEach(visit: (document: unknown) => unknown): void {
    while (this.hasNext()) if (visit(this.tryNext()) === false) return
  }

  map(change: (document: Document) => unknown): this {
    this.through = change
    return this
  }

  itcount(): number {
    return this.toArray().length
  }

  *[Symbol.iterator](): Generator<unknown> {
    while (this.hasNext()) yield this.tryNext()
  }

  batchSize(count: number): this {
    return this.with('batchSize', count)
  }

  pretty(): this {
    return this
  }

  maxTimeMS(ms: number): this {
    return this.with('maxTimeMS', ms)
  }

  close(): void {
    this.batch = []
    this.id = 0
  }

  isExhausted(): boolean {
    return !this.hasNext()
  }

  objsLeftInBatch(): number {
    return this.batch?.length ?? 0
  }

  explain(verbosity = 'queryPlanner'): Document {
    return this.database.ask({ explain: this.body, verbosity })
  }
}

/** Of `find`. */
export class FindCursor extends Cursor {
  sort(order: Document): this {
    return this.with('sort', order)
  }

  limit(count: number): this {
    return this.with('limit', count)
  }

  skip(count: number): this {
    return this.with('skip', count)
  }

  projection(fields: Document): this {
    return this.with('projection', fields)
  }

  hint(index: unknown): this {
    return this.with('hint', index)
  }

  collation(collation: Document): this {
    return this.with('collation', collation)
  }

  comment(comment: string): this {
    return this.with('comment', comment)
  }

  count(): number {
    const { find, filter, limit, skip } = this.body
    return Number(this.database.ask({ count: find, query: filter, limit, skip }).n)
  }

  size(): number {
    return this.count()
  }
}

/** Of `aggregate`. */
export class AggregationCursor extends Cursor {
  override batchSize(count: number): this {
    return this.with('cursor', { batchSize: count })
  }
}
