import type { Command, List, Pipeline } from '../syntax/ast.ts'
import { forkShell, nullInput, runLast } from './child.ts'
import { commandText } from '../syntax/print.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import { spent } from './spent.ts'
import { quietly, restore, type Saved } from './redirect.ts'
import type { Shell } from './shell.ts'
import { waitForeground } from './wait.ts'

export function* runPipeline(shell: Shell, pipeline: Pipeline): Steps<number> {
  const { negated, timed, commands } = pipeline
  const start = timed ? spent(shell) : undefined
  if (negated) shell.tested++
  let status = 0
  try {
    const [only] = commands
    if (only && commands.length === 1) status = yield* shell.machinery.execute(shell, only)
    else if (commands.length > 1) {
      shell.line = pipeline.line
      const last = commands.at(-1)
      if (last?.type === 'simple' && !shell.inTrap) shell.told = last
      status = yield* pipe(shell, pipeline)
    }
  } finally {
    if (negated) shell.tested--
  }
  if (start) {
    const { tellTime } = yield* wait(import('./time-report.ts'))
    yield* tellTime(shell, start, timed === 'time -p')
  }
  return (shell.status = negated ? (status === 0 ? 1 : 0) : status)
}

function* pipe(shell: Shell, pipeline: Pipeline): Steps<number> {
  const lastHere = (shell.shopt.get('lastpipe') ?? false) && !shell.jobControl
  const started = yield* startPipeline(shell, pipeline, { foreground: true, lastHere })
  if (started.input === undefined) return yield* waitForeground(shell, started.pgid, started.pids, pipeline)
  const status = yield* runLastHere(shell, pipeline, started.input)
  yield* waitForeground(shell, started.pgid, started.pids, pipeline)
  shell.pipeStatus = [...shell.pipeStatus, status]
  const failed = shell.options.has('pipefail') ? (shell.pipeStatus.findLast((each) => each !== 0) ?? 0) : status
  return (shell.status = failed)
}

/** shopt lastpipe: the last command runs in this shell. */
function* runLastHere(shell: Shell, { commands }: Pipeline, input: number): Steps<number> {
  const last = commands.at(-1)
  const copy = quietly(() => shell.sys.dup(0, 10)) ?? -1
  const saved: Saved[] = [{ fd: 0, copy }]
  shell.sys.dup2(input, 0)
  shell.sys.close(input)
  try {
    return last ? yield* shell.machinery.execute(shell, last) : 0
  } finally {
    restore(shell, saved)
  }
}

interface Started {
  readonly pids: number[]
  readonly pgid: number
  /** The read end of the last pipe, when the last command was not started. */
  readonly input: number | undefined
}

function* startPipeline(
  shell: Shell,
  { commands, withErrors }: Pipeline,
  how: { foreground: boolean; lastHere?: boolean },
): Steps<Started> {
  const { sys } = shell
  const pids: number[] = []
  let input: number | undefined
  const count = how.lastHere ? commands.length - 1 : commands.length
  for (let at = 0; at < count; at++) {
    const command = commands[at]
    if (!command) break
    const next = at < commands.length - 1 ? sys.pipe() : undefined
    const from = input
    const prepare = (child: Shell): void =>
      plumb(child, from, next, withErrors[at] ?? false, !how.foreground && at === 0)
    const pgid = pids[0] ?? 0
    let started = false
    try {
      const { foreground } = how
      const waited = foreground && !how.lastHere
      const body = (child: Shell): Steps<number> => runLast(child, insideOf(command))
      pids.push(yield* forkShell(shell, { pgid, foreground, background: !foreground, waited, prepare, body }))
      started = true
    } finally {
      if (from !== undefined) sys.close(from)
      if (next) sys.close(next[1])
      if (next && !started) sys.close(next[0])
    }
    input = next?.[0]
  }
  return { pids, pgid: pids[0] ?? 0, input }
}

/** A part of a pipeline is a process of its own: parentheses around it need no other. */
const insideOf = (command: Command): Command | List =>
  command.type === 'subshell' && command.redirects.length === 0 ? command.body : command

function plumb(
  child: Shell,
  input: number | undefined,
  output: readonly [number, number] | undefined,
  errors: boolean,
  nothing: boolean,
): void {
  const { sys } = child
  if (input !== undefined) {
    sys.dup2(input, 0)
    sys.close(input)
  } else if (nothing && !child.jobControl && !child.option('monitor')) nullInput(child)
  if (!output) return
  sys.close(output[0])
  sys.dup2(output[1], 1)
  if (errors) sys.dup2(output[1], 2)
  sys.close(output[1])
}

/** `command &`. @returns 0, always */
export function* startBackground(shell: Shell, command: Command, line: number): Steps<number> {
  shell.line = line
  const pipeline: Pipeline =
    command.type === 'pipeline' && !command.negated && !command.timed
      ? command
      : { type: 'pipeline', negated: false, timed: false, commands: [command], withErrors: [], line }
  const { pids, pgid } = yield* startPipeline(shell, pipeline, { foreground: false })
  const text = commandText(command)
  const job = shell.jobs.add({
    pgid,
    command: text,
    background: true,
    processes: pids.map((pid) => ({ pid, status: undefined })),
  })
  shell.lastBackground = pids.at(-1) ?? 0
  if (shell.interactive) void shell.sys.write(2, encodeText(`[${job.id}] ${shell.lastBackground}\n`))
  return (shell.status = 0)
}
