/** git merge. */
import { writeFile } from '@drydock/libc'
import { type GitCommand, short, Words } from './command.ts'
import { refuseUnmerged } from './commit.ts'
import { statRows, statText, summaryText } from './diff-stat.ts'
import { coloursOf, newDiffOptions } from './diff-options.ts'
import { Fatal } from './fatal.ts'
import { runHook } from './hooks.ts'
import { mergeTrees } from './merge-trees.ts'
import { showDate } from './dates.ts'
import { EMPTY_TREE } from './objects.ts'
import { indented } from './pretty.ts'
import { withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { moveHead } from './reset.ts'
import { editFile, stripped, widthOf } from './terminal.ts'
import { compare, indexTree, type Tree, treeOf, writeTree } from './trees.ts'
import { applyMerge, localChanges, moveTo, refuseLoss, switchTree } from './unpack.ts'
import { isAncestor, mergeBases, walk } from './walk.ts'

/** --stat and --summary of what came. */
export async function changedText(workspace: Workspace, from: Tree, to: Tree): Promise<string> {
  const pairs = await withRenames(workspace, compare(from, to), { renames: true })
  const rows = await statRows(workspace, pairs, { key: undefined, ignoreBlank: false })
  return (
    statText(rows, { width: widthOf(workspace), colours: coloursOf(workspace, newDiffOptions()) }) + summaryText(pairs)
  )
}

export interface MergeFlags {
  readonly quiet: boolean
  readonly stat: boolean
}

export async function fastForward(
  workspace: Workspace,
  to: string,
  message: string,
  { quiet, stat }: MergeFlags = { quiet: false, stat: true },
): Promise<void> {
  const head = await workspace.head()
  const [from, target] = [await treeOf(workspace, head), await treeOf(workspace, to)]
  await workspace.io.print(quiet ? '' : `Updating ${short(head ?? '')}..${short(to)}\n`)
  await refuseLoss(workspace, from, target, 'merge')
  await workspace.io.print(quiet ? '' : 'Fast-forward\n')
  await moveTo(workspace, from, target)
  await moveHead(workspace, to, message)
  if (!quiet && stat) await workspace.io.print(await changedText(workspace, from, target))
  await runHook(workspace, 'post-merge', ['0'])
}

const FLAGS = [
  'no-ff',
  'ff-only',
  'ff',
  'no-edit',
  'edit',
  'e',
  'abort',
  'continue',
  'quit',
  'squash',
  'no-squash',
  'no-commit',
  'commit',
  'q',
  'quiet',
  'n',
  'stat',
  'no-stat',
  'v',
  'verbose',
  'allow-unrelated-histories',
  'progress',
  'no-verify',
  'verify',
  'signoff',
  'autostash',
  'no-autostash',
  'log',
  'rerere-autoupdate',
  'S',
]

const NAMES = ['octopus', 'ort', 'ours', 'recursive', 'resolve', 'subtree']

/** How a side is spoken of: `branch 'topic'`. */
async function described(workspace: Workspace, name: string): Promise<string> {
  const full = await workspace.revisions.ref(name)
  if (full?.startsWith('refs/heads/')) return `branch '${name}'`
  if (full?.startsWith('refs/tags/')) return `tag '${name}'`
  if (full?.startsWith('refs/remotes/')) return `remote-tracking branch '${name}'`
  return `commit '${name}'`
}

export async function mergeMessage(workspace: Workspace, names: readonly string[]): Promise<string> {
  const current = (await workspace.currentBranch()) ?? 'HEAD'
  const kinds = await Promise.all(names.map((name) => described(workspace, name)))
  const branches = kinds.every((kind) => kind.startsWith('branch ')) && kinds.length > 1
  const list = (items: readonly string[]): string =>
    items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
  const what = branches ? `branches ${list(names.map((name) => `'${name}'`))}` : list(kinds)
  return `Merge ${what}${current === 'master' || current === 'main' ? '' : ` into ${current}`}`
}

export const merge: GitCommand = async (workspace, argv) => {
  const words = new Words('merge', argv, {
    values: ['m', 'F', 'file', 's', 'strategy', 'X', 'strategy-option', 'into-name', 'cleanup'],
    flags: FLAGS,
    usage: 'usage: git merge [<options>] [<commit>...]',
  })
  if (words.has('abort')) return abort(workspace)
  if (words.has('quit')) return quit(workspace)
  if (words.has('continue')) return goOn(workspace)
  const open = (await workspace.index()).unmerged()
  if (open.length > 0)
    throw new Fatal(
      `error: Merging is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nhint: as appropriate to mark resolution and make a commit.\nfatal: Exiting because of an unresolved conflict.`,
    )
  if (workspace.hasState('MERGE_HEAD'))
    throw new Fatal(
      'fatal: You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.',
    )
  const names = words.operands.length > 0 ? words.operands : [await upstreamName(workspace)]
  const theirs: string[] = []
  for (const name of names) {
    const oid = await workspace.resolve(name === '-' ? '@{-1}' : name)
    if (!oid) throw new Fatal(`merge: ${name} - not something we can merge`, 1)
    theirs.push(oid)
  }
  return mergeInto(workspace, words, names, theirs)
}

async function upstreamName(workspace: Workspace): Promise<string> {
  const branch = await workspace.currentBranch()
  const ref = branch === undefined ? undefined : await workspace.revisions.upstream(branch)
  if (ref === undefined) throw new Fatal('fatal: No remote for the current branch.')
  return ref.replace(/^refs\/(remotes|heads)\//, '')
}

async function mergeInto(
  workspace: Workspace,
  words: Words,
  names: readonly string[],
  theirs: readonly string[],
): Promise<number> {
  const { objects, io } = workspace
  const head = await workspace.head()
  const quiet = words.has('q', 'quiet')
  const flags = { quiet, stat: !words.has('n', 'no-stat') }
  const [first = ''] = theirs
  if (!head) {
    await switchTree(workspace, new Map(), await treeOf(workspace, first), 'merge')
    await moveHead(workspace, first, 'initial pull')
    return 0
  }
  const fresh: string[] = []
  for (const oid of theirs) if (!(await isAncestor(objects, oid, head))) fresh.push(oid)
  if (fresh.length === 0) {
    await io.print(
      quiet ? '' : words.has('squash') ? 'Already up to date. (nothing to squash)\n' : 'Already up to date.\n',
    )
    return 0
  }
  const set = await workspace.config.get('merge.ff')
  const noFf = words.has('no-ff') || (set === 'false' && !words.has('ff', 'ff-only'))
  const ffOnly = words.has('ff-only') || (set === 'only' && !words.has('no-ff', 'ff'))
  const strategy = words.get('s', 'strategy')
  if (strategy !== undefined && !NAMES.includes(strategy))
    throw new Fatal(
      `Could not find merge strategy '${strategy}'.\nAvailable strategies are: octopus ours recursive resolve subtree.`,
      1,
    )
  if (
    !noFf &&
    theirs.length === 1 &&
    strategy !== 'ours' &&
    !words.has('squash') &&
    (await isAncestor(objects, head, first))
  ) {
    await fastForward(workspace, first, `merge ${names[0]}: Fast-forward`, flags)
    return 0
  }
  if (ffOnly && !(await isAncestor(objects, head, first)))
    throw new Fatal(
      'hint: Diverging branches can\'t be fast-forwarded, you need to either:\nhint: \nhint: \tgit merge --no-ff\nhint: \nhint: or:\nhint: \nhint: \tgit rebase\nhint: \nhint: Disable this message with "git config advice.diverging false"\nfatal: Not possible to fast-forward, aborting.',
    )
  return trueMerge(workspace, words, names, head, theirs)
}

async function baseTree(workspace: Workspace, ours: string, theirs: string, unrelated: boolean): Promise<Tree> {
  const [base] = await mergeBases(workspace.objects, ours, theirs)
  if (base === undefined && !unrelated) throw new Fatal('fatal: refusing to merge unrelated histories')
  return treeOf(workspace, base ?? EMPTY_TREE)
}

async function trueMerge(
  workspace: Workspace,
  words: Words,
  names: readonly string[],
  head: string,
  theirs: readonly string[],
): Promise<number> {
  const { io, objects } = workspace
  const quiet = words.has('q', 'quiet')
  const from = await treeOf(workspace, head)
  const staged = compare(from, await indexTree(workspace)).map(({ path }) => path)
  if (staged.length > 0) {
    await io.out.flush()
    throw new Fatal(
      `error: Your local changes to the following files would be overwritten by merge:\n  ${staged.join(' ')}\nMerge with strategy ort failed.`,
      2,
    )
  }
  const option = words.all('X', 'strategy-option').find((each) => each === 'ours' || each === 'theirs')
  const strategy = words.get('s', 'strategy')
  const given = words.all('m')
  const message = given.length > 0 ? `${given.join('\n\n')}\n` : `${await mergeMessage(workspace, names)}\n`
  let tree = from
  let merged
  if (strategy !== 'ours')
    for (const [at, oid] of theirs.entries()) {
      const base = await baseTree(
        workspace,
        at === 0 ? head : (theirs[at - 1] ?? head),
        oid,
        words.has('allow-unrelated-histories'),
      )
      if (theirs.length > 1)
        await io.print(
          at === 0 && (await isAncestor(objects, head, oid))
            ? `Fast-forwarding to: ${names[at]}\n`
            : `Trying simple merge with ${names[at]}\n`,
        )
      merged = await mergeTrees(
        workspace,
        at === 0 ? base : await baseTree(workspace, head, oid, true),
        tree,
        await treeOf(workspace, oid),
        {
          labels: {
            ours: 'HEAD',
            theirs: names[at] ?? '',
            base: short((await mergeBases(objects, head, oid))[0] ?? 'empty tree'),
          },
          favour: option as 'ours' | 'theirs' | undefined,
        },
      )
      tree = merged.tree
    }
  if (merged) {
    await refuseOrSay(workspace, from, merged.tree)
    await applyMerge(workspace, from, merged, 'merge')
    await io.print(merged.messages.map((row) => `${row}\n`).join(''))
  }
  const conflicted = merged !== undefined && merged.conflicts.size > 0
  if (words.has('squash')) return squash(workspace, head, theirs, conflicted)
  await workspace.refs.put('ORIG_HEAD', head)
  if (conflicted || words.has('no-commit')) {
    await stop(
      workspace,
      theirs,
      conflicted
        ? `${message}\n# Conflicts:\n${[...(merged?.conflicts.keys() ?? [])].map((path) => `#\t${path}\n`).join('')}`
        : message,
      words.has('no-ff'),
    )
    await io.print(
      conflicted
        ? 'Automatic merge failed; fix conflicts and then commit the result.\n'
        : 'Automatic merge went well; stopped before committing as requested\n',
    )
    return conflicted ? 1 : 0
  }
  return conclude(workspace, {
    words,
    head,
    theirs,
    message,
    tree,
    from,
    strategy: strategy ?? (theirs.length > 1 ? 'octopus' : 'ort'),
    quiet,
  })
}

async function refuseOrSay(workspace: Workspace, from: Tree, to: Tree): Promise<void> {
  const { inTheWay, untrackedInWay } = await import('./unpack.ts')
  const { local, untracked } = await inTheWay(workspace, from, to)
  if (local.length + untracked.length === 0) return
  const parts = [
    ...(local.length > 0 ? [localChanges(local, 'merge')] : []),
    ...(untracked.length > 0 ? [untrackedInWay(untracked, 'merge')] : []),
  ]
  throw new Fatal(`${parts.join('\n')}\nMerge with strategy ort failed.`, 2)
}

async function stop(workspace: Workspace, theirs: readonly string[], message: string, noFf: boolean): Promise<void> {
  const { sys, gitdir } = workspace
  await writeFile(sys, `${gitdir}/MERGE_HEAD`, theirs.map((oid) => `${oid}\n`).join(''))
  await writeFile(sys, `${gitdir}/MERGE_MSG`, message)
  await writeFile(sys, `${gitdir}/MERGE_MODE`, noFf ? 'no-ff' : '')
}

interface Conclusion {
  readonly words: Words
  readonly head: string
  readonly theirs: readonly string[]
  readonly message: string
  readonly tree: Tree
  readonly from: Tree
  readonly strategy: string
  readonly quiet: boolean
}

async function conclude(
  workspace: Workspace,
  { words, head, theirs, message, tree, from, strategy, quiet }: Conclusion,
): Promise<number> {
  const { objects, io, sys, gitdir } = workspace
  let text = message
  const { isTerminal } = await import('../text/terminal.ts')
  const edits =
    words.has('edit', 'e') ||
    (!words.has('no-edit') &&
      words.all('m').length === 0 &&
      isTerminal(sys, 0) &&
      isTerminal(sys, 1) &&
      workspace.process.env.get('GIT_MERGE_AUTOEDIT') !== 'no')
  if (edits) {
    await stop(workspace, theirs, message, words.has('no-ff'))
    text = stripped(
      await editFile(
        workspace,
        `${gitdir}/MERGE_MSG`,
        `${message}# Please enter a commit message to explain why this merge is necessary,\n# especially if it merges an updated upstream into a topic branch.\n#\n# Lines starting with '#' will be ignored, and an empty message aborts\n# the commit.\n`,
      ),
    )
    workspace.dropState('MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE')
    if (text === '')
      throw new Fatal("error: Empty commit message.\nNot committing merge; use 'git commit' to complete the merge.", 1)
  }
  const committer = await workspace.identity('COMMITTER')
  const parents: string[] = []
  for (const oid of [head, ...theirs])
    if (
      !(await coveredBy(
        workspace,
        oid,
        [head, ...theirs].filter((each) => each !== oid),
      ))
    )
      parents.push(oid)
  if (parents[0] !== head && words.has('no-ff')) parents.unshift(head)
  const oid = await objects.writeCommit({
    tree: await writeTree(objects, tree),
    parents: theirs.length === 1 ? [head, ...theirs] : parents,
    author: await workspace.identity('AUTHOR'),
    committer,
    message: text,
  })
  await moveHead(
    workspace,
    oid,
    `merge ${words.operands.join(' ') || (await mergeName(workspace, theirs))}: Merge made by the '${strategy}' strategy.`,
  )
  if (!quiet)
    await io.print(
      `Merge made by the '${strategy}' strategy.\n${words.has('n', 'no-stat') ? '' : await changedText(workspace, from, tree)}`,
    )
  await runHook(workspace, 'post-merge', ['0'])
  return 0
}
const mergeName = async (_: Workspace, theirs: readonly string[]): Promise<string> => theirs.map(short).join(' ')

async function coveredBy({ objects }: Workspace, oid: string, others: readonly string[]): Promise<boolean> {
  for (const other of others) if (await isAncestor(objects, oid, other)) return true
  return false
}

async function squash(
  workspace: Workspace,
  head: string,
  theirs: readonly string[],
  conflicted: boolean,
): Promise<number> {
  const { objects, sys, gitdir, io } = workspace
  const commits = await walk(objects, { starts: theirs, without: [head] })
  const rows = commits.map(
    ({ oid, author, message }) =>
      `commit ${oid}\nAuthor: ${author.name} <${author.email}>\nDate:   ${showDate(author, undefined, workspace.now, workspace.zone)}\n\n${indented(message)}`,
  )
  await writeFile(sys, `${gitdir}/SQUASH_MSG`, `Squashed commit of the following:\n\n${rows.join('\n')}`)
  await io.print('Squash commit -- not updating HEAD\n')
  await io.print(
    conflicted
      ? 'Automatic merge failed; fix conflicts and then commit the result.\n'
      : 'Automatic merge went well; stopped before committing as requested\n',
  )
  return conflicted ? 1 : 0
}

async function abort(workspace: Workspace): Promise<number> {
  if (!workspace.hasState('MERGE_HEAD')) throw new Fatal('fatal: There is no merge to abort (MERGE_HEAD missing).')
  await restoreHead(workspace)
  workspace.dropState('MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE')
  return 0
}

/** Index and work tree as HEAD has them; files that are none of HEAD's and none of the index stay. */
export async function restoreHead(workspace: Workspace): Promise<void> {
  const { forceTree } = await import('./unpack.ts')
  await forceTree(workspace, await treeOf(workspace, await workspace.head()))
}

async function quit(workspace: Workspace): Promise<number> {
  workspace.dropState('MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE')
  return 0
}

async function goOn(workspace: Workspace): Promise<number> {
  if (!workspace.hasState('MERGE_HEAD')) throw new Fatal('fatal: There is no merge in progress (MERGE_HEAD missing).')
  await refuseUnmerged(workspace)
  const { commit } = await import('./commit.ts')
  return commit(workspace, [])
}
