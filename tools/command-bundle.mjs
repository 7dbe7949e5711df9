// Bundles the command's sources into apps/cli/dist when they are newer than what is there, in a few seconds.
//
//   node tools/command-bundle.mjs
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const HOME = join(ROOT, 'apps', 'cli')
const CODE_CACHE = join(ROOT, 'tools', 'code-cache.mjs')
/** Each becomes a module of its name in dist. */
const ENTRIES = {
  drydock: 'main.ts',
  headless: 'headless.ts',
  'open-host': 'open-host.ts',
}
/** These start in threads of their own. */
const WORKERS = {
  quickjs: 'quickjs-worker.ts',
  pglite: 'pglite-worker.ts',
  wasi: 'wasi-worker.ts',
  sqlite: 'sqlite-worker.ts',
  pyodide: 'pyodide-worker.ts',
}
const MODULES = Object.keys({ ...WORKERS, ...ENTRIES }).map((name) => `${name}.mjs`)

/** @returns {Promise<string>} the folder of the bundle: drydock.mjs, headless.mjs and what they load */
export async function commandBundle() {
  const dist = join(HOME, 'dist')
  const oldest = Math.min(...MODULES.map((name) => timeOf(join(dist, name))))
  if (newest(join(ROOT, 'packages'), newest(join(HOME, 'src'))) <= oldest) return dist
  await bundle(inSources(WORKERS), { dir: dist, format: 'esm', entryFileNames: '[name].mjs', sourcemap: true })
  await cachedBundle(inSources(ENTRIES), dist)
  return dist
}

/**
 * Makes modules whose code need not be compiled when they are loaded.
 * @param {Record<string, string>} input entries by name: each becomes NAME.mjs
 */
export async function cachedBundle(input, dir) {
  // V8 knows a script again by little more than its length: names tell the content.
  const names = { entryFileNames: '[name]-[hash].cjs', chunkFileNames: '[name]-[hash].cjs' }
  const { output } = await bundle(input, { dir, format: 'cjs', ...names, sourcemap: true })
  const scripts = output.filter(({ type }) => type === 'chunk')
  execFileSync(process.execPath, [CODE_CACHE, ...scripts.map(({ fileName }) => join(dir, fileName))])
  for (const script of scripts) if (script.isEntry) writeFileSync(join(dir, `${script.name}.mjs`), front(script, dir))
}

/** Comes last into the folder: where it is, everything is. */
const front = ({ fileName, exports }, dir) =>
  `import { fileURLToPath } from 'node:url'
import { loadCached } from ${JSON.stringify(relative(dir, CODE_CACHE))}
const loaded = loadCached(fileURLToPath(new URL(${JSON.stringify(fileName)}, import.meta.url)))
${exports.map((each) => `export const ${each} = loaded.${each}\n`).join('')}`

async function bundle(input, output) {
  const { build } = await import('rolldown')
  const { nodeGuest } = await import('./node-guest.mjs')
  const { mongoshGuest } = await import('./mongosh-guest.mjs')
  const { npmMirror } = await import('./npm-mirror.mjs')
  const { pythonWheels } = await import('./python-wheels.mjs')
  const { programRows } = await import('./program-rows.mjs')
  return build({
    input,
    platform: 'node',
    plugins: [nodeGuest(ROOT), mongoshGuest(ROOT), npmMirror(ROOT), pythonWheels(ROOT), programRows(ROOT)],
    external: ['quickjs-wasi/quickjs.wasm', '@electric-sql/pglite', '@sqlite.org/sqlite-wasm', /^fengari\//],
    logLevel: 'warn',
    checks: { pluginTimings: false },
    output,
  })
}

const inSources = (entries) =>
  Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(HOME, 'src', file)]))

const timeOf = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0)

function newest(folder, least = 0) {
  let time = least
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    time = entry.isDirectory() ? newest(path, time) : Math.max(time, statSync(path).mtimeMs)
  }
  return time
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await commandBundle()
