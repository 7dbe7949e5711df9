import { isErrno, O_RDONLY } from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { decodeBytes } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import { runText } from './script.ts'
import type { Shell } from './shell.ts'

export interface StartupOptions {
  readonly noRc: boolean
  readonly noProfile: boolean
  readonly rcFile?: string
}

/** bash(1), "INVOCATION". */
export function* readStartupFiles(shell: Shell, options: StartupOptions): Steps<void> {
  const home = shell.variables.get('HOME') ?? '/root'
  if (shell.interactive) setPrompts(shell)
  if (shell.login && !options.noProfile) {
    yield* runFile(shell, '/etc/profile')
    const names = shell.dialect.name === 'bash' ? ['.bash_profile', '.bash_login', '.profile'] : ['.profile']
    for (const name of names) if (yield* runFile(shell, `${home}/${name}`)) break
  } else if (shell.interactive && shell.dialect.name === 'bash' && !options.noRc) {
    if (options.rcFile === undefined) yield* runFile(shell, '/etc/bash.bashrc')
    yield* runFile(shell, options.rcFile ?? `${home}/.bashrc`)
  }
  const env = shell.variables.get(shell.dialect.name === 'bash' ? 'BASH_ENV' : 'ENV')
  if (env && (shell.dialect.name === 'bash' ? !shell.interactive : shell.interactive)) yield* runFile(shell, env)
}

/** Startup files look at the prompt to see whether they are read by an interactive shell. */
function setPrompts({ variables, dialect }: Shell): void {
  if (!variables.get('PS1')) variables.define('PS1', { value: dialect.ps1 })
  if (!variables.get('PS2')) variables.define('PS2', { value: '> ' })
}

/** @returns whether the file was there */
function* runFile(shell: Shell, path: string): Steps<boolean> {
  let text: string
  try {
    const fd = shell.sys.open(path, O_RDONLY)
    text = decodeBytes(yield* wait(readAll(shell.sys, fd)))
    shell.sys.close(fd)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
  shell.sourcing++
  const { source } = shell
  shell.source = path
  try {
    yield* runText(shell, text, { goesOn: true })
    shell.jump = undefined
  } finally {
    shell.sourcing--
    shell.source = source
  }
  return true
}
