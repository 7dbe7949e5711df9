import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runDocker } from '../testing/fake-host.ts'

/** Every page of the real CLI, recorded by tools/record-help.mjs. */
const pages = readFileSync(new URL('../testing/help.golden', import.meta.url), 'utf8')
  .split('\f')
  .slice(1)
  .map((page): [string, string] => [page.slice(0, page.indexOf('\n')), page.slice(page.indexOf('\n') + 1)])

/**
 * An engine that has everything and does not say on what it runs: as good as none. The pages are those of a client without
 * buildx, whose own builder ours shows when BuildKit is switched off.
 */
const everything = { ping: { 'Docker-Experimental': 'true', Ostype: '' }, env: { DOCKER_BUILDKIT: '0' } }
const help = async (line: string, settings: Parameters<typeof runDocker>[2] = everything): Promise<string> =>
  (await runDocker([...line.split(' '), '--help'].filter(Boolean), undefined, settings)).stdout

describe('help', () => {
  it('has all pages', () => expect(pages.length).toBeGreaterThan(180))
  it.each(pages)('docker %s --help', async (line, page) => expect(await help(line)).toBe(page))

  it('hides what the engine has not', async () => {
    const old = { ping: { 'Api-Version': '1.41' } }
    expect(await help('volume', old)).not.toContain('update')
    expect(await help('checkpoint', old)).toBe(
      'docker checkpoint is only supported on a Docker daemon with experimental features enabled\n',
    )
    expect(await help('run', old)).not.toContain('--health-start-interval')
    expect(await help('run')).toContain('--health-start-interval')
    expect(await help('swarm', { ping: { Swarm: 'inactive' } })).not.toContain('join-token')
    expect(await help('swarm', { ping: { Swarm: 'active/manager' } })).toContain('join-token')
  })
})
