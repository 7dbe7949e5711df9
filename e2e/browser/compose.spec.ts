import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

const FILE = String.raw`services:\n  web:\n    image: nginx:alpine\n    command: sh -c "hostname > /usr/share/nginx/html/index.html; exec nginx -g \"daemon off;\""\n  proxy:\n    image: nginx:alpine\n    ports: ["8080:80"]\n    depends_on: [web]\n    configs: [{source: site, target: /etc/nginx/conf.d/default.conf}]\nconfigs:\n  site:\n    content: |\n      server { listen 80; location / { proxy_pass http://web; } }\n`

test('compose: three of a service behind nginx take turns, one tab asks them', async ({ page, context }) => {
  const playground = await Playground.open(page)
  await playground.run(
    `mkdir shop; cd shop; printf '${FILE.replaceAll(String.raw`\"`, String.raw`\\"`)}' > compose.yaml`,
  )
  const up = await playground.run('docker compose up -d --quiet-pull --scale web=3', { timeout: 60_000 })
  expect(up).toMatch(/\[\+\] Running \d+\/\d+/)
  expect(up).toMatch(/✔ Container shop-web-3 +Started +\d+\.\d+s/)
  const listed = await playground.run('docker compose ps --services; docker compose ps -q | wc -l')
  expect(listed.split('\n')).toEqual(['proxy', 'web', '4'])

  const opened = context.waitForEvent('page')
  await playground.port(8080).click()
  const tab = await opened
  const seen = new Set<string>()
  await expect(tab.locator('body')).toContainText(/^[0-9a-f]{12}\s*$/, { timeout: 30_000 })
  for (let i = 0; i < 12; i++) {
    seen.add((await tab.locator('body').innerText()).trim())
    await tab.reload()
    await expect(tab.locator('body')).toContainText(/[0-9a-f]{12}/)
  }
  expect(seen.size).toBe(3)
  await tab.close()

  const down = await playground.run('docker compose down -t 1', { timeout: 60_000 })
  expect(down).toMatch(/✔ Network shop_default +Removed/)
  await expect(playground.port(8080)).toHaveCount(0)
})
