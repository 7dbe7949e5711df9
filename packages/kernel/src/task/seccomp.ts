import { type SeccompFilter, SIGNALS, type Sys } from '@drydock/abi'
import { exitTask } from './exit.ts'
import type { Task } from './task.ts'
import { UNWIND } from './unwind.ts'

/** Lets a call pass, or not. @throws Errno that its filter gives */
export function checkFilter(task: Task, filter: SeccompFilter, call: string): void {
  const verdict = filter.get(call as keyof Sys)
  if (verdict === undefined) return
  if (verdict !== 'kill') throw verdict
  exitTask(task, { kind: 'signaled', signal: SIGNALS.SIGSYS, core: false })
  throw UNWIND
}

/** Of two filters the stricter verdict holds; of two errors the later filter's. seccomp(2) */
export const stricter = (before: SeccompFilter, later: SeccompFilter): SeccompFilter =>
  new Map([...before, ...later, ...[...before].filter(([, verdict]) => verdict === 'kill')])
