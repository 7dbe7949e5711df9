import { EACCES, ENOENT, ENOEXEC, isDirectory, isErrno, O_RDONLY } from '@drydock/abi'
import { environmentOf } from './environment.ts'
import { searchPath } from '@drydock/libc'
import type { SimpleCommand } from '../syntax/ast.ts'
import { forking, forkShell, SHELL_SIGNALS } from './child.ts'
import { finish, type Steps, wait } from './flow.ts'
import { invoke } from './function-call.ts'
import { quietly } from './redirect.ts'
import { runScriptFile } from './script.ts'
import type { Shell } from './shell.ts'
import { waitForeground } from './wait.ts'

/** A program, in a process of its own. */
export function* runExternal(
  shell: Shell,
  command: SimpleCommand,
  words: readonly string[],
  mayExec: boolean,
): Steps<number> {
  const name = words[0] ?? ''
  const path = findCommand(shell, name)
  if (typeof path !== 'string') return yield* notFound(shell, name, words, path)
  const env = environmentOf(shell)
  if (shell.dialect.name === 'bash') env.set('_', path)
  try {
    if (mayExec) return yield* wait(shell.sys.exec(path, words, env))
    const group = shell.jobControl ? { pgid: 0, foreground: true } : {}
    const signals = shell.interactive ? { defaultSignals: SHELL_SIGNALS } : {}
    const pid = yield* forking(shell, () => shell.sys.spawn(path, { argv: words, env, ...group, ...signals }))
    return yield* waitForeground(shell, pid, [pid], command)
  } catch (error) {
    if (error === ENOEXEC) return yield* runAsScript(shell, path, words, command)
    if (!isErrno(error)) throw error
    const interpreter = error === ENOENT ? badInterpreter(shell, path) : undefined
    const directory = quietly(() => isDirectory(shell.sys.stat(path).mode))
    yield* wait(shell.complain(interpreter ?? `${path}: ${directory ? 'Is a directory' : error.message}`))
    return (shell.status = error === ENOENT ? 127 : 126)
  }
}

/** `#!` names a file that is not there. */
function badInterpreter(shell: Shell, path: string): string | undefined {
  const fd = quietly(() => shell.sys.open(path, O_RDONLY))
  if (fd === undefined) return undefined
  const head = new TextDecoder().decode(quietly(() => shell.sys.pread(fd, 256, 0)) ?? new Uint8Array())
  shell.sys.close(fd)
  const match = /^#!\s*(\S+)/.exec(head)
  if (!match) return undefined
  return shell.dialect.name === 'bash'
    ? `${path}: cannot execute: required file not found`
    : shell.dialect.notFound(path)
}

/** The file of a command: remembered, or looked for in PATH. */
export function findCommand(shell: Shell, name: string): string | typeof ENOENT | typeof EACCES {
  if (name === '') return ENOENT
  if (name.includes('/')) return name
  const known = shell.hashed.get(name)
  if (known && !(shell.shopt.get('checkhash') && !quietly(() => shell.sys.stat(known.path)))) {
    known.hits++
    return known.path
  }
  try {
    const path = searchPath(shell.sys, name, shell.variables.get('PATH') ?? '')
    if (shell.options.has('hashall')) shell.hashed.set(name, { path, hits: 1 })
    return path
  } catch (error) {
    if (isErrno(error)) return error === EACCES ? EACCES : ENOENT
    throw error
  }
}

function* notFound(shell: Shell, name: string, words: readonly string[], error: typeof ENOENT): Steps<number> {
  const handler = shell.functions.get('command_not_found_handle')
  if (handler && shell.dialect.name === 'bash')
    return yield* finish(invoke(shell, handler, ['command_not_found_handle', ...words]))
  if (error === EACCES) {
    yield* wait(shell.complain(`${name}: ${EACCES.message}`))
    return (shell.status = 126)
  }
  yield* wait(shell.complain(shell.dialect.notFound(name)))
  return (shell.status = 127)
}

/** A file without `#!` that is text: a script for this shell. POSIX, 2.9.1.1. */
function* runAsScript(shell: Shell, path: string, words: readonly string[], told: SimpleCommand): Steps<number> {
  const body = (child: Shell): Steps<number> => runScriptFile(child, path, words)
  const pid = yield* forkShell(shell, { pgid: 0, foreground: true, body })
  return yield* waitForeground(shell, pid, [pid], told)
}
