#!/usr/bin/env node
// Starts the command from its sources: bundled when they are newer than the bundle, in half a second.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const home = join(dirname(fileURLToPath(import.meta.url)), '..')
const bundle = join(home, 'dist', 'drydock.mjs')

if (
  !existsSync(bundle) ||
  newest(join(home, '..', '..', 'packages'), newest(join(home, 'src'))) > statSync(bundle).mtimeMs
) {
  const { build } = await import('rolldown')
  const { nodeGuest } = await import('../../../tools/node-guest.mjs')
  const { programRows } = await import('../../../tools/program-rows.mjs')
  await build({
    input: { drydock: join(home, 'src', 'main.ts'), quickjs: join(home, 'src', 'quickjs-worker.ts') },
    platform: 'node',
    plugins: [nodeGuest(join(home, '..', '..')), programRows(join(home, '..', '..'))],
    external: ['quickjs-wasi/quickjs.wasm'],
    logLevel: 'warn',
    output: { dir: join(home, 'dist'), format: 'esm', entryFileNames: '[name].mjs', sourcemap: true },
  })
}
const { main } = await import(pathToFileURL(bundle).href)
process.exitCode = await main(process.argv.slice(2))

function newest(folder, least = 0) {
  let time = least
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    time = entry.isDirectory() ? newest(path, time) : Math.max(time, statSync(path).mtimeMs)
  }
  return time
}
