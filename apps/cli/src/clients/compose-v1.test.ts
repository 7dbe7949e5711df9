import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'

const SLOW = 240_000
const run = promisify(execFile)
const installed = spawnSync('docker-compose', ['version']).status === 0
if (!installed) console.warn('docker-compose: SKIPPED, there is no docker-compose on this machine')

const FILE = `
version: "3"
services:
  web:
    image: busybox
    command: sh -c 'echo from web > index.html && httpd -f -p 80'
  asker:
    image: busybox
    depends_on: [web]
    command: sh -c 'until wget -qO- http://web/; do sleep 1; done; sleep 1000'
`
let engine: Headless
let folder: string

beforeAll(async () => {
  if (!installed) return
  engine = await startHeadless()
  folder = mkdtempSync(join(tmpdir(), 'drydock-compose-'))
  writeFileSync(join(folder, 'docker-compose.yml'), FILE)
}, SLOW)
afterAll(() => {
  engine?.close()
  if (folder) rmSync(folder, { recursive: true })
})

const compose = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, DOCKER_HOST: `unix://${engine.socket}`, COMPOSE_HTTP_TIMEOUT: '200' }
  const { stdout, stderr } = await run('docker-compose', ['-p', 'pair', ...args], { cwd: folder, env })
  return stdout + stderr
}

test.skipIf(!installed)('docker-compose 1.29 brings two services up and down', { timeout: SLOW }, async () => {
  const up = await compose('up', '-d')
  expect(up).toMatch(/Creating network "pair_default"/)
  expect(up).toMatch(/Creating pair_web_1 +\.\.\. done/)
  await expect.poll(() => compose('logs', '--no-color'), { timeout: SLOW, interval: 500 }).toContain('from web')
  expect(await compose('ps')).toMatch(/pair_web_1 .* Up/)
  const down = await compose('down', '-t', '0')
  expect(down).toMatch(/Removing network pair_default/)
  expect(await compose('ps', '-q')).toBe('')
})
