import {
  CAP_CHOWN,
  encodeFileCapabilities,
  EAGAIN,
  EDEADLK,
  EEXIST,
  EINVAL,
  ENODATA,
  ENXIO,
  EOPNOTSUPP,
  EPERM,
  type Errno,
  ETXTBSY,
  exitStatus,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  hasCapability,
  isErrno,
  type MaybePromise,
  O_CREAT,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  type Program,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  S_IFIFO,
  SEEK_DATA,
  SEEK_HOLE,
  type Sys,
  XATTR_CAPABILITY,
  XATTR_CREATE,
} from '@drydock/abi'
import { beforeAll, describe, expect, it } from 'vitest'
import { bootTestKernel, inTask, type TestKernel } from './testing/index.ts'
import { readText } from './testing/read-text.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function errorOf(act: () => unknown): Promise<Errno | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

const sleeper: Program = {
  name: 'test/sleeper',
  paths: ['/bin/sleeper'],
  covers: 'full',
  summary: 'sleeps',
  main: async ({ sys }) => (await sys.sleep(1e6), 0),
}
/** Ends with 0 where it may chown. */
const chowner: Program = {
  name: 'test/chowner',
  paths: ['/bin/chowner'],
  covers: 'full',
  summary: 'says what it may do',
  main: ({ sys }) => (hasCapability(sys.capget().effective, CAP_CHOWN) ? 0 : 1),
}

describe('calls on files', () => {
  let kernel: TestKernel
  const run = async (body: (sys: Sys) => MaybePromise<number | void>, uid = 0): Promise<number> =>
    exitStatus(
      await inTask(kernel, async ({ sys }) => {
        if (uid) sys.setuid(uid)
        return (await body(sys)) ?? 0
      }),
    )
  beforeAll(async () => {
    kernel = await bootTestKernel([sleeper, chowner])
    kernel.sys.chmod('/tmp', 0o1777)
    kernel.sys.chdir('/tmp')
  })

  it('waits for the other side of a FIFO, and for nobody with O_NONBLOCK', async () => {
    const { sys } = kernel
    sys.mknod('p', S_IFIFO | 0o666)
    expect(await errorOf(() => sys.open('p', O_WRONLY | O_NONBLOCK))).toBe(ENXIO)
    const order: string[] = []
    const writer = sys.fork(async (process) => {
      const fd = await process.sys.openWaiting('/tmp/p', O_WRONLY)
      order.push('writer')
      await process.sys.write(fd, bytes('x'))
      return 0
    })
    await sys.sleep(5)
    order.push('reader')
    const fd = await sys.openWaiting('p', O_RDONLY)
    expect(new TextDecoder().decode(await sys.read(fd, 9))).toBe('x')
    sys.close(fd)
    await sys.wait(writer)
    expect(order).toEqual(['reader', 'writer'])
  })

  it('sees a visitor of a FIFO that is gone again', async () => {
    const { sys } = kernel
    const visitor = sys.fork(async (process) => {
      process.sys.close(await process.sys.openWaiting('/tmp/p', O_WRONLY))
      return 0
    })
    await sys.sleep(5)
    const fd = await sys.openWaiting('p', O_RDONLY)
    expect(await sys.read(fd, 1)).toHaveLength(0)
    sys.close(fd)
    await sys.wait(visitor)
  })

  it('forgets who was killed while opening a FIFO', async () => {
    const { sys } = kernel
    const waiting = sys.fork(async (process) => (await process.sys.openWaiting('/tmp/p', O_RDONLY), 0))
    await sys.sleep(5)
    sys.kill(waiting, 9)
    await sys.wait(waiting)
    expect(await errorOf(() => sys.open('p', O_WRONLY | O_NONBLOCK))).toBe(ENXIO)
  })

  it('writes to no program that runs', async () => {
    const { sys } = kernel
    const pid = await sys.spawn('/bin/sleeper', { argv: ['sleeper'] })
    expect(await errorOf(() => sys.open('/bin/sleeper', O_WRONLY))).toBe(ETXTBSY)
    sys.close(sys.open('/bin/sleeper', O_RDONLY))
    sys.kill(pid, 9)
    await sys.wait(pid)
    sys.close(sys.open('/bin/sleeper', O_WRONLY))
  })

  it('renames without replacing, and exchanges', async () => {
    const { sys } = kernel
    sys.close(sys.open('a', O_CREAT | O_WRONLY))
    sys.mkdir('b')
    expect(await errorOf(() => sys.rename('a', 'b', RENAME_NOREPLACE))).toBe(EEXIST)
    expect(await errorOf(() => sys.rename('a', 'b', RENAME_NOREPLACE | RENAME_EXCHANGE))).toBe(EINVAL)
    const [file, folder] = [sys.stat('a').ino, sys.stat('b').ino]
    sys.mkdir('c')
    const links = sys.stat('.').nlink
    sys.rename('a', 'b', RENAME_EXCHANGE)
    expect([sys.stat('a').ino, sys.stat('b').ino, sys.stat('.').nlink]).toEqual([folder, file, links])
    sys.rename('b', 'c', RENAME_EXCHANGE)
    expect(sys.stat('c').ino).toBe(file)
    expect(await errorOf(() => sys.rename('a', 'a/x', RENAME_EXCHANGE))).toBeDefined()
    sys.rename('c', 'd', RENAME_NOREPLACE)
    expect(sys.stat('d').ino).toBe(file)
  })

  it('finds data and holes, makes room and holes', async () => {
    const { sys } = kernel
    const fd = sys.open('sparse', O_CREAT | O_RDWR)
    sys.ftruncate(fd, 2 ** 20)
    sys.pwrite(fd, bytes('x'), 300_000)
    const data = sys.lseek(fd, 0, SEEK_DATA)
    expect(data).toBeLessThanOrEqual(300_000)
    expect(data).toBeGreaterThan(0)
    expect(sys.lseek(fd, 0, SEEK_HOLE)).toBe(0)
    expect(sys.lseek(fd, 300_000, SEEK_HOLE)).toBeLessThan(2 ** 20)
    expect(await errorOf(() => sys.lseek(fd, 2 ** 19 + 1, SEEK_DATA))).toBe(ENXIO)
    sys.fallocate(fd, 0, 0, 2 ** 21)
    expect([sys.fstat(fd).size, sys.fstat(fd).blocks]).toEqual([2 ** 21, 4096])
    sys.fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2 ** 20)
    expect([sys.fstat(fd).size, sys.fstat(fd).blocks]).toEqual([2 ** 21, 2048])
    expect(sys.pread(fd, 1, 300_000)).toEqual(Uint8Array.of(0))
    expect(await errorOf(() => sys.fallocate(fd, 0, 0, 0))).toBe(EINVAL)
  })

  it('keeps extended attributes, by the rules of their namespaces', async () => {
    const { sys } = kernel
    sys.close(sys.open('x', O_CREAT | O_WRONLY, 0o666))
    sys.symlink('x', 'l')
    sys.setxattr('x', 'user.a', bytes('1'))
    expect(sys.getxattr('l', 'user.a')).toEqual(bytes('1'))
    expect(await errorOf(() => sys.setxattr('x', 'user.a', bytes('2'), { flags: XATTR_CREATE }))).toBe(EEXIST)
    expect(await errorOf(() => sys.getxattr('x', 'user.b'))).toBe(ENODATA)
    expect(await errorOf(() => sys.setxattr('l', 'user.a', bytes('2'), { follow: false }))).toBe(EPERM)
    expect(await errorOf(() => sys.setxattr('x', 'foo', bytes('2')))).toBe(EOPNOTSUPP)
    expect(await errorOf(() => sys.setxattr('/proc/1/status', 'user.a', bytes('2')))).toBe(EOPNOTSUPP)
    sys.setxattr('x', 'trusted.t', bytes('2'))
    expect(sys.listxattr('x')).toEqual(['user.a', 'trusted.t'])
    const asUser = await run(async (mine) => {
      if (mine.listxattr('/tmp/x').join() !== 'user.a') return 1
      return (await errorOf(() => mine.setxattr('/tmp/x', XATTR_CAPABILITY, bytes('')))) === EPERM ? 0 : 2
    }, 1000)
    expect(asUser).toBe(0)
    sys.removexattr('x', 'user.a')
    expect(await errorOf(() => sys.removexattr('x', 'user.a'))).toBe(ENODATA)
  })

  it('gives a program what its file may do', async () => {
    const { sys } = kernel
    const asUser = async (): Promise<number> => {
      const pid = await sys.spawn('/bin/chowner', { argv: ['chowner'], uid: 1000 })
      const ended = await sys.wait(pid)
      return ended ? exitStatus(ended.status) : -1
    }
    expect(await asUser()).toBe(1)
    sys.setxattr(
      '/bin/chowner',
      XATTR_CAPABILITY,
      encodeFileCapabilities({ permitted: 1, inheritable: 0, effective: true }),
    )
    expect(await asUser()).toBe(0)
  })

  it('locks parts of files for processes', async () => {
    const { sys } = kernel
    const fd = sys.open('locked', O_CREAT | O_RDWR)
    await sys.lockRecord(fd, { type: 'write', start: 0, length: 10 })
    await sys.lockRecord(fd, { type: 'write', start: 10, length: 10 })
    expect(await readText(sys, '/proc/locks')).toMatch(/^1: POSIX {2}ADVISORY {2}WRITE 1 08:01:\d+ 0 19\n$/)
    const other = await run(async (mine) => {
      const own = mine.open('/tmp/locked', O_RDWR)
      const held = mine.testRecord(own, { type: 'read', start: 5, length: 0 })
      if (held?.pid !== 1 || held.type !== 'write' || held.length !== 20) return 1
      if ((await errorOf(() => mine.lockRecord(own, { type: 'read', start: 19, length: 1 }))) !== EAGAIN) return 2
      await mine.lockRecord(own, { type: 'write', start: 20, length: 0 })
      return 0
    })
    expect(other).toBe(0)
    // It is gone, and what it held with it.
    await sys.lockRecord(fd, { type: 'write', start: 20, length: 0 })
    await sys.lockRecord(fd, { start: 5, length: 5 })
    expect((await readText(sys, '/proc/locks')).split('\n')).toHaveLength(3)
    sys.close(sys.open('locked', O_RDONLY))
    expect(await readText(sys, '/proc/locks')).toBe('')
  })

  it('waits for a lock, and sees who would wait for ever', async () => {
    const { sys } = kernel
    const [first, second] = [
      { type: 'write', start: 0, length: 1 },
      { type: 'write', start: 1, length: 1 },
    ] as const
    const fd = sys.open('locked', O_RDWR)
    await sys.lockRecord(fd, first)
    const child = sys.fork(async (process) => {
      const own = process.sys.open('/tmp/locked', O_RDWR)
      await process.sys.lockRecord(own, second)
      await process.sys.lockRecord(own, first, true)
      return 7
    })
    await sys.sleep(5)
    expect(await errorOf(() => sys.lockRecord(fd, second, true))).toBe(EDEADLK)
    await sys.lockRecord(fd, { start: 0, length: 1 })
    expect((await sys.wait(child))?.status).toEqual({ kind: 'exited', code: 7 })
  })
})
