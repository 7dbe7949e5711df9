import { expect, type Page, test } from '@playwright/test'
import { en, type MessageKey } from '../../apps/web/src/messages/en.ts'
import { translator } from '../../apps/web/src/messages/translate.ts'
import { scan } from './axe.ts'
import { Playground } from './playground.ts'

const korean = translator('ko')

/** Chooses what the palette finds first. */
async function choose(page: Page, words: string, hint: string = en.paletteHint): Promise<void> {
  await page.keyboard.press('Control+Shift+K')
  await page.getByPlaceholder(hint).fill(words)
  await page.keyboard.press('Enter')
}

test('presentation: nothing but the terminal in large type, and the way back', async ({ page }) => {
  // For a reader of screens xterm takes keys alone.
  const playground = await Playground.open(page, '/', 'keys')
  const height = () =>
    playground.screen().evaluate((rows) => rows.firstElementChild?.getBoundingClientRect().height ?? 0)
  const before = await height()
  await choose(page, 'Presentation')
  for (const name of ['Session', 'Panels'])
    await expect(page.getByRole('complementary', { name, exact: true })).toHaveCount(0)
  await expect.poll(height).toBeGreaterThan(1.4 * before)
  expect(await playground.run('echo seen from the last row')).toBe('seen from the last row')
  await choose(page, 'Presentation')
  await expect(page.getByRole('complementary', { name: 'Session', exact: true })).toBeVisible()
  await expect.poll(height).toBe(before)
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  await page.getByLabel('Screen reader').check()
  await page.keyboard.press('Escape')
  await playground.run('echo told to the reader')
  await expect(page.locator('.terminal:visible .xterm-accessibility')).toContainText('told to the reader')
})

test('high contrast: seven to one wherever there are words', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 alpine sleep 1d', { timeout: 60_000 })
  await choose(page, 'High contrast')
  for (const name of ['Containers', 'Timeline', 'Files', 'Help']) {
    await page.getByRole('button', { name, exact: true }).click()
    const panel = page.getByRole('complementary', { name, exact: true })
    await expect(panel).toBeVisible()
    await expect(panel.getByText('Loading…')).toHaveCount(0)
    expect.soft(await scan(page, { rules: ['color-contrast-enhanced'] }), name).toEqual([])
  }
})

test('in Korean no view has an English word of its own', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 alpine sleep 1d', { timeout: 60_000 })
  await choose(page, '한국어')
  await expect(page.getByRole('button', { name: korean('addInstance') })).toBeVisible()
  const english = new Set<string>(Object.entries(en).flatMap(([key, text]) => (same(key) ? [] : [String(text)])))
  for (const key of [
    'containers',
    'images',
    'builds',
    'volumes',
    'networks',
    'map',
    'files',
    'preview',
    'timeline',
    'help',
    'settings',
    'palette',
  ] as const) {
    await page.getByRole('button', { name: korean(key), exact: true }).click()
    await expect(
      page.getByRole(key === 'settings' || key === 'palette' ? 'dialog' : 'complementary', { name: korean(key) }),
    ).toBeVisible()
    await expect(page.getByText(korean('loading'))).toHaveCount(0)
    expect
      .soft(
        (await words(page)).filter((word) => english.has(word)),
        key,
      )
      .toEqual([])
    if (key === 'settings' || key === 'palette') await page.keyboard.press('Escape')
  }
})

const same = (key: string): boolean => en[key as keyof typeof en] === korean(key as MessageKey)

/** All texts, names and tips that the page has now, but for what stands in terminals. */
const words = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>()
    for (const element of document.body.querySelectorAll(':not(.xterm *)')) {
      for (const name of ['aria-label', 'title', 'placeholder']) found.add(element.getAttribute(name) ?? '')
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE) found.add(node.nodeValue?.trim() ?? '')
    }
    return [...found]
  })

test('the tour fits on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await Playground.open(page)
  await choose(page, 'Tour')
  const step = page.getByRole('dialog')
  for (let number = 1; number <= 6; number++) {
    await expect(step).toContainText(`${number} / 6`)
    const box = await step.boundingBox()
    expect(box && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844, `${number}`).toBe(
      true,
    )
    await page.keyboard.press('ArrowRight')
  }
  await expect(step).toHaveCount(0)
  await page.setViewportSize({ width: 360, height: 640 })
  for (const name of ['Containers', 'Files', 'Builds', 'Help']) {
    await page.getByRole('button', { name, exact: true }).click()
    await expect(page.getByRole('complementary', { name, exact: true })).toBeVisible()
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(360)
  }
})
