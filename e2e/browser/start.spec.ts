import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('the prompt types before the page around it is loaded, and the page takes the terminal over as it stands', async ({
  page,
}) => {
  let letGo: () => void = () => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  await page.route(/\/main-[^/]*\.js$/, async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/')
  const playground = new Playground(page)
  await playground.prompt()
  await expect(page.locator('#first-frame')).toBeVisible()
  // Straight to the focused element: nobody clicked.
  await page.keyboard.type('echo one-')
  await playground.sees(/\$ echo one-$/)
  const screen = page.locator('.terminal-frame')
  const before = await screen.boundingBox()
  await screen.evaluate((element) => element.setAttribute('data-first', ''))

  letGo()
  await playground.whole()
  expect(await screen.boundingBox()).toEqual(before)
  await expect(page.locator('.terminal-frame[data-first]')).toHaveCount(1)
  await page.keyboard.type('two\n')
  await playground.sees(/\none-two\n/)
})
