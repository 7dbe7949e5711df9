/** Small commands: init, config, ls-files, cat-file, hash-object, stash, clean. */
import { isErrno } from '@drydock/abi'
import { readAll, writeFile } from '@drydock/libc'
import { among, commitTree, compare, indexTree, untracked, workFile } from './changes.ts'
import { type GitCommand, Words } from './command.ts'
import { resolved, setIndex, writeWork } from './record.ts'
import { Fatal, printConfig } from './repository.ts'

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

export const init: GitCommand = async (workspace, argv) => {
  const words = new Words('init', argv, ['b', 'initial-branch', 'template', 'shared'], ['bare', 'q', 'quiet'])
  const { fs, git, io, sys } = workspace
  const dir = workspace.absolute(words.operands[0] ?? '.')
  const bare = words.has('bare')
  const gitdir = bare ? dir : `${dir}/.git`
  const again = workspace.exists(`${gitdir}/HEAD`)
  const named = words.get('b', 'initial-branch') ?? (await workspace.globalConfig()).get('init.defaultbranch')
  try {
    sys.mkdir(dir)
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') throw error
  }
  if (!again) await git.init({ fs, dir, gitdir, bare, defaultBranch: named ?? 'master' })
  if (!again && named === undefined && !words.has('q', 'quiet')) await io.warn(HINT)
  if (!words.has('q', 'quiet'))
    await io.print(`${again ? 'Reinitialized existing' : 'Initialized empty'} Git repository in ${gitdir}/\n`)
  return 0
}

export const config: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'config',
    argv,
    ['f', 'file', 'default'],
    [
      'global',
      'local',
      'system',
      'l',
      'list',
      'get',
      'unset',
      'add',
      'unset-all',
      'get-all',
      'show-origin',
      'e',
      'bool',
      'int',
      'replace-all',
      'name-only',
    ],
  )
  const { git, sys, io } = workspace
  const values = await workspace.globalConfig()
  if (words.has('l', 'list')) {
    for (const [path, value] of values) await io.print(`${path}=${value}\n`)
    if (!words.has('global') && workspace.inRepository()) {
      const { parseConfig } = await import('./repository.ts')
      for (const [path, value] of parseConfig(
        String(await workspace.fs.promises.readFile(`${workspace.dir}/.git/config`, 'utf8')),
      ))
        await io.print(`${path}=${value}\n`)
    }
    return 0
  }
  const [path = '', value] = words.operands
  if (!path.includes('.')) throw new Fatal(`error: key does not contain a section: ${path}`, 1)
  if (value === undefined && !words.has('unset')) {
    const found = words.has('global') ? values.get(path.toLowerCase()) : await workspace.config(path)
    if (found === undefined) return 1
    await io.print(`${found}\n`)
    return 0
  }
  if (words.has('global')) {
    if (value === undefined) values.delete(path.toLowerCase())
    else values.set(path.toLowerCase().startsWith('alias') ? path : path.toLowerCase(), value)
    await writeFile(sys, workspace.globalPath, printConfig(values))
  } else await git.setConfig({ ...workspace.base, path, value })
  return 0
}

export const lsFiles: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'ls-files',
    argv,
    [],
    ['s', 'stage', 'o', 'others', 'm', 'modified', 'd', 'deleted', 'c', 'cached', 'exclude-standard', 'z'],
  )
  const index = await indexTree(workspace)
  const wanted = among([...words.operands, ...words.paths].map((path) => workspace.inside(path)))
  if (words.has('o', 'others')) {
    await workspace.io.print(
      (await untracked(workspace, index, true))
        .filter(wanted)
        .map((path) => `${path}\n`)
        .join(''),
    )
    return 0
  }
  for (const [path, { oid, mode }] of index) {
    if (!wanted(path)) continue
    const state = words.has('m', 'modified', 'd', 'deleted') ? await workFile(workspace, path) : undefined
    if (words.has('m', 'modified') && state?.oid === oid) continue
    if (words.has('d', 'deleted') && state) continue
    await workspace.io.print(words.has('s', 'stage') ? `${mode} ${oid} 0\t${path}\n` : `${workspace.shown(path)}\n`)
  }
  return 0
}

export const catFile: GitCommand = async (workspace, argv) => {
  const words = new Words('cat-file', argv, [], ['p', 't', 's', 'e'])
  const [name = ''] = words.operands.slice(-1)
  const [, commitish, path] = /^([^:]*):(.*)$/.exec(name) ?? []
  const oid =
    path === undefined
      ? await raw(workspace, name)
      : ((await commitTree(workspace, await resolved(workspace, commitish || 'HEAD'))).get(path)?.oid ?? name)
  const { type, object } = await workspace.git.readObject({ ...workspace.base, oid, format: 'content' })
  const bytes = object as Uint8Array
  if (words.has('t')) await workspace.io.print(`${type}\n`)
  else if (words.has('s')) await workspace.io.print(`${bytes.length}\n`)
  else if (words.has('p') && type === 'tree') {
    const { tree } = await workspace.git.readTree({ ...workspace.base, oid })
    await workspace.io.print(
      tree.map((entry) => `${entry.mode.padStart(6, '0')} ${entry.type} ${entry.oid}\t${entry.path}\n`).join(''),
    )
  } else if (words.has('p')) await workspace.io.print(bytes)
  return 0
}

/** An object by its number, whatever its kind. */
async function raw(workspace: Parameters<GitCommand>[0], name: string): Promise<string> {
  const [, base, tree] = /^(.*?)(\^\{tree\})?$/.exec(name) ?? []
  const known = await workspace.resolve(base ?? name)
  if (known && tree) return (await workspace.git.readCommit({ ...workspace.base, oid: known })).commit.tree
  if (known) return known
  throw new Fatal(`fatal: Not a valid object name ${name}`)
}

export const hashObject: GitCommand = async (workspace, argv) => {
  const words = new Words('hash-object', argv, ['t'], ['w', 'stdin'])
  const sources = words.has('stdin') ? [await readAll(workspace.sys, 0)] : []
  for (const path of words.operands)
    sources.push((await workspace.fs.promises.readFile(workspace.absolute(path))) as Uint8Array)
  for (const object of sources) {
    const { oid } = await workspace.git.hashBlob({ object })
    if (words.has('w')) await workspace.git.writeBlob({ ...workspace.base, blob: object })
    await workspace.io.print(`${oid}\n`)
  }
  return 0
}

export const clean: GitCommand = async (workspace, argv) => {
  const words = new Words('clean', argv, ['e'], ['f', 'force', 'd', 'n', 'dry-run', 'x', 'X', 'q'])
  const dry = words.has('n', 'dry-run')
  if (!dry && !words.has('f', 'force'))
    throw new Fatal('fatal: clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean')
  const remove = (path: string): void => {
    const { sys, dir } = workspace
    if (!path.endsWith('/')) return sys.unlink(`${dir}/${path}`)
    for (const { name, mode } of sys.readdir(`${dir}/${path}`))
      remove(`${path}${name}${(mode & 0o170000) === 0o040000 ? '/' : ''}`)
    sys.rmdir(`${dir}/${path.slice(0, -1)}`)
  }
  for (const path of await untracked(workspace, await indexTree(workspace))) {
    if (path.endsWith('/') && !words.has('d')) continue
    await workspace.io.print(`${dry ? 'Would remove' : 'Removing'} ${path}\n`)
    if (!dry) remove(path)
  }
  return 0
}

/** A stash is a commit below refs/stash whose parents are HEAD and the stash before it. */
export const stash: GitCommand = async (workspace, argv) => {
  const { git, base, io } = workspace
  const [verb = 'push', ...rest] = argv[0]?.startsWith('-') ? ['push', ...argv] : argv
  const top = await workspace.resolve('refs/stash')
  const entries: { oid: string; message: string; before: string; next: string | undefined }[] = []
  for (let oid = top; oid; ) {
    const { commit } = await git.readCommit({ ...base, oid })
    entries.push({ oid, message: commit.message.trim(), before: commit.parent[0] ?? '', next: commit.parent[1] })
    oid = commit.parent[1]
  }
  if (verb === 'list') {
    for (const [at, { message }] of entries.entries()) await io.print(`stash@{${at}}: ${message}\n`)
    return 0
  }
  if (verb === 'push' || verb === 'save') {
    const head = await resolved(workspace, 'HEAD')
    const tree = await commitTree(workspace, head)
    const index = await indexTree(workspace)
    const paths = new Set([...index.keys(), ...tree.keys()])
    const changed: string[] = []
    for (const path of paths) {
      const state = await workFile(workspace, path)
      if (state?.oid === tree.get(path)?.oid && index.get(path)?.oid === tree.get(path)?.oid) continue
      changed.push(path)
      if (state?.bytes) await git.writeBlob({ ...base, blob: state.bytes })
      await setIndex(workspace, path, state)
    }
    if (changed.length === 0) {
      await io.print('No local changes to save\n')
      return 0
    }
    const who = await workspace.identity('COMMITTER')
    const subject = (await git.readCommit({ ...base, oid: head })).commit.message.split('\n')[0]
    const at = rest.indexOf('-m')
    const words = at >= 0 ? rest[at + 1] : verb === 'save' ? rest.join(' ') : ''
    const branch = (await workspace.currentBranch()) ?? '(no branch)'
    const message = words ? `On ${branch}: ${words}` : `WIP on ${branch}: ${head.slice(0, 7)} ${subject}`
    await git.commit({
      ...base,
      message,
      author: who,
      committer: who,
      parent: top ? [head, top] : [head],
      ref: 'refs/stash',
      noUpdateBranch: false,
    })
    for (const path of changed) {
      await setIndex(workspace, path, tree.get(path))
      await writeWork(workspace, path, tree.get(path))
    }
    await io.print(`Saved working directory and index state ${message}\n`)
    return 0
  }
  const number = Number(/\d+/.exec(rest[0] ?? '0')?.[0] ?? 0)
  const entry = entries[number]
  if (!entry)
    throw new Fatal(
      entries.length === 0 ? 'No stash entries found.' : `error: stash@{${number}} is not a valid reference`,
      1,
    )
  if (verb === 'apply' || verb === 'pop') {
    for (const { path, after } of compare(
      await commitTree(workspace, entry.before),
      await commitTree(workspace, entry.oid),
    ))
      await writeWork(workspace, path, after)
    const { statusText, readState } = await import('./status.ts')
    await io.print(await statusText(workspace, await readState(workspace)))
  }
  if (verb === 'pop' || verb === 'drop') {
    if (number === 0 && entry.next) await git.writeRef({ ...base, ref: 'refs/stash', value: entry.next, force: true })
    else if (number === 0) await git.deleteRef({ ...base, ref: 'refs/stash' })
    await io.print(`Dropped refs/stash@{${number}} (${entry.oid})\n`)
  }
  return 0
}
