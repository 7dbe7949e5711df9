// A build of 5,000 files and 50 MB in Chromium: the longest task of the page, and the longest gap between two frames, while
// it runs, beside the page at rest in the same browser. Prints figures and what we hold ourselves to; nothing is asserted.
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
  const rows = await withBrowser(profile, async (page) => {
    await page.addInitScript(watchForPrompt)
    await page.addInitScript(watchStalls)
    await page.goto(`http://drydock.localhost:${server.port}/`)
    await promptTime(page)
    await page.locator('#first-frame').waitFor({ state: 'detached' })
    await prepare(page)
    // What is kept of the files is written in the background: that is not the build.
    await page.waitForTimeout(3000)
    const rest = await watched(page, () => page.waitForTimeout(REST_MS))
    const builds = []
    for (let round = 1; round <= ROUNDS; round++)
      builds.push(await watched(page, () => command(page, `docker build ${round > 1 ? '--no-cache ' : ''}-t big .`)))
    return [told('at rest', rest), ...builds.map((build, i) => told(`build ${i + 1}`, build))]
  })
  printTable([['', 'seconds', 'longest task, ms', 'longest gap of frames, ms', 'script', 'at most'], ...rows])
} finally {
  dropFolder(profile)
  await server.close()
}

/** Runs in the page: tasks over 50 ms, frames that took long and whose script it was. Long Tasks and Long Animation Frames API. */
function watchStalls() {
  const stalls = { task: 0, gap: 0, script: '' }
  globalThis.stalls = stalls
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) stalls.task = Math.max(stalls.task, duration)
  }).observe({ type: 'longtask' })
  let longestFrame = 0
  new PerformanceObserver((list) => {
    for (const { duration, scripts } of list.getEntries()) {
      if (duration <= longestFrame) continue
      longestFrame = duration
      stalls.script = scripts
        .map(({ invoker, duration: own, sourceURL, sourceCharPosition }) => `${invoker} ${Math.round(own)} ${sourceURL.split('/').pop()}:${sourceCharPosition}`)
        .join(', ')
        .slice(0, 120)
    }
  }).observe({ type: 'long-animation-frame' })
  let last = performance.now()
  const frame = (now) => {
    stalls.gap = Math.max(stalls.gap, now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  stalls.reset = () => {
    stalls.task = 0
    stalls.gap = 0
    stalls.script = ''
    longestFrame = 0
    last = performance.now()
  }
}

async function watched(page, act) {
  await page.evaluate(() => globalThis.stalls.reset())
  const start = performance.now()
  await act()
  const seconds = (performance.now() - start) / 1000
  return { seconds, ...(await page.evaluate(() => ({ ...globalThis.stalls }))) }
}

function told(name, { seconds, task, gap, script }) {
  const shown = task > 0 ? String(Math.round(task)) : '< 50'
  return [name, seconds.toFixed(1), shown, String(Math.round(gap)), script, String(LIMIT_MS)]
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
