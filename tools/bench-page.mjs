// The page under load: how long an interaction takes to the next paint on the dashboard with two hundred containers, and
// how long an undo takes to bring a container and 200 MB of data back. Prints figures and what we hold ourselves to;
// nothing is asserted.
//
//   npm run bench:page [-- CONTAINERS [MEGABYTES]]
import { dropFolder, newProfile, promptTime, watchForPrompt, withBrowser } from './bench/browser.mjs'
import { printTable } from './bench/figures.mjs'
import { serve } from './serve.mjs'

const CONTAINERS = Number(process.argv[2] ?? 200)
const MEGABYTES = Number(process.argv[3] ?? 200)
const PATIENCE_MS = 240_000

const server = await serve({ port: 0 })
const profile = newProfile()
try {
  const rows = await withBrowser(profile, async (page) => {
    await page.addInitScript(watchForPrompt)
    await page.addInitScript(watchInteractions)
    await page.goto(`http://drydock.localhost:${server.port}/`)
    await promptTime(page)
    await page.locator('#first-frame').waitFor({ state: 'detached' })
    return [...(await interactions(page)), ...(await undo(page))]
  })
  printTable([['', 'ms', 'at most'], ...rows])
} finally {
  dropFolder(profile)
  await server.close()
}

/** Runs in the page: the longest that each kind of interaction took up to its next paint. Event Timing API. */
function watchInteractions() {
  globalThis.longest = 0
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries())
      if (interactionId) globalThis.longest = Math.max(globalThis.longest, duration)
  }).observe({ type: 'event', durationThreshold: 16, buffered: false })
}

async function command(page, text) {
  await page.locator('.terminal:visible .xterm-helper-textarea').focus()
  await page.keyboard.type(`${text}; echo do''ne`)
  await page.keyboard.press('Enter')
  await page.waitForFunction(
    () => /done\s+\[node1\][^]*\$\s*$/.test(document.querySelector('.terminal .xterm-rows').innerText.trimEnd()),
    undefined,
    { timeout: PATIENCE_MS },
  )
  await page.keyboard.type('clear')
  await page.keyboard.press('Enter')
}

async function interactions(page) {
  await command(page, 'docker pull -q alpine')
  await command(page, `for n in $(seq ${CONTAINERS}); do docker create --name c$n alpine sleep 1d > /dev/null; done`)
  await page.getByRole('button', { name: 'Containers', exact: true }).click()
  const panel = page.getByRole('complementary', { name: 'Containers' })
  await panel.getByRole('listitem').first().waitFor()
  const measured = async (name, act) => {
    await page.waitForTimeout(700)
    await page.evaluate(() => (globalThis.longest = 0))
    await act()
    await page.waitForTimeout(700)
    // What took less than 16 ms is not told.
    return [name, String(Math.round(await page.evaluate(() => globalThis.longest)) || '< 16'), '100']
  }
  const filter = panel.getByRole('searchbox')
  return [
    await measured('type into the filter', () => filter.pressSequentially('c19', { delay: 120 })),
    await measured('clear the filter', () => filter.press('Control+a').then(() => filter.press('Delete'))),
    await measured('open a menu', () => panel.getByRole('button', { name: 'More' }).first().click()),
    await measured('close it', () => page.keyboard.press('Escape')),
    await measured('start a container', () =>
      panel.getByRole('button', { name: 'Start', exact: true }).first().click(),
    ),
    await measured('show a container', () =>
      panel
        .getByRole('button', { name: /^Show / })
        .first()
        .click(),
    ),
    await measured('back to all', () => panel.getByRole('button', { name: 'Back' }).click()),
    await measured('another panel', () => page.getByRole('button', { name: 'Images', exact: true }).click()),
  ]
}

async function undo(page) {
  await command(page, 'docker rm -f $(docker ps -aq) > /dev/null')
  await command(page, 'docker run -d --name db -v data:/data alpine sleep 1d')
  await command(page, `docker exec db dd if=/dev/urandom of=/data/table bs=1M count=${MEGABYTES}`)
  await page.getByRole('button', { name: 'Containers', exact: true }).click()
  const panel = page.getByRole('complementary', { name: 'Containers' })
  await command(page, 'docker rm -f db && docker volume rm data')
  await panel.getByText('No containers yet').waitFor()
  await page.waitForTimeout(3000)
  const took = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const from = performance.now()
        const look = () => {
          const row = document.querySelector('aside li button[aria-label="Show db"]')
          if (row?.textContent.includes('Up')) return resolve(performance.now() - from)
          requestAnimationFrame(look)
        }
        const keys = { code: 'KeyZ', altKey: true, shiftKey: true, bubbles: true }
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', keys))
        look()
      }),
  )
  return [[`undo of rm -f and volume rm, ${MEGABYTES} MB`, String(Math.round(took)), '300']]
}
