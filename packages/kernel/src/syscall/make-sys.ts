import type { Sys } from '@drydock/abi'
import { foreignFor } from '../foreign-host.ts'
import type { Task } from '../task/task.ts'
import { TaskClock } from '../task/task-clock.ts'
import { descriptorCalls } from './descriptor.ts'
import { identityCalls } from './identity.ts'
import { pathCalls } from './path.ts'
import { pollCalls } from './poll.ts'
import { processCalls } from './process.ts'
import { signalCalls } from './signal.ts'
import { socketCalls } from './socket.ts'
import { systemCalls } from './system.ts'
import { callMethods, type CallName, type SyscallTable } from './table.ts'
import { terminalCalls } from './terminal.ts'

/** Every system call, by name. */
const CALLS: SyscallTable<CallName> = {
  ...processCalls,
  ...signalCalls,
  ...identityCalls,
  ...descriptorCalls,
  ...pathCalls,
  ...pollCalls,
  ...systemCalls,
  ...terminalCalls,
  ...socketCalls,
}

const METHODS = callMethods(CALLS)

/** The system calls of the program that the task runs now. They are methods: `sys.read(…)`, never `const { read } = sys`. */
export function makeSys(task: Task): Sys {
  const { entropy, foreign } = task.parts
  const clock = new TaskClock(task)
  const powers = foreign ? { clock, entropy, foreign: foreignFor(task, foreign) } : { clock, entropy }
  // The table has a row for each call with its own types; a loop over it cannot keep them apart.
  return Object.assign(Object.create(METHODS), powers, { task, image: task.image }) as Sys
}
