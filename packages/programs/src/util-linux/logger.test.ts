import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

/** What util-linux 2.38 writes to standard error and to the log's socket; DATE in place of the time. */
const ROWS: readonly (readonly [argv: string, stderr: string, status?: number])[] = [
  ['-t tag m', '<13>DATE tag: m\n'],
  ['-p user.err -t x failed', '<11>DATE x: failed\n'],
  ['-p local0.7 -t z z', '<135>DATE z: z\n'],
  ['-p 3 -t n y', '<11>DATE n: y\n'],
  ['--id=99 -t t i', '<13>DATE t[99]: i\n'],
  ['--rfc3164 -t r m', '<13>DATE test r: m\n'],
  ['--rfc5424=notime,nohost,notq -t r m', '<13>1 - - r - - - m\n'],
  ['-S 5 -t w longmessage', '<13>DATE w: longm\n'],
  ['-t q -- -dash', '<13>DATE q: -dash\n'],
  ['-p bogus.err x', 'logger: unknown facility name: bogus\n', 1],
  ['-p user.bogus x', 'logger: unknown priority name: bogus\n', 1],
  ['-f /nosuch', 'logger: file /nosuch: No such file or directory\n', 1],
]

describe('logger', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel(programs)
  })

  it.each(ROWS.map(([argv, stderr, status = 0]) => ({ argv, stderr, status })))('$argv', async (row) => {
    const { stderr, status } = await kernel.run(['logger', '-s', '--no-act', ...row.argv.split(' ')])
    expect({ stderr: stderr.replace(/[A-Z][a-z]{2} [ \d]\d [\d:]{8}/, 'DATE'), status }).toEqual({
      stderr: row.stderr,
      status: row.status,
    })
  })

  it('takes lines of a file, and leaves out empty ones', async () => {
    const { stderr } = await kernel.run(['logger', '-s', '--no-act', '-e', '-t', 'f'], { stdin: 'a\n\nb\n' })
    expect(stderr.match(/f: .*/g)).toEqual(['f: a', 'f: b'])
  })

  it("writes into the machine's log", async () => {
    await kernel.run(['mkdir', '-p', '/var/log'])
    await kernel.run(['logger', '-t', 'me', 'kept'])
    await kernel.run(['logger', '-p', 'auth.info', '-t', 'me', 'apart'])
    expect((await kernel.run(['cat', '/var/log/syslog'])).stdout).toMatch(/ test me: kept\n$/)
    expect((await kernel.run(['cat', '/var/log/auth.log'])).stdout).toMatch(/ test me: apart\n$/)
  })
})
