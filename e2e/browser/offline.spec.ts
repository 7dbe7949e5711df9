import { appendFileSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { serve } from '../../tools/serve.mjs'
import { Playground } from './playground.ts'

const WORKER = 'drydock-offline.js'

/** The build in a folder of its own, where a new version can come out. */
function ownBuild(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync('dist'))
    if (name === WORKER) copyFileSync(join('dist', name), join(folder, name))
    else symlinkSync(resolve('dist', name), join(folder, name))
  return folder
}

test('after the first visit everything works without a network; a new version says so and interrupts nothing', async ({
  page,
  context,
}, testInfo) => {
  const root = ownBuild(testInfo.outputPath('build'))
  const server = await serve({ port: 0, root })
  const playground = await Playground.open(page, `http://drydock.localhost:${server.port}/`)
  await playground.run('docker run -d --name web -p 8080:80 nginx', { timeout: 60_000 })
  const opened = context.waitForEvent('page')
  await playground.port(8080).click()
  await expect((await opened).locator('h1')).toHaveText('Welcome to nginx!')
  await (await opened).close()
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => performance.getEntriesByName('drydock-ports-kept').length > 0)
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')
    return (await fetch(link?.href ?? '')).json() as Promise<Record<string, unknown>>
  })
  expect(manifest).toMatchObject({ display: 'standalone', icons: [{}] })
  appendFileSync(join(root, WORKER), '// the next version\n')
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
  await expect(page.getByRole('status').filter({ hasText: 'A new version is here' })).toBeVisible()
  const packages = 'curl -s https://registry.npmjs.org/express/latest | head -c 17'
  expect(await playground.run(packages)).toContain('{"name":"express"')
  await context.setOffline(true)
  await playground.reload()
  expect(await playground.run('docker run --rm alpine echo no network', { timeout: 60_000 })).toContain('no network')
  expect(await playground.run(packages)).toContain('{"name":"express"')
  await playground.run('docker run -d --name other -p 3000:80 nginx', { timeout: 60_000 })
  for (const port of [8080, 3000]) {
    const opening = context.waitForEvent('page')
    await playground.port(port).click()
    await expect((await opening).locator('h1'), `${port}`).toHaveText('Welcome to nginx!')
    await (await opening).close()
  }
  await page.getByRole('button', { name: 'Map', exact: true }).click()
  await expect(page.getByRole('complementary', { name: 'Map' }).locator('.react-flow__node')).toHaveCount(5)
  await server.close()
})
