import type { Document } from 'bson'
import type { Collection } from './collection.ts'

type Write = (collection: Collection, given: Document) => Document

/** What each write of `bulkWrite` is made of. */
const WRITES: Readonly<Record<string, Write>> = {
  insertOne: (collection, { document }) => ({ ...collection.insertOne(document as Document), insertedCount: 1 }),
  updateOne: (collection, { filter, update, ...options }) =>
    collection.updateOne(filter as Document, update as Document, options),
  updateMany: (collection, { filter, update, ...options }) =>
    collection.updateMany(filter as Document, update as Document, options),
  replaceOne: (collection, { filter, replacement, ...options }) =>
    collection.replaceOne(filter as Document, replacement as Document, options),
  deleteOne: (collection, { filter }) => collection.deleteOne(filter as Document),
  deleteMany: (collection, { filter }) => collection.deleteMany(filter as Document),
}
const COUNTS = ['insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount'] as const

/** Writes that are gathered and then done one after the other. */
export class BulkOperation {
  private readonly collection: Collection
  private readonly ordered: boolean
  private readonly writes: [kind: string, given: Document][] = []

  constructor(collection: Collection, ordered: boolean) {
    this.collection = collection
    this.ordered = ordered
  }

  addAll(operations: readonly Document[]): this {
    for (const operation of operations) this.writes.push(...(Object.entries(operation) as [string, Document][]))
    return this
  }

  insert(document: Document): this {
    return this.addAll([{ insertOne: { document } }])
  }

  find(filter: Document): Record<string, (change?: Document) => BulkOperation> {
    const add = (kind: string, more: Document): this => this.addAll([{ [kind]: { filter, ...more } }])
    return {
      updateOne: (update = {}) => add('updateOne', { update }),
      update: (update = {}) => add('updateMany', { update }),
      replaceOne: (replacement = {}) => add('replaceOne', { replacement }),
      deleteOne: () => add('deleteOne', {}),
      delete: () => add('deleteMany', {}),
    }
  }

  execute(): Document {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<string, number>
    const [insertedIds, upsertedIds]: [Document, Document] = [{}, {}]
    let failed: unknown
    for (const [index, [kind, given]] of this.writes.entries()) {
      const write = WRITES[kind]
      if (!write) throw new TypeError(`bulkWrite only supports ${Object.keys(WRITES).join(', ')}`)
      try {
        const done = write(this.collection, given)
        for (const name of COUNTS) counts[name] = (counts[name] ?? 0) + Number(done[name] ?? 0)
        if (kind === 'insertOne') insertedIds[index] = done.insertedId
        else if (done.insertedId) upsertedIds[index] = done.insertedId
      } catch (error) {
        failed ??= error
        if (this.ordered) break
      }
    }
    if (failed) throw failed
    return { acknowledged: true, ...counts, insertedIds, upsertedIds }
  }
}
