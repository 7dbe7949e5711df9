import { PGlite } from '@electric-sql/pglite'

/** Small log segments: a cluster for one, whose files are kept with the session. */
const INITDB = ['--wal-segsize=1', '--username=postgres']
const SETTINGS = ['min_wal_size=2MB', 'max_wal_size=4MB']

/** Makes the data directory of a fresh cluster: what initdb does, once for all. @returns a tar archive */
export async function makeTemplate(): Promise<Uint8Array> {
  const pg = await PGlite.create({ initDbStartParams: INITDB, postgresqlconf: SETTINGS })
  await pg.exec('CHECKPOINT')
  const archive = (await pg.dumpDataDir('none')) as unknown as { arrayBuffer(): Promise<ArrayBuffer> }
  const bytes = new Uint8Array(await archive.arrayBuffer())
  await pg.close()
  return bytes
}
