import type { Shell } from '../interp/shell.ts'
import { commandText } from '../syntax/print.ts'

type Read = (shell: Shell) => string | readonly string[] | undefined

const flags = (shell: Shell): string => {
  const letters = [
    ['allexport', 'a'],
    ['errexit', 'e'],
    ['noglob', 'f'],
    ['hashall', 'h'],
  ] as const
  const more = [
    ['monitor', 'm'],
    ['noexec', 'n'],
    ['nounset', 'u'],
    ['verbose', 'v'],
    ['xtrace', 'x'],
  ] as const
  const last = [
    ['braceexpand', 'B'],
    ['noclobber', 'C'],
    ['errtrace', 'E'],
    ['histexpand', 'H'],
    ['functrace', 'T'],
  ] as const
  const on = (table: readonly (readonly [string, string])[]): string =>
    table
      .filter(([name]) => shell.options.has(name))
      .map(([, letter]) => letter)
      .join('')
  if (shell.dialect.name !== 'bash') return portableFlags(shell)
  const interactive = shell.interactive ? 'i' : ''
  const mode = shell.options.has('commandString') ? 'c' : shell.options.has('standardInput') ? 's' : ''
  return on(letters) + interactive + on(more) + on(last) + mode
}

/** `$-` of dash and ash: in the order of their options. */
function portableFlags(shell: Shell): string {
  const on = PORTABLE.filter(([name]) => shell.options.has(name)).map(([, letter]) => letter)
  return on.join('') + (shell.dialect.name === 'ash' && shell.options.has('commandString') ? 'c' : '')
}
const PORTABLE = [
  ['errexit', 'e'],
  ['noglob', 'f'],
  ['ignoreeof', 'I'],
  ['interactive', 'i'],
  ['monitor', 'm'],
  ['noexec', 'n'],
  ['standardInput', 's'],
  ['xtrace', 'x'],
  ['verbose', 'v'],
  ['noclobber', 'C'],
  ['allexport', 'a'],
  ['notify', 'b'],
  ['nounset', 'u'],
] as const

/** Parameters that are no variables, and variables that are made when they are read. bash(1), "PARAMETERS". */
const SPECIAL: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['@', (shell) => shell.positional],
  ['*', (shell) => shell.positional],
  ['#', (shell) => String(shell.positional.length)],
  ['?', (shell) => String(shell.status)],
  ['-', flags],
  ['$', (shell) => String(shell.pid)],
  ['!', (shell) => (shell.lastBackground ? String(shell.lastBackground) : undefined)],
  ['0', (shell) => shell.name],
])
const DYNAMIC: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['_', (shell) => shell.lastArgument],
  ['LINENO', (shell) => String(shell.line)],
  ['BASH_COMMAND', ({ told }) => (typeof told === 'string' ? told || undefined : commandText(told))],
  ['BASH_ARGV0', (shell) => shell.name],
  ['BASHPID', (shell) => String(shell.sys.getpid())],
  ['BASH_SUBSHELL', (shell) => String(shell.subshell)],
  ['PIPESTATUS', (shell) => shell.pipeStatus.map(String)],
  [
    'FUNCNAME',
    (shell) =>
      shell.calls.some(({ name }) => name !== 'source')
        ? bottomed(shell, shell.calls.map(({ name }) => name).reverse(), 'main')
        : undefined,
  ],
  ['BASH_LINENO', (shell) => bottomed(shell, shell.calls.map(({ line }) => String(line)).reverse(), '0')],
  [
    'BASH_SOURCE',
    (shell) => bottomed(shell, shell.calls.map(({ source }) => source || 'environment').reverse(), shell.script),
  ],
  [
    'SHELLOPTS',
    (shell) =>
      [...shell.options]
        .filter((name) => !/[A-Z]/.test(name))
        .sort()
        .join(':'),
  ],
  [
    'BASHOPTS',
    (shell) =>
      [...shell.shopt]
        .filter(([, on]) => on)
        .map(([name]) => name)
        .sort()
        .join(':'),
  ],
  ['DIRSTACK', (shell) => [shell.variables.get('PWD') ?? '', ...shell.directories]],
  ['EPOCHSECONDS', (shell) => String(Math.floor(shell.sys.clock.now() / 1000))],
  ['EPOCHREALTIME', (shell) => (shell.sys.clock.now() / 1000).toFixed(6)],
  ['GROUPS', (shell) => [...new Set([shell.sys.getgid(), ...shell.sys.getgroups()])].map(String)],
  ['HISTCMD', (shell) => String(shell.history.length + 1)],
  ['BASH_ALIASES', () => undefined],
  ['BASH_ARGC', (shell) => argumentStack(shell).map(({ length }) => String(length))],
  ['BASH_ARGV', (shell) => argumentStack(shell).flatMap((words) => [...words].reverse())],
])

/** Arguments of the functions that run, with shopt extdebug, and of the script. */
const argumentStack = ({ calls, shopt, scriptWords }: Shell): (readonly string[])[] => [
  ...(shopt.get('extdebug') ? calls.map(({ words }) => words).reverse() : []),
  scriptWords,
]

/** @returns undefined when it is none, or unset; a list for those that have elements */
export function specialParameter(shell: Shell, name: string): string | readonly string[] | undefined {
  const code = name.charCodeAt(0)
  if (code >= 49 && code <= 57) return shell.positional[Number(name) - 1]
  return (SPECIAL.get(name) ?? TABLES[shell.dialect.name].get(name))?.(shell)
}

/** Scripts in files have a frame of their own below all functions; whoever types has none. */
function bottomed({ script }: Shell, list: readonly string[], bottom: string): readonly string[] | undefined {
  if (script === '') return list.length ? list : undefined
  return [...list, bottom]
}

/** Names of bash's variables that are made when they are read. */
export const MADE_NAMES: readonly string[] = [...DYNAMIC.keys()]

/** Debian's dash is built without LINENO; ash has no more of bash's variables than these. */
const DASH: ReadonlyMap<string, Read> = new Map()
const ASH: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['LINENO', (shell) => String(shell.line)],
  ['FUNCNAME', (shell) => shell.calls.at(-1)?.name ?? ''],
  ['EPOCHSECONDS', (shell) => String(Math.floor(shell.sys.clock.now() / 1000))],
  ['EPOCHREALTIME', (shell) => (shell.sys.clock.now() / 1000).toFixed(6)],
])
const TABLES = { bash: DYNAMIC, dash: DASH, ash: ASH } as const

export const isSpecialName = (name: string): boolean => !/^[A-Za-z_]/.test(name)
