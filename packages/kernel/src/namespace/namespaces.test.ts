import {
  ALL_CAPABILITIES,
  AF_UNIX,
  capabilityMask,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  EADDRINUSE,
  ECONNREFUSED,
  EINVAL,
  EPERM,
  isErrno,
  MS_BIND,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  SOCK_STREAM,
  type Sys,
  unix,
} from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, inTask, type TestKernel } from '../testing/index.ts'

let kernel: TestKernel
let sys: Sys
beforeEach(async () => {
  kernel = await bootTestKernel([])
  sys = kernel.sys
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const failure = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
  return undefined
}
const put = (at: Sys, path: string, text: string): void => {
  const fd = at.open(path, O_WRONLY)
  try {
    void at.write(fd, new TextEncoder().encode(text))
  } finally {
    at.close(fd)
  }
}
async function show(at: Sys, path: string): Promise<string> {
  const fd = at.open(path, O_RDONLY)
  const text = new TextDecoder().decode(await at.read(fd, 65536))
  at.close(fd)
  return text
}

/** Runs a function as a child; what it throws is what the test throws. */
async function child(entry: (at: Sys) => unknown, flags = 0): Promise<void> {
  let thrown: unknown
  await inTask(
    kernel,
    async ({ sys: at }) => {
      try {
        await entry(at)
      } catch (error) {
        thrown = error
      }
      return 0
    },
    { flags },
  )
  if (thrown) throw thrown
}

describe('capabilities', () => {
  test('root without them is refused what they are for', () =>
    child((at) => {
      at.capset({ effective: 0, permitted: 0 })
      expect(failure(() => at.mount('tmpfs', '/mnt', 'tmpfs', 0))).toBe(EPERM)
      expect(failure(() => at.sethostname('x'))).toBe(EPERM)
      expect(failure(() => at.unshare(CLONE_NEWNET))).toBe(EPERM)
      expect(failure(() => at.netlink({ op: 'link-add', name: 'd0', kind: 'dummy' }))).toBe(EPERM)
      expect(failure(() => at.mknod('/d', 0o20666, 259))).toBe(EPERM)
      expect(failure(() => at.setuid(5))).toBe(EPERM)
    }))

  test('the bounding set only shrinks, and what is permitted does not come back', () =>
    child((at) => {
      at.capset({ bounding: capabilityMask(['KILL']) })
      expect(at.capget().bounding).toBe(capabilityMask(['KILL']))
      expect(failure(() => at.capset({ permitted: ALL_CAPABILITIES }))).toBe(EPERM)
    }))

  test('whoever gives root up gives them up', () =>
    child(async (at) => {
      at.setuid(1000)
      expect(at.capget()).toMatchObject({ effective: 0, permitted: 0 })
      expect(await show(at, '/proc/self/status')).toMatch(
        /Uid:\t1000\t1000\t1000\t1000\n[^]*CapEff:\t0000000000000000\n/,
      )
    }))
})

describe('user namespaces', () => {
  test('a user is root in his own, and nowhere else', () =>
    child(async (at) => {
      at.setgid(1000)
      at.setuid(1000)
      expect(failure(() => at.unshare(CLONE_NEWUTS))).toBe(EPERM)
      at.unshare(CLONE_NEWUSER)
      expect([at.getuid(), at.getgid()]).toEqual([65534, 65534])
      put(at, '/proc/self/setgroups', 'deny')
      expect(failure(() => put(at, '/proc/self/uid_map', '0 0 1'))).toBe(EPERM)
      expect(failure(() => put(at, '/proc/self/uid_map', 'x'))).toBe(EINVAL)
      put(at, '/proc/self/uid_map', '0 1000 1\n')
      put(at, '/proc/self/gid_map', '0 1000 1\n')
      expect([at.getuid(), at.geteuid(), at.getgid()]).toEqual([0, 0, 0])
      expect(await show(at, '/proc/self/uid_map')).toBe('         0       1000          1\n')
      expect(at.stat('/').uid).toBe(65534)
      expect(failure(() => at.sethostname('host'))).toBe(EPERM)
      at.unshare(CLONE_NEWUTS | CLONE_NEWNS)
      at.sethostname('mine')
      at.mount('tmpfs', '/mnt', 'tmpfs', 0)
      expect(failure(() => at.chown('/', 0, 0))).toBe(EPERM)
    }))
})

describe('namespaces kept in files', () => {
  test('are joined again by a descriptor', async () => {
    sys.close(sys.open('/uts', O_WRONLY | O_CREAT))
    await child((at) => {
      at.sethostname('kept')
      at.mount('/proc/self/ns/uts', '/uts', '', MS_BIND)
    }, CLONE_NEWUTS)
    await child((at) => {
      expect(at.uname().nodename).not.toBe('kept')
      at.setnsFd(at.open('/uts', O_RDONLY), CLONE_NEWUTS)
      expect(at.uname().nodename).toBe('kept')
      expect(failure(() => at.setnsFd(at.open('/uts', O_RDONLY), CLONE_NEWNET))).toBe(EINVAL)
    })
  })

  test('a network lives on as long as its file is mounted', async () => {
    sys.close(sys.open('/net', O_WRONLY | O_CREAT))
    await child((at) => {
      at.netlink({ op: 'link-add', name: 'd0', kind: 'dummy' })
      at.mount('/proc/self/ns/net', '/net', '', MS_BIND)
    }, CLONE_NEWNET)
    const names = (at: Sys): string[] => at.netlink({ op: 'link-list' }).map(({ name }) => name)
    await child((at) => {
      at.setnsFd(at.open('/net', O_RDONLY))
      expect(names(at)).toEqual(['lo', 'd0'])
    })
    expect(names(sys)).not.toContain('d0')
  })
})

test('abstract names of unix sockets belong to a network and go with their socket', async () => {
  const name = unix('\0drydock')
  const server = sys.socket(AF_UNIX, SOCK_STREAM)
  sys.bind(server, name)
  sys.listen(server)
  expect(failure(() => sys.bind(sys.socket(AF_UNIX, SOCK_STREAM), name))).toBe(EADDRINUSE)
  await sys.connect(sys.socket(AF_UNIX, SOCK_STREAM), name)
  expect(await show(sys, '/proc/net/unix')).toMatch(/ 00010000 0001 01 +\d+ @drydock\n/)
  await child((at) => {
    expect(failure(() => at.connect(at.socket(AF_UNIX, SOCK_STREAM), name))).toBe(ECONNREFUSED)
  }, CLONE_NEWNET)
  sys.close(server)
  expect(failure(() => sys.connect(sys.socket(AF_UNIX, SOCK_STREAM), name))).toBe(ECONNREFUSED)
})
