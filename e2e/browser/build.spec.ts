import { expect, type Page, test } from '@playwright/test'
import { Playground } from './playground.ts'

/** A WebAssembly module whose _start writes a line by WASI's fd_write. */
const MODULE =
  'AGFzbQEAAAABDAJgAABgBH9/f38BfwIjARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAEDAgEABQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKHQEbAEEAQRA2AgBBBEEUNgIAQQFBAEEBQQgQABoLCxoBAEEQCxRoZWxsbyBmcm9tIGEgbW9kdWxlCg=='

/** From here on every task of the page that takes longer than 50 ms, in milliseconds. */
const watchTasks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration)
    }).observe({ type: 'longtask' })
  })

const longestTask = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks))

/** Milliseconds from a key to its sign on the screen, as seen from outside the browser. */
async function echo(playground: Playground, key: string): Promise<number> {
  const before = await playground.text()
  const start = Date.now()
  await playground.page.keyboard.press(key)
  while ((await playground.text()) === before) await playground.page.waitForTimeout(5)
  return Date.now() - start
}

test('a context of 50 MB in 5,000 files is built while page and terminals go on', { tag: '@long' }, async ({
  page,
}) => {
  const playground = await Playground.open(page)
  await playground.run('mkdir big && cd big && head -c 50M /dev/urandom | split -a 4 -b 10486 - f', { timeout: 40_000 })
  expect(await playground.run("ls | wc -l; printf 'FROM scratch\\nCOPY . /files/\\n' > Dockerfile")).toBe('5000')
  await page.getByRole('button', { name: /new terminal/i }).click()
  await playground.prompt()
  await page.getByRole('tab').first().click()
  await watchTasks(page)
  await playground.type('docker build -q -t big . && docker image inspect -f "{{.Size}}" big\n')
  await page.getByRole('tab').nth(1).click()
  await page.locator('.terminal:visible .xterm-helper-textarea').focus()
  const echoes: number[] = []
  for (const key of 'echo') echoes.push(await echo(playground, key))
  await page.getByRole('tab').first().click()
  // All keys had their signs while the build was still at it.
  expect(await playground.text()).not.toContain('sha256:')
  await playground.sees(/sha256:[0-9a-f]{64}\n52428828\n/, 60_000)
  // How long is for a quiet machine to say: the longest task should stay below 100 ms.
  console.log(`longest task of the page ${await longestTask(page)} ms; from key to sign ${echoes.join(', ')} ms`)
})

test('a module of WebAssembly in an image runs in a worker of the page', async ({ page }) => {
  const playground = await Playground.open(page)
  await page.locator('.terminal:visible .xterm-helper-textarea').focus()
  await page.keyboard.insertText(`mkdir wasm && cd wasm && echo ${MODULE} | base64 -d > app.wasm; chmod +x app.wasm`)
  await playground.press('Enter')
  await playground.type('printf \'FROM scratch\\nCOPY app.wasm /\\nENTRYPOINT ["/app.wasm"]\\n\' > Dockerfile\n')
  await playground.type('docker build -q --platform wasi/wasm -t app . && docker run --rm --platform wasi/wasm app\n')
  await playground.sees('hello from a module', 60_000)
})
