// Installs the project's packages where they are missing or older than the lockfile.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ensurePythonImage } from './python-image.mjs'
import { ensureWheels } from './python-wheels.mjs'

export function ensureInstalled() {
  installPackages()
  ensureWheels()
  ensurePythonImage()
}

function installPackages() {
  const marker = 'node_modules/.package-lock.json'
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync('package-lock.json').mtimeMs - 1000) return
  console.log('Installing packages…')
  // Not `npm ci`: it refuses a lockfile written where the registry lacked binaries of other platforms.
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) ensureInstalled()
