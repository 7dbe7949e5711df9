import { expect, type Page, test } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { haveWheel } from '../../tools/python-wheels.mjs'
import { Playground } from './playground.ts'

test('python: none of it is fetched ahead for offline use', () => {
  const worker = readFileSync('dist/drydock-offline.js', 'utf8')
  expect(worker).toContain('session-worker')
  expect(worker).not.toMatch(/\.\/pyodide\/|\.\/assets\/python-index/)
})

const APP = `import time
import redis
from flask import Flask

app = Flask(__name__)
cache = redis.Redis(host='redis', port=6379)

def get_hit_count():
    retries = 5
    while True:
        try:
            return cache.incr('hits')
        except redis.exceptions.ConnectionError as exc:
            if retries == 0:
                raise exc
            retries -= 1
            time.sleep(0.5)

@app.route('/')
def hello():
    return f'Hello World! I have been seen {get_hit_count()} times.\\n'
`
const DOCKERFILE = `FROM python:3.12-alpine
WORKDIR /code
ENV FLASK_APP=app.py
ENV FLASK_RUN_HOST=0.0.0.0
COPY requirements.txt requirements.txt
RUN pip install -r requirements.txt
EXPOSE 5000
COPY . .
CMD ["flask", "run", "--debug"]
`
const COMPOSE = `services:
  web:
    build: .
    ports: ["8000:5000"]
    volumes: [.:/code]
  redis:
    image: redis:alpine
`

const open = async (playground: Playground, port: number): Promise<Page> => {
  const opening = playground.page.context().waitForEvent('page')
  await playground.port(port).click()
  return opening
}

test('python: a line, a conversation that ^C interrupts and ^D ends, and a web server', async ({ page }) => {
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

test('python: flask counts hits in redis, and an edit shows after a reload', async ({ page }) => {
  test.skip(!haveWheel('flask'), 'no wheels of flask were fetched here')
  const playground = await Playground.open(page)
  const files = { 'app.py': APP, Dockerfile: DOCKERFILE, 'compose.yaml': COMPOSE, 'requirements.txt': 'flask\nredis\n' }
  for (const [path, content] of Object.entries(files)) await playground.write(`hits/${path}`, content)
  await playground.run('cd hits; docker compose up -d --quiet-pull', { timeout: 60_000 })
  await playground.run('until curl -sf localhost:8000; do sleep 0.1; done', { timeout: 60_000 })
  const tab = await open(playground, 8000)
  await expect(tab.locator('body')).toHaveText('Hello World! I have been seen 2 times.')
  await playground.run(`sed -i 's/World/Drydock/' app.py`)
  await expect(async () => {
    await tab.reload()
    await expect(tab.locator('body')).toHaveText(/Hello Drydock! I have been seen \d+ times\./, { timeout: 1000 })
  }).toPass()
})
