import {
  CLONE_NEWNS,
  EINVAL,
  EROFS,
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  type Process,
  type Sys,
} from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, inTask, makeFolders, type TestKernel } from '../testing/index.ts'

let kernel: TestKernel
let sys: Sys
beforeEach(async () => {
  kernel = await bootTestKernel([])
  sys = kernel.sys
  for (const path of ['/a', '/b', '/c']) makeFolders(sys, path)
  sys.mount('tmpfs', '/a', 'tmpfs', 0)
  for (const name of ['x', 'y']) sys.mkdir(`/a/${name}`)
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Whether something is mounted there, as the caller sees it. */
const isMounted = (by: Sys, path: string): boolean => by.stat(path).dev !== by.stat(`${path}/..`).dev
const tmpfs = (by: Sys, path: string): void => by.mount('tmpfs', path, 'tmpfs', 0)
/** Runs with a mount namespace of its own. */
const elsewhere = (entry: (process: Process) => void) =>
  inTask(
    kernel,
    (process) => {
      entry(process)
      return 0
    },
    { flags: CLONE_NEWNS },
  )

/** The optional fields of the mount at a path. */
async function fields(path: string): Promise<string> {
  const fd = sys.open('/proc/self/mountinfo', 0)
  const rows = new TextDecoder().decode(await sys.read(fd, 65536)).split('\n')
  sys.close(fd)
  const words = rows.findLast((row) => row.split(' ')[4] === path)?.split(' ') ?? []
  return words.slice(6, words.indexOf('-')).join(' ')
}

describe('a shared mount', () => {
  test('has below it what its peers get, and loses it with them', async () => {
    sys.mount('', '/a', '', MS_SHARED)
    sys.mount('/a', '/b', '', MS_BIND)
    tmpfs(sys, '/b/x')
    expect(isMounted(sys, '/a/x')).toBe(true)
    expect([await fields('/a'), await fields('/b')]).toEqual(['shared:1', 'shared:1'])
    expect(await fields('/a/x')).toBe(await fields('/b/x'))
    sys.umount('/a/x')
    expect(isMounted(sys, '/b/x')).toBe(false)
  })

  test('reaches other namespaces, and they it', async () => {
    sys.mount('', '/a', '', MS_SHARED)
    const seen: boolean[] = []
    await elsewhere(({ sys: theirs }) => {
      tmpfs(theirs, '/a/x')
      tmpfs(sys, '/a/y')
      seen.push(isMounted(theirs, '/a/y'))
    })
    expect(seen).toEqual([true])
    expect(isMounted(sys, '/a/x')).toBe(true)
  })

  test('hands on what is bound below it with all that is there', () => {
    sys.mount('', '/a', '', MS_SHARED)
    sys.mount('/a', '/b', '', MS_BIND)
    tmpfs(sys, '/c')
    sys.mkdir('/c/deep')
    tmpfs(sys, '/c/deep')
    sys.mount('/c', '/a/x', '', MS_BIND | MS_REC)
    expect(isMounted(sys, '/b/x/deep')).toBe(true)
  })
})

describe('a slave', () => {
  test('gets mounts from its master and gives none back', async () => {
    sys.mount('', '/a', '', MS_SHARED)
    sys.mount('/a', '/b', '', MS_BIND)
    sys.mount('', '/b', '', MS_SLAVE)
    expect(await fields('/b')).toBe('master:1')
    tmpfs(sys, '/a/x')
    tmpfs(sys, '/b/y')
    expect([isMounted(sys, '/b/x'), isMounted(sys, '/a/y')]).toEqual([true, false])
    expect(await fields('/b/x')).toMatch(/^master:\d+$/)
  })

  test('can share what it gets with peers of its own', async () => {
    sys.mount('', '/a', '', MS_SHARED)
    sys.mount('/a', '/b', '', MS_BIND)
    sys.mount('', '/b', '', MS_SLAVE)
    sys.mount('', '/b', '', MS_SHARED)
    sys.mount('/b', '/c', '', MS_BIND)
    expect(await fields('/c')).toBe('shared:2 master:1')
    tmpfs(sys, '/a/x')
    tmpfs(sys, '/c/y')
    expect([isMounted(sys, '/b/x'), isMounted(sys, '/c/x')]).toEqual([true, true])
    expect([isMounted(sys, '/b/y'), isMounted(sys, '/a/y')]).toEqual([true, false])
  })
})

test('a private mount keeps to itself, everywhere', async () => {
  sys.mount('/a', '/b', '', MS_BIND)
  tmpfs(sys, '/a/x')
  expect(isMounted(sys, '/b/x')).toBe(false)
  await elsewhere(({ sys: theirs }) => tmpfs(theirs, '/a/y'))
  expect(isMounted(sys, '/a/y')).toBe(false)
  sys.mount('', '/a', '', MS_SHARED)
  sys.mount('', '/a', '', MS_PRIVATE)
  expect(await fields('/a')).toBe('')
})

test('recursive changes go down the tree; one change at a time, and only of mount points', async () => {
  tmpfs(sys, '/a/x')
  sys.mount('', '/', '', MS_SHARED | MS_REC)
  expect(await fields('/a/x')).toMatch(/^shared:\d+$/)
  expect(() => sys.mount('', '/a/y', '', MS_SHARED)).toThrow(EINVAL)
  expect(() => sys.mount('', '/a', '', MS_SHARED | MS_PRIVATE)).toThrow(EINVAL)
})

test('nothing binds what is unbindable', async () => {
  sys.mount('', '/a', '', MS_UNBINDABLE)
  expect(await fields('/a')).toBe('unbindable')
  expect(() => sys.mount('/a', '/b', '', MS_BIND)).toThrow(EINVAL)
})

test('a file system that all share is read-only only where it was mounted so', async () => {
  sys.mount('cgroup', '/b', 'cgroup2', MS_RDONLY)
  sys.mount('cgroup', '/c', 'cgroup2', 0)
  expect(() => sys.mkdir('/b/group')).toThrow(EROFS)
  sys.mkdir('/c/group')
  expect(sys.stat('/b/group').ino).toBe(sys.stat('/c/group').ino)
  sys.rmdir('/c/group')
})
