import { EINVAL, isDirectory, isErrno, isRegular, type MaybePromise, O_RDONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { begin, ExitShell, finish, type Outcome, type Steps, wait } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import { isFolder, runAgain } from '../interp/script.ts'
import type { Shell } from '../interp/shell.ts'
import { runReturnTrap } from '../interp/traps.ts'
import { parseFlags } from './flags.ts'
import { decodeBytes } from '../syntax/ansi-escapes.ts'

/** `.` and `source`. */
export function source(shell: Shell, args: readonly string[], name: string): Outcome {
  const [path] = args
  if (args.length !== 1 || path === undefined || path.startsWith('-') || !path.includes('/'))
    return begin(sourceSteps(shell, args, name))
  let fd = -1
  let got: MaybePromise<Uint8Array>
  try {
    fd = shell.sys.open(path, O_RDONLY)
    if (!isRegular(shell.sys.fstat(fd).mode)) throw EINVAL
    got = readAll(shell.sys, fd)
  } catch (error) {
    if (!isErrno(error)) throw error
    if (fd >= 0) shell.sys.close(fd)
    return begin(sourceSteps(shell, args, name))
  }
  if (got instanceof Promise) return sourceLater(shell, path, fd, got)
  shell.sys.close(fd)
  return runSourced(shell, path, decodeBytes(got), [])
}

function* sourceLater(shell: Shell, path: string, fd: number, got: Promise<Uint8Array>): Steps<number> {
  const text = decodeBytes((yield got) as Uint8Array)
  shell.sys.close(fd)
  return yield* finish(runSourced(shell, path, text, []))
}

/** The same for whatever is no plain file that can be read. */
function* sourceSteps(shell: Shell, args: readonly string[], name: string): Steps<number> {
  const [file, ...rest] =
    shell.dialect.name === 'bash' ? parseFlags(args, { flags: '' }).operands : args[0] === '--' ? args.slice(1) : args
  if (file === undefined) {
    yield* wait(shell.complain(`${name}: filename argument required\n${name}: usage: ${name} filename [arguments]`))
    return 2
  }
  const path = file.includes('/') ? file : (quietly(() => findReadable(shell, file)) ?? file)
  let text: string
  try {
    if (isFolder(shell, path)) {
      if (!shell.dialect.bash) return 0
      yield* wait(shell.complain(`${name}: ${file}: is a directory`))
      return 1
    }
    const fd = shell.sys.open(path, O_RDONLY)
    text = decodeBytes(yield* wait(readAll(shell.sys, fd)))
    shell.sys.close(fd)
  } catch (error) {
    if (!isErrno(error)) throw error
    yield* wait(
      shell.complain(
        shell.dialect.name === 'bash'
          ? `${file}: ${error.message}`
          : `${name}: ${shell.dialect.cannotOpen(file, error.message, false)}`,
      ),
    )
    if (shell.posix && !shell.interactive) throw new ExitShell(shell.dialect.bash ? 1 : 2)
    return 1
  }
  return yield* finish(runSourced(shell, path, text, rest))
}

function findReadable(shell: Shell, name: string): string | undefined {
  for (const folder of (shell.variables.get('PATH') ?? '').split(':')) {
    const candidate = `${folder || '.'}/${name}`
    if (quietly(() => !isDirectory(shell.sys.stat(candidate).mode))) return candidate
  }
  return undefined
}

/** What is put back when a sourced file has ended. */
interface Sourcing {
  readonly positional: readonly string[]
  readonly source: string
  readonly line: number
  readonly given: readonly string[]
  readonly debug: string | undefined
}

function enter(shell: Shell, path: string, args: readonly string[]): Sourcing {
  const { positional, source: before, line } = shell
  if (args.length) shell.positional = args
  shell.source = path
  shell.sourcing++
  shell.indirection++
  shell.calls.push({ name: 'source', line, source: path, words: [path, ...args] })
  const debug = shell.options.has('functrace') ? undefined : shell.traps.get('DEBUG')
  if (debug !== undefined) shell.traps.delete('DEBUG')
  return { positional, source: before, line, given: shell.positional, debug }
}

function leave(
  shell: Shell,
  args: readonly string[],
  { positional, source: before, line, given, debug }: Sourcing,
): void {
  if (debug !== undefined && !shell.traps.has('DEBUG')) shell.traps.set('DEBUG', debug)
  shell.calls.pop()
  shell.sourcing--
  shell.indirection--
  shell.source = before
  shell.line = line
  if (args.length && shell.positional === given) shell.positional = positional
}

function runSourced(shell: Shell, path: string, text: string, args: readonly string[]): Outcome {
  const before = enter(shell, path, args)
  let outcome: Outcome
  try {
    outcome = runAgain(shell, text, { goesOn: true })
  } catch (error) {
    leave(shell, args, before)
    throw error
  }
  if (typeof outcome !== 'number' || shell.traps.size > 0) return sourcedSteps(shell, args, before, outcome)
  const status = returned(shell, outcome)
  leave(shell, args, before)
  return status
}

function* sourcedSteps(shell: Shell, args: readonly string[], before: Sourcing, outcome: Outcome): Steps<number> {
  try {
    const last = yield* finish(outcome)
    const { jump } = shell
    const status = returned(shell, last)
    yield* runReturnTrap(shell, jump, shell.line)
    return status
  } finally {
    leave(shell, args, before)
  }
}

function returned(shell: Shell, status: number): number {
  if (shell.jump?.kind !== 'return') return status
  shell.jump = undefined
  return shell.status
}
