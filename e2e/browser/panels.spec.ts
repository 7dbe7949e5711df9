import { expect, type Page, test } from '@playwright/test'
import { shareSession } from './playground.ts'

const session = shareSession()
const panel = (page: Page, name: string) => page.getByRole('complementary', { name, exact: true })
const open = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

test('containers by click, each click with its command', async () => {
  const playground = session()
  const { page } = playground
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
  await containers.getByRole('button', { name: 'Back' }).click()
  await playground.run('exit')
})

test('a container by form runs as the command that the form shows', async () => {
  const playground = session()
  const { page } = playground
  await panel(page, 'Containers').getByRole('button', { name: 'Run', exact: true }).click()
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

test('a file is made, written and seen by the shell at once', async () => {
  const playground = session()
  const { page } = playground
  await open(page, 'Editor')
  const files = panel(page, 'Files')
  page.once('dialog', (dialog) => void dialog.accept('hello.sh'))
  await files.getByRole('button', { name: 'New file' }).click()
  await files.locator('.cm-content').click()
  await page.keyboard.type('echo written in the editor')
  await expect(files.getByRole('status')).toHaveText('Saved')
  expect(await playground.run('sh hello.sh')).toBe('written in the editor')
})

test('the small browser: its ports, address, way back and a phone, and why nothing answers', async () => {
  const playground = session()
  const { page } = playground
  await playground.run('docker exec web sh -c "echo second page > /usr/share/nginx/html/second.html"')
  await page.getByRole('button', { name: 'Show port 8080 beside the terminal' }).click()
  const preview = panel(page, 'Preview')
  const shown = preview.frameLocator('iframe').locator('body')
  await expect(shown).toContainText('Welcome to nginx!')
  await expect(preview.getByRole('group', { name: 'Ports' }).getByRole('button')).toHaveText(['8080'])
  await preview.getByLabel('Address').fill('second.html')
  await page.keyboard.press('Enter')
  await expect(shown).toContainText('second page')
  await preview.getByRole('button', { name: 'Back' }).click()
  await expect(shown).toContainText('Welcome to nginx!')
  await preview.getByRole('button', { name: 'Width of a phone' }).click()
  await expect.poll(async () => (await preview.locator('iframe').boundingBox())?.width).toBeLessThan(420)
  const opening = page.context().waitForEvent('page')
  await preview.getByRole('button', { name: 'Open in a new tab' }).click()
  await (await opening).close()
  await playground.run('docker stop web', { timeout: 30_000 })
  await preview.getByRole('button', { name: 'Reload' }).click()
  await expect(preview.getByRole('status')).toContainText(/8080|nothing|publish/i)
})

test('the cheat sheet runs its lines, and lists the keys', async () => {
  const playground = session()
  const { page } = playground
  await open(page, 'Help')
  const help = panel(page, 'Help')
  await expect(help).toContainText('Alt')
  await help.getByRole('listitem').filter({ hasText: 'docker run hello-world' }).getByRole('button').last().click()
  await playground.sees('Hello from Docker!', 60_000)
})
