import { Failure } from '../../failure.ts'
import { identified } from '../../store/identified.ts'
import { keyOf } from '../../store/value-key.ts'
import type { Document } from '../../wire/message.ts'
import { asDocument, type Call } from '../command.ts'
import { changed } from '../transaction-state.ts'
import { collectionStats } from './statistics.ts'

type Source = (call: Call, given: Document) => Document[]
type Sink = (call: Call, documents: readonly Document[], given: unknown) => void

/** Stages that stand first and bring documents of their own. */
const SOURCES: Readonly<Record<string, Source>> = {
  $indexStats: ({ server, database, target }) =>
    (server.catalog.find(database, target)?.indexes ?? []).map(({ name, key }) => ({
      name,
      key,
      host: `${server.sys.uname().nodename}:${server.port}`,
      accesses: { ops: 0, since: new Date(server.startedAt) },
    })),
  $collStats: (call) => [{ ns: `${call.database}.${call.target}`, storageStats: collectionStats(call, call.target) }],
  $currentOp: ({ client }) => [
    { type: 'op', desc: client.context, connectionId: client.id, active: true, op: 'command' },
  ],
  $listLocalSessions: () => [],
  $listSessions: () => [],
}
/** Stages that this server has not, and why. */
const REFUSED: Readonly<Record<string, () => Failure>> = {
  $changeStream: () => new Failure(40573, 'The $changeStream stage is only supported on replica sets'),
  $geoNear: () => new Failure('CommandNotSupported', '$geoNear is not simulated here'),
  $search: () => new Failure(31082, '$search is only supported on MongoDB Atlas'),
  $vectorSearch: () => new Failure(31082, '$vectorSearch is only supported on MongoDB Atlas'),
}

/** Stages that stand last and put documents into a collection. */
const SINKS: Readonly<Record<string, Sink>> = { $out: out, $merge: merge }

/** The documents that a pipeline gives; none when it puts them away. @throws Failure */
export function outputOf(call: Call, given: readonly Document[]): Document[] {
  const { server, database, body, target } = call
  const refused = given.map((stage) => REFUSED[nameOf(stage)]).find((each) => each !== undefined)
  if (refused) throw refused()
  const source = SOURCES[nameOf(given[0])]
  const sink = SINKS[nameOf(given.at(-1))]
  const pipeline = given.slice(source ? 1 : 0, sink ? -1 : undefined)
  const around = server.around(database, body, server.catalog.find(database, target))
  const documents = source
    ? source(call, asDocument(Object.values(given[0] ?? {})[0]))
    : server.documentsOf(database, target)
  const results = server.queries.aggregate(documents, pipeline, around)
  if (!sink) return results
  sink(call, results, Object.values(given.at(-1) ?? {})[0])
  return []
}

const nameOf = (stage: Document | undefined): string => Object.keys(stage ?? {})[0] ?? ''

const withId = ({ server }: Call, document: Document): Document => identified(document, () => server.newId())

/** In place of what the collection had. */
function out(call: Call, documents: readonly Document[], given: unknown): void {
  const { server } = call
  const place = typeof given === 'string' ? { db: call.database, coll: given } : asDocument(given)
  const [database, name] = [String(place.db), String(place.coll)]
  const collection = server.catalog.require(database, name)
  for (const { document } of [...collection.all()]) changed(call, collection.delete(document._id))
  for (const document of documents) changed(call, collection.insert(withId(call, document)))
}

function merge(call: Call, documents: readonly Document[], given: unknown): void {
  const options = typeof given === 'string' ? { into: given } : asDocument(given)
  const into = typeof options.into === 'string' ? { db: call.database, coll: options.into } : asDocument(options.into)
  const collection = call.server.catalog.require(String(into.db ?? call.database), String(into.coll))
  const on = [options.on ?? '_id'].flat() as string[]
  const keyOn = (document: Document): string => keyOf(on.map((name) => document[name] ?? null))
  const known = new Map([...collection.all()].map((entry) => [keyOn(entry.document), entry]))
  const { whenMatched = 'merge', whenNotMatched = 'insert' } = options
  for (const each of documents) {
    const before = known.get(keyOn(each))
    if (!before && whenNotMatched === 'fail')
      throw new Failure(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      )
    if (!before && whenNotMatched === 'insert') changed(call, collection.insert(withId(call, each)))
    if (!before || whenMatched === 'keepExisting') continue
    if (whenMatched === 'fail')
      throw new Failure('DuplicateKey', 'E11000 duplicate key error: $merge with whenMatched: fail')
    const { _id } = before.document
    changed(
      call,
      collection.replace(before, whenMatched === 'replace' ? { ...each, _id } : { ...before.document, ...each, _id }),
    )
  }
}
