import { commandText } from '../syntax/print.ts'
import { IndexedArray } from './indexed-array.ts'
import type { Coprocess } from '../syntax/ast.ts'
import { forkShell, runLast } from './child.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { Steps } from './flow.ts'
import type { Shell } from './shell.ts'

/** The shell's ends of the pipes are kept out of the way of scripts. */
const FIRST_FD = 60

/** `coproc`: a job in the background with a pipe to it and one from it, whose ends stand in an array. bash(1), "Coprocesses". */
export function* startCoprocess(shell: Shell, { name, body, line }: Coprocess): Steps<number> {
  const { sys } = shell
  shell.line = line
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
