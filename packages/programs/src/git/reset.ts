/** git reset. */
import { addPatch } from './add-patch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { Fatal } from './fatal.ts'
import { unknownRevision } from './log-options.ts'
import { among, pathspecs } from './pathspec.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { readState } from './status.ts'
import { compare, indexTree, type Tree, treeOf } from './trees.ts'
import { forceTree, inTheWay, moveTo } from './unpack.ts'

/** The index takes what a tree has. */
async function resetIndex(
  workspace: Workspace,
  tree: Tree,
  wanted: (path: string) => boolean = () => true,
): Promise<void> {
  const index = await workspace.index()
  for (const path of index.unmerged()) if (wanted(path)) index.remove(path)
  for (const { path, after } of compare(await indexTree(workspace), tree, wanted)) {
    if (after) index.set(path, after.oid, after.mode)
    else index.remove(path)
  }
  for (const { path, intent } of index.merged()) if (intent && wanted(path) && !tree.has(path)) index.remove(path)
  await index.save()
}

async function unstagedText(workspace: Workspace): Promise<void> {
  const { unstaged } = await readState(workspace, { untracked: 'no' })
  if (unstaged.length > 0)
    await workspace.io.print(
      `Unstaged changes after reset:\n${unstaged.map(({ path, after }) => `${after ? 'M' : 'D'}\t${workspace.shown(path)}\n`).join('')}`,
    )
}

export const reset: GitCommand = async (workspace, argv) => {
  const words = new Words('reset', argv, {
    flags: [
      'hard',
      'soft',
      'mixed',
      'q',
      'quiet',
      'keep',
      'merge',
      'p',
      'patch',
      'N',
      'intent-to-add',
      'no-refresh',
      'refresh',
    ],
    usage: 'usage: git reset [--mixed | --soft | --hard | --merge | --keep] [-q] [<commit>]',
  })
  if (words.has('p', 'patch')) return addPatch(workspace, 'reset', words.rest)
  const [first] = words.operands
  const head = await workspace.head()
  const target = first === undefined ? head : await workspace.resolve(first)
  const isPath =
    first !== undefined &&
    !target &&
    (workspace.exists(workspace.absolute(first)) ||
      (await workspace.index()).knows(workspace.inside(first)) ||
      /[*?[]/.test(first))
  if (first !== undefined && !target && !isPath) throw unknownRevision(first)
  const paths = [...(isPath ? words.operands : words.operands.slice(1)), ...words.paths]
  const mode = ['hard', 'soft', 'keep', 'merge'].find((each) => words.has(each)) ?? 'mixed'
  if (paths.length > 0 || words.paths.length > 0) {
    if (mode !== 'mixed') throw new Fatal(`fatal: Cannot do ${mode} reset with paths.`)
    await resetIndex(workspace, await treeOf(workspace, isPath ? head : target), among(pathspecs(workspace, paths)))
    if (!words.has('q', 'quiet')) await unstagedText(workspace)
    return 0
  }
  if (mode === 'soft' && workspace.hasState('MERGE_HEAD'))
    throw new Fatal('fatal: Cannot do a soft reset in the middle of a merge.')
  if (!target) {
    await (mode === 'hard'
      ? forceTree(workspace, new Map())
      : mode === 'soft'
        ? undefined
        : resetIndex(workspace, new Map()))
    return 0
  }
  await moveTrees(workspace, mode, target, first ?? 'HEAD')
  await moveHead(workspace, target, `reset: moving to ${first ?? 'HEAD'}`)
  if (mode === 'hard' && !words.has('q', 'quiet'))
    await workspace.io.print(
      `HEAD is now at ${short(target)} ${subjectOf((await workspace.objects.commit(target)).message)}\n`,
    )
  if (mode === 'mixed' && !words.has('q', 'quiet')) await unstagedText(workspace)
  if (mode !== 'soft')
    workspace.dropState('MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'SQUASH_MSG')
  return 0
}

async function moveTrees(workspace: Workspace, mode: string, target: string, name: string): Promise<void> {
  if (mode === 'soft') return
  const tree = await treeOf(workspace, target)
  if (mode === 'mixed') return resetIndex(workspace, tree)
  if (mode === 'hard') return forceTree(workspace, tree)
  const from = await treeOf(workspace, await workspace.head())
  const { local } = await inTheWay(workspace, from, tree)
  if (local.length > 0)
    throw new Fatal(
      `error: Entry '${local[0]}' not uptodate. Cannot merge.\nfatal: Could not reset index file to revision '${name}'.`,
    )
  await moveTo(workspace, mode === 'merge' ? await indexTree(workspace) : from, tree)
}

/** HEAD, and the branch it stands on, move; ORIG_HEAD remembers. */
export async function moveHead(workspace: Workspace, oid: string, message: string, remembers = true): Promise<void> {
  const before = await workspace.head()
  if (before && remembers) await workspace.refs.put('ORIG_HEAD', before)
  await workspace.refs.write('HEAD', oid, { who: await workspace.identity('COMMITTER', true), message })
}
