// `npm start`: installs what is missing, builds when the sources are newer than the build, serves and prints the address.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'

ensureInstalled()
if (stale()) {
  const { status } = spawnSync('npx', ['vite', 'build', '--logLevel', 'warn'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
const { serve } = await import('./serve.mjs')
const { port } = await serveSomewhere(Number(process.env.PORT ?? 8080))
console.log(`\n  Drydock is at http://drydock.localhost:${port}/\n\n  Ctrl-C stops it.`)

async function serveSomewhere(first) {
  for (let port = first; port < first + 20; port++) {
    try {
      return await serve({ port })
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error
    }
  }
  throw new Error(`ports ${first} to ${first + 19} are all in use`)
}

function stale() {
  if (!existsSync('dist/index.html')) return true
  const built = statSync('dist/index.html').mtimeMs
  const newest = ['apps', 'packages', 'vite.config.ts', 'package-lock.json'].map((path) => newestIn(path))
  return Math.max(...newest) > built
}

function newestIn(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const children = readdirSync(path).filter((name) => name !== 'node_modules' && name !== 'dist')
  return Math.max(stat.mtimeMs, ...children.map((name) => newestIn(join(path, name))))
}
