import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { Screen } from '../testing/screen.ts'
import { top } from './top.ts'

const idle = {
  name: 'test/idler',
  paths: ['/usr/bin/idler'],
  covers: 'full' as const,
  summary: 'waits',
  rssBytes: 1024 ** 3,
  async main({ sys }: import('@drydock/abi').Process) {
    return sys.pause()
  },
}

async function withIdler() {
  const kernel = await bootTestKernel([top, idle])
  const pid = await kernel.sys.spawn('/usr/bin/idler', { argv: ['idler', '--of', 'words'], cwd: '/' })
  const terminal = await kernel.openTerminal(['top', '-d', '0.2'])
  return { kernel, pid, terminal, screen: new Screen(terminal) }
}

/** [keys, what the screen comes to show] */
const ROWS: readonly (readonly [string, (pid: number) => RegExp])[] = [
  ['c', () => /idler --/],
  ['M', (pid) => new RegExp(`COMMAND\\n +${pid} root .* idler`)],
  ['1', () => /^%Cpu0 {2}: .* us,.*\n%Cpu1 {2}: .* us,[^]*^%Cpu3 {2}: [^]*COMMAND/m],
  ['h', () => /Help for Interactive Commands/],
  ['hq', () => /^top - .*\n.*Tasks:/],
  ['x', () => /Unknown command - try 'h' for help/],
  ['k', () => /PID to signal\/kill \[default pid = \d+\]/],
  ['kx\r', () => /Unacceptable integer/],
  ['k9999\r\r', () => /Failed signal pid '9999' with '15': No such process/],
  ['n1\r', () => /COMMAND\n.*\S.*\n\n/],
  ['unobody-here\r', () => /Invalid user/],
]

it.each(ROWS)('%j', async (keys, look) => {
  const { kernel, pid, terminal, screen } = await withIdler()
  await screen.sees('idler')
  await terminal.type(keys)
  await screen.until((rows) => look(pid).test(rows.join('\n')))
  await terminal.type('\x1bqq')
  expect(await terminal.ended).toBe(0)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('renices and kills', async () => {
  const { kernel, pid, terminal, screen } = await withIdler()
  await screen.sees('idler')
  await terminal.type(`r${pid}\r7\r`)
  await screen.until((rows) => rows.some((row) => new RegExp(`${pid} root +27 +7 `).test(row)))
  await terminal.type(`k${pid}\r9\r`)
  const ended = await kernel.sys.wait(pid)
  expect(ended?.status).toMatchObject({ kind: 'signaled', signal: 9 })
  await screen.until((rows) => !rows.join('\n').includes('idler'))
  await terminal.type('q')
  expect(await terminal.ended).toBe(0)
  kernel.shutdown()
})

it.each([
  ['-o NOSUCH', "top: unrecognized field name 'NOSUCH'\n"],
  ['-p x', "top: bad pid 'x'\n"],
  ['-p 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21', 'top: pid limit (20) exceeded\n'],
  ['-u nouser', 'top: Invalid user\n'],
  ['-n x', "top: bad iterations argument 'x'\n"],
  ['-d x', "top: bad delay interval 'x'\n"],
])('top -b %s', async (words, said) => {
  const kernel = await bootTestKernel([top])
  expect(await kernel.run(['top', '-b', ...words.split(' ')])).toMatchObject({ stdout: '', stderr: said, status: 1 })
  kernel.shutdown()
})

it('scales its sums, counts threads and shows each processor', async () => {
  const kernel = await bootTestKernel([top])
  const { stdout } = await kernel.run(['top', '-b', '-n1', '-E', 'g', '-H', '-1', '-o', '-PID'])
  expect(stdout).toMatch(/^Threads: /m)
  expect(stdout).toMatch(/^GiB Mem : +4\.0 total/m)
  expect(stdout).toMatch(/^%Cpu3 {2}: +0\.0 us,  0\.0 sy,  0\.0 ni,100\.0 id,/m)
  kernel.shutdown()
})
