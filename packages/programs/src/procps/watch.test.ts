import { bootTestKernel } from '@drydock/kernel/testing'
import { shellPrograms } from '@drydock/shell'
import { expect, it } from 'vitest'
import { Screen } from '../testing/screen.ts'
import { watch } from './watch.ts'

/** `sh`, which the test's root has not. */
const sh = shellPrograms
  .filter(({ paths }) => paths.includes('/bin/dash'))
  .map((row) => ({ ...row, paths: ['/bin/sh'] }))
const boot = () => bootTestKernel([...shellPrograms, ...sh, watch])
const files = { '/root/n': '0\n' }

/** Says a number more each time. */
const COUNT = 'read n <n; n=$((n + 1)); echo $n >n; echo time $n'

it('runs on the whole screen and marks what changed', async () => {
  const kernel = await boot()
  const terminal = await kernel.openTerminal(['watch', '-n', '0.5', '-d', COUNT], { files })
  const screen = new Screen(terminal)
  const rows = await screen.sees('time 3')
  expect(rows[0]).toMatch(/^Every 0\.5s: read n .*\.\.\. test: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/)
  expect(rows[1]).toBe('')
  expect(terminal.output()).toContain('time \x1b[7m2\x1b[0m')
  expect(terminal.output()).not.toContain('\x1b[7mtime')
  await terminal.type('\x03')
  expect(await terminal.ended).toBe(130)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

it('ends by -g when the output changes and by -e when the command fails', async () => {
  const kernel = await boot()
  expect((await kernel.run(['watch', '-g', '-t', COUNT], { files })).status).toBe(0)
  expect((await kernel.run(['watch', '-e', '-t', 'echo no; false'])).status).toBe(8)
  expect(await kernel.run(['watch', '-n', 'x', 'ls'])).toMatchObject({
    stderr: "watch: failed to parse argument: 'x': Invalid argument\n",
    status: 1,
  })
  kernel.shutdown()
})

it('shows colours only with -c', async () => {
  const kernel = await boot()
  const red = String.raw`printf '\033[31mred\033[0m\n'; false`
  expect((await kernel.run(['watch', '-e', '-t', red])).stdout).toBe('\x1b[Hred\x1b[K\x1b[J')
  expect((await kernel.run(['watch', '-e', '-t', '-c', red])).stdout).toBe('\x1b[H\x1b[31mred\x1b[0m\x1b[K\x1b[J')
  kernel.shutdown()
})
