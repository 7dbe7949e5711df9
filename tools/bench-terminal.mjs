// A flood in the terminal: how fast `seq` and `cat` of a long file come through, beside xterm.js that a worker writes to
// directly with a window of credit; how long a key takes to its echo meanwhile, and Ctrl-C to the next prompt.
// Prints figures and what we hold ourselves to; nothing is asserted.
//
// Both are tabs of one browser, of the same rows and columns, and take turns: each run of ours has one of the floor right
// before and right after it, and the ratio is the median of ours to the mean of its two neighbours. So what else the
// machine does, or the processor's clock, weighs on both alike.
//
//   npm run bench:terminal [-- ROUNDS [PART]]
import { spawnSync } from 'node:child_process'
import { buildFloor, dropFolder, newProfile, promptTime, watchForPrompt, withBrowser } from './bench/browser.mjs'
import { median, printTable } from './bench/figures.mjs'
import { watchTerminalPort } from './bench/terminal-port.mjs'
import { serve } from './serve.mjs'

/** Of the full size: a smaller part where time is short. */
const PART = Number(process.argv[3] ?? 1)
const SEQ_LINES = 2_000_000 * PART
const FILE_BYTES = 20 * 1024 * 1024 * PART
const FLOODS = {
  seq: { command: `seq 1 ${SEQ_LINES}`, endless: 'seq 1 900000000' },
  cat: { command: 'cat /root/flood', endless: 'while true; do cat /root/flood; done' },
}
/** A file of numbered lines, made by the host itself. */
const MAKE_FILE = `seq 1 4000000 | head -c ${FILE_BYTES} > /root/flood; echo made`
const KEYS = 15
const WINDOW_BYTES = 96 * 1024
const FLOOR = {
  page: `import { Terminal } from '@xterm/xterm'
const terminal = new Terminal({ scrollback: 5000, lineHeight: 1.15 })
terminal.open(document.getElementById('terminal'))
globalThis.fit = ({ cols, rows }) => terminal.resize(cols, rows)
const worker = new Worker('./worker.js', { type: 'module' })
let finished
worker.onmessage = ({ data }) => {
  if (data === 'end') return terminal.write('', () => requestAnimationFrame(() => finished()))
  terminal.write(data, () => worker.postMessage({ credit: data.length }))
}
globalThis.flood = (kind) => new Promise((resolve) => {
  const started = performance.now()
  finished = () => resolve(performance.now() - started)
  worker.postMessage({ kind })
})
terminal.write('$ ')
`,
  // The same bytes, ready-made, as a tty sends them: what is left is the way to the screen.
  worker: `const lines = (count) => { let text = ''; for (let i = 1; i <= count; i++) text += i + '\\n'; return text }
const sent = (text) => new TextEncoder().encode(text.replaceAll('\\n', '\\r\\n'))
const seq = sent(lines(${SEQ_LINES}))
const cat = sent(lines(4000000).slice(0, ${FILE_BYTES}))
let sending, at = 0, inFlight = 0
const pump = () => {
  while (sending && inFlight < ${WINDOW_BYTES}) {
    const piece = sending.slice(at, at + 16384)
    if (piece.length === 0) { sending = undefined; postMessage('end'); return }
    at += piece.length
    inFlight += piece.length
    postMessage(piece, [piece.buffer])
  }
}
onmessage = ({ data }) => {
  if (data.kind) { sending = data.kind === 'seq' ? seq : cat; at = 0; inFlight = 0 }
  else inFlight -= data.credit
  pump()
}
`,
}

const rounds = Number(process.argv[2] ?? 5)
if (!process.env['DRYDOCK_BENCH_BUILT'])
  spawnSync('npx', ['vite', 'build', '--logLevel', 'error'], { stdio: 'inherit' })
const floorRoot = await buildFloor(FLOOR)
const [ours, floor] = [await serve({ port: 0 }), await serve({ port: 0, root: floorRoot })]
const empty = () => ({ ours: [], floor: [], echo: [], stop: [] })
const measured = { seq: empty(), cat: empty() }
const profile = newProfile()
await withBrowser(profile, async (page, context) => {
  const floorPage = await context.newPage()
  await floorPage.goto(`http://drydock.localhost:${floor.port}/`)
  await page.bringToFront()
  await page.addInitScript(watchForPrompt)
  await page.addInitScript(watchTerminalPort)
  await page.goto(`http://drydock.localhost:${ours.port}/`)
  await promptTime(page)
  await run(page, MAKE_FILE)
  const size = await sizeOf(page)
  await floorPage.evaluate((each) => globalThis.fit(each), size)
  // Once each that does not count: what runs is compiled then.
  for (const kind of Object.keys(FLOODS)) await takeTurns(page, floorPage, kind, empty())
  for (const kind of Object.keys(FLOODS)) {
    for (let round = 0; round < rounds; round++) await takeTurns(page, floorPage, kind, measured[kind])
    measured[kind].floor.push(await floods(floorPage, kind))
    await page.bringToFront()
    for (let round = 0; round < rounds; round++) await disturb(page, kind)
    if (process.env['DRYDOCK_BENCH_VERBOSE']) console.log(JSON.stringify({ size, ...measured }))
  }
})
ours.close()
floor.close()
for (const folder of [floorRoot, profile]) dropFolder(folder)
report()
process.exit(0)

/** Rows and columns of our terminal, as the host knows them. */
async function sizeOf(page) {
  await run(page, 'clear; stty size')
  const text = await page.evaluate(() => document.querySelector('.xterm-rows').textContent)
  const [, rows, cols] = /(\d+) (\d+)/.exec(text)
  return { rows: Number(rows), cols: Number(cols) }
}

async function takeTurns(page, floorPage, kind, into) {
  into.floor.push(await floods(floorPage, kind))
  await page.bringToFront()
  into.ours.push(await run(page, FLOODS[kind].command))
}

async function floods(floorPage, kind) {
  await floorPage.bringToFront()
  return floorPage.evaluate((each) => globalThis.flood(each), kind)
}

/** Types the command; milliseconds from Enter to the next prompt, painted. */
async function run(page, command) {
  await page.keyboard.type(command)
  await page.waitForTimeout(100)
  await page.evaluate(() => globalThis.terminalPort.expectPrompt())
  await page.keyboard.press('Enter')
  return page.evaluate(() => globalThis.terminalPort.prompted())
}

/** Keys in the middle of an endless flood, then Ctrl-C. */
async function disturb(page, kind) {
  await page.keyboard.type(`${FLOODS[kind].endless}\n`)
  await page.waitForTimeout(700)
  for (let key = 0; key < KEYS; key++) {
    measured[kind].echo.push(await page.evaluate(() => globalThis.terminalPort.echo('@')))
    await page.waitForTimeout(50)
  }
  measured[kind].stop.push(await page.evaluate(() => globalThis.terminalPort.interrupt()))
  await page.waitForTimeout(500)
}

/** Bytes of numbered lines with their returns, as they reach the screen: so many lines, or as many as fill a file. */
function shownBytes(lines, fileBytes = Infinity) {
  let [file, shown] = [0, 0]
  for (let line = 1; line <= lines && file < fileBytes; line++) {
    file += String(line).length + 1
    shown += String(line).length + 2
  }
  return shown
}

function report() {
  const megabytes = (bytes, ms) => `${(bytes / 1e6 / (ms / 1000)).toFixed(1)} MB/s`
  const bytes = { seq: shownBytes(SEQ_LINES), cat: shownBytes(4_000_000, FILE_BYTES) }
  const worst = (values) => Math.max(...values)
  const rows = Object.entries(measured).flatMap(([kind, { ours, floor, echo, stop }]) => [
    [
      FLOODS[kind].command,
      megabytes(bytes[kind], median(ours)),
      megabytes(bytes[kind], median(floor)),
      median(ours.map((each, at) => (floor[at] + floor[at + 1]) / 2 / each)).toFixed(2),
      '≥ 0.70',
    ],
    [`  key to painted echo (worst ${worst(echo).toFixed(0)} ms)`, `${median(echo).toFixed(0)} ms`, '', '', '≤ 100 ms'],
    [`  Ctrl-C to prompt (worst ${worst(stop).toFixed(0)} ms)`, `${median(stop).toFixed(0)} ms`, '', '', '≤ 200 ms'],
  ])
  printTable([['', 'Drydock', 'xterm.js alone', 'ratio', 'wanted'], ...rows])
}
