// Finds a Chromium for the browser tests: one that is there already, Playwright's own where it can be downloaded,
// Debian's package otherwise.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const installedBrowser = () => process.env.DRYDOCK_BROWSER ?? KNOWN.find((path) => existsSync(path))

/** @returns {string | undefined} a path, or undefined for Playwright's own */
export function ensureBrowser() {
  const found = installedBrowser()
  if (found) return found
  const quiet = { stdio: 'inherit', timeout: 300_000 }
  if (spawnSync('npx', ['playwright', 'install', 'chromium'], { ...quiet, stdio: 'ignore' }).status === 0)
    return undefined
  console.log('Installing Debian’s chromium…')
  spawnSync('apt-get', ['update', '-qq'], quiet)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
    ...quiet,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const after = installedBrowser()
  if (!after) throw new Error('no browser: install Chromium and set DRYDOCK_BROWSER to its path')
  return after
}
