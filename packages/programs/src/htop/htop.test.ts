import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, it } from 'vitest'
import { Screen } from '../testing/screen.ts'
import { htop } from './htop.ts'

const waiter = (name: string) => ({
  name: `test/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'full' as const,
  summary: 'waits',
  async main({ sys }: import('@drydock/abi').Process) {
    return sys.pause()
  },
})

async function open() {
  const kernel = await bootTestKernel([htop, waiter('alpha'), waiter('beta')])
  const pids: number[] = []
  for (const name of ['alpha', 'beta'])
    pids.push(await kernel.sys.spawn(`/usr/bin/${name}`, { argv: [name], cwd: '/' }))
  const terminal = await kernel.openTerminal(['htop', '-d', '2'])
  const screen = new Screen(terminal)
  await screen.sees('beta')
  return { kernel, pids, terminal, screen }
}

it('shows meters, titles and processes in columns', async () => {
  const { kernel, pids, terminal, screen } = await open()
  const rows = await screen.rows()
  expect(rows[1]).toMatch(/^ {4}0\[\|* +\d+\.\d%\] Tasks: \d+; \d+ running$/)
  expect(rows.some((row) => /^ {2}Mem\[\|* +\S+\/4\.00G\]/.test(row))).toBe(true)
  expect(rows).toContain('  PID USER       PRI  NI  VIRT   RES   SHR S  CPU% MEM%   TIME+  Command')
  expect(rows.find((row) => row.endsWith(' beta'))).toMatch(
    new RegExp(
      `^${String(pids[1]).padStart(5)} root {8}20 {3}0 [ \\d]{5} [ \\d]{5} [ \\d]{5} S {3}0\\.0 {2}0\\.0 {2}\\d:\\d\\d\\.\\d\\d beta$`,
    ),
  )
  await terminal.type('q')
  expect(await terminal.ended).toBe(0)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('finds, filters, renices and kills', async () => {
  const { kernel, pids, terminal, screen } = await open()
  await terminal.type('/beta\r\x1b[19~')
  await screen.until((rows) => rows.some((row) => new RegExp(`^ *${pids[1]} root +21 +1 `).test(row)))
  await terminal.type('\\alp\r')
  await screen.until((rows) => rows.join('\n').includes('alpha') && !rows.join('\n').includes('beta'))
  await terminal.type('k')
  await screen.sees('Send signal: 15')
  await terminal.type('\x7f\x7f9\r')
  expect((await kernel.sys.wait(pids[0] ?? 0))?.status).toMatchObject({ kind: 'signaled', signal: 9 })
  await terminal.type('\x1b[21~')
  expect(await terminal.ended).toBe(0)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
