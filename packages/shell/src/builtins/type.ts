import { KEYWORDS } from '../syntax/keywords.ts'
import { functionText } from '../syntax/print.ts'
import { singleQuote } from '../expand/quote.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import type { Shell } from '../interp/shell.ts'
import { EISDIR, isDirectory } from '@drydock/abi'
import { parseFlags } from './flags.ts'

interface Found {
  readonly kind: 'alias' | 'keyword' | 'function' | 'builtin' | 'file'
  readonly path?: string
}

function* lookUp(shell: Shell, name: string, all: boolean, noFunctions = false): Generator<Found> {
  if (shell.aliases.has(name) && (shell.interactive || !shell.dialect.bash || shell.shopt.get('expand_aliases')))
    yield { kind: 'alias' }
  if (isKeyword(shell, name)) yield { kind: 'keyword' }
  if (!noFunctions && shell.functions.has(name)) yield { kind: 'function' }
  if (shell.machinery.builtins.has(name) && !shell.disabled.has(name)) yield { kind: 'builtin' }
  const files = filesOf(shell, name)
  const slash = name.includes('/') && shell.dialect.name === 'bash'
  const others = files.length === 0 && !all && !slash ? plainFilesOf(shell, name) : []
  for (const path of [...files, ...others]) {
    yield { kind: 'file', path }
    if (!all) return
  }
}

/** Files of that name in PATH that are no programs: what bash falls back on. */
const plainFilesOf = (shell: Shell, name: string): string[] =>
  candidatesOf(shell, name)
    .filter((path) => quietly(() => !isDirectory(shell.sys.stat(path).mode)))
    .slice(0, 1)

const candidatesOf = (shell: Shell, name: string): string[] =>
  name.includes('/')
    ? [name]
    : (shell.variables.get('PATH') ?? '').split(':').map((folder) => `${folder || '.'}/${name}`)

const isKeyword = ({ dialect }: Shell, name: string): boolean =>
  KEYWORDS.includes(name) && (dialect.name === 'bash' || !BASH_KEYWORDS.has(name))
const BASH_KEYWORDS: ReadonlySet<string> = new Set(['select', 'function', 'time', '[[', ']]', 'coproc'])

/** Executables of that name in PATH. */
export function filesOf(shell: Shell, name: string): string[] {
  return candidatesOf(shell, name).filter((path) =>
    quietly(() => (shell.sys.access(path, 1), !isDirectory(shell.sys.stat(path).mode))),
  )
}

type Style = 'command' | 'verbose' | 'word' | 'path'
const STYLES: Record<Style, (shell: Shell, name: string, found: Found) => string> = {
  command(shell, name, { kind, path }) {
    return kind === 'alias' ? `alias ${name}=${singleQuote(shell.aliases.get(name) ?? '')}` : (path ?? name)
  },
  word: (_, __, { kind }) => kind,
  path: (_, __, { path }) => path ?? '',
  verbose(shell, name, { kind, path }) {
    if (kind === 'alias')
      return shell.dialect.name === 'bash'
        ? `${name} is aliased to \`${shell.aliases.get(name)}'`
        : `${name} is an alias for ${shell.aliases.get(name)}`
    if (kind === 'keyword') return `${name} is a shell keyword`
    if (kind === 'builtin')
      return shell.posix &&
        (shell.machinery.builtins.get(name)?.special || (name === 'local' && shell.dialect.name !== 'bash'))
        ? `${name} is a special shell builtin`
        : `${name} is a shell builtin`
    if (kind === 'file')
      return shell.hashed.has(name) && shell.dialect.name === 'bash'
        ? `${name} is hashed (${path})`
        : shell.hashed.has(name) && shell.dialect.name === 'dash'
          ? `${name} is a tracked alias for ${path}`
          : `${name} is ${path}`
    const entry = shell.functions.get(name)
    if (shell.dialect.name !== 'bash') return `${name} is a ${shell.dialect.name === 'dash' ? 'shell ' : ''}function`
    return `${name} is a function\n${entry ? functionText(name, entry.definition.body) : ''}`
  },
}

export function* describe(
  shell: Shell,
  names: readonly string[],
  style: Style,
  options: { all?: boolean; noFunctions?: boolean; onlyFiles?: boolean; label?: string } = {},
): Steps<number> {
  let status = 0
  for (const name of names) {
    let found = [...lookUp(shell, name, options.all ?? false, options.noFunctions)]
    if (options.onlyFiles) found = filesOf(shell, name).map((path) => ({ kind: 'file', path }))
    const shown = options.all ? found : found.slice(0, 1)
    if (shown.length === 0) {
      status = shell.dialect.name === 'bash' ? 1 : 127
      if (style === 'verbose') {
        const label = shell.dialect.bash ? `${options.label ?? 'type'}: ` : ''
        yield* wait(
          shell.dialect.name === 'bash'
            ? shell.complain(`${label}${name}: not found`)
            : shell.print(`${name}: not found\n`),
        )
        if (shell.dialect.name !== 'bash') status = 127
      }
    }
    for (const each of shown) {
      const text = STYLES[style](shell, name, each)
      if (text !== '') yield* wait(shell.print(`${text}\n`))
    }
  }
  return status
}

/** dash takes no options; with one ash says no more than `command -v` does. */
function* portableType(shell: Shell, args: readonly string[]): Steps<number> {
  const brief = shell.dialect.name === 'ash' && /^-./.test(args[0] ?? '')
  return yield* describe(shell, brief ? args.slice(1) : args, brief ? 'command' : 'verbose')
}

export function* typeBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  if (shell.dialect.name !== 'bash') return yield* portableType(shell, args)
  const { options, operands } = parseFlags(args, { flags: 'afptP' })
  const style: Style = options.has('t') ? 'word' : options.has('p') || options.has('P') ? 'path' : 'verbose'
  return yield* describe(shell, operands, style, {
    all: options.has('a'),
    noFunctions: options.has('f'),
    onlyFiles: options.has('P'),
  })
}

export function* hashBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'rldt', values: 'p' })
  if (!shell.options.has('hashall')) throw new FatalError('hashing disabled', 1, false)
  if (options.has('r')) shell.hashed.clear()
  const given = options.get('p')
  if (given !== undefined && quietly(() => isDirectory(shell.sys.stat(given).mode)))
    throw new FatalError(`${given}: ${EISDIR.message}`, 1, false)
  if (options.has('l') && shell.dialect.bash) return yield* reusableHashes(shell, operands)
  let status = 0
  for (const name of operands) {
    const path = given ?? filesOf(shell, name)[0]
    if (options.has('d') && shell.hashed.delete(name)) continue
    if (options.has('t') && shell.hashed.has(name)) {
      const head = operands.length > 1 ? `${name}\t` : ''
      yield* wait(shell.print(`${head}${shell.hashed.get(name)?.path}\n`))
    } else if (path && !options.has('t') && !options.has('d')) shell.hashed.set(name, { path, hits: 0 })
    else {
      yield* wait(shell.complain(`hash: ${name}: not found`))
      status = 1
    }
  }
  if (args.length > 0) return status
  if (shell.dialect.name !== 'bash')
    yield* wait(shell.print([...shell.hashed.values()].map(({ path }) => `${path}\n`).join('')))
  else if (shell.hashed.size === 0) yield* wait(shell.print('hash: hash table empty\n'))
  else
    yield* wait(
      shell.print(
        `hits\tcommand\n${[...shell.hashed.values()].map(({ path, hits }) => `${String(hits).padStart(4)}\t${path}\n`).join('')}`,
      ),
    )
  return 0
}

/** `hash -l`: commands that fill the table again. */
function* reusableHashes(shell: Shell, names: readonly string[]): Steps<number> {
  const rows = [...shell.hashed].filter(([name]) => names.length === 0 || names.includes(name))
  yield* wait(shell.print(rows.map(([name, { path }]) => `builtin hash -p ${path} ${name}\n`).join('')))
  return 0
}
