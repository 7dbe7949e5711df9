import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('instances: added at once, on one LAN, deleted', async ({ page }) => {
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: /add new instance/i }).click()
  await expect(playground.hosts()).toHaveCount(2)
  await playground.prompt()
  expect(await playground.run('hostname')).toMatch(/^node2$/m)
  expect(await playground.run('ping -c 1 192.168.0.8')).toMatch(/1 packets received|1 received/)
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Delete node2?' }).click()
  await expect(playground.hosts()).toHaveCount(1)
})

test('line editing, completion and history that survives a reload', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.type('docker imag')
  await playground.press('Tab')
  await playground.sees(/\$ docker image/)
  await playground.press('Control+u')
  await playground.type('world')
  await playground.press('Control+a')
  await playground.type('echo hello-')
  await playground.press('Enter')
  await playground.sees(/\nhello-world\n/)
  await playground.reload()
  await playground.press('ArrowUp')
  await playground.sees(/\$ echo hello-world$/)
})

test('a port nobody listens on says so, and why', async ({ page, context }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name inside nginx')
  const opened = context.waitForEvent('page')
  await page.getByRole('button', { name: 'Open port', exact: true }).click()
  await page.getByLabel('Port', { exact: true }).fill('80')
  await page.keyboard.press('Enter')
  await expect((await opened).locator('body')).toContainText('the port is not published', { timeout: 10_000 })
})

test('nginx serves the files of its container, edits included', async ({ page, context }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 nginx')
  const opened = context.waitForEvent('page')
  await playground.port(8080).click()
  const site = await opened
  await expect(site.locator('h1')).toHaveText('Welcome to nginx!')
  await playground.run(`docker exec web sh -c 'echo "<h1>edited</h1>" > /usr/share/nginx/html/index.html'`)
  await site.reload()
  await expect(site.locator('h1')).toHaveText('edited')
  expect(await playground.run('docker logs web 2>/dev/null')).toMatch(/"GET \/ HTTP\/1\.1" 200/)
})

test('the page loads nothing from elsewhere', async ({ page }) => {
  const foreign: string[] = []
  page.on('request', (request) => {
    const { hostname } = new URL(request.url())
    if (!hostname.endsWith('drydock.localhost')) foreign.push(request.url())
  })
  await Playground.open(page)
  expect(foreign).toEqual([])
})
