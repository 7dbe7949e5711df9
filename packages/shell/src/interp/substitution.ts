import { concat } from '@drydock/libc'
import { decodeBytes } from '../syntax/ansi-escapes.ts'
import type { List, ProcessSubstitution, SimpleCommand } from '../syntax/ast.ts'
import { expandText } from '../expand/expand.ts'
import { forkShell, runLast, runProtected } from './child.ts'
import { exitStatus } from '@drydock/abi'
import { type Steps, wait } from './flow.ts'
import { isPure } from './pure.ts'
import type { Shell } from './shell.ts'

/** Text of `$(…)`: what the commands print, without the newlines at its end. */
export function* substitute(shell: Shell, body: List): Steps<string> {
  const output = isPure(shell, body) ? yield* captureHere(shell, body) : yield* captureChild(shell, body)
  let end = output.length
  while (output.charCodeAt(end - 1) === 10) end--
  return output.slice(0, end).replaceAll('\0', '')
}

/** Only builtins: they run on a copy of the shell, whose output is kept. */
function* captureHere(shell: Shell, body: List): Steps<string> {
  const child = shell.fork(true)
  child.captured = []
  child.indirection++
  child.traps.clear()
  child.loops = shell.loops
  inheritErrexit(shell, child)
  const status = yield* runProtected(child, (inner) => inner.machinery.execute(inner, body))
  shell.substituted = shell.status = status
  return child.captured.join('')
}

function inheritErrexit(shell: Shell, child: Shell): void {
  if (!shell.posix && !shell.shopt.get('inherit_errexit')) child.options.delete('errexit')
}

function* captureChild(shell: Shell, body: List): Steps<string> {
  const { sys } = shell
  const direct = fileOf(shell, body)
  if (direct) return yield* readRedirected(shell, direct)
  const [reader, writer] = sys.pipe()
  const prepare = (child: Shell): void => {
    child.sys.close(reader)
    child.sys.dup2(writer, 1)
    if (writer !== 1) child.sys.close(writer)
    child.captured = undefined
    child.indirection++
    child.jobControl = false
    inheritErrexit(shell, child)
  }
  const pid = yield* forkShell(shell, { prepare, waited: true, body: (child) => runLast(child, body) })
  sys.close(writer)
  const text = yield* readText(shell, reader)
  sys.close(reader)
  const result = yield* wait(sys.wait(pid))
  shell.substituted = shell.status = result ? exitStatus(result.status) : 0
  return text
}

/** `<(<file)` is the file, as in `$(<file)`. */
function* copyOf(child: Shell, command: SimpleCommand): Steps<number> {
  yield* wait(child.print(yield* readRedirected(child, command)))
  return child.status
}

function* readText(shell: Shell, fd: number): Steps<string> {
  const parts: Uint8Array[] = []
  for (;;) {
    const bytes = yield* wait(shell.sys.read(fd, 65536))
    if (bytes.length === 0) return decodeBytes(concat(parts))
    parts.push(bytes)
  }
}

/** `$(<file)`. */
function fileOf(shell: Shell, { items }: List): SimpleCommand | undefined {
  if (shell.dialect.name !== 'bash') return undefined
  const command = items[0]?.command
  if (items.length !== 1 || command?.type !== 'simple') return undefined
  if (command.words.length || command.assignments.length || command.redirects.length !== 1) return undefined
  return command.redirects[0]?.operator === '<' ? command : undefined
}

function* readRedirected(shell: Shell, command: SimpleCommand): Steps<string> {
  const target = command.redirects[0]?.target
  const path = target ? yield* expandText(shell, target) : ''
  let fd: number
  try {
    fd = shell.sys.open(path, 0)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    yield* wait(shell.complain(`${path}: ${error.message}`))
    shell.substituted = shell.status = 1
    return ''
  }
  const text = yield* readText(shell, fd)
  shell.sys.close(fd)
  shell.substituted = shell.status = 0
  return text
}

/** `<(…)` and `>(…)`: a name below /dev/fd for one end of a pipe; the command has the other. */
export function* processSubstitution(shell: Shell, { direction, body }: ProcessSubstitution): Steps<string> {
  const { sys } = shell
  const [reader, writer] = sys.pipe()
  const [kept, given] = direction === '<' ? [reader, writer] : [writer, reader]
  const high = sys.dup(kept, 63)
  sys.close(kept)
  const prepare = (child: Shell): void => {
    child.sys.close(high)
    child.sys.dup2(given, direction === '<' ? 1 : 0)
    child.sys.close(given)
    child.captured = undefined
    child.jobControl = false
  }
  const file = direction === '<' ? fileOf(shell, body) : undefined
  const pid = yield* forkShell(shell, {
    prepare,
    body: (child) => (file ? copyOf(child, file) : runLast(child, body)),
  })
  sys.close(given)
  shell.lastBackground = pid
  shell.substitutions.push({ fd: high, pid })
  return `/dev/fd/${high}`
}
