// Builds the Service Worker that keeps the page for offline use, with the list of everything the build made. The
// opened ports' origin has a worker of its own and is no part of it.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rolldown } from 'rolldown'
import type { Plugin } from 'vite'

const ENTRY = 'apps/web/src/offline/service-worker.ts'
const NAME = 'drydock-offline.js'
/** What weighs megabytes and not everybody needs: kept when it is first used, not before. */
const HEAVY =
  /(?:^|\/)(?:(?:pglite|initdb|postgres-cluster|sqlite3)[^/]*\.(?:wasm|data|gz)|(?:npm-mirror|python-index)[^/]*\.js)$|^pyodide\//

export function offlineFiles(): Plugin {
  let folder = 'dist'
  return {
    name: 'drydock-offline-files',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir)
    },
    async closeBundle() {
      const files = filesBelow(folder).filter(
        (file) => !file.startsWith('preview/') && file !== NAME && !HEAVY.test(file),
      )
      writeFileSync(join(folder, NAME), await bundle(files, versionOf(folder, files)))
    },
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

function versionOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 16)
}

async function bundle(files: readonly string[], version: string): Promise<string> {
  const addresses = files.map((file) => (file === 'index.html' ? './' : `./${file}`))
  const build = await rolldown({
    input: ENTRY,
    platform: 'browser',
    transform: { define: { OFFLINE_FILES: JSON.stringify(addresses), OFFLINE_VERSION: JSON.stringify(version) } },
  })
  const { output } = await build.generate({ format: 'iife', minify: true })
  await build.close()
  return output[0].code
}
