import { Double } from 'bson'
import type { Document } from '../../wire/message.ts'
import type { Call } from '../command.ts'

/** What an empty file of an index takes on a real disk, in bytes. */
const INDEX_BYTES = 20_480
const LEAST_STORAGE_BYTES = 4096
const roundUp = (bytes: number): number => Math.max(1, Math.ceil(bytes / LEAST_STORAGE_BYTES)) * LEAST_STORAGE_BYTES

/** `collStats`; one that is not there has nothing. */
export function collectionStats({ server, database }: Call, name: string): Document {
  const collection = server.catalog.find(database, name)
  const [count, size] = [collection?.size ?? 0, collection?.bytes ?? 0]
  const names = (collection?.indexes ?? []).map((index) => index.name)
  return {
    ns: `${database}.${name}`,
    size,
    count,
    ...(count > 0 && { avgObjSize: Math.floor(size / count) }),
    storageSize: collection ? roundUp(size) : 0,
    freeStorageSize: 0,
    capped: collection?.options.capped === true,
    nindexes: names.length,
    indexDetails: {},
    indexBuilds: [],
    totalIndexSize: names.length * INDEX_BYTES,
    totalSize: (collection ? roundUp(size) : 0) + names.length * INDEX_BYTES,
    indexSizes: Object.fromEntries(names.map((each) => [each, INDEX_BYTES])),
    scaleFactor: 1,
  }
}

/** `dbStats` */
export function databaseStats({ server, database }: Call): Document {
  const all = server.catalog.of(database)
  const collections = all.filter(({ options }) => options.viewOn === undefined)
  const sum = (value: (each: (typeof all)[number]) => number): number =>
    collections.reduce((total, each) => total + value(each), 0)
  const objects = sum(({ size }) => size)
  const dataSize = sum(({ bytes }) => bytes)
  const indexes = sum((each) => each.indexes.length)
  const storageSize = sum(({ bytes }) => roundUp(bytes))
  const { totalBytes, freeBytes } = server.sys.statfs(server.folder)
  return {
    db: database,
    collections: collections.length,
    views: all.length - collections.length,
    objects,
    avgObjSize: new Double(objects > 0 ? dataSize / objects : 0),
    dataSize: new Double(dataSize),
    storageSize: new Double(storageSize),
    indexes,
    indexSize: new Double(indexes * INDEX_BYTES),
    totalSize: new Double(storageSize + indexes * INDEX_BYTES),
    scaleFactor: 1,
    fsUsedSize: new Double(totalBytes - freeBytes),
    fsTotalSize: new Double(totalBytes),
  }
}

/** What a database takes on the disk, as `listDatabases` tells. */
export const sizeOnDisk = ({ server }: Call, database: string): number =>
  server.catalog
    .of(database)
    .reduce((total, each) => total + roundUp(each.bytes) + each.indexes.length * INDEX_BYTES, 0)
