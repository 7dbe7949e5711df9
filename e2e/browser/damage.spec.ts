import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('without storage the playground works and says that nothing is kept', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { get: () => undefined }))
  await page.route('**/session-worker-*.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({
      response,
      body: `Object.defineProperty(globalThis,'indexedDB',{get(){throw new Error('storage is switched off')}});${await response.text()}`,
    })
  })
  const playground = await Playground.open(page)
  await expect(page.locator('.storage-banner')).toContainText(/not (be )?(saved|kept)/i)
  expect(await playground.run('echo works')).toMatch(/^works$/m)
})

test('when storage is full the playground goes on and says so, and saves again when there is room', async ({
  page,
}) => {
  await page.route('**/session-worker-*.js', async (route) => {
    const response = await route.fetch()
    const full = `const put=IDBObjectStore.prototype.put;let full=false;const gate=new BroadcastChannel('test-storage');gate.onmessage=e=>{full=e.data};IDBObjectStore.prototype.put=function(...a){if(full)throw new DOMException('the quota has been exceeded','QuotaExceededError');return put.apply(this,a)};`
    await route.fulfill({ response, body: full + (await response.text()) })
  })
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
          const blocks = opening.result.transaction('blocks', 'readwrite').objectStore('blocks')
          blocks.getAllKeys().onsuccess = (event) => {
            const keys = (event.target as IDBRequest<string[]>).result
            for (const key of keys) if (String(key).startsWith('disks/')) blocks.put({ nonsense: true }, key)
            done()
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
