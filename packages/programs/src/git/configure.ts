/** git config, init and archive's neighbour: what a repository is told. */
import { makeDirectories, readTextIfAny, writeFile } from '@drydock/libc'
import { type GitCommand, Words } from './command.ts'
import {
  addRow,
  type ConfigRow,
  normalKey,
  removeRows,
  removeSection,
  renameSection,
  replaceRow,
} from './config-file.ts'
import type { Scope, Setting } from './config-levels.ts'
import { Fatal } from './fatal.ts'
import { below } from './paths.ts'
import type { Workspace } from './repository.ts'
import { editFile } from './terminal.ts'

const HINT = `hint: Using 'master' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint: 
hint: \tgit config --global init.defaultBranch <name>
hint: 
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint: 
hint: \tgit branch -m <name>
`
const EXCLUDE = `# git ls-files --others --exclude-from=.git/info/exclude
# Lines that start with '#' are comments.
# For a project mostly in C, the following would be a good set of
# exclude patterns (uncomment them if you want to use them):
# *.[oa]
# *~
`

/** Lays out an empty repository. */
export async function makeRepository(
  { sys }: Pick<Workspace, 'sys'>,
  gitdir: string,
  bare: boolean,
  branch: string,
): Promise<void> {
  for (const folder of [
    '',
    '/branches',
    '/hooks',
    '/info',
    '/objects/info',
    '/objects/pack',
    '/refs/heads',
    '/refs/tags',
  ])
    makeDirectories(sys, gitdir + folder)
  await writeFile(sys, `${gitdir}/HEAD`, `ref: refs/heads/${branch}\n`)
  await writeFile(
    sys,
    `${gitdir}/config`,
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = ${bare}\n${bare ? '' : '\tlogallrefupdates = true\n'}`,
  )
  await writeFile(
    sys,
    `${gitdir}/description`,
    "Unnamed repository; edit this file 'description' to name the repository.\n",
  )
  await writeFile(sys, `${gitdir}/info/exclude`, EXCLUDE)
}

export const init: GitCommand = async (workspace, argv) => {
  const words = new Words('init', argv, {
    values: ['b', 'initial-branch', 'template', 'separate-git-dir', 'object-format'],
    flags: ['bare', 'q', 'quiet', 'shared'],
    usage: 'usage: git init [-q | --quiet] [--bare] [--template=<template-directory>] [<directory>]',
  })
  const { io } = workspace
  const dir = workspace.absolute(words.operands[0] ?? '.')
  const bare = words.has('bare')
  const gitdir = bare ? dir : below(dir, '.git')
  const again = workspace.exists(`${gitdir}/HEAD`)
  const named = words.get('b', 'initial-branch') ?? (await workspace.config.get('init.defaultbranch'))
  const quiet = words.has('q', 'quiet')
  if (again && words.has('b', 'initial-branch'))
    await io.warn(`warning: re-init: ignored --initial-branch=${words.get('b', 'initial-branch')}\n`)
  if (!again) await makeRepository(workspace, gitdir, bare, named ?? 'master')
  if (!again && named === undefined && !quiet) await io.warn(HINT)
  if (!quiet) await io.print(`${again ? 'Reinitialized existing' : 'Initialized empty'} Git repository in ${gitdir}/\n`)
  return 0
}

const FLAGS = [
  'global',
  'local',
  'system',
  'worktree',
  'l',
  'list',
  'get',
  'unset',
  'add',
  'unset-all',
  'get-all',
  'get-regexp',
  'get-urlmatch',
  'show-origin',
  'show-scope',
  'e',
  'edit',
  'bool',
  'int',
  'path',
  'bool-or-int',
  'replace-all',
  'name-only',
  'remove-section',
  'rename-section',
  'z',
  'null',
  'includes',
  'no-includes',
  'fixed-value',
  'get-color',
  'get-colorbool',
]

function converted(words: Words, value: string, key: string): string {
  const type = words.get('type') ?? ['bool', 'int', 'path', 'bool-or-int'].find((each) => words.has(each))
  if (type === 'bool') {
    if (/^(true|yes|on|1)$/i.test(value)) return 'true'
    if (/^(false|no|off|0|)$/i.test(value)) return 'false'
    throw new Fatal(`fatal: bad boolean config value '${value}' for '${key}'`)
  }
  if (type === 'int') {
    const [, number, unit = ''] = /^(-?\d+)([kmg]?)$/i.exec(value) ?? []
    if (number === undefined) throw new Fatal(`fatal: bad numeric config value '${value}' for '${key}': invalid unit`)
    return String(Number(number) * ({ '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1))
  }
  return value
}

function checkKey(key: string): void {
  if (!key.includes('.')) throw new Fatal(`error: key does not contain a section: ${key}`, 1)
  const [section = '', name = ''] = [key.slice(0, key.indexOf('.')), key.slice(key.lastIndexOf('.') + 1)]
  if (name === '') throw new Fatal(`error: key does not contain variable name: ${key}`, 1)
  if (!/^[A-Za-z0-9-]+$/.test(section) || !/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
    throw new Fatal(`error: invalid key: ${key}`, 1)
}

function fileOf(workspace: Workspace, words: Words, writes: boolean): { path: string; scope: Scope } | undefined {
  const file = words.get('f', 'file')
  if (file !== undefined) return { path: workspace.absolute(file), scope: 'command' }
  const scope =
    (['system', 'global', 'local', 'worktree'] as const).find((each) => words.has(each)) ??
    (writes ? 'local' : undefined)
  if (scope === undefined) return undefined
  const path = workspace.config.path(scope)
  if (path === undefined)
    throw new Fatal(
      writes && !words.has('local')
        ? 'fatal: not in a git directory'
        : 'fatal: --local can only be used inside a git repository',
    )
  return { path, scope }
}

async function settings(workspace: Workspace, words: Words): Promise<Setting[]> {
  const file = fileOf(workspace, words, false)
  if (!file) return workspace.config.all()
  if (words.has('f', 'file', 'global') && !workspace.exists(file.path)) {
    if (words.has('f', 'file'))
      throw new Fatal(`fatal: unable to read config file '${words.get('f', 'file')}': No such file or directory`, 1)
    if (words.has('l', 'list'))
      throw new Fatal(`fatal: unable to read config file '${file.path}': No such file or directory`)
  }
  return (await workspace.config.rows(file.path)).map(({ key, value }) => ({
    key,
    value,
    scope: file.scope,
    origin: `file:${file.path}`,
  }))
}

const prefix = (words: Words, { scope, origin }: Setting): string =>
  (words.has('show-scope') ? `${scope}\t` : '') + (words.has('show-origin') ? `${origin}\t` : '')

async function read(workspace: Workspace, words: Words, key: string, pattern: string | undefined): Promise<number> {
  checkKey(key)
  const fits = (value: string): boolean =>
    pattern === undefined ||
    (pattern.startsWith('!') ? !new RegExp(pattern.slice(1)).test(value) : new RegExp(pattern).test(value))
  const found = (await settings(workspace, words)).filter((row) => row.key === normalKey(key) && fits(row.value))
  const fallback = words.get('default')
  if (found.length === 0 && fallback !== undefined) {
    await workspace.io.print(`${converted(words, fallback, key)}\n`)
    return 0
  }
  for (const row of words.has('get-all') ? found : found.slice(-1))
    await workspace.io.print(
      `${prefix(words, row)}${converted(words, row.value, key)}${words.has('z', 'null') ? '\0' : '\n'}`,
    )
  return found.length > 0 ? 0 : 1
}

async function write(
  workspace: Workspace,
  words: Words,
  key: string,
  value: string | undefined,
  pattern: string | undefined,
): Promise<number> {
  checkKey(key)
  const { path } = fileOf(workspace, words, true) ?? { path: '' }
  const rows = (await workspace.config.rows(path)).filter(
    (row) => row.key === normalKey(key) && (pattern === undefined || new RegExp(pattern).test(row.value)),
  )
  const unsets = words.has('unset', 'unset-all')
  if (unsets && rows.length === 0) return 5
  if (!words.has('add', 'replace-all', 'unset-all') && rows.length > 1) {
    await workspace.io.warn(`warning: ${key} has multiple values\n`)
    if (!unsets)
      await workspace.io.warn(
        'error: cannot overwrite multiple values with a single value\n       Use a regexp, --add or --replace-all to change ' +
          key +
          '.\n',
      )
    return 5
  }
  await workspace.config.edit(path, (text) => changed(text, words, key, value, rows))
  return 0
}

function changed(
  text: string,
  words: Words,
  key: string,
  value: string | undefined,
  rows: readonly ConfigRow[],
): string {
  if (words.has('unset', 'unset-all')) return removeRows(text, rows)
  const printed = converted(words, value ?? '', key)
  const [first, ...rest] = rows
  if (words.has('add') || !first) return addRow(text, key, printed)
  return removeRows(replaceRow(text, first, key, printed), rest)
}

export const config: GitCommand = async (workspace, argv) => {
  const words = new Words('config', argv, {
    values: ['f', 'file', 'default', 'type', 'blob'],
    flags: FLAGS,
    usage: 'usage: git config [<options>]',
  })
  const { io } = workspace
  const [key = '', value, pattern] = words.operands
  if (words.has('local') && !workspace.inRepository)
    throw new Fatal('fatal: --local can only be used inside a git repository')
  if (words.has('l', 'list')) {
    for (const row of await settings(workspace, words))
      await io.print(
        `${prefix(words, row)}${row.key}${words.has('name-only') ? '' : `=${row.value}`}${words.has('z', 'null') ? '\0' : '\n'}`,
      )
    return 0
  }
  if (words.has('e', 'edit')) {
    const path = fileOf(workspace, words, true)?.path ?? ''
    await editFile(workspace, path, await readTextIfAny(workspace.sys, path))
    return 0
  }
  if (words.has('get-regexp')) {
    const found = (await settings(workspace, words)).filter(
      (row) => new RegExp(key).test(row.key) && (value === undefined || new RegExp(value).test(row.value)),
    )
    for (const row of found)
      await io.print(
        `${prefix(words, row)}${row.key}${words.has('name-only') ? '' : ` ${converted(words, row.value, row.key)}`}\n`,
      )
    return found.length > 0 ? 0 : 1
  }
  if (words.has('remove-section', 'rename-section')) return section(workspace, words, key, value)
  if (words.operands.length === 0) throw new Fatal('usage: git config [<options>]\n', 129)
  if (words.has('unset', 'unset-all')) return write(workspace, words, key, undefined, value)
  if (value === undefined || words.has('get', 'get-all'))
    return read(workspace, words, key, words.has('get', 'get-all') ? value : undefined)
  return write(workspace, words, key, value, pattern)
}

async function section(workspace: Workspace, words: Words, name: string, to: string | undefined): Promise<number> {
  const path = fileOf(workspace, words, true)?.path ?? ''
  let known = true
  await workspace.config.edit(path, (text) => {
    const next = to === undefined ? removeSection(text, name) : renameSection(text, name, to)
    known = next !== undefined
    return next ?? text
  })
  if (!known) throw new Fatal(`fatal: no such section: ${name}`)
  return 0
}
