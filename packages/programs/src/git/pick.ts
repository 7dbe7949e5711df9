/** git cherry-pick and git revert: the change of one commit made once more, or taken back. */
import { commitTree, compare, indexTree, workTree } from './changes.ts'
import { type GitCommand, Words } from './command.ts'
import { labelConflicts } from './merge.ts'
import { moveHead, report, resolved, setIndex, writeWork } from './record.ts'
import { Fatal, isLibraryError, type Workspace } from './repository.ts'
import { restoreHead } from './restore-head.ts'

/** A merge of three: what changes from `base` to `theirs` is made to HEAD. */
interface Pick {
  readonly name: 'cherry-pick' | 'revert'
  readonly oid: string
  readonly base: string
  readonly theirs: string
  /** What conflicts call the other side. */
  readonly label: string
  readonly message: string
  readonly author: Awaited<ReturnType<Workspace['identity']>>
}

const HEADS = { 'cherry-pick': 'CHERRY_PICK_HEAD', revert: 'REVERT_HEAD' } as const
const VERBS = { 'cherry-pick': 'apply', revert: 'revert' } as const
const FLAGS = ['abort', 'continue', 'skip', 'quit', 'no-commit', 'n', 'x', 'no-edit', 'e', 'edit', 'allow-empty']

const subjectOf = (message: string): string => message.split('\n')[0] ?? ''
const stateFile = (workspace: Workspace, name: string): string => `${workspace.dir}/.git/${name}`

/** A commit of the same content as another with one parent, which gives a merge the base that it is to have. */
async function standIn(workspace: Workspace, contentOf: string, parent: string): Promise<string> {
  const { git, base } = workspace
  const { commit } = await git.readCommit({ ...base, oid: contentOf })
  return git.writeCommit({ ...base, commit: { ...commit, parent: [parent] } })
}

async function readPick(workspace: Workspace, name: Pick['name'], word: string, withOrigin: boolean): Promise<Pick> {
  const { git, base } = workspace
  const oid = await workspace.resolve(word)
  if (oid === undefined) throw new Fatal(`fatal: bad revision '${word}'`)
  const { commit } = await git.readCommit({ ...base, oid })
  const [parent, second] = commit.parent
  const failed = `fatal: ${name} failed`
  if (second !== undefined) throw new Fatal(`error: commit ${oid} is a merge but no -m option was given.\n${failed}`)
  if (parent === undefined) throw new Fatal(`error: cannot ${name} a root commit\n${failed}`)
  const subject = subjectOf(commit.message)
  if (name === 'cherry-pick') {
    const origin = withOrigin ? `\n(cherry picked from commit ${oid})\n` : ''
    const label = `${oid.slice(0, 7)} (${subject})`
    return { name, oid, base: parent, theirs: oid, label, message: commit.message + origin, author: commit.author }
  }
  return {
    ...{ name, oid, base: oid, theirs: await standIn(workspace, parent, oid) },
    label: `parent of ${oid.slice(0, 7)} (${subject})`,
    message: `Revert "${subject}"\n\nThis reverts commit ${oid}.\n`,
    author: await workspace.identity('AUTHOR'),
  }
}

/** @returns the tree that comes of it, or undefined after a conflict */
async function mergeThree(workspace: Workspace, head: string, pick: Pick): Promise<string | undefined> {
  const { git, base } = workspace
  const ours = await standIn(workspace, head, pick.base)
  const who = await workspace.identity('COMMITTER')
  try {
    const result = await git.merge({
      ...{ ...base, ours, theirs: pick.theirs, message: pick.message, author: who, committer: who },
      ...{ fastForward: false, abortOnConflict: false, noUpdateBranch: true },
    })
    return result.tree
  } catch (error) {
    if (!isLibraryError(error) || error.code !== 'MergeConflictError') throw error
    const paths = (error.data['filepaths'] as string[] | undefined) ?? []
    for (const path of paths) {
      await labelConflicts(workspace, path, ours, pick.theirs, pick.label)
      await workspace.io.print(`Auto-merging ${path}\nCONFLICT (content): Merge conflict in ${path}\n`)
    }
    return undefined
  }
}

async function stopAtConflict(workspace: Workspace, { name, oid, message }: Pick): Promise<void> {
  const { writeFile } = workspace.fs.promises
  await writeFile(stateFile(workspace, HEADS[name]), `${oid}\n`)
  await writeFile(stateFile(workspace, 'MERGE_MSG'), message)
  const { commit } = await workspace.git.readCommit({ ...workspace.base, oid })
  await workspace.io.warn(
    `error: could not ${VERBS[name]} ${oid.slice(0, 7)}... ${subjectOf(commit.message)}
hint: After resolving the conflicts, mark them with
hint: "git add/rm <pathspec>", then run
hint: "git ${name} --continue".
hint: You can instead skip this commit with "git ${name} --skip".
hint: To abort and get back to the state before "git ${name}",
hint: run "git ${name} --abort".
`,
  )
}

async function apply(workspace: Workspace, pick: Pick, commits: boolean): Promise<number> {
  const { git, base } = workspace
  await requireClean(workspace, pick)
  const head = await resolved(workspace, 'HEAD')
  if (pick.name === 'cherry-pick' && (await isEmpty(workspace, pick, head))) {
    await stopAtEmpty(workspace, pick)
    return 1
  }
  const tree = await mergeThree(workspace, head, pick)
  if (tree === undefined) {
    await stopAtConflict(workspace, pick)
    return 1
  }
  const committer = await workspace.identity('COMMITTER')
  const content = { message: pick.message, tree, parent: [head], author: pick.author, committer }
  const made = await git.writeCommit({ ...base, commit: content })
  const changes = compare(await commitTree(workspace, head), await commitTree(workspace, made))
  for (const { path, after } of changes) {
    await setIndex(workspace, path, after)
    await writeWork(workspace, path, after)
  }
  if (!commits) return 0
  await moveHead(workspace, made)
  await report(workspace, made, [head], pick.message, pick.author, committer, true)
  return 0
}

/** Drops what a conflict left, and goes back to HEAD where that is asked. */
async function end(workspace: Workspace, name: Pick['name'], restores: boolean): Promise<number> {
  if (!workspace.exists(stateFile(workspace, HEADS[name])))
    throw new Fatal(`error: no cherry-pick or revert in progress\nfatal: ${name} failed`)
  if (restores) await restoreHead(workspace)
  for (const file of [HEADS[name], 'MERGE_MSG'])
    if (workspace.exists(stateFile(workspace, file))) workspace.sys.unlink(stateFile(workspace, file))
  return 0
}

/** Commits what was resolved. */
async function goOn(workspace: Workspace, name: Pick['name']): Promise<number> {
  const file = stateFile(workspace, HEADS[name])
  if (!workspace.exists(file)) throw new Fatal(`error: no cherry-pick or revert in progress\nfatal: ${name} failed`)
  const oid = String(await workspace.fs.promises.readFile(file, 'utf8')).trim()
  const { commit } = await workspace.git.readCommit({ ...workspace.base, oid })
  const message = String(await workspace.fs.promises.readFile(stateFile(workspace, 'MERGE_MSG'), 'utf8'))
  const head = await resolved(workspace, 'HEAD')
  const committer = await workspace.identity('COMMITTER')
  const author = name === 'cherry-pick' ? commit.author : await workspace.identity('AUTHOR')
  const made = await workspace.git.commit({ ...workspace.base, message, author, committer, parent: [head] })
  await report(workspace, made, [head], message, author, committer, true)
  return end(workspace, name, false)
}

/** @throws Fatal where the caller has changes that this would lose */
async function requireClean(workspace: Workspace, { name, base, theirs }: Pick): Promise<void> {
  const index = await indexTree(workspace)
  const head = await commitTree(workspace, await workspace.resolve('HEAD'))
  const failed = `fatal: ${name} failed`
  if (compare(head, index).length > 0)
    throw new Fatal(
      `error: your local changes would be overwritten by ${name}.\nhint: commit your changes or stash them to proceed.\n${failed}`,
    )
  const touched = new Set(
    compare(await commitTree(workspace, base), await commitTree(workspace, theirs)).map(({ path }) => path),
  )
  const lost = compare(index, await workTree(workspace, index)).filter(({ path }) => touched.has(path))
  if (lost.length > 0)
    throw new Fatal(
      `error: Your local changes to the following files would be overwritten by merge:\n${lost.map(({ path }) => `\t${path}\n`).join('')}Please commit your changes or stash them before you merge.\nAborting\n${failed}`,
    )
}

/** Whether HEAD has already all that a commit changes. */
async function isEmpty(workspace: Workspace, { base, theirs }: Pick, head: string): Promise<boolean> {
  const now = await commitTree(workspace, head)
  const changes = compare(await commitTree(workspace, base), await commitTree(workspace, theirs))
  return changes.every(({ path, after }) => now.get(path)?.oid === after?.oid)
}

async function stopAtEmpty(workspace: Workspace, { oid }: Pick): Promise<void> {
  await workspace.fs.promises.writeFile(stateFile(workspace, HEADS['cherry-pick']), `${oid}\n`)
  const branch = await workspace.currentBranch()
  await workspace.io.warn(
    "The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git cherry-pick --skip'\n",
  )
  await workspace.io.print(
    `${branch === undefined ? 'HEAD detached' : `On branch ${branch}`}
You are currently cherry-picking commit ${oid.slice(0, 7)}.
  (all conflicts fixed: run "git cherry-pick --continue")
  (use "git cherry-pick --skip" to skip this patch)
  (use "git cherry-pick --abort" to cancel the cherry-pick operation)

nothing to commit, working tree clean
`,
  )
}

const command =
  (name: Pick['name']): GitCommand =>
  async (workspace, argv) => {
    const words = new Words(name, argv, [], FLAGS)
    if (words.has('abort')) return end(workspace, name, true)
    if (words.has('skip')) return end(workspace, name, true)
    if (words.has('quit')) return end(workspace, name, false)
    if (words.has('continue')) return goOn(workspace, name)
    if (words.operands.length === 0) throw new Fatal(`usage: git ${name} [<options>] <commit-ish>...`, 129)
    const picks: Pick[] = []
    for (const word of words.operands) picks.push(await readPick(workspace, name, word, words.has('x')))
    for (const pick of picks) {
      const status = await apply(workspace, pick, !words.has('no-commit', 'n'))
      if (status !== 0) return status
    }
    return 0
  }

export const cherryPick = command('cherry-pick')
export const revert = command('revert')
