/** git rebase: a list of things to do, done one after the other onto another commit. git-rebase(1). */
import { makeDirectories } from '@drydock/libc'
import { removeAll } from './add.ts'
import { type GitCommand, short, Words } from './command.ts'
import { patchKey } from './commits.ts'
import { Fatal } from './fatal.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { autosquashed, type Item, parseTodo, printItem, TODO_HELP } from './rebase-todo.ts'
import { editFile } from './terminal.ts'
import { compare, indexTree, treeOf, workTree, writeTree } from './trees.ts'
import { forceTree } from './unpack.ts'
import { isAncestor, mergeBases, walk } from './walk.ts'

import { Rebase } from './rebase-run.ts'
const NO_TRACKING = (branch: string): string => `There is no tracking information for the current branch.
Please specify which branch you want to rebase against.
See git-rebase(1) for details.

    git rebase '<branch>'

If you wish to set tracking information for this branch you can do so with:

    git branch --set-upstream-to=<remote>/<branch> ${branch}
`
const BUSY = (dir: string): string => `fatal: It seems that there is already a ${dir} directory, and
I wonder if you are in the middle of another rebase.  If that is the
case, please try
	git rebase (--continue | --abort | --skip)
If that is not the case, please
	rm -fr ".git/${dir}"
and run me again.  I am stopping in case you still have something
valuable there.
`

const FLAGS = [
  'i',
  'interactive',
  'continue',
  'abort',
  'skip',
  'quit',
  'edit-todo',
  'show-current-patch',
  'autosquash',
  'no-autosquash',
  'autostash',
  'no-autostash',
  'f',
  'force-rebase',
  'no-ff',
  'ff',
  'q',
  'quiet',
  'v',
  'verbose',
  'root',
  'r',
  'rebase-merges',
  'm',
  'merge',
  'n',
  'no-stat',
  'stat',
  'keep-empty',
  'no-keep-empty',
  'allow-empty-message',
  'apply',
  'committer-date-is-author-date',
  'ignore-date',
  'reset-author-date',
  'fork-point',
  'no-fork-point',
  'signoff',
  'update-refs',
  'no-update-refs',
  'no-verify',
  'verify',
  'keep-base',
  'reapply-cherry-picks',
]

async function resume(workspace: Workspace, words: Words): Promise<number | undefined> {
  const how = ['continue', 'abort', 'skip', 'quit', 'edit-todo', 'show-current-patch'].find((each) => words.has(each))
  const busy = workspace.hasState('rebase-merge')
  if (how === undefined) {
    if (busy) throw new Fatal(BUSY('rebase-merge'))
    return undefined
  }
  if (!busy) throw new Fatal('fatal: No rebase in progress?')
  const rebase = new Rebase(workspace, words.has('q', 'quiet'))
  if (how === 'abort') return rebase.abort()
  if (how === 'skip') return rebase.skip()
  if (how === 'continue') return rebase.goOn()
  if (how === 'edit-todo') {
    const rows = (await rebase.items('git-rebase-todo')).map((item) =>
      printItem({ ...item, oid: item.oid && short(item.oid) }),
    )
    const text = await editTodo(workspace, `${rows.join('\n')}\n\n${TODO_HELP}`)
    await rebase.write('git-rebase-todo', (await parseTodo(workspace, text)).map(printItem).join('\n'))
    return 0
  }
  if (how === 'show-current-patch') return (await import('./log.ts')).show(workspace, ['REBASE_HEAD'])
  removeAll(workspace, `${workspace.gitdir}/rebase-merge`)
  return 0
}

async function editTodo(workspace: Workspace, text: string): Promise<string> {
  const editor = workspace.process.env.get('GIT_SEQUENCE_EDITOR') ?? (await workspace.config.get('sequence.editor'))
  return editFile(workspace, `${workspace.gitdir}/rebase-merge/git-rebase-todo`, text, editor)
}

async function refuseDirty(workspace: Workspace, autostash: boolean): Promise<string | undefined> {
  const unstaged = compare(await indexTree(workspace), await workTree(workspace)).length > 0
  const staged = compare(await treeOf(workspace, await workspace.head()), await indexTree(workspace)).length > 0
  if (!unstaged && !staged) return undefined
  if (autostash) {
    const { createStash } = await import('./stash.ts')
    const oid = await createStash(workspace, 'autostash')
    if (oid) {
      await forceTree(workspace, await treeOf(workspace, await workspace.head()))
      await workspace.io.print(`Created autostash: ${short(oid)}\n`)
    }
    return oid
  }
  const rows = [
    ...(unstaged ? ['error: cannot rebase: You have unstaged changes.'] : []),
    ...(staged
      ? [`error: ${unstaged ? 'additionally, your' : 'cannot rebase: Your'} index contains uncommitted changes.`]
      : []),
  ]
  throw new Fatal(`${rows.join('\n')}\nerror: Please commit or stash them.`, 1)
}

async function upstreamOf(workspace: Workspace, words: Words): Promise<{ name: string; rest: readonly string[] }> {
  if (words.has('root')) return { name: '', rest: words.operands }
  const [given, ...rest] = words.operands
  if (given !== undefined) return { name: given === '-' ? '@{-1}' : given, rest }
  const branch = await workspace.currentBranch()
  const ref = branch === undefined ? undefined : await workspace.revisions.upstream(branch)
  if (ref === undefined) throw new Fatal(NO_TRACKING(branch ?? 'HEAD'), 1)
  return { name: ref, rest }
}

export const rebase: GitCommand = async (workspace, argv) => {
  const words = new Words('rebase', argv, {
    values: ['onto', 'x', 'exec', 'X', 'strategy-option', 's', 'strategy', 'empty', 'whitespace', 'C'],
    flags: FLAGS,
    usage: 'usage: git rebase [-i] [options] [--exec <cmd>] [--onto <newbase> | --keep-base] [<upstream> [<branch>]]',
  })
  const resumed = await resume(workspace, words)
  if (resumed !== undefined) return resumed
  const { name, rest } = await upstreamOf(workspace, words)
  const upstream = name === '' ? undefined : await workspace.resolve(name)
  if (name !== '' && !upstream) throw new Fatal(`fatal: invalid upstream '${name}'`)
  const ontoName = words.get('onto') ?? name
  const onto = words.has('onto') ? await workspace.resolve(ontoName) : upstream
  if (words.has('onto') && !onto) throw new Fatal(`fatal: Does not point to a valid commit '${ontoName}'`)
  const stash = await refuseDirty(
    workspace,
    words.has('autostash') || (await workspace.config.isTrue('rebase.autostash')),
  )
  const [to] = rest
  if (to !== undefined) {
    const { checkout } = await import('./checkout.ts')
    const status = await checkout(workspace, ['-q', to])
    if (status !== 0) return status
  }
  return start(workspace, words, { upstream, onto: onto ?? upstream, ontoName, stash })
}

interface Start {
  readonly upstream: string | undefined
  readonly onto: string | undefined
  readonly ontoName: string
  readonly stash: string | undefined
}

async function start(
  workspace: Workspace,
  words: Words,
  { upstream, onto: given, ontoName, stash }: Start,
): Promise<number> {
  const { objects } = workspace
  const head = (await workspace.head()) ?? ''
  const branch = await workspace.currentBranch()
  const interactive = words.has('i', 'interactive')
  const onto = given ?? (await rootOnto(workspace))
  const commits = (
    await walk(objects, { starts: [head], without: upstream === undefined ? [] : [upstream], topological: true })
  )
    .filter(({ parents }) => parents.length < 2)
    .reverse()
  const exec = words.get('x', 'exec')
  const uptodate =
    !interactive &&
    exec === undefined &&
    upstream !== undefined &&
    (await mergeBases(objects, upstream, head))[0] === onto &&
    (await isAncestor(objects, onto, head)) &&
    (await isLinear(workspace, head, onto))
  if (uptodate && !words.has('f', 'force-rebase', 'no-ff')) {
    if (stash) await new Rebase(workspace, true).abort().catch(() => 0)
    await workspace.io.print(
      branch === undefined ? 'HEAD is up to date.\n' : `Current branch ${branch} is up to date.\n`,
    )
    return 0
  }
  const known =
    upstream === undefined
      ? new Set<string>()
      : new Set(
          await Promise.all(
            (await walk(objects, { starts: [upstream], without: [head] })).map((commit) => patchKey(workspace, commit)),
          ),
        )
  let items: Item[] = []
  for (const commit of commits) {
    const key = known.size > 0 ? await patchKey(workspace, commit) : ''
    if (key !== '' && known.has(key)) {
      await workspace.io.out.flush()
      await workspace.io.warn(`warning: skipped previously applied commit ${short(commit.oid)}\n`)
    } else items.push({ verb: 'pick', oid: commit.oid, text: subjectOf(commit.message) })
  }
  if (items.length < commits.length)
    await workspace.io.warn(
      'hint: use --reapply-cherry-picks to include skipped commits\nhint: Disable this message with "git config advice.skippedCherryPicks false"\n',
    )
  if (
    interactive &&
    (words.has('autosquash') || (!words.has('no-autosquash') && (await workspace.config.isTrue('rebase.autosquash'))))
  )
    items = autosquashed(items)
  if (exec !== undefined) items = items.flatMap((item) => [item, { verb: 'exec', oid: '', text: exec }])
  const rebase = new Rebase(workspace, words.has('q', 'quiet'))
  makeDirectories(workspace.sys, `${workspace.gitdir}/rebase-merge`)
  if (words.has('f', 'force-rebase', 'no-ff')) await rebase.write('force', 'yes')
  if (stash) await rebase.write('autostash', stash)
  if (interactive) {
    const chosen = await edited(workspace, items, upstream ?? onto, head, onto)
    if (!chosen) {
      removeAll(workspace, `${workspace.gitdir}/rebase-merge`)
      throw new Fatal('error: nothing to do', 1)
    }
    items = chosen
  }
  return rebase.begin(branch, head, onto, ontoName, items)
}

async function edited(
  workspace: Workspace,
  items: readonly Item[],
  upstream: string,
  head: string,
  onto: string,
): Promise<Item[] | undefined> {
  const rows = items.map((item) => printItem({ ...item, oid: item.oid && short(item.oid) }))
  const count = `${items.length} command${items.length === 1 ? '' : 's'}`
  const text = `${rows.length === 0 ? 'noop' : rows.join('\n')}\n\n# Rebase ${short(upstream)}..${short(head)} onto ${short(onto)} (${count})\n#\n${TODO_HELP}`
  try {
    const chosen = await editTodo(workspace, text)
    if (/^\s*noop\s*$/m.test(chosen)) return []
    const parsed = await parseTodo(workspace, chosen)
    return parsed.length === 0 ? undefined : parsed
  } catch (error) {
    removeAll(workspace, `${workspace.gitdir}/rebase-merge`)
    throw error
  }
}

async function isLinear({ objects }: Workspace, head: string, onto: string): Promise<boolean> {
  return (await walk(objects, { starts: [head], without: [onto] })).every(({ parents }) => parents.length < 2)
}

/** --root without --onto: a commit of nothing to stand upon. */
async function rootOnto(workspace: Workspace): Promise<string> {
  const who = await workspace.identity('COMMITTER')
  return workspace.objects.writeCommit({
    tree: await writeTree(workspace.objects, []),
    parents: [],
    author: who,
    committer: who,
    message: '',
  })
}
