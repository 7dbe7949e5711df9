import { isDirectory, isErrno, O_RDONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { ExitShell, type Steps, wait } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import { isFolder, runText } from '../interp/script.ts'
import type { Shell } from '../interp/shell.ts'
import { runReturnTrap } from '../interp/traps.ts'
import { parseFlags } from './flags.ts'
import { decodeBytes } from '../syntax/ansi-escapes.ts'

/** `.` and `source`. */
export function* runScriptSource(shell: Shell, args: readonly string[], name: string): Steps<number> {
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
  return yield* runSourced(shell, path, text, rest)
}

function findReadable(shell: Shell, name: string): string | undefined {
  for (const folder of (shell.variables.get('PATH') ?? '').split(':')) {
    const candidate = `${folder || '.'}/${name}`
    if (quietly(() => !isDirectory(shell.sys.stat(candidate).mode))) return candidate
  }
  return undefined
}

export function* runSourced(shell: Shell, path: string, text: string, args: readonly string[]): Steps<number> {
  const { positional, source, line } = shell
  if (args.length) shell.positional = args
  shell.source = path
  shell.sourcing++
  shell.indirection++
  shell.calls.push({ name: 'source', line, source: path, words: [path, ...args] })
  const given = shell.positional
  const debug = shell.options.has('functrace') ? undefined : shell.traps.get('DEBUG')
  if (debug !== undefined) shell.traps.delete('DEBUG')
  try {
    let status = yield* runText(shell, text, { goesOn: true })
    const { jump } = shell
    if (jump?.kind === 'return') {
      shell.jump = undefined
      status = shell.status
    }
    yield* runReturnTrap(shell, jump, shell.line)
    return status
  } finally {
    if (debug !== undefined && !shell.traps.has('DEBUG')) shell.traps.set('DEBUG', debug)
    shell.calls.pop()
    shell.sourcing--
    shell.indirection--
    shell.source = source
    shell.line = line
    if (args.length && shell.positional === given) shell.positional = positional
  }
}
