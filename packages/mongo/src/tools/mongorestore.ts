import { deserialize, EJSON } from 'bson'
import { gunzip } from '@drydock/codec'
import { isErrno, type Sys } from '@drydock/abi'
import { readAll, readFile } from '@drydock/libc'
import { type Document, int32 } from '../wire/message.ts'
import { type Dumped, parseArchive } from './archive.ts'
import { ToolError } from './tool-client.ts'
import { toolProgram, type Work } from './tool-command.ts'

const BATCH = 1000
const counted = (count: number): string => `${count} document${count === 1 ? '' : 's'}`

function* documentsIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 4 < bytes.length; at += int32(bytes, at)) {
    const length = int32(bytes, at)
    if (length < 5 || at + length > bytes.length) throw new ToolError('error reading BSON file: corruption found')
    yield bytes.slice(at, at + length)
  }
}

const unpacked = async (sys: Sys, path: string): Promise<Uint8Array> => {
  const bytes = await readFile(sys, path)
  return path.endsWith('.gz') ? gunzip(bytes) : bytes
}

/** What a folder of a dump has: folders of databases, or the files of one. */
async function readFolder({ process: { sys }, given, tell }: Work, folder: string): Promise<Dumped[]> {
  const names = sys.readdir(folder).map(({ name }) => name)
  const isOne = names.some((name) => /\.bson(?:\.gz)?$/.test(name))
  const places = isOne
    ? [[String(given.db ?? folder.split('/').at(-1)), folder] as const]
    : names.map((name) => [name, `${folder}/${name}`] as const)
  const found: Dumped[] = []
  for (const [db, place] of places)
    for (const { name } of sys.readdir(place)) {
      const [, collection, gz = ''] = /^(.+)\.bson(\.gz)?$/.exec(name) ?? []
      if (collection === undefined) continue
      const metadataPath = `${place}/${collection}.metadata.json${gz}`
      await tell(`reading metadata for ${db}.${collection} from ${metadataPath}`)
      const metadata = new TextDecoder().decode(
        await unpacked(sys, metadataPath).catch(() => new TextEncoder().encode('{}')),
      )
      found.push({ db, collection, metadata, documents: [...documentsIn(await unpacked(sys, `${place}/${name}`))] })
    }
  return found
}

async function source(work: Work): Promise<Dumped[]> {
  const { process, given, operands, tell } = work
  const { archive } = given
  if (archive === undefined) {
    await tell('preparing collections to restore from')
    const folder = typeof given.dir === 'string' ? given.dir : (operands[0] ?? 'dump')
    try {
      return await readFolder(work, folder.replace(/(?<=.)\/$/, ''))
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ToolError(`mongorestore target '${folder}' invalid: stat ${folder}: no such file or directory`)
    }
  }
  const bytes = await (archive === true ? readAll(process.sys, 0) : readFile(process.sys, archive))
  await tell('preparing collections to restore from')
  return parseArchive(given.gzip ? await gunzip(bytes) : bytes)
}

/** A pattern of `--nsInclude`: `shop.*`. */
const fits = (pattern: string | true | undefined, namespace: string): boolean =>
  typeof pattern === 'string' &&
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(namespace)

function renamed({ db, collection }: Dumped, { nsFrom, nsTo }: Work['given']): readonly [string, string] {
  const namespace = `${db}.${collection}`
  if (typeof nsFrom !== 'string' || typeof nsTo !== 'string' || !fits(nsFrom, namespace)) return [db, collection]
  const rest = namespace.slice(nsFrom.indexOf('*') < 0 ? namespace.length : nsFrom.indexOf('*'))
  const [to = '', ...name] = nsTo.replace('*', rest).split('.')
  return [to, name.join('.')]
}

async function run(work: Work): Promise<number> {
  const { given, tell } = work
  let [whole, failed] = [0, 0]
  for (const each of await source(work)) {
    const namespace = `${each.db}.${each.collection}`
    if (given.nsInclude !== undefined && !fits(given.nsInclude, namespace)) continue
    if (fits(given.nsExclude, namespace) || each.collection.startsWith('system.')) continue
    if (given.db !== undefined && given.db !== each.db && given.archive !== undefined) continue
    if (typeof given.collection === 'string' && given.collection !== each.collection) continue
    const errors = await restore(work, each)
    whole += each.documents.length - errors
    failed += errors
  }
  await tell(`${whole} document(s) restored successfully. ${failed} document(s) failed to restore.`)
  return 0
}

/** @returns how many documents did not go in */
async function restore({ client, given, tell }: Work, dumped: Dumped): Promise<number> {
  const [db, collection] = renamed(dumped, given)
  if (given.drop) await client.command(db, { drop: collection }).catch(() => undefined)
  await tell(
    `restoring ${db}.${collection} from ${given.archive === undefined ? `dump/${dumped.db}/${dumped.collection}.bson` : 'archive'}`,
  )
  let failed = 0
  for (let at = 0; at < dumped.documents.length; at += BATCH) {
    const documents = dumped.documents
      .slice(at, at + BATCH)
      .map((raw) => deserialize(raw, { promoteValues: false, promoteBuffers: false }))
    const answer = await client.command(db, { insert: collection, documents, ordered: false })
    const errors = (answer.writeErrors ?? []) as Document[]
    for (const { errmsg } of errors) await tell(`continuing through error: ${String(errmsg)}`)
    failed += errors.length
  }
  await tell(
    `finished restoring ${db}.${collection} (${counted(dumped.documents.length - failed)}, ${failed} failure${failed === 1 ? '' : 's'})`,
  )
  const { indexes = [] } = EJSON.parse(dumped.metadata) as { indexes?: Document[] }
  const own = indexes.filter(({ name }) => name !== '_id_')
  if (own.length === 0) await tell(`no indexes to restore for collection ${db}.${collection}`)
  else {
    await tell(`restoring indexes for collection ${db}.${collection} from metadata`)
    await client.command(db, { createIndexes: collection, indexes: own })
  }
  return failed
}

export const mongorestore = toolProgram({
  name: 'mongorestore',
  summary: 'Restore backups generated with mongodump to a running server',
  lacks: ['--oplogReplay, users and roles, options of collections, --ssl and its kin'],
  valued: [
    'dir',
    'nsInclude',
    'nsExclude',
    'nsFrom',
    'nsTo',
    'numParallelCollections',
    'numInsertionWorkersPerCollection',
  ],
  flags: ['drop', 'gzip', 'dryRun', 'stopOnError', 'objcheck', 'noIndexRestore'],
  optional: ['archive'],
  announces: false,
  run,
})
