import { expect, type Page, test } from '@playwright/test'
import { shareSession } from './playground.ts'

const session = shareSession()

const files = (page: Page) => page.getByRole('complementary', { name: 'Files', exact: true })

async function newFile(page: Page, name: string, text: string): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept(name))
  await files(page).getByRole('button', { name: 'New file' }).click()
  await files(page).locator(`.cm-content[aria-label$="/${name}"]`).click()
  await page.keyboard.insertText(text)
  await expect(files(page).getByRole('status')).toHaveText('Saved')
}

test('a Dockerfile shows what is wrong with it where it is wrong', async () => {
  const { page } = session()
  await page.getByRole('button', { name: 'Editor', exact: true }).click()
  await newFile(page, 'Dockerfile', 'FROM alpine\nRUNN echo hi\n')
  await expect(files(page).locator('.cm-lint-marker-error')).toHaveCount(1)
  await files(page).locator('.cm-lint-marker-error').hover()
  await expect(page.locator('.cm-tooltip')).toContainText('unknown instruction: RUNN (did you mean RUN?)')
})

test('a compose file shows what compose says of it', async () => {
  const { page } = session()
  await newFile(page, 'compose.yaml', 'services:\n  web:\n    image: nginx\n    prts: ["80"]\n')
  await expect(files(page).locator('.cm-lint-marker-error')).toHaveCount(1, { timeout: 30_000 })
})

test('files are renamed, opened in tabs and deleted, and a deletion is taken back', async () => {
  const playground = session()
  const { page } = playground
  await playground.run('echo one > one.txt; echo two > two.txt')
  await files(page).getByRole('button', { name: 'Reload' }).click()
  await files(page).getByRole('button', { name: 'one.txt', exact: true }).click()
  await files(page).getByRole('button', { name: 'two.txt', exact: true }).click()
  await expect(files(page).getByRole('tab')).toHaveText(['Dockerfile', 'compose.yaml', 'one.txt', 'two.txt'])
  const row = files(page)
    .getByRole('listitem')
    .filter({ hasText: /^one\.txt$/ })
  page.once('dialog', (dialog) => void dialog.accept('renamed.txt'))
  await row.hover()
  await row.getByRole('button', { name: 'Rename' }).click()
  await expect(files(page).getByRole('button', { name: 'renamed.txt', exact: true })).toBeVisible()
  const other = files(page)
    .getByRole('listitem')
    .filter({ hasText: /^two\.txt$/ })
  await other.hover()
  await other.getByRole('button', { name: 'Remove' }).click()
  await expect(files(page).getByRole('button', { name: 'two.txt', exact: true })).toHaveCount(0)
  expect(await playground.run('cat renamed.txt; ls *.txt')).toBe('one\nrenamed.txt')
  await playground.press('Alt+Shift+Z')
  await playground.sees('back as it was')
  await playground.prompt()
  expect(await playground.run('cat two.txt; rm *.txt')).toBe('two')
})

test('a folder dropped onto the tree is copied, and comes back as an archive', async () => {
  const playground = session()
  const { page } = playground
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['hello'], 'hello.txt'))
    data.items.add(new File(['world'], 'world.txt'))
    return data
  })
  const tree = files(page).getByRole('button', { name: 'root', exact: true })
  await tree.dispatchEvent('dragover', { dataTransfer: dropped })
  await expect(page.getByText('Drop to copy to this instance')).toBeVisible()
  await tree.dispatchEvent('drop', { dataTransfer: dropped })
  await expect(page.getByRole('status').filter({ hasText: '2 files are in /root' })).toBeVisible()
  expect(await playground.run('cat hello.txt world.txt; mkdir -p pack/below; mv *.txt pack/below')).toContain(
    'helloworld',
  )
  await playground.run('cd pack')
  await playground.screen().dispatchEvent('drop', { dataTransfer: dropped })
  await expect(page.getByRole('status').filter({ hasText: '2 files are in /root/pack' })).toBeVisible()
  expect(await playground.run('ls; cd')).toBe('below  hello.txt  world.txt')
  await files(page).getByRole('button', { name: 'Reload' }).click()
  const row = files(page)
    .getByRole('listitem')
    .filter({ hasText: /^pack$/ })
  await row.hover()
  const downloading = page.waitForEvent('download')
  await row.getByRole('button', { name: 'Download' }).click()
  expect((await downloading).suggestedFilename()).toBe('pack.tar.gz')
})
