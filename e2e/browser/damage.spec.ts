import { expect, type Page, test } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { Playground } from './playground.ts'

/** Serves the worker's script with `before` in front of it: damage has to be done where the storage is used. */
async function spoilWorker(page: Page, before: string): Promise<void> {
  await page.route('**/session-worker-*.js', (route) => {
    const file = `dist${new URL(route.request().url()).pathname}`
    return route.fulfill({ contentType: 'text/javascript', body: before + readFileSync(file, 'utf8') })
  })
}

test('without storage the playground works and says that nothing is kept', async ({ page }) => {
  await spoilWorker(
    page,
    "Object.defineProperty(globalThis,'indexedDB',{get(){throw new Error('storage is switched off')}});",
  )
  const playground = await Playground.open(page)
  await expect(page.locator('.storage-banner')).toContainText(/not (be )?(saved|kept)/i)
  expect(await playground.run('echo works')).toMatch(/^works$/m)
})

test('when storage is full the playground goes on and says so, and saves again when there is room', async ({
  page,
}) => {
  await spoilWorker(
    page,
    `const put = IDBObjectStore.prototype.put; let full = false;
     new BroadcastChannel('test-storage').onmessage = (event) => { full = event.data };
     IDBObjectStore.prototype.put = function (...args) {
       if (full) throw new DOMException('the quota has been exceeded', 'QuotaExceededError')
       return put.apply(this, args)
     };`,
  )
  const playground = await Playground.open(page)
  const storage = (full: boolean) =>
    page.evaluate((value) => new BroadcastChannel('test-storage').postMessage(value), full)
  await storage(true)
  await playground.run('echo one > file')
  await expect(page.locator('.storage-banner')).toContainText(/quota/i)
  expect(await playground.run('cat file')).toMatch(/^one$/m)
  await storage(false)
  await expect(page.locator('.storage-banner')).toHaveCount(0, { timeout: 10_000 })
  await playground.reload()
  expect(await playground.run('cat file')).toMatch(/^one$/m)
})

test('a session that cannot be read is left as it is, and the page says so', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('echo kept > file')
  await page.waitForTimeout(600)
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const opening = indexedDB.open('drydock')
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('blocks', 'readwrite')
          transaction.oncomplete = () => done()
          const blocks = transaction.objectStore('blocks')
          blocks.getAllKeys().onsuccess = (event) => {
            const keys = (event.target as IDBRequest<string[]>).result
            for (const key of keys) if (String(key).startsWith('disks/')) blocks.put({ nonsense: true }, key)
          }
        }
      }),
  )
  await page.reload()
  await expect(page.locator('.storage-banner')).toContainText(/cannot be read/i)
})

test('two tabs on one session: the second says so and takes over', async ({ page, context }) => {
  const first = await Playground.open(page)
  await first.run('echo from-the-first > file')
  const second = await context.newPage()
  await second.goto(page.url())
  await expect(second.getByText('open in another tab')).toBeVisible()
  await second.getByRole('button', { name: 'Use it here' }).click()
  const taken = new Playground(second)
  await taken.sees('back after a reload')
  await taken.prompt()
  expect(await taken.run('cat file')).toMatch(/^from-the-first$/m)
  await expect(page.getByText('Another tab has taken over')).toBeVisible()
})
