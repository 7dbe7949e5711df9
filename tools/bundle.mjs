// Makes one ES module of a TypeScript entry and imports it: for tools that read the project's own tables.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

/**
 * @param {string} entry
 * @param {readonly string[]} external packages that stay where they are, since they look for files beside them
 * @returns {Promise<any>} the module's exports
 */
export async function importSource(entry, external = []) {
  const home = external.length > 0 ? cacheFolder() : tmpdir()
  const folder = mkdtempSync(join(home, 'drydock-tool-'))
  try {
    const file = join(folder, 'tool.mjs')
    await build({
      input: entry,
      platform: 'node',
      external: [...external],
      logLevel: 'silent',
      output: { file, format: 'esm', codeSplitting: false },
    })
    return await import(pathToFileURL(file).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** From where packages are found. */
function cacheFolder() {
  const folder = join(import.meta.dirname, '..', 'node_modules', '.cache')
  mkdirSync(folder, { recursive: true })
  return folder
}
