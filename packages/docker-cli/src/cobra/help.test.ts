import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { commands } from '../command/index.ts'
import { runDocker } from '../testing/fake-host.ts'
import type { Command } from './command.ts'

/** The real CLI of this version, if this machine has it: help is compared with what it prints. */
const real = (...argv: string[]): string | undefined => {
  try {
    const env = { PATH: process.env.PATH ?? '', HOME: '/root', DOCKER_HOST: 'unix:///nonexistent.sock' }
    return execFileSync('docker', argv, { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  } catch {
    return undefined
  }
}
const hasReal = real('--version')?.includes('28.2.2') ?? false
if (!hasReal) console.warn('docker 28.2.2 is not on this machine: its help is not compared')

const paths = (rows: readonly Command[], above: readonly string[]): string[][] =>
  rows.flatMap((row) => [[...above, row.name], ...paths(row.children ?? [], [...above, row.name])])

/** Without an engine the real CLI shows what only Windows or a swarm has; the rest must be the same. */
const ENGINE_DECIDES = /^(container )?(run|create)$|build$|^volume (create|ls)$/

describe.skipIf(!hasReal)('help', () => {
  const sample = paths(commands, []).filter((path) => !ENGINE_DECIDES.test(path.join(' ')))
  it.each(sample.filter((_, i) => i % 6 === 0).map((path) => [path.join(' ')]))('docker %s --help', async (path) => {
    const words = [...path.split(' '), '--help']
    expect((await runDocker(words)).stdout).toBe(real(...words))
  })
})

describe('docker --help', () => {
  it('lists every group', async () => {
    const { stdout } = await runDocker(['--help'])
    for (const title of ['Common Commands:', 'Management Commands:', 'Swarm Commands:', 'Commands:', 'Global Options:'])
      expect(stdout).toContain(`\n${title}\n`)
  })
  it('folds options at 80 columns', async () => {
    expect((await runDocker(['stop', '--help'])).stdout).toBe(
      'Usage:  docker stop [OPTIONS] CONTAINER [CONTAINER...]\n\nStop one or more running containers\n\nAliases:\n  docker container stop, docker stop\n\nOptions:\n  -s, --signal string   Signal to send to the container\n  -t, --timeout int     Seconds to wait before killing the container\n',
    )
    for (const line of (await runDocker(['run', '--help'])).stdout.split('\n'))
      expect(line.length).toBeLessThanOrEqual(80)
  })
})
