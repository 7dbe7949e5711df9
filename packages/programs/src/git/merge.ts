/** git merge: fast-forwards and true merges. */
import { commitTree, compare, indexTree, stat, workTree } from './changes.ts'
import { type GitCommand, widthOf, Words } from './command.ts'
import { moveHead, resolved, setIndex, switchTree, writeWork } from './record.ts'
import { Fatal, isLibraryError, type Workspace } from './repository.ts'
import { restoreHead } from './restore-head.ts'

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
  if (words.has('abort')) return abort(workspace)
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

async function abort(workspace: Workspace): Promise<number> {
  const file = `${workspace.dir}/.git/MERGE_HEAD`
  if (!workspace.exists(file)) throw new Fatal('fatal: There is no merge to abort (MERGE_HEAD missing).')
  await restoreHead(workspace)
  workspace.sys.unlink(file)
  return 0
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
export async function labelConflicts(
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
