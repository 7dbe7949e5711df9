// A flood in the terminal: how fast `seq` and `cat` of a long file come through, beside xterm.js that a worker writes to
// directly with a window of credit; how long a key takes to its echo meanwhile, and Ctrl-C to the next prompt.
// Prints figures and what we hold ourselves to; nothing is asserted.
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
const terminal = new Terminal({ cols: 100, rows: 40, scrollback: 5000, lineHeight: 1.15 })
terminal.open(document.getElementById('terminal'))
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

const rounds = Number(process.argv[2] ?? 3)
if (!process.env['DRYDOCK_BENCH_BUILT'])
  spawnSync('npx', ['vite', 'build', '--logLevel', 'error'], { stdio: 'inherit' })
const floorRoot = await buildFloor(FLOOR)
const [ours, floor] = [await serve({ port: 0 }), await serve({ port: 0, root: floorRoot })]
const empty = () => ({ ours: [], floor: [], echo: [], stop: [] })
const measured = { seq: empty(), cat: empty() }
const profiles = [newProfile(), newProfile()]
await withBrowser(profiles[0], (floorPage) =>
  withBrowser(profiles[1], async (page) => {
    await floorPage.goto(`http://drydock.localhost:${floor.port}/`)
    await page.addInitScript(watchForPrompt)
    await page.addInitScript(watchTerminalPort)
    await page.goto(`http://drydock.localhost:${ours.port}/`)
    await promptTime(page)
    await run(page, MAKE_FILE)
    for (let round = 0; round < rounds; round++)
      for (const kind of Object.keys(FLOODS)) {
        if (process.env['DRYDOCK_BENCH_VERBOSE']) console.log(JSON.stringify(measured))
        await floorPage.bringToFront()
        measured[kind].floor.push(await floorPage.evaluate((each) => globalThis.flood(each), kind))
        await page.bringToFront()
        measured[kind].ours.push(await run(page, FLOODS[kind].command))
        await disturb(page, kind)
      }
  }),
)
ours.close()
floor.close()
for (const folder of [floorRoot, ...profiles]) dropFolder(folder)
report()
process.exit(0)

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
      (median(floor) / median(ours)).toFixed(2),
      '≥ 0.70',
    ],
    [`  key to painted echo (worst ${worst(echo).toFixed(0)} ms)`, `${median(echo).toFixed(0)} ms`, '', '', '≤ 100 ms'],
    [`  Ctrl-C to prompt (worst ${worst(stop).toFixed(0)} ms)`, `${median(stop).toFixed(0)} ms`, '', '', '≤ 200 ms'],
  ])
  printTable([['', 'Drydock', 'xterm.js alone', 'ratio', 'wanted'], ...rows])
}
