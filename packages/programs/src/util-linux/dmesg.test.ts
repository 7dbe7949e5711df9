import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  await kernel.run(['tee', '/tmp/log'], { stdin: LOG })
})
afterAll(() => kernel.shutdown())

const LOG = `<6>[    0.004245] Linux version 6.8
<4>[    1.006013] warn: something
<3>[   12.500000] usb 1-1: device not accepting
<30>[   13.000001] systemd[1]: Started x
`

/** Answers are those of util-linux 2.38 for the same file. */
test.each([
  ['-l err', '[   12.500000] usb 1-1: device not accepting\n'],
  ['-f daemon -t', 'systemd[1]: Started x\n'],
  ['-u -r', '<30>[   13.000001] systemd[1]: Started x\n'],
  ['-x -l warn', 'kern  :warn  : [    1.006013] warn: something\n'],
  [
    '-d -k',
    '[    0.004245 <    0.000000>] Linux version 6.8\n[    1.006013 <    1.001768>] warn: something\n[   12.500000 <   11.493987>] usb 1-1: device not accepting\n',
  ],
  ['--time-format delta -l warn', '[<    0.000000>] warn: something\n'],
  [
    '-J -l err',
    '{\n   "dmesg": [\n      {\n         "pri": 3,\n         "time":    12.500000,\n         "msg": "usb 1-1: device not accepting"\n      }\n   ]\n}\n',
  ],
  [
    '--color=always -l err',
    '\x1b[32m[   12.500000] \x1b[0m\x1b[33musb 1-1: \x1b[0m\x1b[31mdevice not accepting\x1b[0m\n',
  ],
  ['-l loud', "dmesg: unknown level 'loud'\n"],
])('dmesg %s', async (words, answer) => {
  const { stdout, stderr } = await kernel.run(['dmesg', '-F', '/tmp/log', ...words.split(' ')])
  expect(stdout + stderr).toBe(answer)
})

test('the kernel gives each line its level, and forgets what is cleared', async () => {
  expect((await kernel.run(['dmesg', '-x'])).stdout).toMatch(/^kern {2}:notice: \[ +\d+\.\d{6}\] Linux version/)
  await kernel.run(['tee', '/dev/kmsg'], { stdin: '<3>hello' })
  expect((await kernel.run(['dmesg', '-l', 'err', '-f', 'user', '-t'])).stdout).toBe('hello\n')
  expect((await kernel.run(['dmesg', '-c', '-t'])).stdout).toContain('hello')
  expect((await kernel.run(['dmesg'])).stdout).toBe('')
})

test('lsns chooses columns, and shows who is in a namespace', async () => {
  const run = async (line: string) => (await kernel.run(line.split(' '))).stdout
  expect(await run('lsns -t uts -o NS,TYPE,PATH')).toMatch(/^ {8}NS TYPE PATH\n\d+ uts {2}\/proc\/1\/ns\/uts\n$/)
  expect(JSON.parse(await run('lsns -t uts -J -o NS,TYPE,PID'))).toEqual({
    namespaces: [{ ns: expect.any(Number), type: 'uts', pid: 1 }],
  })
  const [, id = ''] = (await run('lsns -t uts -n -o NS')).match(/(\d+)/) ?? []
  expect(await run(`lsns ${id}`)).toMatch(/^PID PPID USER COMMAND\n +1 +0 /)
  expect((await kernel.run(['lsns', '-t', 'foo'])).stderr).toBe('lsns: unknown namespace type: foo\n')
})
