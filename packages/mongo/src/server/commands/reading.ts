import { ObjectId } from 'bson'
import { Failure } from '../../failure.ts'
import type { Collection, Entry } from '../../store/collection.ts'
import { keyOf, valuesAt } from '../../store/value-key.ts'
import type { Document } from '../../wire/message.ts'
import { asCount, asDocument, asDocuments, type Call, type CommandTable } from '../command.ts'
import { explained } from './explaining.ts'
import { outputOf } from './pipeline-output.ts'

/** What a filter finds, as stored; one that names an _id goes straight to it. @throws Failure */
export function entriesOf(call: Call, collection: Collection | undefined, filter: Document): Entry[] {
  if (!collection) return []
  const matches = call.server.queries.matcher(filter, call.server.around(call.database, call.body, collection))
  const { _id } = filter
  const single = typeof _id === 'string' || typeof _id === 'number' || _id instanceof ObjectId
  const candidates = single ? [collection.byId(_id)].filter((entry) => entry !== undefined) : [...collection.all()]
  return candidates.filter(({ document }) => matches(document))
}

/** The documents of a query, sorted and cut. @throws Failure */
function found(call: Call, target: string, asked: Document): Document[] {
  const { server, database } = call
  const filter = asDocument(asked.filter ?? asked.query)
  const collection = server.catalog.find(database, target)
  const around = server.around(database, call.body, collection)
  const isView = collection?.options.viewOn !== undefined
  const entries = isView ? [] : entriesOf(call, collection, filter)
  const documents = isView
    ? server.documentsOf(database, target).filter(server.queries.matcher(filter, around))
    : entries.map(({ document }) => document)
  const limit = Math.abs(asCount(asked.limit)) || Infinity
  const skip = asCount(asked.skip)
  const chosen = server.queries.sorted(documents, asDocument(asked.sort), around).slice(skip, skip + limit)
  const fields = asDocument(asked.projection ?? asked.fields)
  if (Object.keys(fields).length === 0) return server.exactly(chosen, entries)
  return server.queries.projected(chosen, filter, fields, around)
}

function find(call: Call): Document {
  const { server, body, database, target } = call
  server.counted('query')
  if (asCount(body.skip) < 0)
    throw new Failure(51024, `BSON field 'skip' value must be >= 0, actual value '${String(body.skip)}'`)
  const documents = found(call, target, body)
  const single = body.singleBatch === true || asCount(body.limit) < 0
  const batchSize = body.batchSize === undefined ? undefined : asCount(body.batchSize)
  return { cursor: server.cursors.answer(`${database}.${target}`, documents, batchSize, single) }
}

function getMore({ server, body }: Call): Document {
  server.counted('getmore')
  return { cursor: server.cursors.more(body.getMore, asCount(body.batchSize)) }
}

function killCursors({ server, body }: Call): Document {
  const ids = (body.cursors ?? []) as unknown[]
  const killed = ids.filter((id) => server.cursors.kill(id))
  const notFound = ids.filter((id) => !killed.includes(id))
  return { cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] }
}

function count(call: Call): Document {
  return { n: found(call, call.target, { ...call.body, sort: {}, fields: {}, projection: {} }).length }
}

function distinct(call: Call): Document {
  const path = String(call.body.key).split('.')
  const documents = found(call, call.target, { filter: call.body.query })
  const values = new Map<string, unknown>()
  for (const document of documents)
    for (const value of valuesAt(plain(document), path)) if (value !== undefined) values.set(keyOf(value), value)
  return {
    values: call.server.queries
      .sorted(
        [...values.values()].map((value) => ({ value })),
        { value: 1 },
        call.server.around(call.database, {}),
      )
      .map(({ value }) => value),
  }
}

/** Numbers of stored documents without their types. */
const plain = (document: Document): Document => {
  const value = (each: unknown): unknown => {
    if (each === null || typeof each !== 'object') return each
    const kind = (each as { _bsontype?: string })._bsontype
    if (kind === 'Int32' || kind === 'Double' || kind === 'Long') return Number(each)
    if (Array.isArray(each)) return each.map(value)
    return Object.getPrototypeOf(each) === Object.prototype ? plain(each as Document) : each
  }
  return Object.fromEntries(Object.entries(document).map(([name, each]) => [name, value(each)]))
}

function aggregate(call: Call): Document {
  const { server, database, body, target } = call
  const pipeline = asDocuments(body.pipeline)
  if (body.explain === true) return explained(call, { aggregate: target, pipeline })
  if (body.cursor === undefined)
    throw new Failure(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    )
  for (const stage of pipeline)
    if (Object.keys(stage).length !== 1)
      throw new Failure(40323, 'A pipeline stage specification object must contain exactly one field.')
  const documents = outputOf(call, pipeline)
  const batchSize = asDocument(body.cursor).batchSize
  const namespace = `${database}.${target || '$cmd.aggregate'}`
  return {
    cursor: server.cursors.answer(namespace, documents, batchSize === undefined ? undefined : asCount(batchSize)),
  }
}

/** Commands that ask and change nothing. */
export const READING_COMMANDS: CommandTable = {
  find: { privilege: 'read', help: 'query for documents', run: find },
  getMore: { privilege: 'read', help: 'retrieve more documents for a cursor id', run: getMore },
  killCursors: { privilege: 'any', help: 'kill a list of cursor ids', run: killCursors },
  count: { privilege: 'read', help: 'count objects in collection', run: count },
  distinct: { privilege: 'read', help: 'distinct values of a field', run: distinct },
  aggregate: { privilege: 'read', help: 'Runs the aggregation command', run: aggregate },
  explain: {
    privilege: 'read',
    help: 'explain database reads and writes',
    run: (call) => explained(call, asDocument(call.body.explain)),
  },
}
