import { commandText } from '../syntax/print.ts'
import { IndexedArray } from './indexed-array.ts'
import type { Coprocess } from '../syntax/ast.ts'
import { forkShell, runLast } from './child.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import { quietly } from './redirect.ts'
import type { Shell } from './shell.ts'
import { reap } from './wait.ts'

/** The shell's ends of the pipes are kept out of the way of scripts. */
const FIRST_FD = 60

/** `coproc`: a job in the background with a pipe to it and one from it, whose ends stand in an array. bash(1), "Coprocesses". */
export function* startCoprocess(shell: Shell, { name, body, line }: Coprocess): Steps<number> {
  const { sys } = shell
  shell.line = line
  yield* warnOfOther(shell)
  const [input, toChild] = sys.pipe()
  const [fromChild, output] = sys.pipe()
  const ends = [fromChild, toChild].map((fd) => {
    const high = sys.dup(fd, FIRST_FD)
    sys.close(fd)
    sys.setFdFlags(high, { cloexec: true })
    return high
  })
  const prepare = (child: Shell): void => {
    for (const fd of ends) child.sys.close(fd)
    child.sys.dup2(input, 0)
    child.sys.dup2(output, 1)
    child.sys.close(input)
    child.sys.close(output)
    child.captured = undefined
  }
  const pid = yield* forkShell(shell, {
    pgid: 0,
    background: true,
    prepare,
    body: (child) => runLast(child, body),
  })
  sys.close(input)
  sys.close(output)
  const { variables } = shell
  variables.define(name, { array: new IndexedArray(ends.map((fd, at) => [at, String(fd)])) })
  variables.define(`${name}_PID`, { value: String(pid) })
  shell.jobs.onEnd.set(pid, () => forget(shell, name, pid, ends))
  shell.lastBackground = pid
  const job = shell.jobs.add({
    pgid: pid,
    command: `coproc ${name} ${commandText(body)}`,
    background: true,
    processes: [{ pid, status: undefined }],
  })
  if (shell.interactive) void sys.write(2, encodeText(`[${job.id}] ${pid}\n`))
  return (shell.status = 0)
}

/** bash keeps account of one only. */
function* warnOfOther(shell: Shell): Steps<void> {
  reap(shell)
  const [pid] = shell.jobs.onEnd.keys()
  const name = pid === undefined ? undefined : /^coproc (\S+)/.exec(shell.jobs.byPid(pid)?.command ?? '')?.[1]
  if (name !== undefined) yield* wait(shell.complain(`warning: execute_coproc: coproc [${pid}:${name}] still exists`))
}

/** A coprocess that is gone takes its variables and its pipes with it. */
function forget({ jobs, variables, sys }: Shell, name: string, pid: number, ends: readonly number[]): void {
  jobs.onEnd.delete(pid)
  for (const fd of ends) quietly(() => sys.close(fd))
  variables.drop(name)
  variables.drop(`${name}_PID`)
}
