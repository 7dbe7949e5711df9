// Makes one ES module of a TypeScript entry and imports it: for tools that read the project's own tables.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

/** @returns {Promise<any>} the module's exports */
export async function importSource(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-tool-'))
  try {
    const file = join(folder, 'tool.mjs')
    await build({
      input: entry,
      platform: 'node',
      logLevel: 'silent',
      output: { file, format: 'esm', codeSplitting: false },
    })
    return await import(pathToFileURL(file).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
