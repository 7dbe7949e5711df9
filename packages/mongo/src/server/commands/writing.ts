import { Failure } from '../../failure.ts'
import { applyChange, type Change, checkChange, isReplacement, upserted } from '../../query/updating.ts'
import { type Collection, type Entry, exact } from '../../store/collection.ts'
import { identified } from '../../store/identified.ts'
import { keyOf } from '../../store/value-key.ts'
import { deserialize, serialize } from 'bson'
import type { Document } from '../../wire/message.ts'
import { asDocument, asDocuments, type Call, type CommandTable } from '../command.ts'
import { changed } from '../transaction-state.ts'
import { entriesOf } from './reading.ts'

/** Where writes go: not into views. @throws Failure */
function written(call: Call): Collection {
  const { server, database, target } = call
  if (target === '') throw new Failure('InvalidNamespace', `Invalid namespace specified '${database}.'`)
  const collection = server.catalog.require(database, target)
  if (collection.options.viewOn === undefined) return collection
  throw new Failure('CommandNotSupportedOnView', `Namespace ${database}.${target} is a view, not a collection`)
}

/** Does one write after the other; the errors of those that fail are told, and end an ordered command. */
function each<T>(call: Call, writes: readonly T[], write: (one: T, index: number) => void): Document {
  const writeErrors: Document[] = []
  for (const [index, one] of writes.entries()) {
    try {
      write(one, index)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (call.body.autocommit === false) throw error
      writeErrors.push({ ...error.more, index, code: error.code, errmsg: error.message })
      if (call.body.ordered !== false) break
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {}
}

/** @throws Failure when the collection's validator does not let it in */
function validate(call: Call, collection: Collection, document: Document): void {
  const { validator, validationAction } = collection.options
  if (!validator || validationAction === 'warn' || call.body.bypassDocumentValidation === true) return
  if (call.server.queries.matcher(validator, { others: () => [] })(document)) return
  throw new Failure('DocumentValidationFailure', 'Document failed validation', {
    errInfo: {
      failingDocumentId: document._id,
      details: { operatorName: Object.keys(validator)[0], specifiedAs: validator },
    },
  })
}

function insert(call: Call): Document {
  const { server } = call
  const collection = written(call)
  let n = 0
  const errors = each(call, call.documents('documents'), ({ document, raw }) => {
    const known = document._id !== undefined && Object.keys(document)[0] === '_id'
    const whole = known ? document : identified(document, () => server.newId())
    checkNames(whole)
    validate(call, collection, whole)
    changed(call, collection.insert(whole, known ? raw : undefined))
    n++
  })
  server.counted('insert', n)
  return { n, ...errors }
}

function checkNames(document: Document): void {
  if (Array.isArray(document._id)) throw new Failure(53, "The '_id' value cannot be of type array")
}

function update(call: Call): Document {
  const { server } = call
  const collection = written(call)
  const upserts: Document[] = []
  let [n, nModified] = [0, 0]
  const errors = each(call, call.documents('updates'), ({ document: one }, index) => {
    const { q = {}, u, multi, upsert, arrayFilters } = one
    const change = u as Change
    checkChange(change)
    if (multi === true && isReplacement(change))
      throw new Failure('FailedToParse', 'multi update is not supported for replacement-style update')
    const request = {
      filter: asDocument(q),
      change,
      arrayFilters: asDocuments(arrayFilters),
      around: server.around(call.database, one, collection),
    }
    const entries = sortedEntries(call, entriesOf(call, collection, request.filter), asDocument(one.sort))
    if (entries.length === 0 && upsert === true) {
      const document = upserted(server.queries, request, () => server.newId())
      validate(call, collection, document)
      changed(call, collection.insert(document))
      upserts.push({ index, _id: document._id })
      n++
    }
    for (const entry of multi === true ? entries : entries.slice(0, 1)) {
      n++
      if (replaced(call, collection, entry, applyChange(server.queries, deserialize(entry.raw), request))) nModified++
    }
  })
  server.counted('update')
  return { n, ...(upserts.length > 0 && { upserted: upserts }), nModified, ...errors }
}

const sortedEntries = ({ server }: Call, entries: Entry[], sort: Document): Entry[] => {
  if (Object.keys(sort).length === 0) return entries
  const order = server.queries.sorted(
    entries.map(({ document }) => document),
    sort,
    { others: () => [] },
  )
  const known = new Map(entries.map((entry) => [entry.document, entry]))
  return order.map((document) => known.get(document)).filter((entry) => entry !== undefined)
}

/** @returns whether anything is different now */
function replaced(call: Call, collection: Collection, before: Entry, document: Document): boolean {
  if (sameDocument(before.document, document)) return false
  validate(call, collection, document)
  changed(call, collection.replace(before, document))
  return true
}

const sameDocument = (a: Document, b: Document): boolean =>
  keyOf(a) === keyOf(b) && Object.keys(a).join('\0') === Object.keys(b).join('\0')

function remove(call: Call): Document {
  const { server } = call
  const collection = server.catalog.find(call.database, call.target)
  let n = 0
  const errors = each(call, call.documents('deletes'), ({ document: { q, limit } }) => {
    const entries = entriesOf(call, collection, asDocument(q))
    for (const { document } of Number(limit) === 1 ? entries.slice(0, 1) : entries) {
      if (collection) changed(call, collection.delete(document._id))
      n++
    }
  })
  server.counted('delete', n)
  return { n, ...errors }
}

function findAndModify(call: Call): Document {
  const { server, body, database, target } = call
  const { remove: removes, update: change, upsert, new: wantsNew } = body
  if (removes !== true && change === undefined)
    throw new Failure('FailedToParse', 'Either an update or remove=true must be specified')
  const collection = removes === true ? server.catalog.find(database, target) : written(call)
  const filter = asDocument(body.query)
  const [entry] = sortedEntries(call, entriesOf(call, collection, filter), asDocument(body.sort))
  const shown = (document: Document | undefined, typed: Document | undefined): Document | null => {
    if (!document) return null
    const fields = asDocument(body.fields)
    if (Object.keys(fields).length === 0) return typed ?? document
    return server.queries.projected([document], filter, fields, server.around(database, body))[0] ?? null
  }
  const before = shown(entry?.document, entry && exact(entry))
  if (removes === true || !collection) {
    if (entry && collection) changed(call, collection.delete(entry.document._id))
    return { lastErrorObject: { n: entry ? 1 : 0 }, value: before }
  }
  checkChange(change as Change)
  const request = {
    filter,
    change: change as Change,
    arrayFilters: asDocuments(body.arrayFilters),
    around: server.around(database, body, collection),
  }
  if (!entry && upsert !== true) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null }
  if (!entry) {
    const document = upserted(server.queries, request, () => server.newId())
    validate(call, collection, document)
    changed(call, collection.insert(document))
    return {
      lastErrorObject: { n: 1, updatedExisting: false, upserted: document._id },
      value: wantsNew === true ? shown(document, undefined) : null,
    }
  }
  const document = applyChange(server.queries, deserialize(entry.raw), request)
  replaced(call, collection, entry, document)
  const value = wantsNew === true ? shown(document, deserialize(serialize(document), { promoteValues: false })) : before
  return { lastErrorObject: { n: 1, updatedExisting: true }, value }
}

/** Commands that change documents. */
export const WRITING_COMMANDS: CommandTable = {
  insert: { privilege: 'write', help: 'insert documents', run: insert },
  update: { privilege: 'write', help: 'update documents', run: update },
  delete: { privilege: 'write', help: 'delete documents', run: remove },
  findAndModify: {
    privilege: 'write',
    help: 'find a document, change or remove it, and return it',
    run: findAndModify,
  },
}
