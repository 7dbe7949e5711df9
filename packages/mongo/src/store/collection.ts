import { deserialize, serialize } from 'bson'
import { Failure } from '../failure.ts'
import { type Document, MAX_DOCUMENT_BYTES } from '../wire/message.ts'
import type { CollectionFile } from './collection-file.ts'
import { type IndexSpec, IndexTable } from './index-table.ts'
import { keyOf } from './value-key.ts'

export interface Entry {
  readonly document: Document
  /** As it came: there numbers have their types. */
  readonly raw: Uint8Array
}

/** What undoes a change of a transaction. */
export type Undo = () => void

export interface CollectionOptions extends Document {
  readonly capped?: boolean
  readonly size?: number
  readonly max?: number
  readonly validator?: Document
  readonly viewOn?: string
  readonly pipeline?: Document[]
}

export const ID_INDEX: IndexSpec = { v: 2, key: { _id: 1 }, name: '_id_' }

/** Documents in the order of their coming, their indexes, and the file that keeps them. */
export class Collection {
  readonly database: string
  readonly name: string
  readonly uuid: Uint8Array
  options: CollectionOptions
  private readonly entries = new Map<string, Entry>()
  private readonly file: CollectionFile
  private tables: IndexTable[] = []
  /** Bytes of all documents. */
  bytes = 0

  constructor(place: { database: string; name: string }, uuid: Uint8Array, file: CollectionFile, options = {}) {
    this.database = place.database
    this.name = place.name
    this.uuid = uuid
    this.file = file
    this.options = options
  }

  get namespace(): string {
    return `${this.database}.${this.name}`
  }

  get indexes(): readonly IndexSpec[] {
    return [ID_INDEX, ...this.tables.map(({ spec }) => spec)]
  }

  get size(): number {
    return this.entries.size
  }

  all(): Iterable<Entry> {
    return this.entries.values()
  }

  byId(id: unknown): Entry | undefined {
    return this.entries.get(keyOf(id))
  }

  /** Reads what the file has. */
  async load(): Promise<void> {
    for await (const { document, raw, ended } of this.file.records()) {
      const key = keyOf(document._id)
      this.forget(key)
      if (!ended) this.keep(key, { document, raw })
    }
  }

  /** @throws Failure when the document breaks a unique index or is too large @returns what takes it back */
  insert(document: Document, given?: Uint8Array): Undo {
    const key = keyOf(document._id)
    const raw = given ?? encode(document)
    if (this.entries.has(key)) throw this.duplicate(ID_INDEX, { _id: document._id })
    this.checkUnique(document, key)
    this.keep(key, { document, raw })
    this.file.put(raw, 0)
    this.trim()
    return () => this.delete(document._id)
  }

  /** @throws Failure as `insert` does */
  replace(before: Entry, document: Document, given?: Uint8Array): Undo {
    const key = keyOf(before.document._id)
    const raw = given ?? encode(document)
    this.checkUnique(document, key)
    for (const table of this.tables) table.remove(before.document)
    this.bytes += raw.length - before.raw.length
    // In its place: the order of the documents stays.
    this.entries.set(key, { document, raw })
    for (const table of this.tables) table.add(document, key)
    this.file.put(raw, before.raw.length)
    return () => void this.replace({ document, raw }, before.document, before.raw)
  }

  delete(id: unknown): Undo {
    const key = keyOf(id)
    const entry = this.entries.get(key)
    if (!entry) return () => undefined
    this.forget(key)
    this.file.end(id, entry.raw.length)
    return () => void this.insert(entry.document, entry.raw)
  }

  private keep(key: string, entry: Entry): void {
    this.entries.set(key, entry)
    this.bytes += entry.raw.length
    for (const table of this.tables) table.add(entry.document, key)
  }

  private forget(key: string): void {
    const entry = this.entries.get(key)
    if (!entry) return
    this.entries.delete(key)
    this.bytes -= entry.raw.length
    for (const table of this.tables) table.remove(entry.document)
  }

  /** A capped collection forgets its oldest documents. */
  private trim(): void {
    const { capped, size = Infinity, max = Infinity } = this.options
    if (!capped) return
    for (const { document } of this.entries.values()) {
      if (this.bytes <= size && this.entries.size <= max) return
      this.delete(document._id)
    }
  }

  private checkUnique(document: Document, key: string): void {
    for (const table of this.tables) {
      const taken = table.conflict(document, key)
      if (taken) throw this.duplicate(table.spec, taken)
    }
  }

  private duplicate({ name, key }: IndexSpec, keyValue: Document): Failure {
    const shown = Object.entries(keyValue)
      .map(([field, value]) => `${field}: ${shownKey(value)}`)
      .join(', ')
    return new Failure(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: ${name} dup key: { ${shown} }`,
      { index: 0, keyPattern: key, keyValue },
    )
  }

  /** @throws Failure when documents that are there break it */
  addIndex(spec: IndexSpec, covers: (document: Document) => boolean): void {
    const table = new IndexTable(spec, covers)
    for (const [key, { document }] of this.entries) {
      const taken = table.conflict(document, key)
      if (taken) throw this.duplicate(spec, taken)
      table.add(document, key)
    }
    this.tables.push(table)
  }

  dropIndexes(chosen: (spec: IndexSpec) => boolean): void {
    this.tables = this.tables.filter(({ spec }) => !chosen(spec))
  }

  /** Puts down what has changed. @returns undefined where nothing has */
  flush(): Promise<void> | undefined {
    if (!this.file.waits) return undefined
    return this.file.flush(() => [...this.entries.values()].map(({ raw }) => raw))
  }

  drop(): void {
    this.entries.clear()
    this.file.remove()
  }
}

/** @throws Failure beyond 16 MB */
export function encode(document: Document): Uint8Array {
  const raw = serialize(document, { ignoreUndefined: true })
  if (raw.length > MAX_DOCUMENT_BYTES)
    throw new Failure(10334, `BSONObj size: ${raw.length} is invalid. Size must be between 0 and 16793600(16MB)`)
  return raw
}

/** With every number in the type that it was stored in. */
export const exact = ({ raw }: Entry): Document => deserialize(raw, { promoteValues: false, promoteBuffers: false })

/** As mongod writes a value into an error. */
function shownKey(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || typeof value !== 'object') return String(value)
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if ('toHexString' in value) return `ObjectId('${String(value)}')`
  if (Array.isArray(value)) return `[ ${value.map(shownKey).join(', ')} ]`
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${shownKey(each)}`)
    .join(', ')} }`
}
