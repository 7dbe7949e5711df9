import { EACCES, EPERM, exitStatus, isErrno, type SeccompFilter, SIGNALS, type Sys } from '@drydock/abi'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bootTestKernel, type TestKernel } from '../testing/index.ts'

let kernel: TestKernel
beforeEach(async () => {
  kernel = await bootTestKernel([])
})
afterEach(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Runs `action` in a child of a process with these filters, one put on after the other. @returns the child's status */
async function behind(filters: readonly SeccompFilter[], action: (sys: Sys) => number): Promise<unknown> {
  const { sys } = kernel
  const pid = sys.fork(async (process) => {
    for (const seccomp of filters) process.sys.prctl({ seccomp })
    const child = process.sys.fork(({ sys: inner }) => action(inner))
    const { status } = (await process.sys.wait(child))!
    return exitStatus(status)
  })
  const result = await sys.wait(pid)
  return result?.status.kind === 'exited' ? result.status.code : result?.status
}
const errnoOf = (action: () => unknown): number => {
  try {
    action()
    return 0
  } catch (error) {
    if (isErrno(error)) return error.errno
    throw error
  }
}

test('a filter refuses its calls to the process and its children, and nothing else', async () => {
  const filter: SeccompFilter = new Map([['mkdir', EACCES]])
  expect(await behind([filter], (sys) => errnoOf(() => sys.mkdir('/x')))).toBe(EACCES.errno)
  expect(await behind([filter], (sys) => errnoOf(() => sys.symlink('a', '/x')))).toBe(0)
  expect(errnoOf(() => kernel.sys.mkdir('/x2'))).toBe(0)
})

test('what one filter refuses the next one cannot let through, and killing beats an error', async () => {
  const mkdir = (sys: Sys): number => errnoOf(() => sys.mkdir('/x'))
  expect(await behind([new Map([['mkdir', EACCES]]), new Map()], mkdir)).toBe(EACCES.errno)
  expect(await behind([new Map([['mkdir', 'kill']]), new Map([['mkdir', EPERM]])], mkdir)).toBe(128 + SIGNALS.SIGSYS)
})
