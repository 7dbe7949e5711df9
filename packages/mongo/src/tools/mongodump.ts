import { EJSON, serialize } from 'bson'
import { gzip } from '@drydock/codec'
import { concat, makeDirectories, writeFile } from '@drydock/libc'
import type { Document } from '../wire/message.ts'
import { type Dumped, printArchive } from './archive.ts'
import { OutputFile } from './output-file.ts'
import { ToolError } from './tool-client.ts'
import { toolProgram, VERSION, type Work } from './tool-command.ts'

const counted = (count: number): string => `(${count} document${count === 1 ? '' : 's'})`

async function namesOf({ client, given }: Work): Promise<(readonly [db: string, collection: string, row: Document])[]> {
  const { databases } = (await client.command('admin', { listDatabases: 1, nameOnly: true })) as {
    databases: Document[]
  }
  const wanted =
    typeof given.db === 'string'
      ? [given.db]
      : databases.map(({ name }) => String(name)).filter((name) => name !== 'local' && name !== 'config')
  const found: (readonly [string, string, Document])[] = []
  for (const db of wanted)
    for await (const row of client.find(db, { listCollections: 1 })) {
      const name = String(row.name)
      if (row.type !== 'collection' || (given.collection !== undefined && given.collection !== name)) continue
      if (given.excludeCollection !== name) found.push([db, name, row])
    }
  return found
}

async function dump(
  { client, given }: Work,
  db: string,
  collection: string,
  { options, info }: Document,
): Promise<Dumped> {
  const query = typeof given.query === 'string' ? (EJSON.parse(given.query) as Document) : {}
  const documents: Uint8Array[] = []
  for await (const document of client.find(db, { find: collection, filter: query })) documents.push(serialize(document))
  const indexes: Document[] = []
  for await (const index of client.find(db, { listIndexes: collection })) indexes.push(index)
  const uuid = ((info as Document).uuid as { toString(as: 'hex'): string } | undefined)?.toString('hex')
  const metadata = EJSON.stringify(
    { indexes, uuid, collectionName: collection, type: 'collection', options },
    { relaxed: false },
  )
  return { db, collection, metadata, documents }
}

async function run(work: Work): Promise<number> {
  const { process, client, given, tell } = work
  const { archive } = given
  const folder = typeof given.out === 'string' ? given.out : 'dump'
  const packed = async (bytes: Uint8Array): Promise<Uint8Array> => (given.gzip ? gzip(bytes) : bytes)
  const all: Dumped[] = []
  for (const [db, collection, row] of await namesOf(work)) {
    const path = `${folder}/${db}/${collection}`
    const place =
      archive === undefined
        ? `${path}.bson${given.gzip ? '.gz' : ''}`
        : archive === true
          ? 'archive on stdout'
          : `archive '${archive}'`
    await tell(`writing ${db}.${collection} to ${place}`)
    const dumped = await dump(work, db, collection, row)
    if (archive === undefined) {
      makeDirectories(process.sys, `${folder}/${db}`)
      await writeFile(process.sys, place, await packed(concat(dumped.documents)))
      await writeFile(
        process.sys,
        `${path}.metadata.json${given.gzip ? '.gz' : ''}`,
        await packed(new TextEncoder().encode(dumped.metadata)),
      )
    }
    all.push(dumped)
    await tell(`done dumping ${db}.${collection} ${counted(dumped.documents.length)}`)
  }
  if (all.length === 0 && given.collection !== undefined)
    throw new ToolError(`no collection ${String(given.collection)}`)
  if (archive === undefined) return 0
  const server = String((await client.command('admin', { buildInfo: 1 })).version)
  const file = new OutputFile(process.sys, archive === true ? undefined : archive)
  await file.write(await packed(printArchive(all, { server, tool: VERSION })))
  file.close()
  return 0
}

export const mongodump = toolProgram({
  name: 'mongodump',
  summary: 'Export the content of a running server into .bson files',
  lacks: ['--oplog, --dumpDbUsersAndRoles, --queryFile, views, --ssl and its kin'],
  valued: ['out', 'query', 'excludeCollection', 'numParallelCollections'],
  flags: ['gzip', 'forceTableScan'],
  optional: ['archive'],
  announces: false,
  run,
})
