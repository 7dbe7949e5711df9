import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { APPLICATIONS } from './samples/applications.ts'
import { GUIDES } from './samples/guides.ts'
import { STACKS } from './samples/stacks.ts'
import type { Sample } from './samples/sample.ts'

const SAMPLES = [...GUIDES, ...APPLICATIONS, ...STACKS]

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const MARK = '@@@'

/**
 * One sample: up, what it says of itself, its check, down, what is left. The check has longer than the ten seconds for which
 * nginx leaves a server alone that was not there when it first asked.
 */
function script({ name, files, flags = '', check = 'true' }: Sample): string {
  const write = Object.entries(files).map(([path, text]) => {
    const folder = path.includes('/') ? `mkdir -p ${quote(path.replace(/\/[^/]*$/, ''))}; ` : ''
    return `${folder}printf %s ${quote(text)} > ${quote(path)}; case ${quote(path)} in *.sh) chmod +x ${quote(path)};; esac`
  })
  const own = `--filter label=com.docker.compose.project=${name}`
  return [
    `mkdir -p /root/${name} && cd /root/${name}`,
    ...write,
    `docker compose ${flags} up -d --quiet-pull > /tmp/log 2>&1; echo "${MARK} ${name} up $?"`,
    `tail -5 /tmp/log`,
    `echo "${MARK} ${name} ps"; docker compose ${flags} ps -a --format '{{.Service}} {{.State}}'`,
    `for i in $(seq 15); do { ${check}; } > /tmp/check 2>&1; status=$?; [ $status = 0 ] && break; sleep 1; done`,
    `echo "${MARK} ${name} check $status"; tail -5 /tmp/check`,
    `docker compose ${flags} down -v --remove-orphans -t 1 > /tmp/log 2>&1; echo "${MARK} ${name} down $?"`,
    `tail -5 /tmp/log`,
    `echo "${MARK} ${name} left"; docker ps -aq ${own}; docker network ls -q ${own}; docker volume ls -q ${own}`,
  ].join('\n')
}

/** What was printed behind a mark, and the status on it. */
interface Part {
  readonly status: number
  readonly lines: readonly string[]
}

describe('samples of docker compose', () => {
  const parts = new Map<string, Part>()
  beforeAll(() => {
    const input = SAMPLES.map(script).join('\n')
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', input], {
      encoding: 'utf8',
      timeout: 600_000,
    })
    for (const block of stdout.split(`${MARK} `).slice(1)) {
      const [head = '', ...lines] = block.split('\n')
      const [name, what, status = '0'] = head.split(' ')
      parts.set(`${name} ${what}`, { status: Number(status), lines: lines.filter((line) => line !== '') })
    }
  }, 600_000)

  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))('%s', (name, { running, files }) => {
    const part = (what: string): Part => parts.get(`${name} ${what}`) ?? { status: -1, lines: [] }
    expect([part('up').status, ...(part('up').status === 0 ? [] : part('up').lines)]).toEqual([0])
    const states = new Map(part('ps').lines.map((line) => line.split(' ') as [string, string]))
    for (const service of running) expect([service, states.get(service)]).toEqual([service, 'running'])
    expect(states.size).toBeGreaterThan(0)
    expect(Object.keys(files).length).toBeGreaterThan(0)
    expect([part('check').status, ...(part('check').status === 0 ? [] : part('check').lines)]).toEqual([0])
    expect([part('down').status, ...(part('down').status === 0 ? [] : part('down').lines)]).toEqual([0])
    expect(part('left').lines).toEqual([])
  })
})
