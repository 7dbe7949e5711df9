// A build of 5,000 files and 50 MB in Chromium: the longest task of the page while it runs, as the clock and as the processor
// has it (they differ where other work keeps the page from the processor), and the longest gap between two frames, beside the
// page at rest in the same browser. Prints figures and what we hold ourselves to; nothing is asserted.
//
//   npm run bench:build-page [-- MEGABYTES [FILES [ROUNDS]]]
import { dropFolder, newProfile, promptTime, watchForPrompt, withBrowser } from './bench/browser.mjs'
import { printTable } from './bench/figures.mjs'
import { serve } from './serve.mjs'

const MEGABYTES = Number(process.argv[2] ?? 50)
const FILES = Number(process.argv[3] ?? 5000)
const ROUNDS = Number(process.argv[4] ?? 3)
const LIMIT_MS = 100
const REST_MS = 5000
const PATIENCE_MS = 150_000

const server = await serve({ port: 0 })
const profile = newProfile()
try {
  const rows = await withBrowser(profile, async (page, context) => {
    await page.addInitScript(watchForPrompt)
    await page.addInitScript(watchStalls)
    await page.goto(`http://drydock.localhost:${server.port}/`)
    await promptTime(page)
    await page.locator('#first-frame').waitFor({ state: 'detached' })
    await prepare(page)
    // What is kept of the files is written in the background: that is not the build.
    await page.waitForTimeout(3000)
    const session = await context.newCDPSession(page)
    const rest = await watched(page, session, () => page.waitForTimeout(REST_MS))
    const builds = []
    for (let round = 1; round <= ROUNDS; round++)
      builds.push(
        await watched(page, session, () => command(page, `docker build ${round > 1 ? '--no-cache ' : ''}-t big .`)),
      )
    return [told('at rest', rest), ...builds.map((build, i) => told(`build ${i + 1}`, build))]
  })
  printTable([
    [
      '',
      'seconds',
      'longest task, ms',
      'its processor, ms',
      'longest of the processor, ms',
      'gap of frames, ms',
      'at most',
    ],
    ...rows,
  ])
} finally {
  dropFolder(profile)
  await server.close()
}

/** Runs in the page: the longest time between two frames. */
function watchStalls() {
  const stalls = { gap: 0, last: performance.now() }
  globalThis.stalls = stalls
  const frame = (now) => {
    stalls.gap = Math.max(stalls.gap, now - stalls.last)
    stalls.last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

async function watched(page, session, act) {
  await page.evaluate(() => Object.assign(globalThis.stalls, { gap: 0, last: performance.now() }))
  const start = performance.now()
  const tasks = await traced(session, act)
  const seconds = (performance.now() - start) / 1000
  return { seconds, ...tasks, gap: await page.evaluate(() => globalThis.stalls.gap) }
}

/** Tasks of the page's own thread while `act` goes on, in milliseconds. Chrome's trace event format, dur and tdur */
async function traced(session, act) {
  const events = []
  const collect = ({ value }) => events.push(...value)
  session.on('Tracing.dataCollected', collect)
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline'] },
  })
  await act()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const isMain = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid)
  const tasks = events.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && isMain(event))
  const longest = tasks.reduce((a, b) => (b.dur > a.dur ? b : a), { dur: 0, tdur: 0 })
  const busiest = tasks.reduce((a, b) => ((b.tdur ?? 0) > a.tdur ? b : a), { tdur: 0 })
  return { task: longest.dur / 1000, itsCpu: (longest.tdur ?? 0) / 1000, cpu: busiest.tdur / 1000 }
}

function told(name, { seconds, task, itsCpu, cpu, gap }) {
  return [name, seconds.toFixed(1), ...[task, itsCpu, cpu, gap].map((ms) => String(Math.round(ms))), String(LIMIT_MS)]
}

async function command(page, text) {
  await page.locator('.terminal:visible .xterm-helper-textarea').focus()
  await page.keyboard.type(`${text}; echo do''ne`)
  await page.keyboard.press('Enter')
  await page.waitForFunction(
    () => /done\s+\[node1\][^]*\$\s*$/.test(document.querySelector('.terminal .xterm-rows').innerText.trimEnd()),
    undefined,
    { timeout: PATIENCE_MS, polling: 200 },
  )
  await page.keyboard.type('clear')
  await page.keyboard.press('Enter')
}

async function prepare(page) {
  const each = Math.ceil((MEGABYTES * 1024 * 1024) / FILES)
  await command(page, `mkdir big && cd big && head -c ${MEGABYTES}M /dev/urandom | split -a 4 -b ${each} - f`)
  await command(page, "printf 'FROM scratch\\nCOPY . /files/\\n' > Dockerfile")
}
