/** git cherry-pick and git revert: the change of one commit made once more, or taken back. */
import { makeDirectories, writeFile } from '@drydock/libc'
import { removeAll } from './add.ts'
import { type GitCommand, short, Words } from './command.ts'
import { report } from './commit.ts'
import { Fatal } from './fatal.ts'
import { parseLog } from './log-options.ts'
import { mergeTrees } from './merge-trees.ts'
import { restoreHead } from './merge.ts'
import type { Commit, Person } from './objects.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { moveHead } from './reset.ts'
import { readState, statusText } from './status.ts'
import { editFile, stripped } from './terminal.ts'
import { compare, indexTree, treeOf, writeTree } from './trees.ts'
import { applyMerge, inTheWay, localChanges, untrackedInWay } from './unpack.ts'
import { walk } from './walk.ts'

type Name = 'cherry-pick' | 'revert'
const HEADS = { 'cherry-pick': 'CHERRY_PICK_HEAD', revert: 'REVERT_HEAD' } as const
const VERBS = { 'cherry-pick': 'apply', revert: 'revert' } as const
const FLAGS = [
  'abort',
  'continue',
  'skip',
  'quit',
  'no-commit',
  'n',
  'x',
  'no-edit',
  'e',
  'edit',
  'allow-empty',
  'ff',
  's',
  'signoff',
  'keep-redundant-commits',
  'allow-empty-message',
  'r',
  'no-gpg-sign',
  'reference',
]

/** A change, and what it is to become. */
export interface Pick {
  readonly name: Name
  readonly commit: Commit
  /** The parent against which a merge's change is seen. */
  readonly mainline: number | undefined
  readonly message: string
  readonly author: Person
}

export async function readPick(
  workspace: Workspace,
  name: Name,
  oid: string,
  words: { readonly origin: boolean; readonly mainline: number | undefined },
): Promise<Pick> {
  const commit = await workspace.objects.commit(oid)
  const failed = `fatal: ${name} failed`
  if (commit.parents.length > 1 && words.mainline === undefined)
    throw new Fatal(`error: commit ${oid} is a merge but no -m option was given.\n${failed}`)
  if (words.mainline !== undefined && commit.parents.length < 2)
    throw new Fatal(`error: mainline was specified but commit ${oid} is not a merge.\n${failed}`)
  if (words.mainline !== undefined && commit.parents[words.mainline - 1] === undefined)
    throw new Fatal(`error: commit ${oid} does not have parent ${words.mainline}\n${failed}`)
  const subject = subjectOf(commit.message)
  if (name === 'revert') {
    const parent =
      words.mainline === undefined ? '' : `, reversing\nchanges made to ${commit.parents[words.mainline - 1]}`
    return {
      name,
      commit,
      mainline: words.mainline,
      message: `Revert "${subject}"\n\nThis reverts commit ${oid}${parent}.\n`,
      author: await workspace.identity('AUTHOR'),
    }
  }
  const origin = words.origin
    ? `${/\n\n.*\(cherry picked from commit [0-9a-f]+\)\n?$/s.test(commit.message) ? '' : '\n'}(cherry picked from commit ${oid})\n`
    : ''
  return {
    name,
    commit,
    mainline: words.mainline,
    message: commit.message.replace(/\n*$/, '\n') + origin,
    author: commit.author,
  }
}

/** @returns whether there are conflicts; what git says of them was said */
export async function applyPick(
  workspace: Workspace,
  { name, commit, mainline }: Pick,
  what: string,
  alone = true,
): Promise<boolean> {
  const head = await treeOf(workspace, await workspace.head())
  const parent = await treeOf(workspace, commit.parents[(mainline ?? 1) - 1])
  const own = await treeOf(workspace, commit.tree)
  const subject = subjectOf(commit.message)
  const label = name === 'revert' ? `parent of ${short(commit.oid)} (${subject})` : `${short(commit.oid)} (${subject})`
  const baseLabel =
    name === 'revert' ? `${short(commit.oid)} (${subject})` : `parent of ${short(commit.oid)} (${subject})`
  const [base, theirs] = name === 'revert' ? [own, parent] : [parent, own]
  const current = alone ? head : await indexTree(workspace)
  const merged = await mergeTrees(workspace, base, current, theirs, {
    labels: { ours: 'HEAD', theirs: label, base: baseLabel },
  })
  const { local, untracked } = await inTheWay(workspace, current, merged.tree)
  if (local.length + untracked.length > 0) {
    const parts = [
      ...(local.length > 0 ? [localChanges(local, 'merge')] : []),
      ...(untracked.length > 0 ? [untrackedInWay(untracked, 'merge')] : []),
    ]
    throw new Fatal(`${parts.join('\n')}\nfatal: ${what} failed`, 128)
  }
  await applyMerge(workspace, current, merged, 'merge')
  await workspace.io.print(merged.messages.map((row) => `${row}\n`).join(''))
  return merged.conflicts.size > 0
}

export const conflictComment = async (workspace: Workspace): Promise<string> =>
  `\n# Conflicts:\n${(await workspace.index())
    .unmerged()
    .map((path) => `#\t${path}\n`)
    .join('')}`

async function stopAtConflict(workspace: Workspace, { name, commit, message }: Pick): Promise<void> {
  const { sys, gitdir, io } = workspace
  await writeFile(sys, `${gitdir}/${HEADS[name]}`, `${commit.oid}\n`)
  await writeFile(sys, `${gitdir}/MERGE_MSG`, message + (await conflictComment(workspace)))
  await io.out.flush()
  await io.warn(`error: could not ${VERBS[name]} ${short(commit.oid)}... ${subjectOf(commit.message)}
hint: After resolving the conflicts, mark them with
hint: "git add/rm <pathspec>", then run
hint: "git ${name} --continue".
hint: You can instead skip this commit with "git ${name} --skip".
hint: To abort and get back to the state before "git ${name}",
hint: run "git ${name} --abort".
`)
}

async function stopAtEmpty(workspace: Workspace, { name, commit, message }: Pick): Promise<void> {
  await writeFile(workspace.sys, `${workspace.gitdir}/MERGE_MSG`, message)
  await writeFile(workspace.sys, `${workspace.gitdir}/${HEADS[name]}`, `${commit.oid}\n`)
  await workspace.io.out.flush()
  await workspace.io.warn(
    "The previous cherry-pick is now empty, possibly due to conflict resolution.\nIf you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\nOtherwise, please use 'git cherry-pick --skip'\n",
  )
  if (workspace.hasState('sequencer/todo')) workspace.dropState(HEADS[name])
  await workspace.io.print(await statusText(workspace, await readState(workspace)))
}

export async function commitPick(workspace: Workspace, pick: Pick, message: string, verb: string): Promise<string> {
  const head = await workspace.head()
  const tree = await writeTree(workspace.objects, await indexTree(workspace))
  const oid = await workspace.objects.writeCommit({
    tree,
    parents: head ? [head] : [],
    author: pick.author,
    committer: await workspace.identity('COMMITTER'),
    message,
  })
  await moveHead(workspace, oid, `${verb}: ${subjectOf(message)}`, false)
  return oid
}

interface Flags {
  readonly commits: boolean
  readonly edits: boolean
  readonly allowEmpty: boolean
  readonly ff: boolean
}

async function one(workspace: Workspace, pick: Pick, flags: Flags): Promise<number> {
  const head = await workspace.head()
  const staged = compare(await treeOf(workspace, head), await indexTree(workspace))
  if (flags.commits && staged.length > 0)
    throw new Fatal(
      `error: your local changes would be overwritten by ${pick.name}.\nhint: commit your changes or stash them to proceed.\nfatal: ${pick.name} failed`,
    )
  if (await applyPick(workspace, pick, pick.name, flags.commits)) {
    await stopAtConflict(workspace, pick)
    return 1
  }
  if (!flags.commits) {
    await writeFile(workspace.sys, `${workspace.gitdir}/MERGE_MSG`, pick.message)
    return 0
  }
  const same = compare(await treeOf(workspace, head), await indexTree(workspace)).length === 0
  const wasEmpty =
    compare(await treeOf(workspace, pick.commit.parents[0]), await treeOf(workspace, pick.commit.tree)).length === 0
  if (same && !(flags.allowEmpty && wasEmpty) && pick.name === 'cherry-pick') {
    await stopAtEmpty(workspace, pick)
    return 1
  }
  const message = flags.edits
    ? stripped(await editFile(workspace, `${workspace.gitdir}/COMMIT_EDITMSG`, pick.message))
    : pick.message
  if (message.trim() === '') throw new Fatal('Aborting commit due to empty commit message.', 1)
  const oid = await commitPick(workspace, pick, message, pick.name)
  await report(workspace, oid, { dated: true })
  return 0
}

/** What is left to do is written down, so that --continue finds it. */
async function remember(workspace: Workspace, name: Name, picks: readonly Pick[], head: string): Promise<void> {
  const { sys, gitdir } = workspace
  const folder = `${gitdir}/sequencer`
  makeDirectories(sys, folder)
  if (!workspace.hasState('sequencer/head')) await writeFile(sys, `${folder}/head`, `${head}\n`)
  const verb = name === 'revert' ? 'revert' : 'pick'
  await writeFile(
    sys,
    `${folder}/todo`,
    picks.map(({ commit }) => `${verb} ${short(commit.oid)} ${subjectOf(commit.message)}\n`).join(''),
  )
}

async function all(workspace: Workspace, name: Name, picks: readonly Pick[], flags: Flags): Promise<number> {
  const head = await workspace.head()
  for (const [at, pick] of picks.entries()) {
    if (picks.length > 1) await remember(workspace, name, picks.slice(at), head ?? '')
    const status = await one(workspace, pick, flags)
    if (status !== 0) return status
  }
  if (picks.length > 1) removeAll(workspace, `${workspace.gitdir}/sequencer`)
  return 0
}

const inProgress = (workspace: Workspace): Name | undefined =>
  workspace.hasState('CHERRY_PICK_HEAD') ? 'cherry-pick' : workspace.hasState('REVERT_HEAD') ? 'revert' : undefined

async function waiting(workspace: Workspace): Promise<Name | undefined> {
  const todo = await workspace.state('sequencer/todo')
  return (
    inProgress(workspace) ?? (todo === undefined ? undefined : todo.startsWith('revert') ? 'revert' : 'cherry-pick')
  )
}

async function end(workspace: Workspace, name: Name, how: 'abort' | 'quit' | 'skip'): Promise<number> {
  const busy = await waiting(workspace)
  if (!busy)
    throw new Fatal(
      how === 'skip'
        ? `error: no ${name} in progress\nfatal: ${name} failed`
        : `error: no cherry-pick or revert in progress\nfatal: ${name} failed`,
    )
  const head = (await workspace.state('sequencer/head'))?.trim()
  if (how !== 'quit') await restoreHead(workspace)
  workspace.dropState('CHERRY_PICK_HEAD', 'REVERT_HEAD', 'MERGE_MSG')
  if (how === 'skip') return resume(workspace, name)
  if (how === 'abort' && head) {
    const { forceTree } = await import('./unpack.ts')
    await forceTree(workspace, await treeOf(workspace, head))
    await moveHead(workspace, head, `reset: moving to ${head}`)
  }
  removeAll(workspace, `${workspace.gitdir}/sequencer`)
  return 0
}

/** Goes on behind the first of what is written down. */
async function resume(workspace: Workspace, name: Name): Promise<number> {
  const todo = ((await workspace.state('sequencer/todo')) ?? '').split('\n').filter(Boolean).slice(1)
  const picks: Pick[] = []
  for (const row of todo) {
    const oid = await workspace.resolve(row.split(' ')[1] ?? '')
    if (oid) picks.push(await readPick(workspace, name, oid, { origin: false, mainline: undefined }))
  }
  const status =
    picks.length > 0
      ? await all(workspace, name, picks, { commits: true, edits: false, allowEmpty: false, ff: false })
      : 0
  if (status === 0) removeAll(workspace, `${workspace.gitdir}/sequencer`)
  return status
}

/** Commits what was resolved. */
async function goOn(workspace: Workspace, name: Name): Promise<number> {
  const busy = await waiting(workspace)
  if (!busy) throw new Fatal(`error: no cherry-pick or revert in progress\nfatal: ${name} failed`)
  const open = (await workspace.index()).unmerged()
  if (open.length > 0) {
    const { refuseUnmerged } = await import('./commit.ts')
    await refuseUnmerged(workspace)
  }
  const current = inProgress(workspace)
  if (current) {
    const oid = (await workspace.state(HEADS[current]))?.trim() ?? ''
    const pick = await readPick(workspace, current, oid, {
      origin: false,
      mainline: (await workspace.objects.commit(oid)).parents.length > 1 ? 1 : undefined,
    })
    if (compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace)).length === 0) {
      await stopAtEmpty(workspace, pick)
      return 1
    }
    const text = stripped(
      await editFile(
        workspace,
        `${workspace.gitdir}/COMMIT_EDITMSG`,
        (await workspace.state('MERGE_MSG')) ?? pick.message,
      ),
    )
    workspace.dropState(HEADS[current], 'MERGE_MSG')
    await report(
      workspace,
      await commitPick(workspace, pick, text, `commit (${current})`.replace('commit (revert)', 'commit')),
      { dated: true },
    )
  }
  return workspace.hasState('sequencer/todo') ? resume(workspace, busy) : 0
}

async function commitsOf(workspace: Workspace, name: Name, operands: readonly string[]): Promise<string[]> {
  const oids: string[] = []
  for (const word of operands) {
    if (word.includes('..')) {
      const o = await parseLog(workspace, name, [word, '--'])
      const found = (await walk(workspace.objects, { starts: o.starts, without: o.without })).map(({ oid }) => oid)
      oids.push(...(name === 'cherry-pick' ? found.reverse() : found))
      continue
    }
    const oid = await workspace.resolve(word === '-' ? '@{-1}' : word)
    if (oid === undefined) throw new Fatal(`fatal: bad revision '${word}'`)
    oids.push(oid)
  }
  if (oids.length === 0) throw new Fatal('error: empty commit set passed\nfatal: cherry-pick failed')
  return oids
}

const command =
  (name: Name): GitCommand =>
  async (workspace, argv) => {
    const words = new Words(name, argv, {
      values: ['m', 'mainline', 'X', 'strategy-option', 'strategy', 'cleanup'],
      flags: FLAGS,
      usage: `usage: git ${name} [--edit] [-n] [-m <parent-number>] [-s] [-S[<keyid>]] <commit>...`,
    })
    for (const how of ['abort', 'skip', 'quit'] as const) if (words.has(how)) return end(workspace, name, how)
    if (words.has('continue')) return goOn(workspace, name)
    if (words.operands.length === 0)
      throw new Fatal(`usage: git ${name} [--edit] [-n] [-m <parent-number>] [-s] [-S[<keyid>]] <commit>...`, 129)
    const oids = await commitsOf(workspace, name, words.operands)
    const busy = await waiting(workspace)
    const commits = !words.has('no-commit', 'n')
    if (busy && commits && oids.length > 1)
      throw new Fatal(
        `error: ${busy} is already in progress\nhint: try "git ${busy} (--continue | --skip | --abort | --quit)"\nfatal: ${name} failed`,
      )
    const mainline = words.get('m', 'mainline')
    const picks: Pick[] = []
    for (const oid of oids)
      picks.push(
        await readPick(workspace, name, oid, {
          origin: words.has('x'),
          mainline: mainline === undefined ? undefined : Number(mainline),
        }),
      )
    const { isTerminal } = await import('../text/terminal.ts')
    const edits = words.has('e', 'edit') || (name === 'revert' && !words.has('no-edit') && isTerminal(workspace.sys, 0))
    if (words.has('s', 'signoff')) {
      const { withTrailer } = await import('./commit.ts')
      const who = await workspace.identity('COMMITTER')
      for (const [at, pick] of picks.entries())
        picks[at] = { ...pick, message: withTrailer(pick.message, `Signed-off-by: ${who.name} <${who.email}>`) }
    }
    return all(workspace, name, picks, {
      commits,
      edits,
      allowEmpty: words.has('allow-empty', 'keep-redundant-commits'),
      ff: words.has('ff'),
    })
  }

export const cherryPick = command('cherry-pick')
export const revert = command('revert')
