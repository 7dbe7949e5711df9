import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('after the first visit everything works without a network', async ({ page, context }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 nginx', { timeout: 60_000 })
  const opened = context.waitForEvent('page')
  await playground.port(8080).click()
  await expect((await opened).locator('h1')).toHaveText('Welcome to nginx!')
  await (await opened).close()
  await page.evaluate(() => navigator.serviceWorker.ready)
  const packages = 'curl -s https://registry.npmjs.org/express/latest | head -c 17'
  expect(await playground.run(packages)).toContain('{"name":"express"')
  await context.setOffline(true)
  await playground.reload()
  expect(await playground.run('docker run --rm alpine echo no network', { timeout: 60_000 })).toContain('no network')
  expect(await playground.run(packages)).toContain('{"name":"express"')
  await page.getByRole('button', { name: 'Map', exact: true }).click()
  await expect(page.getByRole('complementary', { name: 'Map' }).locator('.react-flow__node')).toHaveCount(3)
})
