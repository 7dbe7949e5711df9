import {
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUTS,
  EACCES,
  EAGAIN,
  EBADF,
  ECHILD,
  EINTR,
  ENOENT,
  ENOEXEC,
  EPERM,
  isErrno,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLIN,
  type Process,
  type Program,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGPIPE,
  SIGSTOP,
  SIGTERM,
  SIGUSR1,
  stubBytes,
  type Sys,
  WCONTINUED,
  WNOHANG,
  WUNTRACED,
} from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, inTask, placeFile, type TestKernel } from './testing/index.ts'

const encoder = new TextEncoder()
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const exited = (code: number) => ({ kind: 'exited', code })

const program = (name: string, main: Program['main'], more: Partial<Program> = {}): Program => ({
  name: `test/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'full',
  summary: name,
  main,
  ...more,
})
const args = program('args', async ({ sys, argv }) => {
  await sys.write(1, encoder.encode(`${argv.join('|')}\n`))
  return 0
})
const fds = program('fds', async ({ sys }) => {
  await sys.write(1, encoder.encode(sys.openFds().join(' ')))
  return 0
})
const nap = program('nap', async ({ sys }) => {
  await sys.sleep(1000)
  return 7
})

let kernel: TestKernel
let sys: Sys
beforeEach(async () => {
  kernel = await bootTestKernel([args, fds, nap])
  sys = kernel.sys
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const fails = (call: () => unknown): unknown => {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

/** The output of code that runs with descriptor 1 on a pipe. */
async function output(entry: (process: Process) => Promise<number> | number): Promise<string> {
  const [r, w] = sys.pipe()
  const pid = sys.fork(entry, { fds: new Map([[1, w]]) })
  sys.close(w)
  let all = ''
  for (;;) {
    const bytes = await sys.read(r, 65536)
    if (bytes.length === 0) break
    all += text(bytes)
  }
  sys.close(r)
  await sys.wait(pid)
  return all
}

describe('exit and wait', () => {
  test('statuses', async () => {
    expect(await inTask(kernel, () => 258)).toEqual(exited(2))
    expect(await inTask(kernel, ({ sys }) => sys.exit(4))).toEqual(exited(4))
    expect(await inTask(kernel, async ({ sys }) => sys.kill(sys.getpid(), SIGTERM) as never)).toEqual({
      kind: 'signaled',
      signal: SIGTERM,
      core: false,
    })
    expect(fails(() => sys.wait(-1))).toBe(ECHILD)
  })

  test('WNOHANG, groups and zombies', async () => {
    const pid = sys.fork(
      async ({ sys }) => {
        await sys.sleep(10)
        return 1
      },
      { pgid: 0 },
    )
    expect(sys.wait(pid, WNOHANG)).toBe(undefined)
    await sys.sleep(50)
    expect(sys.processes().find((each) => each.pid === pid)?.state).toBe('Z')
    expect(await sys.wait(-pid)).toMatchObject({ pid })
    expect(sys.processes().some((each) => each.pid === pid)).toBe(false)
  })

  test('orphans go to process 1', async () => {
    let orphan = 0
    await inTask(kernel, ({ sys }) => {
      orphan = sys.fork(async ({ sys }) => {
        await sys.sleep(20)
        return sys.getppid()
      })
      return 0
    })
    expect(await sys.wait(orphan)).toEqual({ pid: orphan, status: exited(1) })
  })

  test('a bug is a segfault with a line in the log', async () => {
    const status = await inTask(kernel, () => {
      throw new TypeError('wild pointer')
    })
    expect(status).toMatchObject({ kind: 'signaled', signal: 11, core: false })
    expect(kernel.oopses().join()).toContain('wild pointer')
    const old = kernel
    kernel = await bootTestKernel([])
    old.shutdown()
  })
})

describe('signals', () => {
  test('queues real-time signals, low numbers first, and keeps one of each other', async () => {
    const kernel = await bootTestKernel([])
    const got: number[] = []
    const { sys } = kernel
    const pid = sys.fork(async ({ sys: own }) => {
      for (const signal of [SIGUSR1, 40, 35]) own.sigaction(signal, () => void got.push(signal))
      own.kill(own.getpid(), SIGSTOP)
      await own.pause().catch(() => undefined)
      return 0
    })
    await sys.wait(pid, WUNTRACED)
    for (const signal of [40, SIGUSR1, 35, 40, SIGUSR1, 35]) sys.kill(pid, signal)
    sys.kill(pid, SIGCONT)
    expect(await sys.wait(pid)).toMatchObject({ status: { kind: 'exited', code: 0 } })
    expect(got).toEqual([SIGUSR1, 35, 35, 40, 40])
  })

  test('what waits when the kill comes never goes on', async () => {
    const trace: string[] = []
    const pid = sys.fork(async ({ sys }) => {
      try {
        await sys.pause()
      } catch (error) {
        trace.push(isErrno(error) ? 'errno' : 'unwound')
        throw error
      } finally {
        trace.push('finally')
      }
      return 0
    })
    await sys.sleep(1)
    sys.kill(pid, SIGKILL)
    expect(await sys.wait(pid)).toMatchObject({ status: { kind: 'signaled', signal: SIGKILL } })
    await sys.sleep(1)
    expect(trace).toEqual([])
  })

  test('a handler interrupts; with restart only what cannot restart', async () => {
    const results: unknown[] = []
    const child = async ({ sys }: Process): Promise<number> => {
      const [r, w] = sys.pipe()
      sys.sigaction(SIGUSR1, () => results.push('usr1'), { restart: true })
      const reading = sys.read(r, 10)
      await sys.sleep(1000).catch((error: unknown) => results.push(error))
      await sys.write(w, encoder.encode('x'))
      results.push(text(await reading))
      sys.sigaction(SIGUSR1, () => results.push('again'))
      const blocked = Promise.resolve(sys.read(r, 10))
      await blocked.catch((error: unknown) => results.push(error))
      return 0
    }
    const pid = sys.fork(child)
    await sys.sleep(10)
    sys.kill(pid, SIGUSR1)
    await sys.sleep(10)
    sys.kill(pid, SIGUSR1)
    await sys.wait(pid)
    expect(results).toEqual(['usr1', EINTR, 'x', 'again', EINTR])
  })

  test('stop and continue', async () => {
    let steps = 0
    const pid = sys.fork(async ({ sys }) => {
      for (;;) {
        await sys.sleep(10)
        steps++
      }
    })
    await sys.sleep(55)
    sys.kill(pid, SIGSTOP)
    expect(await sys.wait(pid, WUNTRACED)).toEqual({ pid, status: { kind: 'stopped', signal: SIGSTOP } })
    const before = steps
    await sys.sleep(100)
    expect(steps).toBe(before)
    sys.kill(pid, SIGTERM)
    expect(sys.wait(pid, WNOHANG)).toBe(undefined)
    sys.kill(pid, SIGCONT)
    expect(await sys.wait(pid, WCONTINUED | WUNTRACED)).toMatchObject({ status: { kind: 'signaled', signal: SIGTERM } })
  })

  test('SIGPIPE, SIGCHLD and ignored ones', async () => {
    const writer = async ({ sys }: Process): Promise<number> => {
      const [r, w] = sys.pipe()
      sys.close(r)
      await sys.write(w, encoder.encode('x'))
      return 0
    }
    expect(await inTask(kernel, writer)).toMatchObject({ signal: SIGPIPE })
    expect(await inTask(kernel, writer, { ignoredSignals: [SIGPIPE] }).catch(String)).toMatchObject({ signal: 11 })
    let children = 0
    await inTask(kernel, async ({ sys }) => {
      sys.sigaction(SIGCHLD, () => children++, { restart: true })
      sys.wait(sys.fork(() => 0))
      await sys.sleep(10).catch(() => {})
      return 0
    })
    expect(children).toBe(1)
    kernel.shutdown()
    kernel = await bootTestKernel([])
  })

  test('loops that never wait can be killed and do not hold the thread', async () => {
    const loops: ((process: Process) => Promise<number>)[] = [
      async ({ sys }) => {
        for (;;) {
          const p = sys.tick()
          if (p) await p
        }
      },
      async ({ sys }) => {
        const fd = sys.open('/dev/null', O_WRONLY)
        for (;;) {
          const r = sys.write(fd, encoder.encode('y\n'))
          if (r instanceof Promise) await r
        }
      },
      async ({ sys }) => {
        const fd = sys.open('/dev/zero', O_RDONLY)
        for (;;) await sys.read(fd, 1)
      },
    ]
    const pids = loops.map((loop) => sys.fork(loop))
    await sys.sleep(100)
    const busy = sys.processes().filter(({ pid }) => pids.includes(pid))
    for (const { cpuMs } of busy) expect(cpuMs).toBeGreaterThan(8)
    for (const pid of pids) {
      sys.kill(pid, SIGINT)
      expect(await sys.wait(pid)).toMatchObject({ status: { signal: SIGINT } })
    }
  })
})

test('a busy loop slows others down, but not much', async () => {
  const spinner = sys.fork(async ({ sys }) => {
    for (;;) {
      const p = sys.tick()
      if (p) await p
    }
  })
  const [r, w] = sys.pipe()
  const [r2, w2] = sys.pipe()
  sys.fork(async ({ sys }) => {
    for (;;) await sys.write(w2, await sys.read(r, 1))
  })
  const start = sys.sysinfo().uptimeMs
  for (let i = 0; i < 500; i++) {
    await sys.write(w, Uint8Array.of(1))
    await sys.read(r2, 1)
  }
  expect(sys.sysinfo().uptimeMs - start).toBeLessThan(200)
  sys.kill(spinner, SIGKILL)
  await sys.wait(spinner)
})

describe('exec and spawn', () => {
  test('scripts, and files that are none', async () => {
    placeFile(sys, '/tmp/script', '#! /bin/args -x  y\nbody\n', 0o755)
    placeFile(sys, '/tmp/plain', 'echo hi\n', 0o755)
    placeFile(sys, '/tmp/denied', '#!/bin/args\n', 0o644)
    expect((await kernel.run(['/tmp/script', 'a'])).stdout).toBe('/bin/args|-x  y|/tmp/script|a\n')
    expect(fails(() => sys.spawn('/tmp/plain', { argv: ['x'] }))).toBe(ENOEXEC)
    expect(fails(() => sys.spawn('/tmp/denied', { argv: ['x'] }))).toBe(EACCES)
    expect(fails(() => sys.spawn('/tmp', { argv: ['x'] }))).toBe(EACCES)
    expect(fails(() => sys.spawn('/nowhere', { argv: ['x'] }))).toBe(ENOENT)
    expect(fails(() => sys.spawn('/bin/args', { argv: ['x'], fds: new Map([[0, 77]]) }))).toBe(EBADF)
  })

  test('exec keeps the pid, closes on exec and ends the old program', async () => {
    const trace: string[] = []
    const out = await output(async ({ sys }) => {
      sys.setFdFlags(sys.open('/dev/null', O_RDWR), { cloexec: true })
      sys.open('/dev/null', O_RDWR)
      try {
        await sys.exec('/bin/fds', ['fds'], new Map())
      } finally {
        trace.push('went on')
      }
      return 9
    })
    expect(out).toBe('1 2')
    expect(trace).toEqual([])
  })

  test('a failed exec leaves the old program whole', async () => {
    const status = await inTask(kernel, async ({ sys }) => {
      const error = await sys.exec('/nowhere', ['x'], new Map()).catch((e: unknown) => e)
      return error === ENOENT ? 5 : 6
    })
    expect(status).toEqual(exited(5))
  })
})

describe('rights', () => {
  test('a set-user-id file runs as its owner', async () => {
    placeFile(sys, '/tmp/secret', 'x', 0o600)
    placeFile(sys, '/usr/bin/sunap', stubBytes('test/nap'), 0o4755)
    const seen: unknown[] = []
    const status = await inTask(
      kernel,
      async ({ sys }) => {
        seen.push(
          sys.getuid(),
          fails(() => sys.open('/tmp/secret', O_RDONLY)),
          fails(() => sys.kill(1, SIGTERM)),
        )
        const pid = await sys.spawn('/bin/nap', { argv: ['nap'] })
        const su = await sys.spawn('/bin/sunap', { argv: ['nap'] })
        seen.push(...sys.processes().flatMap((each) => (each.pid === pid || each.pid === su ? each.uid : [])))
        return 0
      },
      { uid: 1000, gid: 1000 },
    )
    expect(status).toEqual(exited(0))
    expect(seen).toEqual([1000, EACCES, EPERM, 1000, 0])
  })

  test('who waits outside system calls uses no processor', async () => {
    let done = (): void => {}
    const pid = sys.fork(async ({ sys }) => {
      for (let i = 0; i < 3; i++) {
        sys.getpid()
        await new Promise<void>((resolve) => (done = resolve))
      }
      return 0
    })
    for (let i = 0; i < 3; i++) {
      await sys.sleep(1000)
      done()
    }
    expect(sys.processes().find((each) => each.pid === pid)?.cpuMs ?? 0).toBeLessThan(1)
    await sys.wait(pid)
  })
})

describe('pipes and poll', () => {
  test('back-pressure, end, EAGAIN', async () => {
    const [r, w] = sys.pipe()
    let written = 0
    const pid = sys.fork(async ({ sys }) => {
      for (let i = 0; i < 100; i++) written += await sys.write(w, new Uint8Array(4096))
      return 0
    })
    sys.close(w)
    await sys.sleep(10)
    expect(written).toBe(65536)
    let total = 0
    for (let n = -1; n !== 0; total += n) n = (await sys.read(r, 10000)).length
    expect(total).toBe(409600)
    await sys.wait(pid)
    const [r2, w2] = sys.pipe()
    sys.setFdFlags(r2, { nonblock: true })
    expect(fails(() => sys.read(r2, 1))).toBe(EAGAIN)
    expect(await sys.poll([{ fd: r2, events: POLLIN }], 20)).toEqual([0])
    void sys.sleep(5).then(() => sys.write(w2, encoder.encode('x')))
    expect(await sys.poll([{ fd: r2, events: POLLIN }], -1)).toEqual([POLLIN])
  })

  test('a FIFO joins two who open it by name', async () => {
    sys.mknod('/tmp/fifo', 0o010644)
    const pid = sys.fork(async ({ sys }) => {
      const fd = sys.open('/tmp/fifo', O_WRONLY)
      await sys.write(fd, encoder.encode('through'))
      return 0
    })
    const fd = sys.open('/tmp/fifo', O_RDONLY)
    expect(text(await sys.read(fd, 100))).toBe('through')
    await sys.wait(pid)
    expect((await sys.read(fd, 100)).length).toBe(0)
  })
})

describe('namespaces', () => {
  test('process 1 of a pid namespace', async () => {
    const seen: unknown[] = []
    const pid = sys.fork(
      async ({ sys }) => {
        seen.push(sys.getpid(), sys.getppid())
        sys.sethostname('inside')
        const child = sys.fork(async ({ sys }) => {
          await sys.pause()
          return 0
        })
        seen.push(child, sys.processes().length)
        sys.kill(1, SIGTERM)
        await sys.sleep(10)
        return sys.uname().nodename === 'inside' ? 3 : 4
      },
      { flags: CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWNET },
    )
    await sys.sleep(1)
    sys.kill(pid, SIGTERM)
    expect(await sys.wait(pid)).toEqual({ pid, status: exited(3) })
    expect(seen).toEqual([1, 0, 2, 2])
    expect(sys.processes().length).toBe(1)
    expect(sys.uname().nodename).toBe('test')
  })

  test('setns puts children into the pid namespace', async () => {
    const box = sys.fork(({ sys }) => sys.pause(), { flags: CLONE_NEWPID | CLONE_NEWUTS })
    await sys.sleep(1)
    const seen: unknown[] = []
    await inTask(kernel, async ({ sys }) => {
      sys.setns(box, CLONE_NEWPID | CLONE_NEWUTS)
      const pid = sys.fork(({ sys }) => {
        seen.push(sys.getpid(), sys.getppid())
        return 0
      })
      await sys.wait(pid)
      return 0
    })
    expect(seen).toEqual([2, 0])
    sys.kill(box, SIGKILL)
    expect(await sys.wait(box)).toMatchObject({ status: { signal: SIGKILL } })
  })

  test('/proc of the namespace', async () => {
    const out = await output(async ({ sys }) => {
      const pid = sys.fork(
        async ({ sys }) => {
          sys.mount('proc', '/proc', 'proc', 0)
          const names = sys.readdir('/proc').flatMap(({ name }) => (/^\d/.test(name) ? name : []))
          await sys.write(1, encoder.encode(`${names} ${sys.readlink('/proc/self')}`))
          return 0
        },
        { flags: CLONE_NEWPID | CLONE_NEWNS },
      )
      await sys.wait(pid)
      return 0
    })
    expect(out).toBe('1 1')
  })
})

describe('control groups', () => {
  const group = '/sys/fs/cgroup/box'
  const set = (file: string, value: string): void => {
    const fd = sys.open(`${group}/${file}`, O_WRONLY)
    void sys.write(fd, encoder.encode(value))
    sys.close(fd)
  }
  const get = async (file: string): Promise<string> => {
    const fd = sys.open(`${group}/${file}`, O_RDONLY)
    const bytes = await sys.read(fd, 4096)
    sys.close(fd)
    return text(bytes)
  }
  beforeEach(() => sys.mkdir(group))

  test('memory.max kills the biggest', async () => {
    set('memory.max', String(64 * 1024 * 1024))
    const status = await inTask(
      kernel,
      async ({ sys }) => {
        sys.sbrk(32 * 1024 * 1024)
        sys.sbrk(96 * 1024 * 1024)
        return 0
      },
      { cgroup: '/box' },
    )
    expect(status).toMatchObject({ kind: 'signaled', signal: SIGKILL, oomKilled: true })
    expect(await get('memory.events')).toContain('oom_kill 1\n')
  })

  test('files in memory count', async () => {
    const seen: string[] = []
    await inTask(
      kernel,
      async ({ sys }) => {
        sys.mount('tmpfs', '/mnt', 'tmpfs', 0)
        const before = Number(await get('memory.current'))
        await sys.write(sys.open('/mnt/x', O_WRONLY | O_CREAT), new Uint8Array(1 << 20))
        seen.push(String(Number(await get('memory.current')) - before))
        return 0
      },
      { cgroup: '/box', flags: CLONE_NEWNS },
    )
    expect(seen).toEqual([String(1 << 20)])
  })

  test('pids.max', async () => {
    set('pids.max', '2')
    const status = await inTask(
      kernel,
      ({ sys }) => {
        sys.fork(({ sys }) => sys.pause())
        return fails(() => sys.fork(() => 0)) === EAGAIN ? 1 : 0
      },
      { cgroup: '/box' },
    )
    expect(status).toEqual(exited(1))
  })

  test('freeze and thaw', async () => {
    let steps = 0
    const pid = sys.fork(
      async ({ sys }) => {
        for (;;) {
          await sys.sleep(10)
          steps++
        }
      },
      { cgroup: '/box' },
    )
    await sys.sleep(55)
    expect(await get('cgroup.procs')).toBe(`${pid}\n`)
    set('cgroup.freeze', '1')
    const before = steps
    sys.kill(pid, SIGTERM)
    await sys.sleep(100)
    expect(steps).toBe(before)
    set('cgroup.freeze', '0')
    expect(await sys.wait(pid)).toMatchObject({ status: { signal: SIGTERM } })
    sys.rmdir(group)
  })

  test('cpu.max slows a busy loop down', async () => {
    set('cpu.max', '10000 100000')
    const pid = sys.fork(
      async ({ sys }) => {
        for (;;) {
          const p = sys.tick()
          if (p) await p
        }
      },
      { cgroup: '/box' },
    )
    const start = sys.sysinfo().uptimeMs
    await sys.sleep(3000)
    const passed = sys.sysinfo().uptimeMs - start
    const used = sys.processes().find((each) => each.pid === pid)?.cpuMs ?? 0
    expect(used / passed).toBeGreaterThan(0.05)
    expect(used / passed).toBeLessThan(0.2)
    set('cgroup.kill', '1')
    await sys.wait(pid)
  })
})

test('a power cut: nothing runs afterwards', async () => {
  let steps = 0
  sys.fork(async ({ sys }) => {
    for (;;) {
      await sys.sleep(1)
      steps++
    }
  })
  await sys.sleep(20)
  kernel.shutdown()
  const before = steps
  await new Promise((done) => setTimeout(done, 20))
  expect(steps).toBe(before)
  kernel = await bootTestKernel([])
})

test('the hang-up of a session', async () => {
  const ends: unknown[] = []
  const { master, slave } = sys.openpty()
  const pid = sys.fork(
    async ({ sys }) => {
      const job = sys.fork(({ sys }) => sys.pause(), { pgid: 0, foreground: true })
      sys.sigaction(SIGHUP, () => ends.push('leader'))
      await Promise.resolve(sys.wait(job)).catch((error: unknown) => ends.push(error))
      ends.push((await sys.wait(job))?.status)
      return 0
    },
    { setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  sys.close(slave)
  await sys.sleep(1)
  sys.close(master)
  await Promise.race([sys.wait(pid), sys.sleep(1000)])
  expect(ends).toEqual(['leader', EINTR, { kind: 'signaled', signal: SIGHUP, core: false }])
})

test('files made by one are there for the next', async () => {
  const fd = sys.open('/tmp/x', O_CREAT | O_WRONLY)
  await sys.write(fd, encoder.encode('kept'))
  sys.close(fd)
  expect(await inTask(kernel, async ({ sys }) => (await sys.read(sys.open('/tmp/x', O_RDONLY), 9)).length)).toEqual(
    exited(4),
  )
})
