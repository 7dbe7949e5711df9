import { deserialize, serialize } from 'bson'
import { type Entropy, isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { concat, readFile, writeAll } from '@drydock/libc'
import { Failure } from '../failure.ts'
import { type Document, int32 } from '../wire/message.ts'
import { Collection, type CollectionOptions } from './collection.ts'
import { CollectionFile } from './collection-file.ts'
import type { IndexSpec } from './index-table.ts'

const CATALOG = '_mdb_catalog.wt'
const LEGAL_DATABASE = /^[^/\\. "$*<>:|?\0]{1,63}$/

/** All databases of a folder: their collections, and the file that tells of them. */
export class Catalog {
  private readonly sys: Sys
  private readonly folder: string
  private readonly covers: (filter: Document | undefined) => (document: Document) => boolean
  private readonly collections = new Map<string, Collection>()
  private changed = false

  /** @param covers  what a partial index's filter takes in */
  constructor(sys: Sys, folder: string, covers: Catalog['covers']) {
    this.sys = sys
    this.folder = folder
    this.covers = covers
  }

  /** Reads what is there. A folder without a catalogue is new. */
  async load(): Promise<void> {
    for (const row of await this.rows()) {
      const collection = this.place(String(row.ns), row.uuid as Uint8Array, row.options as CollectionOptions)
      await collection.load()
      for (const spec of (row.indexes as IndexSpec[]).slice(1)) this.addIndex(collection, spec)
    }
  }

  private async rows(): Promise<Document[]> {
    const rows: Document[] = []
    try {
      const bytes = await readFile(this.sys, `${this.folder}/${CATALOG}`)
      for (let at = 0; at + 4 < bytes.length; at += int32(bytes, at))
        rows.push(deserialize(bytes.subarray(at, at + int32(bytes, at)), { promoteBuffers: true }))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return rows
  }

  private place(namespace: string, uuid: Uint8Array, options: CollectionOptions): Collection {
    const dot = namespace.indexOf('.')
    const place = { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) }
    const file = new CollectionFile(this.sys, `${this.folder}/collection-${toHex(uuid)}.wt`)
    const collection = new Collection(place, uuid, file, options)
    this.collections.set(namespace, collection)
    return collection
  }

  databases(): readonly string[] {
    return [...new Set([...this.collections.values()].map(({ database }) => database))].sort()
  }

  of(database: string): readonly Collection[] {
    return [...this.collections.values()].filter((each) => each.database === database)
  }

  find(database: string, name: string): Collection | undefined {
    return this.collections.get(`${database}.${name}`)
  }

  /** @throws Failure when there is none of that name */
  get(database: string, name: string): Collection {
    const found = this.find(database, name)
    if (!found) throw new Failure('NamespaceNotFound', `ns does not exist: ${database}.${name}`)
    return found
  }

  /** The collection, made where it is not there yet. @throws Failure for names that are not allowed */
  require(database: string, name: string): Collection {
    return this.find(database, name) ?? this.create(database, name, {})
  }

  /** @throws Failure */
  create(database: string, name: string, options: CollectionOptions): Collection {
    if (!LEGAL_DATABASE.test(database)) throw new Failure('InvalidNamespace', `Invalid database name: '${database}'`)
    if (name === '' || name.includes('$') || name.includes('\0') || name.startsWith('.') || name.endsWith('.'))
      throw new Failure('InvalidNamespace', `Invalid collection name: ${name}`)
    this.changed = true
    return this.place(`${database}.${name}`, uuidFrom(this.sys.entropy), options)
  }

  drop(collection: Collection): void {
    this.changed = true
    this.collections.delete(collection.namespace)
    collection.drop()
  }

  /** The documents move to another name, which nothing may have. */
  rename(from: Collection, database: string, name: string): void {
    const to = this.create(database, name, from.options)
    for (const { document, raw } of from.all()) to.insert(document, raw)
    for (const spec of from.indexes.slice(1)) this.addIndex(to, spec)
    this.drop(from)
  }

  /** @throws Failure */
  addIndex(collection: Collection, spec: IndexSpec): void {
    collection.addIndex(spec, this.covers(spec.partialFilterExpression))
    this.changed = true
  }

  /** What the catalogue's file does not say yet has changed. */
  touch(): void {
    this.changed = true
  }

  /** Puts everything that has changed into its files. */
  async flush(): Promise<void> {
    for (const collection of this.collections.values()) {
      const writing = collection.flush()
      if (writing) await writing
    }
    if (!this.changed) return
    this.changed = false
    const rows = [...this.collections.values()].map(({ namespace: ns, uuid, options, indexes }) =>
      serialize({ ns, uuid, options, indexes }),
    )
    const path = `${this.folder}/${CATALOG}`
    const fd = this.sys.open(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    await writeAll(this.sys, fd, concat(rows))
    this.sys.close(fd)
    this.sys.rename(`${path}.new`, path)
  }
}

/** RFC 9562, version 4. */
function uuidFrom(entropy: Entropy): Uint8Array {
  const bytes = entropy.bytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128
  return bytes
}
