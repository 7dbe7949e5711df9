import { EIO, type Program, rawTermios, SIGINT, SIGTTIN, type Sys, WUNTRACED } from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, type TestKernel } from '../testing/index.ts'

const encoder = new TextEncoder()
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Reads lines and shows them as JSON, until the end of file. */
const cat: Program = {
  name: 'test/cat',
  paths: ['/usr/bin/cat'],
  covers: 'full',
  summary: '',
  async main({ sys }) {
    for (;;) {
      const bytes = await sys.read(0, 4096)
      if (bytes.length === 0) return 0
      await sys.write(1, encoder.encode(`${JSON.stringify(text(bytes))}\n`))
    }
  },
}

let kernel: TestKernel
let sys: Sys
beforeEach(async () => {
  kernel = await bootTestKernel([cat])
  sys = kernel.sys
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

describe('canonical input', () => {
  // What is typed, then what the screen shows before the program ends by ^D. Seen on a Linux pty.
  const rows: readonly (readonly [string, string])[] = [
    ['ab\r', 'ab\r\n"ab\\n"\r\n'],
    ['ab\x7fc\r', 'ab\b \bc\r\n"ac\\n"\r\n'],
    ['a\x7f\x7f\x7fb\r', 'a\b \bb\r\n"b\\n"\r\n'],
    ['one two\x17x\r', 'one two\b \b\b \b\b \bx\r\n"one x\\n"\r\n'],
    ['abc\x15x\r', 'abc\b \b\b \b\b \bx\r\n"x\\n"\r\n'],
    ['ä\x7fö\r', 'ä\b \bö\r\n"ö\\n"\r\n'],
    ['a\tb\x7f\x7fc\r', 'a\tb\b \b\b\b\b\b\b\b\bc\r\n"ac\\n"\r\n'],
    ['foo-bar\x17x\r', 'foo-bar\b \b\b \b\b \bx\r\n"foo-x\\n"\r\n'],
    ['a\x13b\x11\r', 'ab\r\n"ab\\n"\r\n'],
    // Linux takes one column for wide characters too.
    ['語\x7fx\r', '語\b \bx\r\n"x\\n"\r\n'],
    ['\x01\x7fx\r', '^A\b \b\b \bx\r\n"x\\n"\r\n'],
    ['ab\x04\r', 'ab"ab"\r\n\r\n"\\n"\r\n'],
    ['a\x16\x03b\r', 'a^\b^Cb\r\n"a\\u0003b\\n"\r\n'],
    ['a\x12b\r', 'a^R\r\nab\r\n"ab\\n"\r\n'],
  ]
  for (const [typed, shown] of rows)
    test(JSON.stringify(typed), async () => {
      const terminal = await kernel.openTerminal(['cat'])
      for (const key of typed) {
        await terminal.type(key)
        await sys.sleep(1)
      }
      await terminal.type('\x04')
      expect(await terminal.ended).toBe(0)
      expect(terminal.output()).toBe(shown)
    })
})

test('^C kills the foreground group and throws away input and output', async () => {
  const terminal = await kernel.openTerminal(['cat'])
  await terminal.type('abc\x03')
  expect(await terminal.ended).toBe(128 + SIGINT)
  expect(terminal.output()).toBe('^C')
})

test('raw mode gives each key at once and echoes nothing', async () => {
  const { master, slave } = sys.openpty()
  sys.tcsetattr(slave, rawTermios(sys.tcgetattr(slave)))
  await sys.write(master, encoder.encode('\x03\r'))
  expect(text(await sys.read(slave, 10))).toBe('\x03\r')
  await sys.write(slave, encoder.encode('a\n'))
  expect(text(await sys.read(master, 10))).toBe('a\n')
})

test('writers of a full terminal wait for its reader', async () => {
  const { master, slave } = sys.openpty()
  let written = 0
  const pid = sys.fork(async ({ sys }) => {
    for (let i = 0; i < 40; i++) written += await sys.write(slave, new Uint8Array(4096).fill(97))
    return 0
  })
  await sys.sleep(10)
  expect(written).toBe(32768)
  let total = 0
  while (total < 163840) total += (await sys.read(master, 65536)).length
  await sys.wait(pid)
})

test('reading in the background stops the group until it comes to the front', async () => {
  const { master, slave } = sys.openpty()
  let seen = ''
  const leader = sys.fork(
    async ({ sys }) => {
      const job = sys.fork(async ({ sys }) => text(await sys.read(0, 10)).length, { pgid: 0 })
      const stopped = await sys.wait(job, WUNTRACED)
      seen = JSON.stringify(stopped?.status)
      sys.sigaction(22, 'SIG_IGN')
      sys.tcsetpgrp(0, job)
      sys.kill(-job, 18)
      const ended = await sys.wait(job)
      return ended?.status.kind === 'exited' ? ended.status.code : 99
    },
    { setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  await sys.sleep(10)
  await sys.write(master, encoder.encode('hey\r'))
  expect(await sys.wait(leader)).toEqual({ pid: leader, status: { kind: 'exited', code: 4 } })
  expect(seen).toBe(JSON.stringify({ kind: 'stopped', signal: SIGTTIN }))
})

test('^C finds the shell when its job ended and it has not heard yet', async () => {
  const { master, slave } = sys.openpty()
  const leader = sys.fork(
    async ({ sys }) => {
      sys.sigaction(22, 'SIG_IGN')
      const job = sys.fork(async () => 0, { pgid: 0 })
      sys.tcsetpgrp(0, job)
      await sys.sleep(1000)
      return 0
    },
    { setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  await sys.sleep(10)
  await sys.write(master, encoder.encode('\x03'))
  expect(await sys.wait(leader)).toMatchObject({ status: { kind: 'signaled', signal: 2 } })
})

test('/dev/tty and /dev/pts name the same terminal', async () => {
  const { master, slave, name } = sys.openpty()
  expect(sys.readdir('/dev/pts').map((each) => each.name)).toContain(name.replace('/dev/pts/', ''))
  const pid = sys.fork(
    async ({ sys }) => {
      await sys.write(sys.open('/dev/tty', 2), encoder.encode('one '))
      await sys.write(sys.open(name, 2), encoder.encode('two'))
      return 0
    },
    { setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  await sys.wait(pid)
  expect(text(await sys.read(master, 100))).toBe('one two')
})

test('VMIN and VTIME', async () => {
  const { master, slave } = sys.openpty()
  const raw = rawTermios(sys.tcgetattr(slave))
  const setTo = (vmin: number, vtime: number): void => sys.tcsetattr(slave, { ...raw, cc: { ...raw.cc, vmin, vtime } })
  setTo(0, 0)
  expect((await sys.read(slave, 10)).length).toBe(0)
  setTo(0, 5)
  const start = sys.sysinfo().uptimeMs
  expect((await sys.read(slave, 10)).length).toBe(0)
  expect(Math.round((sys.sysinfo().uptimeMs - start) / 100)).toBe(5)
  setTo(3, 0)
  const reading = Promise.resolve(sys.read(slave, 10))
  await sys.write(master, encoder.encode('ab'))
  expect(await Promise.race([reading, sys.sleep(10)])).toBe(undefined)
  await sys.write(master, encoder.encode('c'))
  expect(text(await reading)).toBe('abc')
})

test('a new size reaches the foreground group', async () => {
  const { master, slave } = sys.openpty({ rows: 24, cols: 80 })
  const sizes: unknown[] = []
  const pid = sys.fork(
    async ({ sys }) => {
      sys.sigaction(28, () => sizes.push(sys.getWindowSize(0)))
      await sys.pause().catch(() => {})
      return 0
    },
    { setsid: true, ctty: 0, fds: new Map([[0, slave]]) },
  )
  await sys.sleep(1)
  sys.setWindowSize(master, { rows: 24, cols: 80 })
  sys.setWindowSize(master, { rows: 50, cols: 132 })
  await sys.wait(pid)
  expect(sizes).toEqual([{ rows: 50, cols: 132 }])
})

test('what is written after the terminal is gone', async () => {
  const { master, slave } = sys.openpty()
  await sys.write(slave, encoder.encode('last words'))
  sys.close(slave)
  expect(text(await sys.read(master, 100))).toBe('last words')
  await expect(Promise.resolve().then(() => sys.read(master, 100))).rejects.toBe(EIO)
  const other = sys.openpty()
  sys.close(other.master)
  expect((await sys.read(other.slave, 10)).length).toBe(0)
  await expect(Promise.resolve().then(() => sys.write(other.slave, encoder.encode('x')))).rejects.toBe(EIO)
})
