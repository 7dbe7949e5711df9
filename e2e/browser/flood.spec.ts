import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

for (const command of ['seq 1 900000000', 'while true; do cat /etc/motd; done'])
  test(`a flood by ${command} leaves the page answering and stops at Ctrl-C`, async ({ page }) => {
    const playground = await Playground.open(page)
    await playground.type(`${command}\n`)
    await page.waitForTimeout(1000)
    // The page lays out, paints and answers clicks.
    await page.getByRole('button', { name: /new terminal/i }).click({ timeout: 20_000 })
    await expect(page.getByRole('tab')).toHaveCount(2)
    await playground.prompt(undefined, 30_000)
    expect(await playground.run('echo other-$((40+2))', { timeout: 30_000 })).toMatch(/^other-42$/m)
    await page.getByRole('tab').first().click()
    await playground.type('@@@')
    await playground.press('Control+c')
    await playground.prompt(undefined, 30_000)
    expect(await playground.run('echo alive-$((40+2))', { timeout: 30_000 })).toMatch(/^alive-42$/m)
  })
