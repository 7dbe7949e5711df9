/** git checkout and git switch: where HEAD is. */
import { type GitCommand, Words } from './command.ts'
import { resolved, restorePaths, switchTree } from './record.ts'
import { Fatal, type Workspace } from './repository.ts'
import { makeBranch, subjectOf } from './branch.ts'

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
