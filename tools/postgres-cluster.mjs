// A bundler's plugin: `virtual:postgres-cluster` is the address of a fresh PostgreSQL cluster, an archive of its own that
// is fetched when a server is first set up. It is made once (initdb takes seconds) and kept beside other caches.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { importSource } from './bundle.mjs'

const NAME = 'virtual:postgres-cluster'

/** @returns {Promise<string>} the archive's path */
async function clusterFile(root) {
  const library = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const { version } = JSON.parse(readFileSync(join(library, '..', '..', 'package.json'), 'utf8'))
  const folder = resolve(root, 'node_modules', '.cache', 'drydock')
  const file = join(folder, `postgres-cluster-${version}.tar.gz`)
  if (existsSync(file)) return file
  const { makeTemplate } = await importSource(resolve(root, 'packages/postgres/src/pglite/template.ts'), [
    '@electric-sql/pglite',
  ])
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, gzipSync(await makeTemplate(), { level: 9 }))
  renameSync(`${file}.${process.pid}`, file)
  return file
}

export function postgresCluster(root = '.') {
  return {
    name: 'drydock-postgres-cluster',
    async resolveId(id) {
      return id === NAME ? `${await clusterFile(root)}?url` : null
    },
  }
}
