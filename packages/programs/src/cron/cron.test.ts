import { bootTestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { describe, expect, it } from 'vitest'
import { cat } from '../coreutils/cat.ts'
import { env, printenv } from '../coreutils/env.ts'
import { busyboxCrond } from './busybox-crond.ts'
import { busyboxCrontab } from './busybox-crontab.ts'
import { cron } from './cron.ts'
import { crontab } from './crontab.ts'
import { readCrontab } from './crontab-file.ts'
import { isDue, readSchedule } from './schedule.ts'
import { UTC } from '../format/strftime.ts'

const sh = shellPrograms
  .filter(({ paths }) => paths.includes('/bin/dash'))
  .map((row) => ({ ...row, paths: ['/bin/sh'] }))
const tools = [...shellPrograms, ...sh, cat, env, printenv]
const FOLDER = { '/var/spool/cron/crontabs/.keep': '' }

/** [table, what Debian's crontab said of it]. */
const PROBLEMS: readonly (readonly [string, string])[] = [
  ['61 * * * * x\n', '"bad":0: bad minute\n'],
  ['* 24 * * * x\n', '"bad":0: bad hour\n'],
  ['* * 0 * * x\n', '"bad":0: bad day-of-month\n'],
  ['* * * 13 * x\n', '"bad":0: bad month\n'],
  ['* * * * 8 x\n', '"bad":0: bad day-of-week\n'],
  ['@never x\n', '"bad":0: bad time specifier\n'],
]

/** [time, when, is it due]. */
const DUE: readonly (readonly [string, string, boolean])[] = [
  ['* * * * *', '2026-01-01T00:00:00Z', true],
  ['*/15 * * * *', '2026-01-01T10:45:00Z', true],
  ['*/15 * * * *', '2026-01-01T10:46:00Z', false],
  ['30 2 * * mon-fri', '2026-01-02T02:30:00Z', true],
  ['30 2 * * mon-fri', '2026-01-03T02:30:00Z', false],
  ['0 0 13 * 5', '2026-01-02T00:00:00Z', true],
  ['0 0 13 * 5', '2026-01-13T00:00:00Z', true],
  ['0 0 13 * *', '2026-01-02T00:00:00Z', false],
  ['0 0 * jan 7', '2026-01-04T00:00:00Z', true],
  ['5,10-20/5 1 * * *', '2026-01-04T01:15:00Z', true],
  ['5,10-20/5 1 * * *', '2026-01-04T01:25:00Z', false],
  ['@weekly', '2026-01-04T00:00:00Z', true],
  ['@hourly', '2026-01-04T07:00:00Z', true],
]

it.each(DUE)('%j at %s: %j', (time, when, due) => {
  expect(isDue(readSchedule(`${time} x`).schedule, Date.parse(when), UTC)).toBe(due)
})

describe('crontab', () => {
  it.each(PROBLEMS)('refuses %j', async (text, said) => {
    const kernel = await bootTestKernel([crontab])
    const { stderr, status } = await kernel.run(['crontab', 'bad'], { files: { ...FOLDER, '/root/bad': text } })
    expect(stderr).toBe(`${said}errors in crontab file, can't install.\n`)
    expect(status).toBe(1)
    kernel.shutdown()
  })

  it('installs, lists, edits and removes', async () => {
    const kernel = await bootTestKernel([crontab, ...tools])
    const run = async (argv: string[], options = {}) => {
      const { stdout, stderr, status } = await kernel.run(argv, { files: FOLDER, ...options })
      return [stdout, stderr, status]
    }
    expect(await run(['crontab', '-l'])).toEqual(['', 'no crontab for root\n', 1])
    expect(await run(['crontab', '-'], { stdin: '* * * * * echo hi\n' })).toEqual(['', '', 0])
    expect(await run(['crontab', '-l'])).toEqual(['* * * * * echo hi\n', '', 0])
    expect(await run(['crontab'], { stdin: '* * * * * x' })).toEqual([
      '',
      "new crontab file is missing newline before EOF, can't install.\n",
      1,
    ])
    expect(await run(['crontab', '-e'], { env: { EDITOR: ':' } })).toEqual(['', 'No modification made\n', 0])
    expect(await run(['crontab', '-e'], { env: { EDITOR: 'echo "1 1 * * * y" >' } })).toEqual([
      '',
      'crontab: installing new crontab\n',
      0,
    ])
    expect(await run(['crontab', '-u', 'root', '-l'])).toEqual(['1 1 * * * y\n', '', 0])
    expect(await run(['crontab', '-u', 'nouser', '-l'])).toEqual(['', "crontab:  user `nouser' unknown\n", 1])
    expect(await run(['crontab', '-e'], { env: { EDITOR: 'false' } })).toEqual([
      '',
      'crontab: "false" exited with status 1\n',
      1,
    ])
    expect(await run(['crontab', '-r'])).toEqual(['', '', 0])
    expect(await run(['crontab', '-r'])).toEqual(['', 'no crontab for root\n', 1])
    expect(kernel.oopses()).toEqual([])
    kernel.shutdown()
  })
})

it('sets variables for the lines below them', () => {
  const { jobs } = readCrontab('A="b c"\n# no\n* * * * * one\nMAILTO=\n@reboot two\n')
  expect(jobs.map(({ command, variables }) => [command, [...variables]])).toEqual([
    ['one', [['A', 'b c']]],
    [
      'two',
      [
        ['A', 'b c'],
        ['MAILTO', ''],
      ],
    ],
  ])
})

/** Waits until a file holds something. */
async function filled(kernel: Awaited<ReturnType<typeof bootTestKernel>>, path: string): Promise<string> {
  for (;;) {
    const { stdout } = await kernel.run(['cat', path])
    if (stdout !== '') return stdout
    await kernel.sys.sleep(1000)
  }
}

it("runs users' jobs and the system's with cron's environment", async () => {
  const kernel = await bootTestKernel([cron, ...tools])
  const files = {
    '/var/spool/cron/crontabs/root':
      'A="b c"\n* * * * * env > /tmp/env; pwd >> /tmp/env\n* * * * * cat > /tmp/in %one%two\\%\n@reboot echo up > /tmp/up\n',
    '/etc/crontab': '* * * * * root echo $LOGNAME > /tmp/system\n',
  }
  expect(await kernel.run(['cron'], { files })).toMatchObject({ stdout: '', stderr: '', status: 0 })
  expect(await filled(kernel, '/tmp/up')).toBe('up\n')
  expect(await filled(kernel, '/tmp/in')).toBe('one\ntwo%\n')
  expect(await filled(kernel, '/tmp/system')).toBe('root\n')
  const said = (await filled(kernel, '/tmp/env')).split('\n').sort()
  expect(said).toEqual(
    ['', '/root', 'A=b c', 'HOME=/root', 'LOGNAME=root', 'PATH=/usr/bin:/bin', 'PWD=/root', 'SHELL=/bin/sh'].sort(),
  )
  expect((await kernel.run(['cron'])).stderr).toMatch(
    /^cron: can't lock \/var\/run\/crond.pid, otherpid may be \d+: Resource temporarily unavailable\n$/,
  )
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('tells of jobs as busybox does', async () => {
  const kernel = await bootTestKernel([busyboxCrond, busyboxCrontab, ...tools])
  await kernel.run(['crontab', '-'], { files: FOLDER, stdin: '* * * * * echo hi > /tmp/hi\n61 * * * * x\n' })
  const terminal = await kernel.openTerminal(['crond', '-f', '-d', '8'])
  await terminal.expect(/crond: crond \(busybox [\d.]+\) started, log level 8/)
  await terminal.expect('crond: user root: parse error at 61 * * * * x')
  await terminal.expect(/crond: USER root pid +\d+ cmd echo hi > \/tmp\/hi/)
  expect(await filled(kernel, '/tmp/hi')).toBe('hi\n')
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
