import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { netPrograms } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(netPrograms.filter(({ name }) => !name.startsWith('busybox/')))
  await kernel.run(['ip', 'link', 'set', 'lo', 'up'], {
    files: { '/etc/hosts': '127.0.0.1 localhost\n', '/run/.keep': '' },
  })
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const socat = (one: string, other: string, stdin = '') => kernel.run(['socat', one, other], { stdin })

it('brings bytes from TCP to a unix socket and back', async () => {
  const echo = kernel.run(['socat', 'UNIX-LISTEN:/run/x.sock', 'EXEC:socat - -'])
  const relay = kernel.run(['socat', 'tcp-listen:2375,fork,reuseaddr', 'unix-connect:/run/x.sock'])
  await kernel.run(['ping', '-c', '2', '127.0.0.1'])
  expect((await socat('-', 'TCP:localhost:2375', 'hello\n')).stdout).toBe('hello\n')
  await echo
  for (const { pid, argv } of kernel.sys.processes()) if (argv[0] === 'socat') kernel.sys.kill(pid, 15)
  await relay
})

it.each<[string, string, RegExp]>([
  ['-', 'TCP:127.0.0.1:1', / E connect\(5, AF=2 127\.0\.0\.1:1, 16\): Connection refused\n$/],
  ['FOO:1', '-', / E unknown device\/address "FOO"\n$/],
  ['-', 'UNIX:/run/none', / E connect\(5, AF=1 "\/run\/none", 12\): No such file or directory\n$/],
])('says why it cannot join %s and %s', async (one, other, words) => {
  const { stderr, status } = await socat(one, other)
  expect(stderr).toMatch(words)
  expect(status).toBe(1)
})
