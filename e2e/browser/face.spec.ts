import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { Playground } from './playground.ts'

const PANELS = ['Containers', 'Images', 'Volumes', 'Networks', 'Map', 'Files', 'Preview', 'Timeline', 'Help']
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

test('containers by click, each click with its command', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 nginx', { timeout: 60_000 })
  await open(page, 'Containers')
  const containers = panel(page, 'Containers')
  await expect(containers.getByRole('button', { name: 'Show web' })).toContainText(/nginx.*Up/)
  await containers.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('status').filter({ hasText: '$ docker stop web' })).toBeVisible()
  await expect(containers.getByRole('button', { name: 'Show web' })).toContainText('Exited (0)')
  await containers.getByRole('button', { name: 'Start', exact: true }).click()
  await containers.getByRole('button', { name: 'Open a shell inside' }).click()
  await playground.sees(/docker exec -it web sh\n# ?$/)
  await containers.getByRole('button', { name: 'Show web' }).click()
  await expect(containers.locator('.xterm-rows')).toContainText('start worker process')
  await containers.getByRole('tab', { name: 'Inspect' }).click()
  await containers.getByRole('searchbox').fill('.State.Status')
  await expect(containers.locator('dd').first()).toHaveText('"running"')
})

test('a container by form runs as the command that the form shows', async ({ page }) => {
  const playground = await Playground.open(page)
  await open(page, 'Containers')
  await panel(page, 'Containers').getByRole('button', { name: 'Run' }).click()
  const form = page.getByRole('dialog', { name: 'Run a container' })
  await form.getByLabel('Image', { exact: true }).fill('alpine')
  await form.getByLabel('Environment').fill('GREETING=hello there')
  await form.getByLabel('Command in place').fill('sh -c \'echo "$GREETING"\'')
  await form.getByLabel('In the background').uncheck()
  await expect(form.getByLabel('Command', { exact: true })).toHaveText(
    `$ docker run -e 'GREETING=hello there' alpine sh -c 'echo "$GREETING"'`,
  )
  await form.getByRole('button', { name: 'Run' }).click()
  await playground.sees(/\nhello there\n/, 60_000)
})

test('a file is made, written and seen by the shell at once', async ({ page }) => {
  const playground = await Playground.open(page)
  await open(page, 'Editor')
  const files = panel(page, 'Files')
  page.once('dialog', (dialog) => void dialog.accept('hello.sh'))
  await files.getByRole('button', { name: 'New file' }).click()
  await files.locator('.cm-content').click()
  await page.keyboard.type('echo written in the editor')
  await expect(files.getByRole('status')).toHaveText('Saved')
  expect(await playground.run('sh hello.sh')).toBe('written in the editor')
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

const SIZES = { desk: { width: 1600, height: 900 }, phone: { width: 390, height: 844 } } as const

for (const [size, viewport] of Object.entries(SIZES))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`nothing for axe to find, ${size}, ${colorScheme}`, async ({ browser }) => {
      test.setTimeout(400_000)
      const context = await browser.newContext({ colorScheme, viewport })
      const page = await context.newPage()
      const playground = await Playground.open(page)
      await playground.run('docker run -d --name web -p 8080:80 nginx', { timeout: 60_000 })
      const look = async (name: string): Promise<void> => {
        // xterm's own rows are text on a canvas of its making; the frame of a preview is another site's page.
        const { violations } = await new AxeBuilder({ page }).exclude('.xterm').exclude('iframe').analyze()
        expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`)).toEqual([])
      }
      for (const name of PANELS) {
        await open(page, name)
        await expect(panel(page, name)).toBeVisible()
        await page.waitForTimeout(300)
        await look(name)
        await open(page, 'Close the panel')
      }
      for (const name of ['Settings', 'Commands']) {
        await open(page, name)
        await expect(page.getByRole('dialog')).toBeVisible()
        await look(name)
        await page.keyboard.press('Escape')
      }
      for (const name of ['Take it with you', 'New session from a template…']) {
        await open(page, 'Sessions')
        await page.getByRole('menuitem', { name }).click()
        await expect(page.getByRole('dialog')).toBeVisible()
        await look(name)
        await page.keyboard.press('Escape')
      }
      await context.close()
    })
