import { expect, type Page, test } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { haveWheel } from '../../tools/python-wheels.mjs'
import { Playground } from './playground.ts'

test('python: none of it is fetched ahead for offline use', () => {
  const worker = readFileSync('dist/drydock-offline.js', 'utf8')
  expect(worker).toContain('session-worker')
  expect(worker).not.toMatch(/\.\/pyodide\/|\.\/assets\/python-index/)
})

/** The files of Docker's first lesson on Compose, https://docs.docker.com/compose/gettingstarted */
const HITS = {
  'app.py': `import time
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
`,
  'requirements.txt': 'flask\nredis\n',
  Dockerfile: `FROM python:3.12-alpine
WORKDIR /code
ENV FLASK_APP=app.py
ENV FLASK_RUN_HOST=0.0.0.0
COPY requirements.txt requirements.txt
RUN pip install -r requirements.txt
EXPOSE 5000
COPY . .
CMD ["flask", "run", "--debug"]
`,
  'compose.yaml': `services:
  web:
    build: .
    ports: ["8000:5000"]
    volumes: [.:/code]
  redis:
    image: redis:alpine
`,
}

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
  const threads = `import queue, threading
asked, told = queue.Queue(), queue.Queue()
threading.Thread(target=lambda: told.put(asked.get() * 2)).start()
asked.put(22)
print(told.get())`
  expect(await playground.run(`docker run --rm python:3.12-slim python -c '${threads}'`)).toMatch(/\n44$/)
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

test('python: flask counts hits in redis, before and after a reload of the page, and an edit shows', {
  tag: '@long',
}, async ({ page }) => {
  test.skip(!haveWheel('flask'), 'no wheels of flask were fetched here')
  test.setTimeout(180_000)
  const playground = await Playground.open(page, '/', 'keys')
  await playground.run('mkdir composetest; cd composetest')
  for (const [path, content] of Object.entries(HITS)) {
    await playground.type(`cat > ${path} <<'EOF'\n${content}EOF\n`)
    await playground.prompt()
  }
  await playground.run('docker compose up -d', { timeout: 90_000 })
  const tab = await open(playground, 8000)
  const seen = async (): Promise<number> =>
    Number(/Hello \w+! I have been seen (\d+) times/.exec((await tab.locator('body').textContent()) ?? '')?.[1])
  await expect.poll(seen, { timeout: 60_000 }).toBe(1)
  await tab.reload()
  await expect.poll(seen).toBe(2)

  await playground.reload()
  await expect(playground.port(8000)).toBeVisible({ timeout: 30_000 })
  await expect(async () => {
    await tab.reload()
    expect(await seen()).toBeGreaterThan(2)
  }).toPass({ timeout: 60_000 })
  const before = await seen()
  await tab.reload()
  await expect.poll(seen).toBe(before + 1)

  await playground.run(`cd ~/composetest; sed -i 's/World/Drydock/' app.py`)
  await expect(async () => {
    await tab.reload()
    await expect(tab.locator('body')).toHaveText(/Hello Drydock! I have been seen \d+ times\./, { timeout: 1000 })
  }).toPass({ timeout: 30_000 })
})
