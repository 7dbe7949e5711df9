import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

const LIMIT_MS = 90_000
const drydock = (line: string): ChildProcess =>
  spawn('node', ['apps/cli/bin/drydock.mjs', '-c', line], { stdio: ['ignore', 'pipe', 'ignore'] })

it(
  'prints as the command does, not when it has ended',
  async () => {
    const command = drydock('echo now; sleep 1d')
    const [bytes] = await once(command.stdout!, 'data')
    expect(String(bytes)).toBe('now\n')
    expect(command.exitCode).toBeNull()
    command.kill()
  },
  LIMIT_MS,
)

it(
  'ends as by SIGPIPE when nobody reads any more',
  async () => {
    const command = drydock('yes')
    await once(command.stdout!, 'data')
    command.stdout?.destroy()
    expect(await once(command, 'exit')).toEqual([141, null])
  },
  LIMIT_MS,
)

it(
  'keeps the order of both streams where they are one file',
  async () => {
    const line = 'for i in $(seq 50); do ls /nosuch$i; echo $i; done'
    const command = spawn('sh', ['-c', `node apps/cli/bin/drydock.mjs -c '${line}' 2>&1`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const expected = Array.from({ length: 50 }, (_, i) => i + 1).flatMap((i) => [
      `ls: cannot access '/nosuch${i}': No such file or directory\n`,
      `${i}\n`,
    ])
    expect(await text(command.stdout)).toBe(expected.join(''))
  },
  LIMIT_MS,
)
