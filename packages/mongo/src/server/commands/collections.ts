import { Binary, Double, Long } from 'bson'
import { Failure } from '../../failure.ts'
import type { Collection } from '../../store/collection.ts'
import type { IndexSpec } from '../../store/index-table.ts'
import { keyOf } from '../../store/value-key.ts'
import type { Document } from '../../wire/message.ts'
import { asDocument, asDocuments, type Call, type CommandTable } from '../command.ts'
import { collectionStats, databaseStats, sizeOnDisk } from './statistics.ts'

function listDatabases(call: Call): Document {
  const { server, body } = call
  const matches = server.queries.matcher(asDocument(body.filter), { others: () => [] })
  const rows = server.catalog
    .databases()
    .map((name) => ({ name, sizeOnDisk: sizeOnDisk({ ...call, database: name }, name), empty: false }))
    .filter(matches)
  if (body.nameOnly === true) return { databases: rows.map(({ name }) => ({ name })) }
  const totalSize = rows.reduce((sum, row) => sum + row.sizeOnDisk, 0)
  return {
    databases: rows.map((row) => ({ ...row, sizeOnDisk: Long.fromNumber(row.sizeOnDisk) })),
    totalSize: Long.fromNumber(totalSize),
    totalSizeMb: Long.fromNumber(Math.floor(totalSize / 1048576)),
  }
}

function rowOf(collection: Collection, nameOnly: boolean): Document {
  const { name, options, uuid } = collection
  const isView = options.viewOn !== undefined
  const type = isView ? 'view' : options.timeseries === undefined ? 'collection' : 'timeseries'
  if (nameOnly) return { name, type }
  const info = { readOnly: isView, ...(isView ? {} : { uuid: new Binary(uuid, Binary.SUBTYPE_UUID) }) }
  return { name, type, options, info, ...(isView ? {} : { idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } }) }
}

function listCollections({ server, database, body }: Call): Document {
  const matches = server.queries.matcher(asDocument(body.filter), { others: () => [] })
  const rows = server.catalog
    .of(database)
    .map((each) => rowOf(each, body.nameOnly === true))
    .filter(matches)
  return { cursor: server.cursors.answer(`${database}.$cmd.listCollections`, rows, Infinity) }
}

const CREATE_FIELDS = [
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'viewOn',
  'pipeline',
  'collation',
  'timeseries',
  'expireAfterSeconds',
  'clusteredIndex',
  'changeStreamPreAndPostImages',
]

function create({ server, database, target, body }: Call): Document {
  const known = server.catalog.find(database, target)
  const options = Object.fromEntries(
    CREATE_FIELDS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  )
  if (known && keyOf(known.options) === keyOf(options)) return {}
  if (known) throw new Failure('NamespaceExists', `Collection ${database}.${target} already exists.`)
  if (options.capped === true && options.size === undefined)
    throw new Failure('InvalidOptions', "the 'size' field is required when 'capped' is true")
  server.catalog.create(database, target, options)
  return {}
}

function drop({ server, database, target }: Call): Document {
  const collection = server.catalog.find(database, target)
  if (!collection) return server.release[0] >= 7 ? {} : refuseDrop()
  const nIndexesWas = collection.indexes.length
  server.catalog.drop(collection)
  return { nIndexesWas, ns: `${database}.${target}` }
}

function refuseDrop(): never {
  throw new Failure('NamespaceNotFound', 'ns not found')
}

function dropDatabase({ server, database }: Call): Document {
  const all = server.catalog.of(database)
  for (const collection of all) server.catalog.drop(collection)
  return all.length > 0 ? { dropped: database } : {}
}

function renameCollection({ server, body }: Call): Document {
  const split = (name: unknown): [string, string] => {
    const [database = '', ...rest] = String(name).split('.')
    return [database, rest.join('.')]
  }
  const [[database, name], to] = [split(body.renameCollection), split(body.to)]
  const from = server.catalog.find(database, name)
  if (!from) throw new Failure('NamespaceNotFound', `Source collection ${database}.${name} does not exist`)
  const known = server.catalog.find(...to)
  if (known && body.dropTarget !== true) throw new Failure('NamespaceExists', 'target namespace exists')
  if (known) server.catalog.drop(known)
  server.catalog.rename(from, ...to)
  return {}
}

/** `{a: 1, b: -1}` is called `a_1_b_-1`. */
const nameOfKey = (key: Document): string =>
  Object.entries(key)
    .map(([field, way]) => `${field}_${String(way)}`)
    .join('_')
const PLUGINS = new Set(['text', 'hashed', '2d', '2dsphere'])

function checkKey(key: Document): void {
  if (Object.keys(key).length === 0) throw new Failure('CannotCreateIndex', 'Index keys cannot be an empty object')
  for (const way of Object.values(key)) {
    if (typeof way === 'number' && way === 0)
      throw new Failure('CannotCreateIndex', 'Values in the index key pattern cannot be 0.')
    if (typeof way === 'string' && !PLUGINS.has(way))
      throw new Failure('CannotCreateIndex', `Unknown index plugin '${way}'`)
    if (typeof way !== 'number' && typeof way !== 'string')
      throw new Failure(
        'TypeMismatch',
        `Values in v:2 index key pattern cannot be of type ${typeof way}. Only numbers > 0, numbers < 0, and strings are allowed.`,
      )
  }
}

function createIndexes(call: Call): Document {
  const { server, database, target, body } = call
  const created = server.catalog.find(database, target) === undefined
  const collection = server.catalog.require(database, target)
  const numIndexesBefore = collection.indexes.length
  for (const given of asDocuments(body.indexes)) addIndex(call, collection, given)
  const numIndexesAfter = collection.indexes.length
  const same = numIndexesAfter === numIndexesBefore
  return {
    numIndexesBefore,
    numIndexesAfter,
    createdCollectionAutomatically: created,
    ...(same && { note: 'all indexes already exist' }),
  }
}

function addIndex({ server }: Call, collection: Collection, given: Document): void {
  const key = asDocument(given.key)
  checkKey(key)
  const spec = { v: 2, ...given, key, name: String(given.name ?? nameOfKey(key)) } as IndexSpec
  if (JSON.stringify(key) === '{"_id":1}') return
  const sameName = collection.indexes.find(({ name }) => name === spec.name)
  const sameKey = collection.indexes.find((each) => JSON.stringify(each.key) === JSON.stringify(key))
  const shown = (index: IndexSpec): string =>
    JSON.stringify(index)
      .replaceAll(/"(\w+)":/g, '$1: ')
      .replaceAll(',', ', ')
  if (sameName && !sameKey)
    throw new Failure(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shown(spec)}, existing index: ${shown(sameName)}`,
    )
  if (sameKey && sameKey.name !== spec.name)
    throw new Failure('IndexOptionsConflict', `Index already exists with a different name: ${sameKey.name}`)
  if (sameKey && (sameKey.unique === true) !== (spec.unique === true))
    throw new Failure(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${shown(spec)}, existing index: ${shown(sameKey)}`,
    )
  if (!sameKey) server.catalog.addIndex(collection, spec)
}

function listIndexes({ server, database, target }: Call): Document {
  const { indexes } = server.catalog.get(database, target)
  return { cursor: server.cursors.answer(`${database}.${target}`, indexes, Infinity) }
}

function dropIndexes({ server, database, target, body }: Call): Document {
  const collection = server.catalog.find(database, target)
  if (!collection) throw new Failure('NamespaceNotFound', `ns not found ${database}.${target}`)
  const nIndexesWas = collection.indexes.length
  const wanted = [body.index].flat()
  if (wanted[0] === '_id_') throw new Failure('InvalidOptions', 'cannot drop _id index')
  const isMeant = ({ name, key }: IndexSpec): boolean =>
    wanted.some((each) => each === '*' || each === name || JSON.stringify(each) === JSON.stringify(key))
  if (wanted[0] !== '*' && !collection.indexes.some(isMeant))
    throw new Failure(
      'IndexNotFound',
      typeof wanted[0] === 'string'
        ? `index not found with name [${wanted[0]}]`
        : `can't find index with key: ${JSON.stringify(wanted[0])}`,
    )
  collection.dropIndexes(isMeant)
  server.catalog.touch()
  return { nIndexesWas, ...(wanted[0] === '*' && { msg: 'non-_id indexes dropped for collection' }) }
}

function collMod({ server, database, target, body }: Call): Document {
  const collection = server.catalog.get(database, target)
  const fields = CREATE_FIELDS.filter((name) => body[name] !== undefined).map((name) => [name, body[name]] as const)
  collection.options = { ...collection.options, ...Object.fromEntries(fields) }
  server.catalog.touch()
  return {}
}

function validate({ server, database, target }: Call): Document {
  const { namespace, size, indexes } = server.catalog.get(database, target)
  const keysPerIndex = Object.fromEntries(indexes.map(({ name }) => [name, size]))
  return {
    ns: namespace,
    nInvalidDocuments: 0,
    nrecords: size,
    nIndexes: indexes.length,
    keysPerIndex,
    indexDetails: {},
    valid: true,
    repaired: false,
    warnings: [],
    errors: [],
  }
}

/** Commands about databases, collections and indexes. */
export const COLLECTION_COMMANDS: CommandTable = {
  listDatabases: { privilege: 'any', help: 'list databases on this server', run: listDatabases },
  listCollections: { privilege: 'read', help: 'list collections for this db', run: listCollections },
  create: { privilege: 'write', help: 'explicitly creates a collection or view', run: create },
  drop: { privilege: 'write', help: 'drop a collection', run: drop },
  dropDatabase: { privilege: 'admin', help: 'drop (delete) this database', run: dropDatabase },
  renameCollection: { privilege: 'write', help: 'rename a collection', run: renameCollection },
  createIndexes: { privilege: 'write', help: 'create indexes', run: createIndexes },
  listIndexes: { privilege: 'read', help: 'list indexes for a collection', run: listIndexes },
  dropIndexes: { privilege: 'write', help: 'drop indexes for a collection', run: dropIndexes },
  reIndex: {
    privilege: 'admin',
    help: 're-index a collection',
    run: ({ server, database, target }) => ({ nIndexes: server.catalog.get(database, target).indexes.length }),
  },
  collMod: { privilege: 'admin', help: 'sets collection options', run: collMod },
  collStats: {
    privilege: 'read',
    help: 'statistics of a collection',
    run: (call) => collectionStats(call, call.target),
  },
  dbStats: { privilege: 'read', help: 'statistics of a database', run: databaseStats },
  validate: { privilege: 'admin', help: 'validate contents of a namespace', run: validate },
  compact: { privilege: 'admin', help: 'compact a collection', run: () => ({ bytesFreed: new Double(0) }) },
}
