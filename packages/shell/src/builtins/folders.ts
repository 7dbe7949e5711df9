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

function* changeTo(shell: Shell, folder: string, label: string, physical: boolean, shown = folder): Steps<number> {
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
  const { options, operands } = parseFlags(
    args.filter((word) => word !== '-' || true),
    { flags: 'LPe@' },
  )
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
  const status = yield* changeTo(shell, found ?? target, 'cd', physical, target)
  if (found !== undefined && status === 0) yield* wait(shell.print(`${currentFolder(shell)}\n`))
  return status
}

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

const shorten = (shell: Shell, path: string): string => {
  const home = shell.variables.get('HOME') ?? ''
  return home !== '' && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path
}

function* dirs(shell: Shell, args: readonly string[]): Steps<number> {
  const { options } = parseFlags(args, { flags: 'clpv' })
  if (options.has('c')) {
    shell.directories = []
    return 0
  }
  const stack = [currentFolder(shell), ...shell.directories].map((path) =>
    options.has('l') ? path : shorten(shell, path),
  )
  if (options.has('v'))
    yield* wait(shell.print(stack.map((path, at) => `${String(at).padStart(2)}  ${path}\n`).join('')))
  else yield* wait(shell.print(`${stack.join(options.has('p') ? '\n' : ' ')}\n`))
  return 0
}

function* pushd(shell: Shell, args: readonly string[]): Steps<number> {
  const { operands } = parseFlags(
    args.filter((word) => !/^-\d+$/.test(word)),
    { flags: 'n' },
  )
  const here = currentFolder(shell)
  const [target] = operands
  if (target === undefined || /^\+\d+$/.test(target)) {
    const stack = [here, ...shell.directories]
    const at = target === undefined ? 1 : Number(target)
    if (stack.length < 2) throw new FatalError('no other directory', 1, false)
    const turned =
      target === undefined ? [stack[1] ?? '', here, ...stack.slice(2)] : [...stack.slice(at), ...stack.slice(0, at)]
    const status = yield* changeTo(shell, turned[0] ?? here, 'pushd', false)
    if (status === 0) shell.directories = turned.slice(1)
    return status || (yield* dirs(shell, []))
  }
  const status = yield* changeTo(shell, target, 'pushd', false)
  if (status !== 0) return status
  shell.directories = [here, ...shell.directories]
  return yield* dirs(shell, [])
}

function* popd(shell: Shell, [target]: readonly string[]): Steps<number> {
  if (shell.directories.length === 0) throw new FatalError('directory stack empty', 1, false)
  const at = target ? Number(target) : 0
  if (at > 0) {
    shell.directories.splice(at - 1, 1)
    return yield* dirs(shell, [])
  }
  const status = yield* changeTo(shell, shell.directories[0] ?? '/', 'popd', false)
  if (status !== 0) return status
  shell.directories = shell.directories.slice(1)
  return yield* dirs(shell, [])
}

export const folderBuiltins: readonly (readonly [string, Builtin])[] = [
  ['cd', { run: cd }],
  ['pwd', { run: pwd, pure: true }],
  ['dirs', { run: dirs, pure: true }],
  ['pushd', { run: pushd }],
  ['popd', { run: popd }],
]
