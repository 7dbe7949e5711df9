import { SIGINT, SIGKILL } from '@drydock/abi'
import { bootTestKernel, inTask, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const FILES = { '/tmp/note': 'one\ntwo\n' }

describe('strace of a command', () => {
  test('tells its calls on standard error, in the columns of strace', async () => {
    const { stdout, stderr, status } = await kernel.run(['strace', 'cat', '/tmp/note'], { files: FILES })
    expect({ stdout, status }).toEqual({ stdout: 'one\ntwo\n', status: 0 })
    const lines = stderr.split('\n')
    expect(lines[0]).toMatch(
      /^execve\("\/usr\/bin\/cat", \["cat", "\/tmp\/note"\], 0x[0-9a-f]+ \/\* 5 vars \*\/\) = 0$/,
    )
    const opened = lines.find((line) => line.includes('"/tmp/note"') && line.startsWith('openat'))
    expect(opened).toMatch(/^openat\(AT_FDCWD, "\/tmp\/note", O_RDONLY(\|O_\w+)*\) = 3$/)
    expect(stderr).toContain('read(3, "one\\ntwo\\n", ')
    expect(stderr).toContain('write(1, "one\\ntwo\\n", 8)               = 8\n')
    expect(lines.slice(-3)).toEqual(['exit_group(0)                           = ?', '+++ exited with 0 +++', ''])
  })

  test('shows failures by name and passes the status on', async () => {
    const { stderr, status } = await kernel.run(['strace', '-e', 'trace=openat', 'cat', '/none'])
    expect(stderr).toMatch(
      /^openat\(AT_FDCWD, "\/none", O_RDONLY(\|\w+)*\) += -1 ENOENT \(No such file or directory\)$/m,
    )
    expect(stderr).toContain('cat: /none: No such file or directory\n')
    expect(stderr).not.toContain('read(')
    expect(stderr).toMatch(/\+\+\+ exited with 1 \+\+\+\n$/)
    expect(status).toBe(1)
  })

  test('knows classes, refuses unknown calls, cuts strings and writes into a file', async () => {
    const some = await kernel.run(['strace', '-o', '/tmp/trace', '-e', '%desc', '-s', '2', 'cat', '/tmp/note'], {
      files: FILES,
    })
    expect(some.stderr).toBe('')
    const trace = (await kernel.run(['cat', '/tmp/trace'])).stdout
    expect(trace).toContain('read(3, "on"..., ')
    expect(trace).not.toContain('execve')
    expect(await kernel.run(['strace', '-e', 'nonsense', 'true'])).toMatchObject({
      stderr: "strace: invalid system call 'nonsense'\n",
      status: 1,
    })
    expect((await kernel.run(['strace', 'nonsense'])).stderr).toBe(
      "strace: Can't stat 'nonsense': No such file or directory\n",
    )
    expect((await kernel.run(['strace'])).stderr).toContain('strace: must have PROG [ARGS] or -p PID')
  })

  test('follows children with -f, and says whose each line is', async () => {
    const { stderr } = await kernel.run(['strace', '-f', '-e', 'trace=execve,vfork,wait4', 'xargs', '-n1', 'echo'], {
      stdin: 'a\nb\n',
    })
    expect(stderr).toMatch(
      /strace: Process (\d+) attached\n <unfinished \.\.\.>\n\[pid +\1\] execve\("\/usr\/bin\/echo", \["echo", "a"\]/,
    )
    expect(stderr).toMatch(/\[pid +\d+\] \+\+\+ exited with 0 \+\+\+\n/)
    expect(stderr).toMatch(/--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=\d+, si_uid=0, si_status=0,/)
    expect(stderr).toMatch(/<\.\.\. wait4 resumed>\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 0\}\], 0, NULL\) = \d+\n/)
    expect(stderr).toMatch(/^(\[pid +\d+\] )?wait4\(-?\d+, {2}<unfinished \.\.\.>$/m)
    const whose = /^\[pid +(\d+)\] execve.*"b"\]/m.exec(stderr)?.[1]
    expect(stderr).toContain(`strace: Process ${whose} attached\n`)
  })

  test('counts with -c', async () => {
    const { stderr } = await kernel.run(['strace', '-c', 'cat', '/tmp/note', '/none'], { files: FILES })
    const [head, rule, ...rows] = stderr.split('\n').filter((line) => !line.startsWith('cat:'))
    expect(head).toBe('% time     seconds  usecs/call     calls    errors syscall')
    expect(rule).toMatch(/^-{6} -{11} -{11} -{9} -{9} -{16}$/)
    expect(rows.find((row) => row.endsWith(' openat'))).toMatch(/ 2 +1 openat$/)
    expect(rows.at(-2)).toMatch(/^100\.00 +\d\.\d{6} +\d+ +\d+ +\d+ total$/)
  })
})

describe('strace of what runs already', () => {
  test('attaches, waits and lets go at ^C', async () => {
    const tail = kernel.run(['tail', '-f', '/tmp/note'], { files: FILES })
    const pidOf = (name: string): number => kernel.sys.processes().find(({ comm }) => comm === name)?.pid ?? 0
    await kernel.sys.sleep(100)
    const sleeper = pidOf('tail')
    const tracing = kernel.run(['strace', '-p', String(sleeper)])
    await kernel.sys.sleep(3000)
    const tracer = pidOf('strace')
    expect((await kernel.run(['grep', 'TracerPid', `/proc/${sleeper}/status`])).stdout).toBe(`TracerPid:\t${tracer}\n`)
    expect((await kernel.run(['strace', '-p', String(sleeper)])).stderr).toBe(
      `strace: attach: ptrace(PTRACE_SEIZE, ${sleeper}): Operation not permitted\n`,
    )
    kernel.sys.kill(tracer, SIGINT)
    const { stderr } = await tracing
    expect(stderr).toMatch(new RegExp(`^strace: Process ${sleeper} attached\\n`))
    // What it waited for when strace came is told at once.
    expect(stderr).toMatch(/attached\n(poll|clock_nanosleep|read)\(/)
    expect(stderr).toMatch(new RegExp(`( <detached \\.\\.\\.>\\n)?strace: Process ${sleeper} detached\\n$`))
    kernel.sys.kill(sleeper, SIGKILL)
    await tail
    expect((await kernel.run(['strace', '-p', '4000'])).stderr).toBe(
      'strace: attach: ptrace(PTRACE_SEIZE, 4000): No such process\n',
    )
  })

  test('tells who sent a signal, and what it did', async () => {
    const sleeping = kernel.run(['sleep', '1000'])
    await kernel.sys.sleep(100)
    const pid = kernel.sys.processes().find(({ comm }) => comm === 'sleep')?.pid ?? 0
    const tracing = kernel.run(['strace', '-p', String(pid)])
    await kernel.sys.sleep(100)
    await kernel.run(['kill', String(pid)])
    await sleeping
    const { stderr } = await tracing
    expect(stderr).toMatch(
      /attached\nclock_nanosleep\(CLOCK_REALTIME, 0, \{tv_sec=1000, tv_nsec=0\}, +<unfinished \.\.\.>\n--- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=\d+, si_uid=0\} ---\n\+\+\+ killed by SIGTERM \+\+\+\n$/,
    )
  })

  test('ends at ^C though the process never rests', async () => {
    const { sys } = kernel
    const pid = sys.fork(async ({ sys }) => {
      for (;;) {
        sys.getpid()
        await sys.tick()
      }
    })
    const pidOf = (name: string): number => sys.processes().find(({ comm }) => comm === name)?.pid ?? 0
    const tracing = kernel.run(['strace', '-o', '/tmp/busy', '-p', String(pid)])
    await kernel.sys.sleep(20)
    kernel.sys.kill(pidOf('strace'), SIGINT)
    expect((await tracing).status).toBe(130)
    kernel.sys.kill(pid, SIGKILL)
    await kernel.sys.wait(pid)
  })

  test("is refused for another's", async () => {
    const sleeper = await kernel.sys.spawn('/usr/bin/sleep', { argv: ['sleep', '9'], fds: new Map() })
    const outcome = await inTask(kernel, ({ sys }) => {
      sys.setuid(1000)
      try {
        sys.ptrace(sleeper, () => {})
        return 0
      } catch {
        return 3
      }
    })
    expect(outcome).toEqual({ kind: 'exited', code: 3 })
    kernel.sys.kill(sleeper, SIGKILL)
    await kernel.sys.wait(sleeper)
  })
})
