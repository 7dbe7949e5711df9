import { spawnSync } from 'node:child_process'
import { bootTestKernel } from '@drydock/kernel/testing'
import { afterAll, expect, it } from 'vitest'
import { coreutils } from './index.ts'

const kernel = await bootTestKernel(coreutils)
afterAll(() => kernel.shutdown())

const lines = (count: number): string => Array.from({ length: count }, (_, at) => `${at + 1}\n`).join('')
const real = spawnSync('pr', ['--version']).status === 0

/** The machine's own tool must print the same. */
const CASES: readonly (readonly [args: readonly string[], count: number])[] = [
  [['-t', '-2'], 10],
  [['-t', '-3', '-a'], 10],
  [['-t', '-n'], 12],
  [['-T', '-n:3'], 10],
  [['-t', '-o', '5'], 3],
  [['-t', '-d'], 3],
  [['-t', '-2', '-s:'], 9],
  [['-l', '20', '-w', '40', '-5', '-D', 'now', '-h', 'x'], 100],
  [['-D', 'now', '-h', 'Title'], 70],
]
it.skipIf(!real).each(CASES)('pr %j of %i lines', async (args, count) => {
  const stdin = lines(count)
  const expected = spawnSync('pr', [...args], {
    input: stdin,
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  })
  expect((await kernel.run(['pr', ...args], { stdin })).stdout).toBe(expected.stdout)
})

it.each([
  [['base32'], 'hello\n', 'NBSWY3DPBI======\n'],
  [['base32', '-d'], 'NBSWY3DPBI======\n', 'hello\n'],
  [['basenc', '--base64url'], '?>?>\n', 'Pz4_Pgo=\n'],
  [['basenc', '--base16'], 'Az\n', '417A0A\n'],
  [['basenc', '--base2msbf'], 'A', '01000001\n'],
])('%j', async (argv, stdin, printed) => {
  expect((await kernel.run(argv, { stdin })).stdout).toBe(printed)
})
