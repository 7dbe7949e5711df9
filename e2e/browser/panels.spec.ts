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
