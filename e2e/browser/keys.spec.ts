import { expect, type Page, test } from '@playwright/test'
import { shareSession } from './playground.ts'

const session = shareSession()

/** Goes from control to control until the one with the name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp, most = 120): Promise<void> {
  for (let times = 0; times < most; times++) {
    await page.keyboard.press('Tab')
    const label = await page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    })
    if (name.test(label.trim())) return
  }
  throw new Error(`no way by keys to ${name}`)
}

/** From part to part of the page, out of the terminal, which takes Tab for itself. */
async function goTo(page: Page, name: string): Promise<void> {
  for (let times = 0; times < 6; times++) {
    await page.keyboard.press('Control+F6')
    const here = await page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('aria-label'))
    if ((here ?? '') === name) return
  }
  throw new Error(`no way by keys to ${name}`)
}

test('keys alone: run a container by the form and open its port', async () => {
  const playground = session()
  const { page } = playground
  await playground.press('Alt+Shift+B')
  const panel = page.getByRole('complementary', { name: 'Containers' })
  // The frame of a panel is there before what is in it.
  await expect(panel.getByRole('button', { name: 'Run' })).toBeVisible()
  await goTo(page, 'Containers')
  await tabTo(page, /^Run$/)
  await page.keyboard.press('Enter')
  const form = page.getByRole('dialog', { name: 'Run a container' })
  await expect(form).toBeVisible()
  await page.keyboard.type('nginx')
  await tabTo(page, /^Run$/)
  await page.keyboard.press('Enter')
  await expect(form).toHaveCount(0)
  await expect(panel.getByRole('button', { name: /^Show / })).toContainText('Up', { timeout: 60_000 })
  await goTo(page, '')
  await tabTo(page, /^Open port$/)
  await page.keyboard.press('Enter')
  await page.keyboard.type('80')
  const opening = page.context().waitForEvent('page')
  await page.keyboard.press('Enter')
  await (await opening).close()
})

test('keys alone: edit a file', async () => {
  const playground = session()
  const { page } = playground
  await playground.run('echo before > note.txt')
  await playground.press('Control+Shift+K')
  await page.getByPlaceholder('What do you want to do?').fill('Files')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Files' }).getByText('note.txt')).toBeVisible()
  await goTo(page, 'Files')
  await tabTo(page, /^note\.txt$/)
  await page.keyboard.press('Enter')
  await expect(page.locator('.cm-content')).toBeFocused()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('after')
  await expect(page.getByRole('complementary', { name: 'Files' }).getByRole('status')).toHaveText('Saved')
  expect(await playground.run('cat note.txt; echo')).toBe('before\nafter')
})
