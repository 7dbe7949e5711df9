import { isDirectory, isErrno } from '@drydock/abi'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { parseFlags } from './flags.ts'

/** A path without `.`, `..` and double slashes, by its text alone. POSIX, cd, step 8. */
export function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

export function currentFolder(shell: Shell): string {
  return shell.variables.get('PWD') ?? quietly(() => shell.sys.getcwd()) ?? '/'
}

export function* changeTo(
  shell: Shell,
  folder: string,
  label: string,
  physical: boolean,
  shown = folder,
): Steps<number> {
  const path = folder.startsWith('/') ? normalize(folder) : normalize(`${currentFolder(shell)}/${folder}`)
  try {
    shell.sys.chdir(physical ? folder : path)
  } catch (error) {
    if (!isErrno(error)) throw error
    const message =
      shell.dialect.name === 'dash'
        ? `can't cd to ${shown}`
        : shell.dialect.name === 'ash'
          ? `can't cd to ${shown}: ${error.message}`
          : `${shown}: ${error.message}`
    yield* wait(shell.complain(`${label}: ${message}`))
    return shell.dialect.name === 'dash' ? 2 : 1
  }
  const old = shell.variables.get('PWD')
  if (old !== undefined) shell.variables.set('OLDPWD', old)
  shell.variables.set('PWD', physical ? shell.sys.getcwd() : path)
  return 0
}

function* cd(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'LPe@' })
  const [target, more] = operands
  if (more !== undefined && shell.dialect.name === 'bash') throw new FatalError('too many arguments', 1, false)
  const physical = options.has('P') || shell.options.has('physical')
  if (target === undefined || target === '-') {
    const name = target === undefined ? 'HOME' : 'OLDPWD'
    const value = shell.variables.get(name)
    if (value === undefined) throw new FatalError(`${name} not set`, 1, false)
    const status = yield* changeTo(shell, value, 'cd', physical)
    if (status === 0 && target === '-') yield* wait(shell.print(`${currentFolder(shell)}\n`))
    return status
  }
  const found = target.startsWith('/') || /^\.\.?(\/|$)/.test(target) ? undefined : searchCdpath(shell, target)
  const named = found === undefined && shell.shopt.get('cdable_vars') ? variableFolder(shell, target) : undefined
  if (named !== undefined) {
    const status = yield* changeTo(shell, named, 'cd', physical)
    if (status === 0) yield* wait(shell.print(`${currentFolder(shell)}\n`))
    return status
  }
  const status = yield* changeTo(shell, found ?? target, 'cd', physical, target)
  if (found !== undefined && status === 0) yield* wait(shell.print(`${currentFolder(shell)}\n`))
  return status
}

/** shopt cdable_vars: what is no directory may be the name of a variable that names one. */
const variableFolder = (shell: Shell, name: string): string | undefined =>
  quietly(() => isDirectory(shell.sys.stat(name).mode)) ? undefined : shell.variables.get(name)

function searchCdpath(shell: Shell, target: string): string | undefined {
  for (const folder of (shell.variables.get('CDPATH') ?? '').split(':').filter(Boolean)) {
    const path = `${folder}/${target}`
    if (folder !== '.' && quietly(() => isDirectory(shell.sys.stat(path).mode))) return path
  }
  return undefined
}

function pwd(shell: Shell, args: readonly string[]): number | Promise<number> {
  const { options } = parseFlags(args, { flags: 'LP' })
  const path = options.has('P') ? shell.sys.getcwd() : currentFolder(shell)
  const written = shell.print(`${path}\n`)
  return written instanceof Promise ? written.then(() => 0) : 0
}

export const folderBuiltins: readonly (readonly [string, Builtin])[] = [
  ['cd', { run: cd }],
  ['pwd', { run: pwd, pure: true }],
]
