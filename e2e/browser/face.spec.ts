import { expect, type Page, test } from '@playwright/test'
import { scan } from './axe.ts'
import { Playground } from './playground.ts'

const panel = (page: Page, name: string) => page.getByRole('complementary', { name, exact: true })
const open = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

test('terminals in tabs and splits, kept over a reload', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('cd /tmp')
  await open(page, 'New terminal')
  await playground.prompt()
  expect(await playground.run('tty; pwd')).toMatch(/\/dev\/pts\/1\n\/root/)
  await open(page, 'Split to the right')
  await expect(page.locator('.xterm-rows:visible')).toHaveCount(2)
  expect(await scan(page)).toEqual([])
  await page.getByRole('tab', { name: 'Terminal 1' }).click()
  await expect(page.locator('.xterm-rows:visible')).toHaveCount(1)
  expect(await playground.run('pwd')).toBe('/tmp')
  await page.waitForTimeout(500)
  await page.reload()
  await expect(page.getByRole('tab')).toHaveCount(2)
  await playground.prompt()
  expect(await playground.run('pwd')).toBe('/tmp')
  await open(page, 'Close terminal 2')
  await expect(page.getByRole('tab')).toHaveCount(1)
})

test('a session saved as a file opens as another one', async ({ page }, testInfo) => {
  const playground = await Playground.open(page)
  await playground.run('echo from the first > kept.txt; docker pull alpine', { timeout: 60_000 })
  const first = page.url()
  await open(page, 'Sessions')
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Save as a file' }).click()
  const file = testInfo.outputPath('session.drydock')
  await (await downloading).saveAs(file)
  await page.getByLabel('Open a file…').setInputFiles(file)
  await page.waitForURL((url) => url.href !== first)
  await playground.prompt()
  expect(await playground.run('cat kept.txt; docker images')).toMatch(/^from the first\n[^]*alpine/)
})

test('the palette finds what the page can do, in Korean too', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.press('Control+Shift+K')
  await page.getByPlaceholder('What do you want to do?').fill('한국어')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: '새 인스턴스 추가' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: '새 인스턴스 추가' })).toBeVisible()
})

test('keys alone: an instance, a panel, back to the terminal', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.press('Alt+Shift+N')
  await expect(playground.hosts()).toHaveCount(2)
  await playground.prompt()
  await playground.press('Alt+Shift+Digit1')
  await expect(playground.hosts().first()).toHaveAttribute('aria-current', 'true')
  await playground.press('Alt+Shift+B')
  await expect(panel(page, 'Containers')).toBeVisible()
})
