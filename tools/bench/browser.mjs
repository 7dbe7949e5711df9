// What the benchmarks of the page share: a Chromium with a profile on disk, and the page of the floor.
import { chromium } from '@playwright/test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'rolldown'
import { ensureBrowser } from '../browser.mjs'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export const newProfile = () => mkdtempSync(join(tmpdir(), 'drydock-bench-'))
export const dropFolder = (folder) => rmSync(folder, { recursive: true, force: true })

/** A browser of its own on a profile, for as long as `use` takes. */
export async function withBrowser(profile, use) {
  const executablePath = ensureBrowser()
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath ? { executablePath } : {}),
    headless: true,
    viewport: { width: 1000, height: 700 },
    args: FLAGS,
  })
  try {
    return await use(await context.newPage(), context)
  } finally {
    await context.close()
  }
}

/**
 * Builds the bare page that we are measured against: xterm.js, and a worker behind it.
 * @param {{page: string, worker: string}} sources
 * @returns {Promise<string>} its folder
 */
export async function buildFloor({ page, worker }) {
  const root = mkdtempSync(join(tmpdir(), 'drydock-floor-'))
  const entry = join('node_modules', `.drydock-floor-${process.pid}.mjs`)
  writeFileSync(entry, page)
  try {
    await build({
      input: entry,
      platform: 'browser',
      logLevel: 'silent',
      output: { file: join(root, 'floor.js'), format: 'esm', minify: true },
    })
  } finally {
    rmSync(entry)
  }
  writeFileSync(join(root, 'worker.js'), worker)
  writeFileSync(join(root, 'xterm.css'), readFileSync('node_modules/@xterm/xterm/css/xterm.css'))
  writeFileSync(
    join(root, 'index.html'),
    '<!doctype html><link rel="stylesheet" href="xterm.css"><div id="terminal"></div><script type="module" src="floor.js"></script>',
  )
  return root
}

/** Runs in the page before anything else: notes when the rows first end in a prompt that is painted. */
export function watchForPrompt() {
  const look = () => {
    const text = document.querySelector('.xterm-rows')?.textContent ?? ''
    if (!/\$ *$/.test(`${text.trimEnd()} `)) return requestAnimationFrame(look)
    requestAnimationFrame(() => (globalThis.promptAt = performance.now()))
  }
  requestAnimationFrame(look)
}
export const promptTime = (page) =>
  page.waitForFunction(() => globalThis.promptAt, undefined, { timeout: 120_000 }).then((handle) => handle.jsonValue())
