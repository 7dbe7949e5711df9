import { expect, type Page, test } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { Playground } from './playground.ts'

test('python: none of it is fetched ahead for offline use', () => {
  const worker = readFileSync('dist/drydock-offline.js', 'utf8')
  expect(worker).toContain('session-worker')
  expect(worker).not.toMatch(/\.\/pyodide\/|\.\/assets\/python-index/)
})

const open = async (playground: Playground, port: number): Promise<Page> => {
  const opening = playground.page.context().waitForEvent('page')
  await playground.port(port).click()
  return opening
}

test('python: a line, a conversation that ^C interrupts and ^D ends, and a web server', { tag: '@long' }, async ({
  page,
}) => {
  const playground = await Playground.open(page)
  const printed = await playground.run(`docker run --rm python:3.12-slim python -c 'print(6 * 7)'`, { timeout: 60_000 })
  expect(printed).toMatch(/\n42$/)
  await playground.type('docker run -it --rm python:3.12-slim\n')
  await playground.sees(/>>>$/, 30_000)
  await playground.type('while True: pass\n\n')
  await playground.sees(/\.\.\.$/)
  await playground.press('Control+c')
  await playground.sees(/KeyboardInterrupt\n>>>$/)
  await playground.type('2 ** 100\n')
  await playground.sees(/1267650600228229401496703205376\n>>>$/)
  await playground.press('Control+d')
  await playground.prompt()

  const server = 'docker run -d -q -p 8000:8000 -w /srv --name web python:3.12-slim python -m http.server 8000'
  await playground.run(`${server}; docker exec web touch a-file`)
  const listing = await open(playground, 8000)
  await expect(listing.getByRole('link')).toHaveText(['a-file'], { timeout: 30_000 })
})
