import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Headless, startHeadless } from './headless.ts'

const SLOW = 240_000
let engine: Headless

beforeAll(async () => {
  engine = await startHeadless(['--publish'])
  process.env['DOCKER_HOST'] = `unix://${engine.socket}`
  // Its reaper's image is of no use here: the engine goes with the test.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] = '127.0.0.1'
}, SLOW)
afterAll(() => engine?.close())

test('testcontainers starts nginx, waits for it and reaches its mapped port', { timeout: SLOW }, async () => {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer('nginx')
    .withExposedPorts(80)
    .withWaitStrategy(Wait.forHttp('/', 80).forStatusCode(200))
    .withStartupTimeout(SLOW)
    .start()
  const answer = await fetch(`http://127.0.0.1:${container.getMappedPort(80)}/`)
  expect(await answer.text()).toContain('Welcome to nginx!')
  const { output, exitCode } = await container.exec(['nginx', '-v'])
  expect(exitCode).toBe(0)
  expect(output).toMatch(/nginx version: nginx\//)
  await container.stop()
})
