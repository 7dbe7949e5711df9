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
