import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

const SETTING =
  'docker run -d --name db -v data:/data alpine sleep 1d && docker exec db sh -c "echo precious > /data/row"'

test('keys alone: a mistake is undone, the text of the terminal included', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run(SETTING, { timeout: 60_000 })
  await playground.run('echo remember this')
  await page.waitForTimeout(1000)
  await playground.type('docker rm -f db && docker volume rm data')
  await playground.press('Enter')
  await playground.sees(/\ndata\n/)
  await playground.prompt()
  await playground.press('Alt+Shift+Z')
  await playground.sees(/remember this[^]*back as it was/)
  await playground.prompt()
  expect(await playground.run('docker exec db cat /data/row; docker volume ls -q')).toBe('precious\ndata')
  await playground.press('Alt+Shift+Y')
  await playground.sees('back as it was')
  await playground.prompt()
  expect(await playground.run('docker ps -aq; docker volume ls -q')).toBe('')
})

test('a removal by click can be taken back where it is said, and the timeline leads anywhere', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run(SETTING, { timeout: 60_000 })
  await page.getByRole('button', { name: 'Containers', exact: true }).click()
  const containers = page.getByRole('complementary', { name: 'Containers' })
  await containers.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await expect(containers.getByText('No containers yet')).toBeVisible()
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await expect(containers.getByRole('button', { name: 'Show db' })).toContainText('Up')

  await page.getByRole('button', { name: 'Timeline', exact: true }).click()
  const timeline = page.getByRole('complementary', { name: 'Timeline' })
  await expect(timeline.getByRole('listitem').first()).toContainText('Back to before docker rm -f db')
  await timeline.getByRole('button', { name: /^Back to before docker run -d --name db/ }).click()
  await playground.sees('back as it was')
  await playground.prompt()
  expect(await playground.run('docker ps -aq')).toBe('')
  await timeline
    .getByRole('button', { name: /^Forward again/ })
    .first()
    .click()
  await playground.sees('back as it was')
  await playground.prompt()
  expect(await playground.run('docker exec db cat /data/row')).toBe('precious')
})

test('an instance that was deleted comes back with what ran on it', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 nginx', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Delete node1?' }).click()
  await expect(playground.hosts()).toHaveCount(0)
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await expect(playground.port(8080)).toBeVisible()
  await playground.prompt()
  expect(await playground.run('docker ps --format "{{.Names}} {{.State}}"')).toBe('web running')
})

test('a command longer than a row of the screen has its moment', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const playground = await Playground.open(page)
  await playground.run('mkdir -p first/second/third && echo a long line for a narrow screen > first/second/third/file')
  await page.getByRole('button', { name: 'Timeline', exact: true }).click()
  await expect(page.getByRole('complementary', { name: 'Timeline' }).getByRole('listitem').first()).toContainText(
    'mkdir -p first/second/third && echo a long line for a narrow screen > first/second/third/file',
  )
})

test('what was done before a reload is undone after it', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('echo precious > row; docker run -d --name db alpine sleep 1d', { timeout: 60_000 })
  await playground.run('rm row; docker rm -f db')
  await playground.reload()
  await playground.press('Alt+Shift+Z')
  await playground.sees('back as it was')
  await playground.prompt()
  expect(await playground.run('cat row; docker ps --format "{{.Names}} {{.State}}"')).toBe('precious\ndb running')
})
