/** Commands about branches, tags and where HEAD is: branch, checkout, switch, tag, merge, rev-parse, describe. */
import { commitTree, compare, indexTree, stat, workTree } from './changes.ts'
import { type GitCommand, paint, widthOf, Words } from './command.ts'
import { moveHead, resolved, restorePaths, setIndex, switchTree, writeWork } from './record.ts'
import { Fatal, isLibraryError, type Workspace } from './repository.ts'

const validName = (name: string): boolean => !/[\s~^:?*[\\]|\.\.|^-|\/$|\.lock$|^\/|@\{/.test(name) && name !== ''

export async function subjectOf(workspace: Workspace, oid: string): Promise<string> {
  return (await workspace.git.readCommit({ ...workspace.base, oid })).commit.message.split('\n')[0] ?? ''
}

async function makeBranch(
  workspace: Workspace,
  name: string,
  start: string | undefined,
  force: boolean,
): Promise<void> {
  if (!validName(name)) throw new Fatal(`fatal: '${name}' is not a valid branch name`)
  const known = (await workspace.git.listBranches({ ...workspace.base })).includes(name)
  if (known && !force) throw new Fatal(`fatal: a branch named '${name}' already exists`)
  const oid = await workspace.resolve(start ?? 'HEAD')
  if (!oid) throw new Fatal(`fatal: not a valid object name: '${start ?? (await workspace.currentBranch()) ?? 'HEAD'}'`)
  await workspace.git.writeRef({ ...workspace.base, ref: `refs/heads/${name}`, value: oid, force: true })
  const [, remote, branch] = /^([^/]+)\/(.+)$/.exec(start ?? '') ?? []
  if (remote && branch && (await workspace.resolve(`refs/remotes/${remote}/${branch}`)))
    await follow(workspace, name, remote, branch)
}

export async function follow(workspace: Workspace, name: string, remote: string, branch: string): Promise<void> {
  await workspace.git.setConfig({ ...workspace.base, path: `branch.${name}.remote`, value: remote })
  await workspace.git.setConfig({ ...workspace.base, path: `branch.${name}.merge`, value: `refs/heads/${branch}` })
}

export const branch: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'branch',
    argv,
    ['u', 'set-upstream-to', 'contains', 'merged', 'no-merged'],
    [
      'a',
      'all',
      'r',
      'remotes',
      'd',
      'D',
      'delete',
      'm',
      'M',
      'move',
      'v',
      'vv',
      'verbose',
      'f',
      'force',
      'show-current',
      'list',
      'l',
      'q',
    ],
  )
  const { git, base } = workspace
  const current = await workspace.currentBranch()
  if (words.has('show-current')) {
    if (current) await workspace.io.print(`${current}\n`)
    return 0
  }
  if (words.has('d', 'D', 'delete')) return removeBranches(workspace, words, current)
  if (words.has('m', 'M', 'move')) {
    const [from = current ?? '', to = from] =
      words.operands.length > 1 ? words.operands : [current ?? '', words.operands[0]]
    await git.renameBranch({ ...base, oldref: from, ref: to ?? '', checkout: from === current })
    return 0
  }
  const upstream = words.get('u', 'set-upstream-to')
  if (upstream !== undefined) {
    const [remote = '', name = ''] = [
      upstream.slice(0, upstream.indexOf('/')),
      upstream.slice(upstream.indexOf('/') + 1),
    ]
    await follow(workspace, words.operands[0] ?? current ?? '', remote, name)
    await workspace.io.print(`branch '${current}' set up to track '${upstream}'.\n`)
    return 0
  }
  const [name, start] = words.operands
  if (name !== undefined && !words.has('list', 'l')) {
    await makeBranch(workspace, name, start, words.has('f', 'force'))
    return 0
  }
  await listBranches(workspace, words, current)
  return 0
}

async function removeBranches(workspace: Workspace, words: Words, current: string | undefined): Promise<number> {
  const { git, base } = workspace
  for (const name of words.operands) {
    const oid = await workspace.resolve(`refs/heads/${name}`)
    if (!oid) throw new Fatal(`error: branch '${name}' not found.`, 1)
    if (name === current) throw new Fatal(`error: Cannot delete branch '${name}' checked out at '${workspace.dir}'`, 1)
    const head = await workspace.resolve('HEAD')
    const merged =
      head === oid || (head !== undefined && (await git.isDescendent({ ...base, oid: head, ancestor: oid })))
    if (!merged && !words.has('D') && !words.has('f', 'force'))
      throw new Fatal(
        `error: The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.`,
        1,
      )
    await git.deleteBranch({ ...base, ref: name })
    await workspace.io.print(`Deleted branch ${name} (was ${oid.slice(0, 7)}).\n`)
  }
  return 0
}

async function listBranches(workspace: Workspace, words: Words, current: string | undefined): Promise<void> {
  const { git, base } = workspace
  const rows: { mark: string; name: string; shown: string; ref: string; arrow?: string }[] = []
  if (!words.has('r', 'remotes')) {
    if (current === undefined) {
      const head = await workspace.resolve('HEAD')
      rows.push({
        mark: '*',
        name: `(HEAD detached at ${head?.slice(0, 7)})`,
        shown: paint(workspace, '32', `(HEAD detached at ${head?.slice(0, 7)})`),
        ref: 'HEAD',
      })
    }
    for (const name of (await git.listBranches({ ...base })).sort())
      rows.push({
        mark: name === current ? '*' : ' ',
        name,
        shown: name === current ? paint(workspace, '32', name) : name,
        ref: `refs/heads/${name}`,
      })
  }
  if (words.has('a', 'all', 'r', 'remotes'))
    for (const { remote } of await git.listRemotes({ ...base }))
      for (const name of (await git.listBranches({ ...base, remote })).sort()) {
        const shown = `${words.has('r', 'remotes') ? '' : 'remotes/'}${remote}/${name}`
        const arrow =
          name === 'HEAD'
            ? ` -> ${(await git.resolveRef({ ...base, ref: `refs/remotes/${remote}/HEAD`, depth: 2 })).replace('refs/remotes/', '')}`
            : undefined
        rows.push({
          mark: ' ',
          name: shown,
          shown: paint(workspace, '31', shown),
          ref: `refs/remotes/${remote}/${name}`,
          ...(arrow ? { arrow } : {}),
        })
      }
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  for (const { mark, name, shown, ref, arrow } of rows) {
    let line = `${mark} ${shown}${arrow ?? ''}`
    if (words.has('v', 'vv', 'verbose') && !arrow) {
      const oid = (await workspace.resolve(ref)) ?? ''
      line += `${' '.repeat(width - name.length)} ${oid.slice(0, 7)} ${oid ? await subjectOf(workspace, oid) : ''}`
    }
    await workspace.io.print(`${line}\n`)
  }
}

const DETACHED = (name: string): string => `Note: switching to '${name}'.

You are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false

`

async function setHead(workspace: Workspace, value: string): Promise<void> {
  await workspace.fs.promises.writeFile(`${workspace.dir}/.git/HEAD`, value)
}

async function rememberHead(workspace: Workspace): Promise<void> {
  const name = (await workspace.currentBranch()) ?? (await workspace.resolve('HEAD')) ?? ''
  await workspace.fs.promises.writeFile(`${workspace.dir}/.git/PREVIOUS_HEAD`, name)
}

async function go(workspace: Workspace, name: string, detach: boolean, quiet: boolean): Promise<number> {
  const target =
    name === '-'
      ? String(await workspace.fs.promises.readFile(`${workspace.dir}/.git/PREVIOUS_HEAD`, 'utf8').catch(() => ''))
      : name
  const { git, base, io } = workspace
  const current = await workspace.currentBranch()
  const isBranch = !detach && (await git.listBranches({ ...base })).includes(target)
  if (isBranch && target === current) {
    if (!quiet) await io.warn(`Already on '${target}'\n`)
    return 0
  }
  const remoteBranch = isBranch || detach ? undefined : await remoteOf(workspace, target)
  const oid = await workspace.resolve(isBranch ? `refs/heads/${target}` : (remoteBranch ?? target))
  if (!oid) throw new Fatal(`error: pathspec '${target}' did not match any file(s) known to git`, 1)
  const previous = current === undefined ? await workspace.resolve('HEAD') : undefined
  await switchTree(workspace, oid, 'checkout')
  await rememberHead(workspace)
  if (previous && previous !== oid && !quiet)
    await io.warn(`Previous HEAD position was ${previous.slice(0, 7)} ${await subjectOf(workspace, previous)}\n`)
  if (isBranch || remoteBranch) {
    if (remoteBranch) await makeBranch(workspace, target, remoteBranch.replace('refs/remotes/', ''), false)
    await setHead(workspace, `ref: refs/heads/${target}\n`)
    if (remoteBranch)
      await io.print(`branch '${target}' set up to track '${remoteBranch.replace('refs/remotes/', '')}'.\n`)
    if (!quiet) await io.warn(`Switched to ${remoteBranch ? 'a new ' : ''}branch '${target}'\n`)
    return 0
  }
  await setHead(workspace, `${oid}\n`)
  if (!quiet)
    await io.warn(
      `${current === undefined ? '' : DETACHED(target)}HEAD is now at ${oid.slice(0, 7)} ${await subjectOf(workspace, oid)}\n`,
    )
  return 0
}

/** A branch that only a remote has becomes one of ours. */
async function remoteOf(workspace: Workspace, name: string): Promise<string | undefined> {
  for (const { remote } of await workspace.git.listRemotes({ ...workspace.base })) {
    const ref = `refs/remotes/${remote}/${name}`
    if (!(await workspace.resolve(`refs/tags/${name}`)) && (await workspace.resolve(ref))) return ref
  }
  return undefined
}

async function create(
  workspace: Workspace,
  name: string,
  start: string | undefined,
  force: boolean,
  quiet: boolean,
): Promise<number> {
  const head = await workspace.resolve('HEAD')
  if (!head && start === undefined) await setHead(workspace, `ref: refs/heads/${name}\n`)
  else {
    const oid = await resolved(workspace, start ?? 'HEAD')
    await makeBranch(workspace, name, start, force)
    if (oid !== head) await switchTree(workspace, oid, 'checkout')
    await rememberHead(workspace)
    await setHead(workspace, `ref: refs/heads/${name}\n`)
  }
  if (!quiet) await workspace.io.warn(`Switched to a new branch '${name}'\n`)
  return 0
}

export const checkout: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'checkout',
    argv,
    ['b', 'B', 'orphan'],
    ['f', 'force', 'q', 'quiet', 'detach', 't', 'track', 'ours', 'theirs', 'm', 'p'],
  )
  const fresh = words.get('b', 'B')
  const [name, ...rest] = words.operands
  if (fresh !== undefined) return create(workspace, fresh, name, words.has('B'), words.has('q', 'quiet'))
  const paths = [...rest, ...words.paths]
  if (name === undefined && paths.length === 0) return 0
  const isCommit =
    name !== undefined &&
    (name === '-' || (await workspace.resolve(name)) !== undefined || (await remoteOf(workspace, name)) !== undefined)
  if (paths.length > 0 || (name !== undefined && !isCommit)) {
    const wanted = isCommit || name === undefined ? paths : [name, ...paths]
    const count = await restorePaths(workspace, wanted, isCommit ? name : undefined, { index: isCommit, work: true })
    if (!words.hasDashes && !words.has('q', 'quiet'))
      await workspace.io.warn(
        isCommit
          ? `Updated ${count} path${count === 1 ? '' : 's'} from ${(await resolved(workspace, name ?? 'HEAD')).slice(0, 7)}\n`
          : `Updated ${count} path${count === 1 ? '' : 's'} from the index\n`,
      )
    return 0
  }
  return go(workspace, name ?? 'HEAD', words.has('detach'), words.has('q', 'quiet'))
}

export const switchBranch: GitCommand = async (workspace, argv) => {
  const words = new Words('switch', argv, ['c', 'create', 'C'], ['d', 'detach', 'f', 'q', 'quiet', 'discard-changes'])
  const fresh = words.get('c', 'create', 'C')
  const [name] = words.operands
  if (fresh !== undefined) return create(workspace, fresh, name, words.has('C'), words.has('q', 'quiet'))
  if (name === undefined) throw new Fatal('fatal: missing branch or commit argument')
  const isBranch =
    name === '-' ||
    (await workspace.git.listBranches({ ...workspace.base })).includes(name) ||
    (await remoteOf(workspace, name)) !== undefined
  if (!isBranch && !words.has('d', 'detach')) {
    const known = await workspace.resolve(name)
    throw new Fatal(
      known
        ? `fatal: a branch is expected, got commit '${name}'\nhint: If you want to detach HEAD at the commit, try again with the --detach option.`
        : `fatal: invalid reference: ${name}`,
    )
  }
  return go(workspace, name, words.has('d', 'detach'), words.has('q', 'quiet'))
}

export const tag: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'tag',
    argv,
    ['m', 'message', 'F', 'contains', 'sort'],
    ['a', 'annotate', 'd', 'delete', 'l', 'list', 'f', 'force', 'n', 's'],
  )
  const { git, base } = workspace
  const names = (await git.listTags({ ...base })).sort()
  if (words.has('d', 'delete')) {
    for (const name of words.operands) {
      const oid = await workspace.resolve(`refs/tags/${name}`)
      if (!oid) throw new Fatal(`error: tag '${name}' not found.`, 1)
      await git.deleteTag({ ...base, ref: name })
      await workspace.io.print(`Deleted tag '${name}' (was ${oid.slice(0, 7)})\n`)
    }
    return 0
  }
  const [name, target] = words.operands
  if (name === undefined || words.has('l', 'list')) {
    const pattern =
      name === undefined
        ? undefined
        : new RegExp(
            `^${name
              .replace(/[.+^${}()|[\]\\]/g, '\\$&')
              .replaceAll('*', '.*')
              .replaceAll('?', '.')}$`,
          )
    await workspace.io.print(
      names
        .filter((each) => !pattern || pattern.test(each))
        .map((each) => `${each}\n`)
        .join(''),
    )
    return 0
  }
  if (names.includes(name) && !words.has('f', 'force')) throw new Fatal(`fatal: tag '${name}' already exists`)
  const oid = await resolved(workspace, target ?? 'HEAD')
  const message = words.get('m', 'message')
  if (message !== undefined || words.has('a', 'annotate'))
    await git.annotatedTag({
      ...base,
      ref: name,
      object: oid,
      message: message ?? '',
      tagger: await workspace.identity('COMMITTER'),
      force: true,
    })
  else await git.tag({ ...base, ref: name, object: oid, force: true })
  return 0
}

export async function fastForward(workspace: Workspace, to: string): Promise<void> {
  const head = await workspace.resolve('HEAD')
  await switchTree(workspace, to, 'merge')
  await moveHead(workspace, to)
  await workspace.io.print(`Updating ${head?.slice(0, 7)}..${to.slice(0, 7)}\nFast-forward\n`)
  const changes = compare(await commitTree(workspace, head), await commitTree(workspace, to))
  await workspace.io.print(await stat(workspace, changes, Math.min(80, widthOf(workspace))))
  for (const { path, before, after } of changes) {
    if (!before) await workspace.io.print(` create mode ${after?.mode} ${path}\n`)
    else if (!after) await workspace.io.print(` delete mode ${before.mode} ${path}\n`)
  }
}

export const merge: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'merge',
    argv,
    ['m'],
    ['no-ff', 'ff-only', 'ff', 'no-edit', 'edit', 'abort', 'squash', 'no-commit', 'q'],
  )
  const [name] = words.operands
  if (words.has('abort')) throw new Fatal('fatal: There is no merge to abort (MERGE_HEAD missing).')
  if (name === undefined) throw new Fatal('fatal: No remote for the current branch.')
  const theirs = await workspace.resolve(name)
  if (!theirs) throw new Fatal(`merge: ${name} - not something we can merge`, 1)
  const { git, base } = workspace
  const head = await resolved(workspace, 'HEAD')
  if (head === theirs || (await git.isDescendent({ ...base, oid: head, ancestor: theirs }))) {
    await workspace.io.print('Already up to date.\n')
    return 0
  }
  if (!words.has('no-ff') && (await git.isDescendent({ ...base, oid: theirs, ancestor: head }))) {
    await fastForward(workspace, theirs)
    return 0
  }
  if (words.has('ff-only')) throw new Fatal('fatal: Not possible to fast-forward, aborting.')
  return trueMerge(workspace, name, head, theirs, words.get('m'))
}

async function trueMerge(
  workspace: Workspace,
  name: string,
  head: string,
  theirs: string,
  given: string | undefined,
): Promise<number> {
  const { git, base } = workspace
  const index = await indexTree(workspace)
  if (compare(index, await workTree(workspace, index)).length > 0)
    throw new Fatal('error: Your local changes would be overwritten by merge.\nAborting', 1)
  const current = (await workspace.currentBranch()) ?? 'HEAD'
  const message =
    given ?? `Merge branch '${name}'${current === 'master' || current === 'main' ? '' : ` into ${current}`}`
  const who = await workspace.identity('COMMITTER')
  try {
    const result = await git.merge({
      ...base,
      ours: head,
      theirs,
      message,
      author: who,
      committer: who,
      fastForward: false,
      abortOnConflict: false,
      noUpdateBranch: true,
    })
    const tree = result.tree
    if (!tree) return 1
    const oid = await git.writeCommit({
      ...base,
      commit: { message: `${message}\n`, tree, parent: [head, theirs], author: who, committer: who },
    })
    const changes = compare(await commitTree(workspace, head), await commitTree(workspace, oid))
    for (const { path, after } of changes) {
      await setIndex(workspace, path, after)
      await writeWork(workspace, path, after)
    }
    await moveHead(workspace, oid)
    await workspace.io.print(
      `Merge made by the 'ort' strategy.\n${await stat(workspace, changes, Math.min(80, widthOf(workspace)))}`,
    )
    for (const { path, before, after } of changes) {
      if (!before) await workspace.io.print(` create mode ${after?.mode} ${path}\n`)
      else if (!after) await workspace.io.print(` delete mode ${before.mode} ${path}\n`)
    }
    return 0
  } catch (error) {
    if (!isLibraryError(error) || error.code !== 'MergeConflictError') throw error
    const paths = (error.data['filepaths'] as string[] | undefined) ?? []
    for (const path of paths) await labelConflicts(workspace, path, head, theirs, name)
    await workspace.fs.promises.writeFile(`${workspace.dir}/.git/MERGE_HEAD`, `${theirs}\n`)
    await workspace.io.print(
      `${paths.map((path) => `Auto-merging ${path}\nCONFLICT (content): Merge conflict in ${path}\n`).join('')}Automatic merge failed; fix conflicts and then commit the result.\n`,
    )
    return 1
  }
}

/** The library names both sides by what it was given: they are known here as HEAD and by the branch. */
async function labelConflicts(
  workspace: Workspace,
  path: string,
  head: string,
  theirs: string,
  name: string,
): Promise<void> {
  const full = `${workspace.dir}/${path}`
  const text = String(await workspace.fs.promises.readFile(full, 'utf8'))
  const labelled = text.replaceAll(`<<<<<<< ${head}`, '<<<<<<< HEAD').replaceAll(`>>>>>>> ${theirs}`, `>>>>>>> ${name}`)
  await workspace.fs.promises.writeFile(full, labelled)
}

export const revParse: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'rev-parse',
    argv,
    [],
    [
      'short',
      'abbrev-ref',
      'show-toplevel',
      'is-inside-work-tree',
      'git-dir',
      'verify',
      'q',
      'show-prefix',
      'absolute-git-dir',
    ],
  )
  const { io } = workspace
  if (words.has('show-toplevel')) await io.print(`${workspace.dir}\n`)
  if (words.has('is-inside-work-tree')) await io.print(`${workspace.dir !== ''}\n`)
  if (words.has('git-dir')) await io.print(workspace.cwd === workspace.dir ? '.git\n' : `${workspace.dir}/.git\n`)
  if (words.has('absolute-git-dir')) await io.print(`${workspace.dir}/.git\n`)
  for (const name of words.operands) {
    const oid = await resolved(workspace, name)
    const short = words.get('short')
    if (words.has('abbrev-ref'))
      await io.print(`${name === 'HEAD' ? ((await workspace.currentBranch()) ?? 'HEAD') : name}\n`)
    else await io.print(`${short === undefined ? oid : oid.slice(0, Number(short) || 7)}\n`)
  }
  return 0
}

export const describe: GitCommand = async (workspace, argv) => {
  const words = new Words('describe', argv, ['abbrev', 'match'], ['tags', 'always', 'all', 'dirty', 'long'])
  const head = await resolved(workspace, words.operands[0] ?? 'HEAD')
  const tags = new Map<string, string>()
  for (const name of await workspace.git.listTags({ ...workspace.base }))
    tags.set((await workspace.resolve(`refs/tags/${name}`)) ?? '', name)
  const entries = await workspace.git.log({ ...workspace.base, ref: head })
  const at = entries.findIndex(({ oid }) => tags.has(oid))
  if (at < 0) {
    if (!words.has('always')) throw new Fatal('fatal: No names found, cannot describe anything.')
    await workspace.io.print(`${head.slice(0, 7)}\n`)
  } else
    await workspace.io.print(`${tags.get(entries[at]?.oid ?? '')}${at === 0 ? '' : `-${at}-g${head.slice(0, 7)}`}\n`)
  return 0
}
