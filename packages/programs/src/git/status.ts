import { type Change, commitTree, compare, indexTree, type Tree, untracked, withRenames, workTree } from './changes.ts'
import { type GitCommand, paint, Words } from './command.ts'
import type { Workspace } from './repository.ts'

export interface State {
  readonly branch: string | undefined
  readonly head: string | undefined
  readonly index: Tree
  readonly staged: readonly Change[]
  readonly unstaged: readonly Change[]
  readonly untracked: readonly string[]
}

export async function readState(workspace: Workspace, wholeFolders = false): Promise<State> {
  const head = await workspace.resolve('HEAD')
  const index = await indexTree(workspace)
  return {
    branch: await workspace.currentBranch(),
    head,
    index,
    staged: compare(await commitTree(workspace, head), index),
    unstaged: compare(index, await workTree(workspace, index)),
    untracked: await untracked(workspace, index, wholeFolders),
  }
}

const WORDS = (change: Change): string =>
  !change.before
    ? 'new file'
    : !change.after
      ? 'deleted'
      : change.before.mode.slice(0, 3) !== change.after.mode.slice(0, 3)
        ? 'typechange'
        : 'modified'
const LETTER = (change: Change | undefined): string =>
  !change ? ' ' : !change.before ? 'A' : !change.after ? 'D' : 'M'

/** How far the branch is from the one it follows. */
async function tracking(workspace: Workspace, branch: string): Promise<string> {
  const remote = await workspace.config(`branch.${branch}.remote`)
  const merge = await workspace.config(`branch.${branch}.merge`)
  if (!remote || !merge) return ''
  const name = `${remote}/${merge.replace('refs/heads/', '')}`
  const [ours, theirs] = [await workspace.resolve('HEAD'), await workspace.resolve(`refs/remotes/${name}`)]
  if (!ours || !theirs) return ''
  if (ours === theirs) return `Your branch is up to date with '${name}'.\n\n`
  const [ahead, behind] = [await distance(workspace, theirs, ours), await distance(workspace, ours, theirs)]
  const commits = (count: number): string => `${count} commit${count === 1 ? '' : 's'}`
  if (behind === 0)
    return `Your branch is ahead of '${name}' by ${commits(ahead)}.\n  (use "git push" to publish your local commits)\n\n`
  if (ahead === 0)
    return `Your branch is behind '${name}' by ${commits(behind)}, and can be fast-forwarded.\n  (use "git pull" to update your local branch)\n\n`
  return `Your branch and '${name}' have diverged,\nand have ${ahead} and ${behind} different commits each, respectively.\n  (use "git pull" if you want to integrate the remote branch with yours)\n\n`
}

async function distance(workspace: Workspace, from: string, to: string): Promise<number> {
  const known = new Set((await workspace.git.log({ ...workspace.base, ref: from })).map(({ oid }) => oid))
  return (await workspace.git.log({ ...workspace.base, ref: to })).filter(({ oid }) => !known.has(oid)).length
}

export async function statusText(workspace: Workspace, state: State): Promise<string> {
  const { branch, head, staged, unstaged, untracked: others } = state
  const red = (text: string): string => paint(workspace, '31', text)
  const green = (text: string): string => paint(workspace, '32', text)
  let out =
    branch === undefined
      ? `${paint(workspace, '31', 'HEAD detached at ')}${head?.slice(0, 7)}\n`
      : `On branch ${branch}\n`
  if (branch !== undefined) out += await tracking(workspace, branch)
  if (!head) out += '\nNo commits yet\n\n'
  if (staged.length > 0) {
    out += `Changes to be committed:\n  (use "git ${head ? 'restore --staged' : 'rm --cached'} <file>..." to unstage)\n`
    for (const { change, from } of withRenames(staged))
      out += `\t${green(from === undefined ? `${`${WORDS(change)}:`.padEnd(12)}${workspace.shown(change.path)}` : `renamed:    ${workspace.shown(from)} -> ${workspace.shown(change.path)}`)}\n`
    out += '\n'
  }
  if (unstaged.length > 0) {
    const removes = unstaged.some(({ after }) => !after)
    out += `Changes not staged for commit:\n  (use "git add${removes ? '/rm' : ''} <file>..." to update what will be committed)\n  (use "git restore <file>..." to discard changes in working directory)\n`
    for (const change of unstaged)
      out += `\t${red(`${`${WORDS(change)}:`.padEnd(12)}${workspace.shown(change.path)}`)}\n`
    out += '\n'
  }
  if (others.length > 0) {
    out += 'Untracked files:\n  (use "git add <file>..." to include in what will be committed)\n'
    for (const path of others) out += `\t${red(workspace.shown(path))}\n`
    out += '\n'
  }
  return out + closing(state)
}

function closing({ head, staged, unstaged, untracked: others }: State): string {
  if (staged.length > 0) return ''
  if (unstaged.length > 0) return 'no changes added to commit (use "git add" and/or "git commit -a")\n'
  if (others.length > 0) return 'nothing added to commit but untracked files present (use "git add" to track)\n'
  return head
    ? 'nothing to commit, working tree clean\n'
    : 'nothing to commit (create/copy files and use "git add" to track)\n'
}

function shortText(
  workspace: Workspace,
  { branch, head, staged, unstaged, untracked: others }: State,
  withBranch: boolean,
  relative: boolean,
): string {
  const show = (path: string): string => (relative ? workspace.shown(path) : path)
  const rows = new Map<string, { x?: Change; y?: Change; from?: string }>()
  for (const { change, from } of withRenames(staged)) rows.set(change.path, { x: change, ...(from ? { from } : {}) })
  for (const change of unstaged) rows.set(change.path, { ...rows.get(change.path), y: change })
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { x, y, from }]) => {
      const name = from === undefined ? show(path) : `${show(from)} -> ${show(path)}`
      return `${paint(workspace, '32', from === undefined ? LETTER(x) : 'R')}${paint(workspace, '31', LETTER(y))} ${name}\n`
    })
  const first = withBranch ? (head ? `## ${branch ?? 'HEAD (no branch)'}\n` : `## No commits yet on ${branch}\n`) : ''
  return first + lines.join('') + others.map((path) => `${paint(workspace, '31', '??')} ${show(path)}\n`).join('')
}

export const status: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'status',
    argv,
    [],
    ['s', 'short', 'porcelain', 'b', 'branch', 'long', 'u', 'uno', 'uall', 'untracked-files', 'ignored', 'v'],
  )
  const state = await readState(workspace, words.get('untracked-files') === 'all')
  if (words.has('s', 'short', 'porcelain'))
    await workspace.io.print(shortText(workspace, state, words.has('b', 'branch'), !words.has('porcelain')))
  else await workspace.io.print(await statusText(workspace, state))
  return 0
}
