// How long from navigation to a prompt one can type at, and from a key to its echo: Drydock beside a bare xterm.js page
// whose worker only echoes, in the same browser, in turns; on a first visit, and on a visit to a session that was kept.
// Prints medians, least values and their ratios; nothing is asserted.
//
//   npm run bench:start [-- ROUNDS]
import { spawnSync } from 'node:child_process'
import { buildFloor, dropFolder, newProfile, promptTime, watchForPrompt, withBrowser } from './bench/browser.mjs'
import { least, median, printTable } from './bench/figures.mjs'
import { serve } from './serve.mjs'

const FLOOR = {
  page: `import { Terminal } from '@xterm/xterm'
const terminal = new Terminal({ cols: 100, rows: 40 })
terminal.open(document.getElementById('terminal'))
const worker = new Worker('./worker.js', { type: 'module' })
worker.onmessage = ({ data }) => terminal.write(data)
terminal.onData((data) => worker.postMessage(data))
`,
  worker: "onmessage = ({ data }) => postMessage(data)\npostMessage('$ ')\n",
}
/** Long enough for the first visit to be saved, in milliseconds. */
const SETTLE_MS = 2500
/** What we hold ourselves to. */
const MOST_TIMES_FLOOR = 2
const FRAME_MS = 1000 / 60
const MOST_BYTES = 450 * 1024

const rounds = Number(process.argv[2] ?? 7)
if (!process.env['DRYDOCK_BENCH_BUILT'])
  spawnSync('npx', ['vite', 'build', '--logLevel', 'error'], { stdio: 'inherit' })
const floorRoot = await buildFloor(FLOOR)
const sent = []
const onSent = (path, bytes) => sent.push({ path, bytes, atMs: Date.now() })
const servers = { ours: await serve({ port: 0, onSent }), floor: await serve({ port: 0, root: floorRoot }) }
const empty = () => ({ first: [], again: [], echo: [], bytes: [] })
const measured = { ours: empty(), floor: empty() }

for (let round = 0; round < rounds; round++) {
  await measure(servers.floor.port, measured.floor)
  await measure(servers.ours.port, measured.ours)
}
for (const server of Object.values(servers)) server.close()
dropFolder(floorRoot)
report()
process.exit(0)

/** A cold start on a fresh profile and fifty keys; then, in a browser started anew, the same address once more. */
async function measure(port, into) {
  const profile = newProfile()
  const visit = (address, times, then) =>
    withBrowser(profile, async (page) => {
      await page.addInitScript(watchForPrompt)
      sent.length = 0
      await page.goto(address)
      times.push(await promptTime(page))
      const promptMs = await page.evaluate(() => performance.timeOrigin + globalThis.promptAt)
      return then(page, promptMs)
    })
  try {
    const address = await visit(`http://drydock.localhost:${port}/`, into.first, async (page, promptMs) => {
      into.bytes.push(scriptBytes(promptMs))
      into.echo.push(await page.evaluate(echo, 50))
      await page.waitForTimeout(SETTLE_MS)
      return page.url()
    })
    await visit(address, into.again, () => undefined)
  } finally {
    dropFolder(profile)
  }
}

/** What scripts and styles weighed on the wire until then, the workers' included: counted where they are sent. */
function scriptBytes(untilMs) {
  return sent
    .filter(({ path, atMs }) => /\.(js|css)$/.test(path) && atMs <= untilMs)
    .reduce((sum, { bytes }) => sum + bytes, 0)
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

function report() {
  const { ours, floor } = measured
  const ms = (value) => `${value.toFixed(0)} ms`
  const row = (what, key, wanted) => [
    what,
    ms(median(ours[key])),
    ms(median(floor[key])),
    (median(ours[key]) / median(floor[key])).toFixed(2),
    (least(ours[key]) / least(floor[key])).toFixed(2),
    wanted,
  ]
  const atMost = `≤ ${MOST_TIMES_FLOOR.toFixed(1)}`
  printTable([
    ['', 'Drydock', 'bare xterm.js', 'ratio', 'of the least', 'wanted'],
    row('navigation to prompt, first visit', 'first', atMost),
    row('navigation to prompt, kept session', 'again', atMost),
    row('key to painted echo', 'echo', `≤ +${FRAME_MS.toFixed(0)} ms`),
  ])
  const kilobytes = (bytes) => (bytes / 1024).toFixed(0)
  console.log(
    `\nJavaScript and CSS sent before the first prompt, workers included: ${kilobytes(median(ours.bytes))} KB gzipped (wanted: under ${kilobytes(MOST_BYTES)} KB)`,
  )
}
