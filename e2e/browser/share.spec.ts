import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { haveWheel } from '../../tools/python-wheels.mjs'
import { Playground } from './playground.ts'

async function takeAlong(page: Page) {
  await page.getByRole('button', { name: 'Sessions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Take it with you' }).click()
  return page.getByRole('dialog', { name: 'Take it with you' })
}

async function saved(page: Page, row: string): Promise<string> {
  const dialog = await takeAlong(page)
  const downloading = page.waitForEvent('download')
  await dialog.getByRole('listitem').filter({ hasText: row }).getByRole('button').click()
  const path = await (await downloading).path()
  await page.keyboard.press('Escape')
  return readFileSync(path, 'utf8')
}

test('a session in a link opens as a new one, after asking', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const playground = await Playground.open(page)
  await playground.run('echo from afar > kept.txt')
  await (await takeAlong(page)).getByRole('button', { name: 'Copy the link' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'The link is in the clipboard' })).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(new URL(link).search).toBe('')

  const other = await context.newPage()
  const received = await Playground.open(other, link)
  expect(other.url()).not.toContain('shared')
  expect(await received.text()).not.toContain('from afar')
  const before = other.url()
  await other
    .getByRole('dialog', { name: 'Somebody sent you a session' })
    .getByRole('button', { name: 'Open it' })
    .click()
  await other.waitForURL((url) => url.searchParams.get('session') !== new URL(before).searchParams.get('session'))
  await received.sees('back after a reload')
  await received.prompt()
  await received.whole()
  expect(await received.run('cat kept.txt')).toBe('from afar')
  expect(other.url()).not.toBe(page.url())
})

for (const payload of ['AAAA', '%3Cscript%3E', 'H4sIAAAAAAAAA0tKLAEAx2ho4AMAAAA'])
  test(`a link that holds no session (${payload}) does no harm`, async ({ page }) => {
    const playground = await Playground.open(page, `/#shared=${payload}`)
    await page.getByRole('button', { name: 'Open it' }).click()
    await expect(page.getByRole('status').filter({ hasText: /not a session|damaged/ })).toBeVisible()
    expect(await playground.run('echo still here')).toBe('still here')
  })

test('what runs as a compose file, what was said as text and as a recording', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name web -p 8080:80 -v site:/usr/share/nginx/html nginx:alpine', {
    timeout: 60_000,
  })
  expect(await saved(page, 'Compose file')).toContain(
    'services:\n  web:\n    image: "nginx:alpine"\n    container_name: web\n    ports:\n      - "8080:80"\n    volumes:\n      - "site:/usr/share/nginx/html"\n',
  )
  await playground.run('echo said')
  expect(await saved(page, 'Transcript')).toMatch(/\$ echo said\nsaid\n/)
  const [head = '', ...events] = (await saved(page, 'Recording')).trimEnd().split('\n')
  expect(JSON.parse(head)).toMatchObject({ version: 2, title: 'node1' })
  const said = events.map((event) => (JSON.parse(event) as [number, string, string])[2]).join('')
  expect(said).toContain('said\r\n')
})

test('a template begins a new session with a registry that has an image', async ({ page }) => {
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: 'Sessions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New session from a template…' }).click()
  await page
    .getByRole('dialog', { name: 'Templates' })
    .getByRole('link', { name: /Private registry/ })
    .click()
  await playground.sees('{"repositories":["alpine"]}', 60_000)
})

test('voting app: a vote in one tab changes the results in another', { tag: '@long' }, async ({ page, context }) => {
  test.skip(!haveWheel('flask'), 'no wheels of flask were fetched here')
  test.setTimeout(180_000)
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: 'Sessions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New session from a template…' }).click()
  await page
    .getByRole('dialog', { name: 'Templates' })
    .getByRole('link', { name: /Voting app/ })
    .click()
  await expect(playground.port(5001)).toBeVisible({ timeout: 120_000 })
  const open = async (port: number): Promise<Page> => {
    const opening = context.waitForEvent('page')
    await playground.port(port).click()
    return opening
  }
  await expect(playground.port(5000)).toBeVisible()
  const result = await open(5001)
  await expect(result.locator('#result')).toHaveText('No votes yet', { timeout: 30_000 })
  const vote = await open(5000)
  await vote.getByRole('button', { name: 'Cats' }).click({ timeout: 30_000 })
  await expect(vote.getByRole('button', { name: 'Cats' })).toHaveClass('chosen')
  // The page of results is not touched: its server tells it.
  await expect(result.locator('#result')).toHaveText('1 vote')
  await expect(result.locator('#a strong')).toHaveText('100.0%')
  await vote.getByRole('button', { name: 'Dogs' }).click()
  await expect(result.locator('#b strong')).toHaveText('100.0%')
})

test('the tour is offered once, has six steps, and does not come back', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await Playground.open(page)
  const invitation = page.getByRole('region', { name: 'Tour' })
  await invitation.getByRole('button', { name: 'Show me' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('A terminal at once')
  await expect(dialog).toContainText('1 / 6')
  // While a step moves into its place it hears no keys: whoever pressed one then presses again.
  for (let step = 2; step <= 6; step++)
    await expect(async () => {
      if (!(await dialog.textContent())?.includes(`${step} / 6`)) await page.keyboard.press('ArrowRight')
      await expect(dialog).toContainText(`${step} / 6`, { timeout: 1000 })
    }).toPass()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(invitation).toHaveCount(0)
  await page.reload()
  await new Playground(page).whole()
  await expect(page.getByRole('button', { name: /add new instance/i })).toBeVisible()
  await expect(invitation).toHaveCount(0)
})

test('words are found in all that a terminal remembers', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('echo needle; seq 200')
  expect(await playground.text()).not.toContain('needle')
  await playground.press('Control+Shift+F')
  await page.getByRole('searchbox', { name: 'Search the terminal' }).fill('needle')
  await playground.sees('needle')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('searchbox', { name: 'Search the terminal' })).toHaveCount(0)
  expect(await playground.run('echo back')).toBe('back')
})
