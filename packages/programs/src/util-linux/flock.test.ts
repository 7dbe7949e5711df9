import { EAGAIN, LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, SIGKILL } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
const run = (...argv: string[]) => kernel.run(argv)

test('a lock is held while the command runs, and others wait', async () => {
  const { sys } = kernel
  const start = sys.clock.monotonic()
  const first = run('flock', '/tmp/lock', 'sleep', '2')
  await sys.sleep(10)
  expect((await run('flock', '-n', '/tmp/lock', 'true')).status).toBe(1)
  expect((await run('flock', '-n', '-E', '9', '/tmp/lock', 'true')).status).toBe(9)
  expect((await run('flock', '-w', '0.5', '/tmp/lock', 'true')).status).toBe(1)
  expect(await run('flock', '/tmp/lock', 'echo', 'mine')).toMatchObject({ stdout: 'mine\n', status: 0 })
  expect(sys.clock.monotonic() - start).toBeGreaterThanOrEqual(2000)
  await first
})

test('readers share it, a writer waits for them', async () => {
  const reading = run('flock', '-s', '/tmp/shared', 'sleep', '2')
  await kernel.sys.sleep(10)
  expect((await run('flock', '-sn', '/tmp/shared', 'true')).status).toBe(0)
  expect((await run('flock', '-xn', '/tmp/shared', 'true')).status).toBe(1)
  await reading
  expect((await run('flock', '-xn', '/tmp/shared', 'true')).status).toBe(0)
})

test('the status is the command’s; what is wrong has its own', async () => {
  expect((await run('flock', '/tmp/l', 'false')).status).toBe(1)
  expect(await run('flock', '/none/l', 'true')).toMatchObject({
    stderr: 'flock: cannot open lock file /none/l: No such file or directory\n',
    status: 66,
  })
  expect((await run('flock', '77')).stderr).toBe('flock: 77: Bad file descriptor\n')
})

test('locks belong to open file descriptions and end with them, however that comes', async () => {
  const { sys } = kernel
  const one = sys.open('/tmp/own', 0o102)
  const two = sys.open('/tmp/own', 0o2)
  await sys.flock(one, LOCK_EX)
  expect(() => sys.flock(two, LOCK_SH | LOCK_NB)).toThrow(EAGAIN)
  const copy = sys.dup(one)
  await sys.flock(copy, LOCK_SH)
  await sys.flock(two, LOCK_SH | LOCK_NB)
  expect(() => sys.flock(one, LOCK_EX | LOCK_NB)).toThrow(EAGAIN)
  await sys.flock(two, LOCK_UN)
  await sys.flock(one, LOCK_EX | LOCK_NB)
  sys.close(one)
  expect(() => sys.flock(two, LOCK_SH | LOCK_NB)).toThrow(EAGAIN)
  sys.close(copy)
  await sys.flock(two, LOCK_SH | LOCK_NB)
  sys.close(two)
  const holder = sys.fork(
    async ({ sys }) => {
      await sys.flock(sys.open('/tmp/own', 0), LOCK_EX)
      await sys.sleep(1e6)
      return 0
    },
    { fds: new Map() },
  )
  await sys.sleep(5)
  const waiting = run('flock', '/tmp/own', 'echo', 'next')
  await sys.sleep(5)
  sys.kill(holder, SIGKILL)
  await sys.wait(holder)
  expect((await waiting).stdout).toBe('next\n')
})

test('fallocate makes files as long as asked for', async () => {
  expect((await run('fallocate', '-l', '1M', '-v', '/tmp/big')).stdout).toBe('/tmp/big: 1048576 bytes allocated.\n')
  expect(kernel.sys.stat('/tmp/big').size).toBe(1048576)
  await run('fallocate', '-n', '-l', '2MB', '/tmp/big')
  expect(kernel.sys.stat('/tmp/big').size).toBe(1048576)
  await kernel.run(['tee', '/tmp/text'], { stdin: 'abcdef' })
  await run('fallocate', '-p', '-o', '2', '-l', '2', '/tmp/text')
  expect((await run('od', '-An', '-c', '/tmp/text')).stdout.replaceAll(/ +/g, ' ')).toBe(' a b \\0 \\0 e f\n')
  expect((await run('fallocate', '/tmp/big')).stderr).toBe('fallocate: no length argument specified\n')
})
