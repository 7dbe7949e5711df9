import { mkdirSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { Playground } from './playground.ts'

/** `DRYDOCK_PICTURES=docs/pictures npx playwright test pictures` makes the README's anew. */
const FOLDER = process.env['DRYDOCK_PICTURES'] ?? 'test-results/pictures'
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
const PANELS = ['Containers', 'Images', 'Volumes', 'Networks', 'Map', 'Files', 'Preview', 'Timeline', 'Help'] as const

/** Something to see in every view: a web server and its store on a network of their own, and one that failed. */
const SCENE = [
  'docker network create back',
  'docker run -d --name store --network back -v data:/data alpine sleep 1d',
  'docker run -d --name web --network back -p 8080:80 nginx',
  'docker run -d --name tutorial -p 80:80 docker/getting-started',
  'docker run --name failed alpine sh -c "exit 3"',
]

for (const [size, viewport] of Object.entries(SIZES))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`pictures of every view, ${size}, ${colorScheme}`, async ({ browser }) => {
      test.setTimeout(300_000)
      mkdirSync(FOLDER, { recursive: true })
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      const playground = await Playground.open(page)
      for (const command of SCENE) await playground.run(command, { timeout: 60_000 })
      await playground.run('clear; docker ps')
      const shoot = (name: string) => page.screenshot({ path: `${FOLDER}/${name}-${size}-${colorScheme}.png` })
      await shoot('terminal')
      for (const panel of PANELS) {
        await page.getByRole('button', { name: panel, exact: true }).click()
        await settled(page, panel)
        await shoot(panel.toLowerCase())
        await page.getByRole('button', { name: 'Close the panel' }).click()
      }
      await context.close()
    })

/** A panel that has loaded and shows what it has. */
async function settled(page: Page, panel: string): Promise<void> {
  const shown = page.getByRole('complementary', { name: panel, exact: true })
  await expect(shown).not.toContainText('Loading…')
  await page.waitForTimeout(1500)
  // Nothing may be wider than the page, on a phone least of all.
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
}
