// Bundles the command's sources into apps/cli/dist when they are newer than what is there, in half a second.
//
//   node tools/command-bundle.mjs
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const HOME = join(ROOT, 'apps', 'cli')
/** Each becomes a module of its name in dist. */
const ENTRIES = {
  drydock: 'main.ts',
  quickjs: 'quickjs-worker.ts',
  pglite: 'pglite-worker.ts',
  wasi: 'wasi-worker.ts',
  sqlite: 'sqlite-worker.ts',
  pyodide: 'pyodide-worker.ts',
  headless: 'headless.ts',
  'open-host': 'open-host.ts',
}

/** @returns {Promise<string>} the folder of the bundle: drydock.mjs, headless.mjs and what they load */
export async function commandBundle() {
  const dist = join(HOME, 'dist')
  const oldest = Math.min(...Object.keys(ENTRIES).map((name) => timeOf(join(dist, `${name}.mjs`))))
  if (newest(join(ROOT, 'packages'), newest(join(HOME, 'src'))) <= oldest) return dist
  const { build } = await import('rolldown')
  const { nodeGuest } = await import('./node-guest.mjs')
  const { npmMirror } = await import('./npm-mirror.mjs')
  const { pythonWheels } = await import('./python-wheels.mjs')
  const { programRows } = await import('./program-rows.mjs')
  await build({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(HOME, 'src', file)])),
    platform: 'node',
    plugins: [nodeGuest(ROOT), npmMirror(ROOT), pythonWheels(ROOT), programRows(ROOT)],
    external: ['quickjs-wasi/quickjs.wasm', '@electric-sql/pglite', '@sqlite.org/sqlite-wasm', /^fengari\//],
    logLevel: 'warn',
    checks: { pluginTimings: false },
    output: { dir: dist, format: 'esm', entryFileNames: '[name].mjs', sourcemap: true },
  })
  return dist
}

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
