import { isDirectory, O_RDONLY, SIGNAL_NAMES } from '@drydock/abi'
import { quietly } from '../interp/redirect.ts'
import { SET_OPTIONS } from '../interp/options.ts'
import type { Shell } from '../interp/shell.ts'
import { tilde } from '../expand/tilde.ts'
import { listedNames, listedVariable } from '../builtins/declare-print.ts'
import { MADE_NAMES } from '../expand/special.ts'
import { HELP_TOPICS } from '../builtins/help-topics.ts'
import { EDITING_COMMANDS } from '../readline/commands.ts'
import { KEYWORDS } from '../syntax/keywords.ts'

type List = (shell: Shell, prefix: string) => readonly string[]

const sorted = (names: Iterable<string>): string[] => [...names].sort()

function fieldsOf(shell: Shell, path: string, separator: RegExp): string[] {
  const text = quietly(() => {
    const fd = shell.sys.open(path, O_RDONLY)
    const bytes = shell.sys.pread(fd, 1 << 18, 0)
    shell.sys.close(fd)
    return new TextDecoder().decode(bytes)
  })
  return (text ?? '')
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(separator).slice(0, 1))
    .filter(Boolean)
}

const jobNames = (shell: Shell, state?: string): string[] =>
  [...shell.jobs.jobs.values()]
    .filter((job) => state === undefined || job.state === state)
    .map((job) => job.command.split(' ')[0] ?? '')

/** Names of files for a word as it was typed, folders with the word's own path before them. */
export function fileNames(shell: Shell, word: string, foldersOnly = false): string[] {
  const slash = word.lastIndexOf('/') + 1
  const folder = word.slice(0, slash)
  const base = word.slice(slash)
  const home = folder.startsWith('~') ? tilde(shell, folder, true, false) : undefined
  const real = home ? home.home + home.rest : folder
  return sorted((quietly(() => shell.sys.readdir(real || '.')) ?? []).map(({ name }) => name))
    .filter((name) => name.startsWith(base))
    .filter((name) => !foldersOnly || quietly(() => isDirectory(shell.sys.stat(`${real}${name}`).mode)) === true)
    .map((name) => folder + name)
}

/** Programs in PATH that begin so. */
function programs(shell: Shell, prefix: string): string[] {
  if (prefix.includes('/')) return fileNames(shell, prefix)
  return (shell.variables.get('PATH') ?? '').split(':').flatMap((folder) =>
    (quietly(() => shell.sys.readdir(folder || '.')) ?? [])
      .filter(
        ({ name }) =>
          name.startsWith(prefix) &&
          quietly(() => {
            shell.sys.access(`${folder}/${name}`, 1)
            return !isDirectory(shell.sys.stat(`${folder}/${name}`).mode)
          }),
      )
      .map(({ name }) => name),
  )
}

const LISTS: ReadonlyMap<string, List> = new Map<string, List>([
  ['alias', (shell) => sorted(shell.aliases.keys())],
  [
    'arrayvar',
    (shell) =>
      listedNames(shell).filter((name) => {
        const variable = listedVariable(shell, name)
        return variable?.array ?? variable?.assoc
      }),
  ],
  ['binding', () => EDITING_COMMANDS],
  ['builtin', (shell) => sorted(shell.machinery.builtins.keys())],
  ['disabled', (shell) => sorted(shell.disabled)],
  ['enabled', (shell) => sorted(shell.machinery.builtins.keys()).filter((name) => !shell.disabled.has(name))],
  ['export', (shell) => sorted(shell.variables.exported().keys())],
  ['function', (shell) => sorted(shell.functions.keys())],
  ['helptopic', () => [...HELP_TOPICS.keys()]],
  ['hostname', (shell) => fieldsOf(shell, '/etc/hosts', /\s+/)],
  ['job', (shell) => jobNames(shell)],
  ['keyword', () => KEYWORDS],
  ['running', (shell) => jobNames(shell, 'Running')],
  ['setopt', () => sorted(SET_OPTIONS.map(([, name]) => name))],
  ['shopt', (shell) => [...shell.shopt.keys()]],
  ['signal', () => [...SIGNAL_NAMES.values()]],
  ['stopped', (shell) => jobNames(shell, 'Stopped')],
  [
    'variable',
    (shell) => sorted(new Set([...listedNames(shell), ...(shell.dialect.name === 'bash' ? MADE_NAMES : [])])),
  ],
  [
    'command',
    (shell, prefix) => [
      ...sorted(shell.aliases.keys()),
      ...KEYWORDS,
      ...sorted(shell.functions.keys()),
      ...sorted(shell.machinery.builtins.keys()),
      ...programs(shell, prefix),
    ],
  ],
  ['file', (shell, prefix) => fileNames(shell, prefix)],
  ['user', (shell) => fieldsOf(shell, '/etc/passwd', /:/)],
  ['group', (shell) => fieldsOf(shell, '/etc/group', /:/)],
  ['service', (shell) => fieldsOf(shell, '/etc/services', /\s+/)],
  ['directory', (shell, prefix) => fileNames(shell, prefix, true)],
])

/** Candidates of an action that begin with `prefix`. */
export const actionCandidates = (shell: Shell, action: string, prefix: string): string[] =>
  (LISTS.get(action)?.(shell, prefix) ?? []).filter((name) => name.startsWith(prefix))
