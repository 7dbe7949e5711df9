import { ENOEXEC, type Program, SIGCONT, SIGKILL, SIGSTOP, stubBytes, type Sys } from '@drydock/abi'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bootTestKernel, placeFile, type TestKernel } from '../testing/index.ts'

/** Code that arrives when the test says so. */
class Fetching {
  private readonly waiting: (() => void)[] = []
  readonly fetch = (): Promise<void> => new Promise((resolve) => this.waiting.push(resolve))
  arrive(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}

const program = (name: string, main: Program['main']): Program => ({
  name: `test/${name}`,
  paths: [`/usr/bin/${name}`],
  covers: 'full',
  summary: name,
  main,
})

/** Lets everything run that is able to. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve()
}

let table: Fetching
let chunk: Fetching
let ran: string[]
let kernel: TestKernel
let sys: Sys
const lazy = program('lazy', async (process) => {
  await chunk.fetch()
  ran.push('loaded')
  process.sys.getpid()
  ran.push('lived on')
  return 0
})
const note = program('note', () => {
  ran.push('note')
  return 0
})
beforeEach(async () => {
  table = new Fetching()
  chunk = new Fetching()
  ran = []
  kernel = await bootTestKernel([lazy, note], { load: (name) => (name === 'test/note' ? table.fetch() : undefined) })
  sys = kernel.sys
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const killed = { status: { kind: 'signaled', signal: SIGKILL } }

describe('a task killed while code loads', () => {
  test('goes no further than to its next call when the code is its own', async () => {
    const pid = await sys.spawn('/usr/bin/lazy', { argv: ['lazy'] })
    await settle()
    sys.kill(pid, SIGKILL)
    expect(await sys.wait(pid)).toMatchObject(killed)
    chunk.arrive()
    await settle()
    expect(ran).toEqual(['loaded'])
  })

  test('starts nothing when the code is that of a child', async () => {
    const pid = sys.fork(async ({ sys }) => {
      await sys.spawn('/usr/bin/note', { argv: ['note'] })
      ran.push('spawned')
      return 0
    })
    await settle()
    sys.kill(pid, SIGKILL)
    expect(await sys.wait(pid)).toMatchObject(killed)
    table.arrive()
    await settle()
    expect(ran).toEqual([])
    expect(sys.processes().map(({ pid: each }) => each)).toEqual([1])
  })

  test('is not brought back by its own exec', async () => {
    const pid = sys.fork(async ({ sys }) => await sys.exec('/usr/bin/note', ['note'], new Map()))
    await settle()
    sys.kill(pid, SIGKILL)
    expect(await sys.wait(pid)).toMatchObject(killed)
    table.arrive()
    await settle()
    expect(ran).toEqual([])
  })

  test('hears nothing of code that turns out not to be there', async () => {
    const missing = await bootTestKernel([], { load: () => table.fetch() })
    const heard: unknown[] = []
    const start = ({ sys }: { sys: Sys }): Promise<number> =>
      Promise.resolve(sys.spawn('/usr/bin/gone', { argv: ['gone'] })).catch((error: unknown) => heard.push(error))
    placeFile(missing.sys, '/usr/bin/gone', stubBytes('test/gone'), 0o755)
    const pid = missing.sys.fork(start)
    await settle()
    missing.sys.kill(pid, SIGKILL)
    table.arrive()
    await settle()
    expect(heard).toEqual([])
    missing.sys.fork(start)
    await settle()
    table.arrive()
    await settle()
    expect(heard).toEqual([ENOEXEC])
    missing.shutdown()
  })

  test('leaves nothing behind after an exec that came first', async () => {
    const pid = sys.fork(async ({ sys }) => {
      void Promise.resolve(sys.spawn('/usr/bin/note', { argv: ['note'] })).then(() => ran.push('spawned'))
      return sys.exec('/usr/bin/lazy', ['lazy'], new Map())
    })
    await settle()
    table.arrive()
    chunk.arrive()
    await sys.wait(pid)
    expect(ran).toEqual(['loaded', 'lived on'])
  })
})

describe('timers of a program', () => {
  test('are gone with it', async () => {
    const pid = sys.fork(async ({ sys }) => {
      sys.clock.after(10, () => ran.push(`fired in ${sys.getpid()}`))
      await sys.sleep(1000)
      return 0
    })
    await settle()
    sys.kill(pid, SIGKILL)
    await sys.wait(pid)
    await sys.sleep(50)
    expect(ran).toEqual([])
  })

  test('wait while it is stopped, and fire once', async () => {
    const pid = sys.fork(async ({ sys }) => {
      const timer = sys.clock.after(5, () => ran.push('never'))
      timer.cancel()
      sys.clock.after(10, () => ran.push('fired'))
      await sys.sleep(1000)
      return 0
    })
    await settle()
    sys.kill(pid, SIGSTOP)
    await sys.sleep(50)
    expect(ran).toEqual([])
    sys.kill(pid, SIGCONT)
    await settle()
    expect(ran).toEqual(['fired'])
    sys.kill(pid, SIGKILL)
    await sys.wait(pid)
  })
})
