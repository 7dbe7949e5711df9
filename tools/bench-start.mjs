// How long from navigation to a prompt one can type at, and from a key to its echo: Drydock beside a bare xterm.js page
// whose worker only echoes, in the same browser, in turns. Prints medians and their ratio; nothing is asserted.
//
//   npm run bench:start [-- ROUNDS]
import { chromium } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'rolldown'
import { ensureBrowser } from './browser.mjs'
import { serve } from './serve.mjs'

const waitForFloor = (page) => page.waitForFunction(() => globalThis.promptAt).then((handle) => handle.jsonValue())
/** The first visit opens with an instance of its own, so the prompt comes by itself. */
const waitForPrompt = (page) =>
  page
    .waitForFunction(
      () => {
        const text = document.querySelector('.xterm-rows')?.textContent ?? ''
        if (!/\$ *$/.test(text.trimEnd() + ' ')) return undefined
        return (globalThis.promptAt ??= performance.now())
      },
      undefined,
      { polling: 'raf' },
    )
    .then((handle) => handle.jsonValue())

const rounds = Number(process.argv[2] ?? 7)
const executablePath = ensureBrowser()
spawnSync('npx', ['vite', 'build', '--logLevel', 'error'], { stdio: 'inherit' })
const floorRoot = await buildFloor()
const [ours, floor] = [await serve({ port: 0 }), await serve({ port: 0, root: floorRoot })]
const measured = { ours: { prompt: [], echo: [], bytes: [] }, floor: { prompt: [], echo: [], bytes: [] } }

for (let round = 0; round < rounds; round++) {
  await measure(floor.port, measured.floor, waitForFloor)
  await measure(ours.port, measured.ours, waitForPrompt)
}
ours.close()
floor.close()
rmSync(floorRoot, { recursive: true, force: true })
print('navigation to prompt', 'prompt')
print('key to painted echo', 'echo')
console.log(`JavaScript and CSS loaded until then: ${(measured.ours.bytes[0] / 1024).toFixed(0)} KB gzipped`)
process.exit(0)

/** One cold start in a fresh profile on disk, then fifty keys. */
async function measure(port, into, ready) {
  const profile = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-quic',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath ? { executablePath } : {}),
    headless: true,
    viewport: { width: 1000, height: 700 },
    args,
  })
  try {
    const page = await context.newPage()
    const responses = []
    context.on('response', (response) => responses.push(response))
    await page.goto(`http://drydock.localhost:${port}/`)
    into.prompt.push(await ready(page))
    into.bytes.push(await scriptBytes(responses.splice(0)))
    into.echo.push(await page.evaluate(echo, 50))
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

/** What scripts and styles weighed on the wire, workers' included. */
async function scriptBytes(responses) {
  const wanted = responses.filter((response) => /\.(js|css)$/.test(new URL(response.url()).pathname))
  const sizes = await Promise.all(wanted.map(async (response) => (await response.request().sizes()).responseBodySize))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Median milliseconds from a key to the frame that shows it. */
async function echo(keys) {
  const area = document.querySelector('.xterm-helper-textarea')
  const rows = document.querySelector('.xterm-rows')
  area.focus()
  const times = []
  for (let key = 0; key < keys; key++) {
    const before = rows.textContent
    const started = performance.now()
    area.value = 'a'
    area.dispatchEvent(new InputEvent('input', { data: 'a', inputType: 'insertText', bubbles: true, composed: true }))
    // Looked at after the frame's callbacks have run, xterm's own among them.
    while (rows.textContent === before) await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
    times.push(performance.now() - started)
    await new Promise((later) => setTimeout(later, 20))
  }
  return times.sort((a, b) => a - b)[times.length >> 1]
}

async function buildFloor() {
  const root = mkdtempSync(join(tmpdir(), 'drydock-floor-'))
  mkdirSync(join(root, 'preview'))
  const page = `import { Terminal } from '@xterm/xterm'
const terminal = new Terminal({ cols: 100, rows: 40 })
terminal.open(document.getElementById('terminal'))
const worker = new Worker('./worker.js', { type: 'module' })
worker.onmessage = ({ data }) => terminal.write(data, () => requestAnimationFrame(() => { globalThis.promptAt ??= performance.now() }))
terminal.onData((data) => worker.postMessage(data))
`
  const entry = join('node_modules', '.drydock-floor.mjs')
  writeFileSync(entry, page)
  await build({
    input: entry,
    platform: 'browser',
    logLevel: 'silent',
    output: { file: join(root, 'floor.js'), format: 'esm', minify: true },
  })
  rmSync(entry)
  writeFileSync(join(root, 'worker.js'), "onmessage = ({ data }) => postMessage(data)\npostMessage('$ ')\n")
  writeFileSync(join(root, 'xterm.css'), readFileSync('node_modules/@xterm/xterm/css/xterm.css'))
  writeFileSync(
    join(root, 'index.html'),
    '<!doctype html><link rel="stylesheet" href="xterm.css"><div id="terminal"></div><script type="module" src="floor.js"></script>',
  )
  return root
}

function print(what, key) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
  const [a, b] = [median(measured.ours[key]), median(measured.floor[key])]
  console.log(
    `${what.padEnd(24)} Drydock ${a.toFixed(0).padStart(5)} ms   bare xterm.js ${b.toFixed(0).padStart(5)} ms   ratio ${(a / b).toFixed(2)}`,
  )
}
