import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const COMPOSE_FILE = `version: "3.8"
services:
  web:
    image: nginx:alpine
    depends_on: [db]
    volumes: ["data:/data"]
  db:
    image: alpine
    command: sleep 600
    stop_grace_period: 1s
volumes:
  data:
`

const version = spawnSync('docker-compose', ['version', '--short'], { encoding: 'utf8' })
const isV1 = version.status === 0 && version.stdout.startsWith('1.')
if (!isV1) console.log('skipped: no docker-compose of version 1 on this machine')

/**
 * Debian's docker-compose 1.29 and ours, on one engine that is served on a real socket. Containers are known by labels
 * that both have; names differ (`shop_web_1`, `shop-web-1`) and so do the hashes, so each makes the other's anew.
 */
describe.skipIf(!isV1)('docker-compose version 1', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-v1-'))
  const socket = join(folder, 'docker.sock')
  let engine: ChildProcess

  /** The real one. */
  const old = (...words: readonly string[]) => {
    const env = { ...process.env, DOCKER_HOST: `unix://${socket}` }
    const options = { cwd: folder, encoding: 'utf8', timeout: 120_000, env } as const
    return spawnSync('docker-compose', ['-p', 'shop', ...words], options)
  }
  /** Ours, whose host sees the same engine. */
  const ours = (line: string): string => {
    const script = `mkdir -p /root/shop && cd /root/shop && cat > docker-compose.yml <<'END'\n${COMPOSE_FILE}END\n${line}`
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', script, '--engine', socket], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    return stdout
  }
  const states = (): string[] => ours("docker compose ps -a --format '{{.Name}} {{.State}}'").trim().split('\n')

  beforeAll(async () => {
    writeFileSync(join(folder, 'docker-compose.yml'), COMPOSE_FILE)
    engine = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket], { stdio: 'ignore' })
    for (let i = 0; i < 600 && !existsSync(socket); i++) await new Promise((resolve) => setTimeout(resolve, 100))
  }, 70_000)
  afterAll(() => {
    engine.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it('makes a project that ours lists, stops, goes on with and removes', () => {
    expect(old('up', '-d').status).toBe(0)
    expect(states()).toEqual(['shop_db_1 running', 'shop_web_1 running'])
    ours('docker compose stop -t 1')
    expect(states()).toEqual(['shop_db_1 exited', 'shop_web_1 exited'])
    ours('docker compose up -d')
    expect(states()).toEqual(['shop-db-1 running', 'shop-web-1 running'])
    const left = ours(
      'docker compose down -v -t 1; docker ps -aq; docker volume ls -q; docker network ls -q --filter name=shop',
    )
    expect(left).toBe('')
  }, 240_000)

  it('lists, stops, starts and removes a project of ours', () => {
    ours('docker compose up -d --scale db=2')
    const listed = old('ps').stdout
    for (const name of ['shop-db-1', 'shop-db-2', 'shop-web-1']) expect(listed).toContain(name)
    expect(old('stop', '-t', '1').status).toBe(0)
    expect(states().map((line) => line.split(' ')[1])).toEqual(['exited', 'exited', 'exited'])
    expect(old('start').status).toBe(0)
    expect(states().map((line) => line.split(' ')[1])).toEqual(['running', 'running', 'running'])
    expect(old('exec', '-T', 'web', 'hostname').status).toBe(0)
    expect(old('down', '-v', '-t', '1').status).toBe(0)
    expect(ours('docker ps -aq; docker volume ls -q; docker network ls -q --filter name=shop')).toBe('')
  }, 240_000)
})
