import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('web server and database: a page to change, and a database one command away', { tag: '@long' }, async ({
  page,
  context,
}) => {
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: 'Sessions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'New session from a template…' }).click()
  await page
    .getByRole('dialog', { name: 'Templates' })
    .getByRole('link', { name: /Web server and database/ })
    .click()
  await expect(playground.port(8080)).toBeVisible({ timeout: 60_000 })
  await playground.prompt()
  const opening = context.waitForEvent('page')
  await playground.port(8080).click()
  const site = await opened(await opening)
  await playground.run('cd ~/web-db && sed -i "s/It works/Changed/" site/index.html')
  await site.reload()
  await expect(site.getByRole('heading')).toHaveText('Changed')
  await page.bringToFront()
  const ready = 'until docker compose exec db pg_isready -q -U postgres; do sleep 0.2; done'
  await playground.run(ready, { timeout: 60_000 })
  const rows = await playground.run(`docker compose exec db psql -U postgres -c "select 6 * 7 as answer"`, {
    timeout: 60_000,
  })
  expect(rows).toMatch(/answer[^]*42[^]*\(1 row\)/)
})

async function opened(site: import('@playwright/test').Page) {
  await expect(site.getByRole('heading')).toHaveText('It works')
  return site
}
