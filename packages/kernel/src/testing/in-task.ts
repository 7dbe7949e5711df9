import type { ForkOptions, MaybePromise, Process, WaitStatus } from '@drydock/abi'
import type { TestKernel } from './test-kernel.ts'

/** Runs a function as a child of process 1. @returns how it ended */
export async function inTask(
  kernel: TestKernel,
  entry: (process: Process) => MaybePromise<number>,
  options: ForkOptions = {},
): Promise<WaitStatus> {
  const { sys } = kernel
  const pid = sys.fork(entry, { fds: new Map(), ...options })
  const result = await sys.wait(pid)
  if (!result) throw new Error('wait gave nothing')
  return result.status
}
