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
const run = async (line: string) => {
  const { stdout, stderr, status } = await kernel.run(line.split(' '))
  return `${stdout}${stderr}${status}`
}

test('mount changes how mounts propagate, findmnt tells', async () => {
  await run('mkdir -p /mnt/s /mnt/copy')
  expect(await run('mount -t tmpfs tmpfs /mnt/s')).toBe('0')
  expect(await run('findmnt -n -o TARGET,PROPAGATION /mnt/s')).toBe('/mnt/s private\n0')
  expect(await run('mount --make-rshared /mnt/s')).toBe('0')
  expect(await run('findmnt -n -o PROPAGATION /mnt/s')).toBe('shared\n0')
  expect(await run('mount --bind /mnt/s /mnt/copy')).toBe('0')
  expect(await run('mount --make-slave /mnt/copy')).toBe('0')
  expect(await run('findmnt -n -o PROPAGATION /mnt/copy')).toBe('private,slave\n0')
  await run('mkdir /mnt/s/below')
  await run('mount -t tmpfs tmpfs /mnt/s/below')
  expect(await run('mountpoint /mnt/copy/below')).toBe('/mnt/copy/below is a mountpoint\n0')
  expect(await run('mount --make-shared /mnt/s/none')).toBe('mount: /mnt/s/none: No such file or directory.\n32')
  await run('mkdir /mnt/plain')
  expect(await run('mount --make-shared /mnt/plain')).toBe('mount: /mnt/plain: not mount point or bad option.\n32')
})
