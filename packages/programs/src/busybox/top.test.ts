import { SIGINT } from '@drydock/abi'
import { bootTestKernel } from '@drydock/kernel/testing'
import { expect, test } from 'vitest'
import { Screen } from '../testing/screen.ts'
import { busyboxTop } from './top.ts'

test('-b lists all processes, so often as it is told', async () => {
  const kernel = await bootTestKernel([busyboxTop])
  const { stdout, status } = await kernel.run(['top', '-b', '-n', '2', '-d', '0.1'])
  expect(status).toBe(0)
  const screenful =
    '(Mem: \\d+K used, \\d+K free, \\d+K shrd, \\d+K buff, \\d+K cached\n' +
    'CPU: [ \\d]{3}% usr   0% sys   0% nic [ \\d]{3}% idle   0% io   0% irq   0% sirq\n' +
    'Load average: [\\d. /]+\n' +
    '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n' +
    '( +\\d+ +\\d+ root +[RS]..  [ \\d.mg]{5} +\\d+%   0 +\\d+% .+\n)+){2}\n$'
  expect(stdout).toMatch(new RegExp(`^${screenful}`))
  kernel.shutdown()
})

test('without a terminal it goes on, and a signal that would end it does even in process 1', async () => {
  const kernel = await bootTestKernel([busyboxTop])
  const { sys } = kernel
  const [read, write] = sys.pipe()
  const nothing = sys.open('/dev/null', 0)
  const fds = new Map([
    [0, nothing],
    [1, write],
    [2, write],
  ])
  const pid = await sys.spawn('/usr/bin/top', { argv: ['top'], cwd: '/', fds })
  sys.close(write)
  let text = ''
  while (!text.includes('COMMAND')) text += new TextDecoder().decode(await sys.read(read, 65536))
  expect(text.startsWith('\x1b[H\x1b[JMem: ')).toBe(true)
  sys.kill(pid, SIGINT)
  const ended = await sys.wait(pid)
  expect(ended?.status).toMatchObject({ kind: 'exited', code: 130 })
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

test('keys sort, and q puts the terminal back', async () => {
  const kernel = await bootTestKernel([busyboxTop])
  const terminal = await kernel.openTerminal(['top', '-d', '0.1'])
  const screen = new Screen(terminal)
  await screen.sees('COMMAND')
  await terminal.type('nr')
  await screen.until((rows) => {
    const pids = rows.filter((row) => / root /.test(row)).map((row) => Number(row.trim().split(/\s+/)[0]))
    return pids.length > 1 && pids.every((pid, at) => at === 0 || pid > (pids[at - 1] ?? 0))
  })
  await terminal.type('q')
  expect(await terminal.ended).toBe(0)
  kernel.shutdown()
})
