import { readFileSync } from 'node:fs'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { shareSession } from './playground.ts'

const session = shareSession()
const panel = (page: Page, name: string) => page.getByRole('complementary', { name, exact: true })
const said = (page: Page, command: string) => page.getByRole('status').filter({ hasText: `$ ${command}` })

async function open(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name, exact: true }).click()
  await expect(panel(page, name)).toBeVisible()
  return panel(page, name)
}

test('a build: its steps, what they printed, the Dockerfile and the line that failed; forgotten and brought back', async () => {
  const playground = session()
  const { page } = playground
  await playground.run('mkdir app && cd app', { timeout: 30_000 })
  await playground.write('/root/app/Dockerfile', 'FROM alpine\nRUN echo from the second step\n')
  await playground.run('docker pull -q alpine; docker build -q -t shop/app . && docker build -q -t shop/app .', {
    timeout: 60_000,
  })
  await playground.write('/root/app/Dockerfile', 'FROM alpine\n\n# a remark\nRUN echo nearly && exit 7\n')
  await playground.run('docker build -q . 2> /dev/null; cd', { timeout: 60_000 })
  const builds = await open(page, 'Builds')
  const rows = builds.getByRole('listitem')
  await expect(rows).toHaveText([
    /^app.*of 5 steps cached/,
    /^shop\/app.*2 of 6 steps cached/,
    /^shop\/app.*0 of 6 steps/,
  ])

  await builds
    .getByRole('button', { name: /^Completed shop/ })
    .last()
    .click()
  const step = builds.locator('details').filter({ hasText: 'RUN echo from the second step' })
  await step.locator('summary').click()
  await expect(step.locator('pre')).toHaveText(/^\d+\.\d+ from the second step$/)
  await builds.getByRole('tab', { name: 'Logs' }).click()
  await expect(builds.locator('code')).toHaveText(/^\$ docker buildx history logs [a-z0-9]{25}$/)
  await builds.getByRole('button', { name: 'Back' }).click()

  await builds.getByRole('button', { name: /^Failed app/ }).click()
  await expect(builds.locator('details[open]')).toContainText('nearly')
  await builds.getByRole('button', { name: 'Dockerfile:4' }).click()
  await expect(builds.locator('.cm-line.marked')).toHaveText('RUN echo nearly && exit 7')
  await builds.getByRole('button', { name: 'Back' }).click()

  await rows.first().getByRole('button', { name: 'Remove' }).click()
  await expect(rows).toHaveCount(2)
  const removed = said(page, 'docker buildx history rm')
  await expect(removed).toBeVisible()
  expect(await playground.run(`docker buildx history ls --format '{{.Name}}'`)).toBe('app\napp')
  await removed.getByRole('button', { name: 'Undo' }).click()
  await expect(rows).toHaveCount(3)
  await playground.prompt()
  await builds.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Remove all records' }).click()
  await expect(builds.getByText('No builds yet')).toBeVisible()
  await expect(said(page, 'docker buildx history rm --all')).toBeVisible()
})

test('volumes with their files, networks, and layers that images share', async () => {
  const playground = session()
  const { page } = playground
  const volumes = await open(page, 'Volumes')
  await volumes.getByLabel('Name of a new volume').fill('data')
  await page.keyboard.press('Enter')
  await expect(said(page, 'docker volume create data')).toBeVisible()
  await volumes.getByRole('button', { name: /^data/ }).click()
  await volumes
    .getByLabel('Upload files')
    .last()
    .setInputFiles({ name: 'row', mimeType: '', buffer: Buffer.from('kept') })
  await volumes.getByRole('button', { name: /^row/ }).click()
  await expect(page.getByRole('dialog', { name: 'row' }).locator('.cm-content')).toHaveText('kept')
  await page.keyboard.press('Escape')

  const networks = await open(page, 'Networks')
  await networks.getByLabel('Name of a new network').fill('back')
  await page.keyboard.press('Enter')
  await expect(said(page, 'docker network create back')).toBeVisible()
  await networks.getByRole('button', { name: /^back/ }).click()
  await networks.getByRole('searchbox').fill('Subnet')
  await expect(networks.locator('dd')).toContainText(['172.'])

  const images = await open(page, 'Images')
  await images.getByRole('button', { name: /^shop\/app/ }).click()
  await expect(images.getByText('shared with alpine:latest')).toBeVisible()
})

test('files of a container: looked at, changed, taken out, put in', async () => {
  const playground = session()
  const { page } = playground
  await playground.run(
    'docker run -d --name store --network back -v data:/data alpine sleep 1d; docker run -d --name web --network back -p 8080:80 nginx',
    { timeout: 60_000 },
  )
  const containers = await open(page, 'Containers')
  await containers.getByRole('button', { name: 'Show store' }).click()
  await containers.getByRole('tab', { name: 'Stats' }).click()
  await expect(containers.locator('svg polyline').first()).toBeAttached()
  await containers.getByRole('tab', { name: 'Files' }).click()
  await containers.getByRole('button', { name: 'data', exact: true }).click()
  await containers.getByRole('button', { name: /^row/ }).click()
  const editor = page.getByRole('dialog', { name: 'row' })
  await editor.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' and more')
  await expect(editor.getByRole('status')).toHaveText('Saved')
  await page.keyboard.press('Escape')
  const row = containers.getByRole('listitem').filter({ hasText: /^row/ })
  await row.hover()
  const downloading = page.waitForEvent('download')
  await row.getByRole('button', { name: 'Download' }).click()
  expect(readFileSync(await (await downloading).path(), 'utf8')).toBe('kept and more')
  await containers
    .getByLabel('Upload files')
    .last()
    .setInputFiles({ name: 'new', mimeType: '', buffer: Buffer.from('put in') })
  await expect(containers.getByRole('button', { name: /^new/ })).toBeVisible()
  expect(await playground.run('docker exec store cat /data/row /data/new; echo')).toBe('kept and moreput in')
  await containers.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Pause' }).click()
  await expect(said(page, 'docker pause store')).toBeVisible()
  await containers.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Unpause' }).click()
  await expect(said(page, 'docker unpause store')).toBeVisible()
})

test('packets move on the map while containers talk, and stand still for who wants no motion; a click inspects', async () => {
  const playground = session()
  const { page } = playground
  const map = await open(page, 'Map')
  const packets = map.locator('[data-packet]')
  await expect(map.getByText('8080', { exact: true })).toBeVisible()
  await expect(packets).toHaveCount(0)
  await playground.type('docker exec -it store sh -c "while :; do wget -qO- web > /dev/null; sleep 0.2; done"\n')
  const moving = map.locator('[data-packet="forth"]').first()
  await expect(moving).toBeAttached()
  const place = () => moving.evaluate((dot) => JSON.stringify(dot.getBoundingClientRect()))
  const before = await place()
  await expect.poll(place).not.toBe(before)
  // Nobody came through the port.
  const lit = await map.locator('.react-flow__edge:has([data-packet])').count()
  expect(lit).toBe(2)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await expect(map.locator('[data-packet="still"]')).toHaveCount(2)
  await expect(map.locator('animateMotion')).toHaveCount(0)
  await page.emulateMedia({ reducedMotion: null })
  await playground.press('Control+c')
  await playground.prompt()
  await expect(packets).toHaveCount(0)
  await map.getByText('store', { exact: true }).click()
  await expect(panel(page, 'Containers').getByRole('tab', { name: 'Inspect' })).toBeVisible()
  await expect(panel(page, 'Containers').locator('b').first()).toHaveText('store')
  await panel(page, 'Containers').getByRole('button', { name: 'Back' }).click()
})

test('of one instance or of all: lists, the map, and what a click does elsewhere', async () => {
  const playground = session()
  const { page } = playground
  await page.getByRole('button', { name: 'Add new instance' }).click()
  await playground.prompt()
  await playground.run('docker run -d --name far -p 81:80 nginx', { timeout: 60_000 })
  await playground.hosts().first().click()
  await panel(page, 'Containers').getByRole('button', { name: 'All', exact: true }).click()
  for (const [name, here, there] of [
    ['Containers', 'Show store', 'Show far'],
    ['Images', /^shop\/app/, /^nginx/],
    ['Volumes', /^data/, undefined],
    ['Networks', /^back/, /^bridge/],
    ['Builds', undefined, undefined],
  ] as const) {
    const lists = (await panel(page, name).count()) === 1 ? panel(page, name) : await open(page, name)
    for (const [host, row] of [
      ['node1', here],
      ['node2', there],
    ] as const) {
      const list = lists.getByRole('region', { name: host, exact: true })
      if (row) await expect(list.getByRole('button', { name: row }), `${name} of ${host}`).toBeVisible()
      else await expect(list, `${name} of ${host}`).toContainText('yet')
    }
  }
  const map = await open(page, 'Map')
  for (const name of ['node1', 'node2', 'store', 'far'])
    await expect(map.locator('.react-flow__node').getByText(name, { exact: true }).first()).toBeVisible()
  const containers = await open(page, 'Containers')
  await containers.getByRole('region', { name: 'node2' }).getByRole('button', { name: 'Open a shell inside' }).click()
  await playground.sees(/docker exec -it far sh\n# ?$/)
  await expect(playground.hosts().nth(1)).toHaveAttribute('aria-current', 'true')
  await expect(containers.getByRole('button', { name: 'Show store' })).toBeVisible()
})
