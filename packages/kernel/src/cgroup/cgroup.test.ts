import {
  EAGAIN,
  EBUSY,
  EINVAL,
  ENOENT,
  ENOMEM,
  ERANGE,
  isErrno,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  SIGKILL,
  SIGXCPU,
  SIGXFSZ,
  type Sys,
} from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, inTask, type TestKernel } from '../testing/index.ts'

const MIB = 2 ** 20
const ROOT = '/sys/fs/cgroup'
const encoder = new TextEncoder()

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

function put(file: string, value: string): void {
  const fd = sys.open(`${ROOT}${file}`, O_WRONLY)
  try {
    const written = sys.write(fd, encoder.encode(value))
    if (written instanceof Promise) throw new Error('a control file made its writer wait')
  } finally {
    sys.close(fd)
  }
}
async function show(file: string): Promise<string> {
  const fd = sys.open(`${ROOT}${file}`, O_RDONLY)
  const bytes = await sys.read(fd, 65536)
  sys.close(fd)
  return new TextDecoder().decode(bytes)
}
const failure = (action: () => unknown): unknown => {
  try {
    action()
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
  return undefined
}
const names = (path: string): string[] => sys.readdir(ROOT + path).map(({ name }) => name)

describe('controllers', () => {
  test('a group has what the group above hands down', async () => {
    sys.mkdir(`${ROOT}/a`)
    sys.mkdir(`${ROOT}/a/b`)
    expect(names('/a')).toContain('memory.max')
    expect(names('/a/b')).not.toContain('memory.max')
    expect(await show('/a/b/cgroup.controllers')).toBe('\n')
    put('/a/cgroup.subtree_control', '+memory +pids')
    expect(names('/a/b')).toEqual(expect.arrayContaining(['memory.max', 'pids.max']))
    expect(await show('/a/b/cgroup.controllers')).toBe('memory pids\n')
    put('/a/cgroup.subtree_control', '-memory')
    expect(names('/a/b')).not.toContain('memory.max')
  })

  test.each([
    ['+gravity', EINVAL],
    ['memory', EINVAL],
    ['+hugetlb', ENOENT],
  ])('cgroup.subtree_control refuses %s', (text, errno) => {
    sys.mkdir(`${ROOT}/a`)
    expect(failure(() => put('/a/cgroup.subtree_control', text))).toBe(errno)
  })

  test('members and controllers below do not go together', () => {
    sys.mkdir(`${ROOT}/a`)
    sys.mkdir(`${ROOT}/a/b`)
    const pid = sys.fork(({ sys }) => sys.pause(), { cgroup: '/a' })
    expect(failure(() => put('/a/cgroup.subtree_control', '+memory'))).toBe(EBUSY)
    put('/a/b/cgroup.procs', String(pid))
    put('/a/cgroup.subtree_control', '+memory')
    expect(failure(() => put('/a/cgroup.procs', String(pid)))).toBe(EBUSY)
    expect(failure(() => sys.rmdir(`${ROOT}/a/b`))).toBe(EBUSY)
    expect(failure(() => sys.rmdir(`${ROOT}/a`))).toBe(EBUSY)
  })

  test('depth and number of groups below are limited', () => {
    sys.mkdir(`${ROOT}/a`)
    put('/a/cgroup.max.depth', '1')
    sys.mkdir(`${ROOT}/a/b`)
    expect(failure(() => sys.mkdir(`${ROOT}/a/b/c`))).toBe(EAGAIN)
    put('/a/cgroup.max.descendants', '1')
    expect(failure(() => sys.mkdir(`${ROOT}/a/d`))).toBe(EAGAIN)
  })
})

describe('limits', () => {
  beforeEach(() => sys.mkdir(`${ROOT}/a`))

  test.each([
    ['memory.max', '64M', `${64 * MIB}\n`],
    ['memory.max', '5000', '4096\n'],
    ['memory.high', 'max', 'max\n'],
    ['cpu.max', '50000', '50000 100000\n'],
    ['cpu.max', 'max 20000', 'max 20000\n'],
    ['cpuset.cpus', '0,1,3', '0-1,3\n'],
    ['pids.max', '7', '7\n'],
    ['io.max', '8:0 wbps=1048576', '8:0 rbps=max wbps=1048576 riops=max wiops=max\n'],
  ])('%s takes %s', async (file, text, shown) => {
    put(`/a/${file}`, text)
    expect(await show(`/a/${file}`)).toBe(shown)
  })

  test.each([
    ['memory.max', 'lots', EINVAL],
    ['cpu.max', '10', EINVAL],
    ['cpu.weight', '0', ERANGE],
    ['cpuset.cpus', 'x', EINVAL],
    ['pids.max', '-1', EINVAL],
    ['cgroup.freeze', '2', EINVAL],
    ['cgroup.type', 'threaded', EINVAL],
  ])('%s refuses %s', (file, text, errno) => {
    expect(failure(() => put(`/a/${file}`, text))).toBe(errno)
  })

  test('memory is counted through the tree and given back', async () => {
    put('/a/cgroup.subtree_control', '+memory')
    sys.mkdir(`${ROOT}/a/b`)
    const pid = sys.fork(
      ({ sys }) => {
        sys.sbrk(16 * MIB)
        return sys.pause()
      },
      { cgroup: '/a/b' },
    )
    await sys.sleep(1)
    expect(Number(await show('/a/memory.current'))).toBeGreaterThan(16 * MIB)
    expect(await show('/a/memory.current')).toBe(await show('/a/b/memory.current'))
    sys.kill(pid, SIGKILL)
    await sys.wait(pid)
    expect(await show('/a/memory.current')).toBe('0\n')
    expect(Number(await show('/a/b/memory.peak'))).toBeGreaterThan(16 * MIB)
  })

  test('a file in memory that outgrows the limit kills its writer, in the words of Linux', async () => {
    put('/a/memory.max', '8M')
    const status = await inTask(
      kernel,
      async ({ sys }) => {
        sys.mount('tmpfs', '/mnt', 'tmpfs', 0)
        const fd = sys.open('/mnt/x', O_WRONLY | O_CREAT)
        for (let i = 0; i < 16; i++) await sys.write(fd, new Uint8Array(MIB).fill(1))
        return 0
      },
      { cgroup: '/a' },
    )
    expect(status).toMatchObject({ kind: 'signaled', signal: SIGKILL, oomKilled: true })
    const log = sys.dmesg().join('\n')
    expect(log).toMatch(/invoked oom-killer: gfp_mask=0xcc0\(GFP_KERNEL\), order=0, oom_score_adj=0/)
    expect(log).toMatch(/memory: usage 8192kB, limit 8192kB, failcnt 1/)
    expect(log).toMatch(/oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=\(null\),cpuset=a,mems_allowed=0,oom_memcg=\/a,/)
    expect(log).toMatch(/Memory cgroup out of memory: Killed process \d+ \(init\) total-vm:\d+kB, anon-rss:\d+kB/)
    expect(await show('/a/memory.events')).toContain('oom_kill 1\n')
  })

  test('memory.oom.group takes all of them along', async () => {
    put('/a/memory.max', '32M')
    put('/a/memory.oom.group', '1')
    const quiet = sys.fork(({ sys }) => sys.pause(), { cgroup: '/a' })
    await inTask(
      kernel,
      ({ sys }) => {
        sys.sbrk(64 * MIB)
        return 0
      },
      { cgroup: '/a' },
    )
    expect(await sys.wait(quiet)).toMatchObject({ status: { kind: 'signaled', signal: SIGKILL } })
    expect(await show('/a/memory.events')).toContain('oom_group_kill 1\n')
  })
})

describe('resource limits', () => {
  test('RLIMIT_AS: the heap does not grow beyond it', async () => {
    const status = await inTask(kernel, ({ sys }) => {
      sys.prlimit('AS', { soft: 64 * MIB, hard: 64 * MIB })
      sys.sbrk(16 * MIB)
      return failure(() => sys.sbrk(64 * MIB)) === ENOMEM ? 1 : 0
    })
    expect(status).toEqual({ kind: 'exited', code: 1 })
  })

  test('RLIMIT_FSIZE: up to the limit, then SIGXFSZ', async () => {
    const status = await inTask(kernel, async ({ sys }) => {
      sys.prlimit('FSIZE', { soft: 1000, hard: 1000 })
      const fd = sys.open('/tmp-file', O_WRONLY | O_CREAT)
      for (;;) await sys.write(fd, new Uint8Array(300))
    })
    expect(status).toMatchObject({ kind: 'signaled', signal: SIGXFSZ })
    expect(sys.stat('/tmp-file').size).toBe(1000)
  })

  test('RLIMIT_CPU: SIGXCPU when the time is used up', async () => {
    const status = await inTask(kernel, async ({ sys }) => {
      sys.prlimit('CPU', { soft: 1, hard: 5 })
      for (;;) {
        const turn = sys.tick()
        if (turn) await turn
      }
    })
    expect(status).toMatchObject({ kind: 'signaled', signal: SIGXCPU })
  })
})

describe('shares of the processor', () => {
  /** A task that computes for ever. */
  const spin = (cgroup: string): number =>
    sys.fork(
      async ({ sys }) => {
        for (;;) {
          const slice = sys.tick()
          if (slice) await slice
        }
      },
      { cgroup },
    )
  const usage = async (group: string): Promise<number> =>
    Number(/usage_usec (\d+)/.exec(await show(`${group}/cpu.stat`))?.[1])

  const make = (...groups: string[]): void => {
    for (const group of groups) sys.mkdir(ROOT + group)
  }
  const end = async (...pids: number[]): Promise<void> => {
    for (const pid of pids) {
      sys.kill(pid, SIGKILL)
      await sys.wait(pid)
    }
  }

  test('go by group, not by task', async () => {
    make('/crowd', '/crowd/deep', '/alone')
    const pids = [...Array.from({ length: 30 }, () => spin('/crowd/deep')), spin('/alone')]
    await sys.sleep(2000)
    const [crowd, alone] = [await usage('/crowd'), await usage('/alone')]
    expect(alone / crowd).toBeGreaterThan(0.8)
    expect(alone / crowd).toBeLessThan(1.25)
    await end(...pids)
  })

  test('go by weight', async () => {
    make('/heavy', '/light')
    put('/heavy/cpu.weight', '300')
    const pids = [spin('/heavy'), spin('/light')]
    await sys.sleep(2000)
    const ratio = (await usage('/heavy')) / (await usage('/light'))
    expect(ratio).toBeGreaterThan(2.5)
    expect(ratio).toBeLessThan(3.5)
    await end(...pids)
  })

  test('whoever slept does not get all of it afterwards', async () => {
    make('/early', '/late')
    const early = spin('/early')
    await sys.sleep(2000)
    const before = await usage('/early')
    const late = spin('/late')
    await sys.sleep(1000)
    const gained = (await usage('/early')) - before
    expect(gained / (await usage('/late'))).toBeGreaterThan(0.7)
    await end(early, late)
  })

  test('a crowd that forks and wakes one another leaves a quick task in another group quick', async () => {
    make('/bomb')
    put('/bomb/pids.max', '60')
    const bomb = sys.fork(
      async ({ sys }) => {
        const { 0: read, 1: write } = sys.pipe()
        for (;;) {
          try {
            sys.fork(async ({ sys: inner }) => {
              for (;;) {
                await inner.write(write, Uint8Array.of(1))
                await inner.read(read, 1)
                const slice = inner.tick()
                if (slice) await slice
              }
            })
          } catch (error) {
            if (!isErrno(error)) throw error
          }
          const slice = sys.tick()
          if (slice) await slice
        }
      },
      { cgroup: '/bomb' },
    )
    await sys.sleep(200)
    const waits: number[] = []
    for (let turn = 0; turn < 20; turn++) {
      const start = sys.sysinfo().uptimeMs
      await sys.sleep(5)
      waits.push(sys.sysinfo().uptimeMs - start)
    }
    expect(Math.max(...waits)).toBeLessThan(60)
    put('/bomb/cgroup.kill', '1')
    await sys.wait(bomb)
  })
})
