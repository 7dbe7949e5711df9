/** git checkout, switch and restore: where HEAD is, and files as they were. */
import { addPatch } from './add-patch.ts'
import { checkedOutAt, makeBranch } from './branch.ts'
import { type GitCommand, short, Words } from './command.ts'
import { textOf } from './content.ts'
import { Fatal } from './fatal.ts'
import { runHook } from './hooks.ts'
import { NO_OID } from './objects.ts'
import { mergeTexts } from './merge-lines.ts'
import { mergeTrees } from './merge-trees.ts'
import { among, pathspecs } from './pathspec.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { trackingText } from './status.ts'
import { compare, indexTree, noteWork, type Tree, treeOf, workTree, writeWork } from './trees.ts'
import { applyMerge, forceTree, switchTree } from './unpack.ts'
import { reachable } from './walk.ts'

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

interface Going {
  readonly to: string
  /** `refs/heads/main`; undefined to stand on no branch. */
  readonly branch: string | undefined
  readonly name: string
  readonly quiet: boolean
  readonly force: boolean
  readonly merge: boolean
  /** In place of "Switched to branch". */
  readonly said?: string | undefined
  readonly silentDetach?: boolean
}

export async function refuseOpenIndex(workspace: Workspace): Promise<void> {
  const open = (await workspace.index()).unmerged()
  if (open.length > 0) {
    await workspace.io.print(open.map((path) => `${path}: needs merge\n`).join(''))
    throw new Fatal('error: you need to resolve your current index first', 1)
  }
}

async function move(workspace: Workspace, to: string | undefined, force: boolean, merge: boolean): Promise<void> {
  const from = await treeOf(workspace, await workspace.head())
  const target = await treeOf(workspace, to)
  if (force) return forceTree(workspace, target)
  await refuseOpenIndex(workspace)
  if (!merge) return switchTree(workspace, from, target, 'checkout')
  const work = await workTree(workspace)
  const local = new Map(from)
  for (const { path, after } of compare(await indexTree(workspace), work)) {
    if (after?.bytes) await workspace.objects.write('blob', after.bytes)
    if (after) local.set(path, after)
    else local.delete(path)
  }
  const merged = await mergeTrees(workspace, from, target, local, {
    labels: { ours: 'topic', theirs: 'local', base: 'base' },
  })
  await forceTree(workspace, target)
  const staged = await indexTree(workspace)
  await applyMerge(workspace, target, merged, 'checkout')
  const index = await workspace.index()
  for (const [path, state] of staged) if (!merged.conflicts.has(path)) index.set(path, state.oid, state.mode)
  await index.save()
}

async function go(
  workspace: Workspace,
  { to, branch, name, quiet, force, merge, said, silentDetach }: Going,
): Promise<number> {
  const { refs, io } = workspace
  const current = await workspace.currentBranch()
  const before = await workspace.head()
  await move(workspace, to, force, merge)
  const from = current ?? before ?? NO_OID
  const who = await workspace.identity('COMMITTER', true)
  if (current === undefined && before && !quiet && before !== to) await leaving(workspace, before, to)
  await refs.setHead(branch ?? to, to, {
    who,
    message: `checkout: moving from ${from} to ${branch === undefined ? name : branch.replace('refs/heads/', '')}`,
  })
  if (!quiet) {
    if (branch === undefined) {
      const advice =
        current === undefined || silentDetach || !(await workspace.config.isTrue('advice.detachedhead', true))
          ? ''
          : DETACHED(name)
      await io.warn(`${advice}HEAD is now at ${short(to)} ${subjectOf((await workspace.objects.commit(to)).message)}\n`)
    } else
      await io.warn(
        said ??
          (current !== undefined && branch === `refs/heads/${current}`
            ? `Already on '${current}'\n`
            : `Switched to branch '${branch.replace('refs/heads/', '')}'\n`),
      )
    await localText(workspace)
    if (branch !== undefined && said === undefined)
      await io.print(await trackingText(workspace, branch.replace('refs/heads/', '')))
  }
  await runHook(workspace, 'post-checkout', [before ?? NO_OID, to, '1'])
  return 0
}

/** Files that keep their local changes: `M\tb`. */
async function localText(workspace: Workspace): Promise<void> {
  const head = await treeOf(workspace, await workspace.head())
  const work = new Map(await workTree(workspace))
  const index = await workspace.index()
  const rows = new Map<string, string>()
  for (const { path, before, after } of compare(head, await indexTree(workspace)))
    if (!index.unmerged().includes(path)) rows.set(path, !before ? 'A' : !after ? 'D' : 'M')
  for (const { path, after } of compare(await indexTree(workspace), work))
    rows.set(path, rows.get(path) ?? (after ? 'M' : 'D'))
  for (const path of index.unmerged()) rows.set(path, 'M')
  await workspace.io.print(
    [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, letter]) => `${letter}\t${workspace.shown(path)}\n`)
      .join(''),
  )
}

/** What git says on the way from where no branch stands. */
async function leaving(workspace: Workspace, before: string, to: string): Promise<void> {
  const { objects, refs, io } = workspace
  const kept = await reachable(objects, [to, ...(await refs.list()).map(({ oid }) => oid)])
  const lost: string[] = []
  if (!kept.has(before)) {
    const { walk } = await import('./walk.ts')
    for (const { oid, message } of await walk(objects, { starts: [before], without: [...kept] }))
      lost.push(`${short(oid)} ${subjectOf(message)}`)
  }
  if (lost.length === 0)
    return void (await io.warn(
      `Previous HEAD position was ${short(before)} ${subjectOf((await objects.commit(before)).message)}\n`,
    ))
  const many = lost.length > 1
  const rows =
    lost
      .slice(0, 4)
      .map((row) => `  ${row}\n`)
      .join('') + (lost.length > 4 ? ` ... and ${lost.length - 4} more.\n` : '')
  await io.warn(
    `Warning: you are leaving ${lost.length} commit${many ? 's' : ''} behind, not connected to\nany of your branches:\n\n${rows}\nIf you want to keep ${many ? 'them' : 'it'} by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> ${short(before)}\n\n`,
  )
}

/** A branch that only one remote has. */
async function remoteBranch(workspace: Workspace, name: string): Promise<string | undefined> {
  const found = (await workspace.refs.list('refs/remotes/')).filter(
    (ref) => ref.name.replace(/^refs\/remotes\/[^/]+\//, '') === name,
  )
  return found.length === 1 ? found[0]?.name : undefined
}

const FLAGS = [
  'f',
  'force',
  'q',
  'quiet',
  'd',
  'detach',
  't',
  'track',
  'no-track',
  'guess',
  'no-guess',
  'ours',
  'theirs',
  'm',
  'merge',
  'p',
  'patch',
  'discard-changes',
  'progress',
  'ignore-other-worktrees',
  'l',
  'overlay',
  'no-overlay',
  '2',
  '3',
]
const VALUES = ['b', 'B', 'c', 'C', 'create', 'force-create', 'orphan', 'conflict', 'pathspec-from-file']

interface Flags {
  readonly quiet: boolean
  readonly force: boolean
  readonly merge: boolean
}
const flagsOf = (words: Words): Flags => ({
  quiet: words.has('q', 'quiet'),
  force: words.has('f', 'force', 'discard-changes'),
  merge: words.has('m', 'merge'),
})

async function create(
  workspace: Workspace,
  words: Words,
  name: string,
  start: string | undefined,
  forced: boolean,
): Promise<number> {
  const flags = flagsOf(words)
  const head = await workspace.head()
  if (!head && start === undefined) {
    await workspace.refs.setSymbolic('HEAD', `refs/heads/${name}`)
    if (!flags.quiet) await workspace.io.warn(`Switched to a new branch '${name}'\n`)
    return 0
  }
  const base = start === '-' ? '@{-1}' : start
  const to = await workspace.resolve(base ?? 'HEAD')
  if (!to)
    throw new Fatal(
      base === undefined || words.has('b', 'B')
        ? `fatal: '${start}' is not a commit and a branch '${name}' cannot be created from it`
        : `fatal: invalid reference: ${start}`,
    )
  const known = await workspace.refs.read(`refs/heads/${name}`)
  if (known && !forced) throw new Fatal(`fatal: a branch named '${name}' already exists`)
  if (!forced || !known) await checkName(name)
  // A branch that begins here changes no file, and nobody looks at them.
  const simple = start === undefined && !forced && !flags.force && !flags.merge && !words.has('no-track', 't', 'track')
  if (!simple) await move(workspace, to, flags.force, flags.merge)
  const said = await makeBranch(workspace, name, base, {
    force: forced,
    verb: 'reset',
    track: words.has('no-track') ? false : words.has('t', 'track') || undefined,
  })
  const current = (await workspace.currentBranch()) ?? head ?? NO_OID
  await workspace.refs.setHead(`refs/heads/${name}`, to, {
    who: await workspace.identity('COMMITTER', true),
    message: `checkout: moving from ${current} to ${name}`,
  })
  if (!flags.quiet) {
    await workspace.io.warn(
      known
        ? current === name
          ? `Reset branch '${name}'\n`
          : `Switched to and reset branch '${name}'\n`
        : `Switched to a new branch '${name}'\n`,
    )
    if (!simple) await localText(workspace)
    await workspace.io.print(said)
  }
  await runHook(workspace, 'post-checkout', [head ?? NO_OID, to, '1'])
  return 0
}

async function checkName(name: string): Promise<void> {
  const { isValidName } = await import('./refs.ts')
  if (!isValidName(`refs/heads/${name}`) || name.startsWith('-'))
    throw new Fatal(`fatal: '${name}' is not a valid branch name`)
}

async function orphan(workspace: Workspace, name: string, empties: boolean, quiet: boolean): Promise<number> {
  if (await workspace.refs.read(`refs/heads/${name}`)) throw new Fatal(`fatal: a branch named '${name}' already exists`)
  if (empties) await switchTree(workspace, await treeOf(workspace, await workspace.head()), new Map(), 'checkout')
  await workspace.refs.setSymbolic('HEAD', `refs/heads/${name}`)
  if (!quiet) await workspace.io.warn(`Switched to a new branch '${name}'\n`)
  return 0
}

async function switchTo(workspace: Workspace, words: Words, name: string, detach: boolean): Promise<number> {
  const flags = flagsOf(words)
  const given = name === '-' ? '@{-1}' : name
  const target = (await workspace.revisions.branchName(given)) ?? given
  const ref = `refs/heads/${target}`
  const oid = await workspace.refs.read(ref)
  if (oid && !detach) {
    const at = await checkedOutAt(workspace, target)
    if (at !== undefined && at !== workspace.dir && !words.has('ignore-other-worktrees'))
      throw new Fatal(`fatal: '${target}' is already checked out at '${at}'`)
    return go(workspace, { to: oid, branch: ref, name: target, ...flags })
  }
  const to = await workspace.resolve(target)
  const remote = to || detach || words.has('no-guess') ? undefined : await remoteBranch(workspace, target)
  if (remote) {
    const said = await makeBranch(workspace, target, remote.replace('refs/remotes/', ''), { track: true })
    const start = await workspace.resolve(remote)
    const status = await go(workspace, {
      to: start ?? '',
      branch: ref,
      name: target,
      ...flags,
      said: `Switched to a new branch '${target}'\n`,
    })
    if (!flags.quiet) await workspace.io.print(said)
    return status
  }
  if (!to) throw new Fatal(`error: pathspec '${name}' did not match any file(s) known to git`, 1)
  return go(workspace, { to, branch: undefined, name, ...flags, silentDetach: detach })
}

export const checkout: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'checkout',
    argv.map((word) => (word === '-t' ? '--track' : word)),
    { values: VALUES, flags: FLAGS, usage: 'usage: git checkout [<options>] <branch>' },
  )
  const [name, ...rest] = words.operands
  const fresh = words.get('b', 'B')
  if (fresh !== undefined) return create(workspace, words, fresh, name, words.has('B'))
  const root = words.get('orphan')
  if (root !== undefined) return orphan(workspace, root, false, words.has('q', 'quiet'))
  const paths = [...rest, ...words.paths]
  if (words.has('p', 'patch')) return addPatch(workspace, 'checkout', words.rest)
  if (words.has('track') && name !== undefined && paths.length === 0)
    return create(workspace, words, name.replace(/^[^/]+\//, ''), name, false)
  if (name === undefined && paths.length === 0 && !words.has('d', 'detach'))
    return await localText(workspace).then(async () => {
      const branch = await workspace.currentBranch()
      if (branch !== undefined && (await workspace.head()))
        await workspace.io.print(await trackingText(workspace, branch))
      return 0
    })
  if (name === undefined && paths.length === 0) return switchTo(workspace, words, 'HEAD', true)
  const asBranch = name === '-' ? '@{-1}' : name
  const isRevision =
    asBranch !== undefined &&
    ((await workspace.resolve(asBranch)) !== undefined ||
      (paths.length === 0 &&
        !words.hasDashes &&
        !workspace.exists(workspace.absolute(asBranch)) &&
        (await remoteBranch(workspace, asBranch)) !== undefined))
  const ambiguous = isRevision && paths.length === 0 && !words.hasDashes
  if (
    paths.length > 0 ||
    !isRevision ||
    words.has('ours', 'theirs', 'conflict') ||
    (words.has('m', 'merge') && !isRevision)
  ) {
    if (words.hasDashes && words.paths.length === 0 && isRevision)
      return switchTo(workspace, words, name ?? 'HEAD', words.has('d', 'detach'))
    if (words.hasDashes && name !== undefined && !isRevision && words.operands.length === 1 && words.paths.length > 0)
      throw new Fatal(`fatal: invalid reference: ${name}`)
    return checkoutPaths(
      workspace,
      words,
      isRevision && !(!ambiguous && paths.length === 0) ? name : undefined,
      isRevision ? paths : [...(name === undefined ? [] : [name]), ...paths],
    )
  }
  return switchTo(workspace, words, name ?? 'HEAD', words.has('d', 'detach'))
}

async function checkoutPaths(
  workspace: Workspace,
  words: Words,
  source: string | undefined,
  paths: readonly string[],
): Promise<number> {
  const open = new Set((await workspace.index()).unmerged())
  if (source === undefined && (words.has('ours', 'theirs', 'm', 'merge', 'conflict') || open.size > 0)) {
    const count = await checkoutSides(workspace, words, paths, open)
    if (count !== undefined) {
      if (!words.has('q', 'quiet'))
        await workspace.io.warn(
          words.has('m', 'merge', 'conflict')
            ? `Recreated ${count} merge conflict${count === 1 ? '' : 's'}\n`
            : `Updated ${count} path${count === 1 ? '' : 's'} from the index\n`,
        )
      return 0
    }
  }
  const count = await restorePaths(workspace, paths, source, { index: source !== undefined, work: true, overlay: true })
  const oid =
    source === undefined
      ? ''
      : short((await workspace.objects.findCommit((await workspace.resolve(source)) ?? ''))?.tree ?? '')
  if (!words.hasDashes && !words.has('q', 'quiet'))
    await workspace.io.warn(
      `Updated ${count} path${count === 1 ? '' : 's'} from ${source === undefined ? 'the index' : oid}\n`,
    )
  await runHook(workspace, 'post-checkout', [
    (await workspace.head()) ?? NO_OID,
    (await workspace.head()) ?? NO_OID,
    '0',
  ])
  return 0
}

/** One side of a conflict, or the conflict once more. @returns undefined where none of the paths has one */
async function checkoutSides(
  workspace: Workspace,
  words: Words,
  paths: readonly string[],
  open: ReadonlySet<string>,
): Promise<number | undefined> {
  const fits = among(pathspecs(workspace, paths))
  const chosen = [...open].filter(fits)
  if (chosen.length === 0) return undefined
  const index = await workspace.index()
  if (!words.has('ours', 'theirs', 'm', 'merge', 'conflict')) {
    if (!words.has('f', 'force'))
      throw new Fatal(chosen.map((path) => `error: path '${path}' is unmerged`).join('\n'), 1)
    return undefined
  }
  for (const path of chosen) {
    const [base, ours, theirs] = [1, 2, 3].map((stage) => index.get(path, stage))
    if (words.has('m', 'merge', 'conflict')) {
      const style = words.get('conflict') === 'diff3' || words.get('conflict') === 'zdiff3' ? 'diff3' : 'merge'
      const { text } = mergeTexts(
        await textOf(workspace, base),
        await textOf(workspace, ours),
        await textOf(workspace, theirs),
        { labels: { ours: 'ours', theirs: 'theirs', base: 'base' }, style },
      )
      await writeWork(workspace, path, {
        oid: await workspace.objects.write('blob', text),
        mode: ours?.mode ?? '100644',
      })
      continue
    }
    const side = words.has('ours') ? ours : theirs
    if (!side) throw new Fatal(`error: path '${path}' does not have ${words.has('ours') ? 'our' : 'their'} version`, 1)
    await writeWork(workspace, path, side)
  }
  return chosen.length
}

/** Files back to what the index, or a commit, has of them. @returns how many were written */
export async function restorePaths(
  workspace: Workspace,
  paths: readonly string[],
  source: string | undefined,
  into: { readonly index: boolean; readonly work: boolean; readonly overlay: boolean },
): Promise<number> {
  const index = await workspace.index()
  const known = await indexTree(workspace)
  const tree: Tree = source === undefined ? known : await treeOf(workspace, await named(workspace, source))
  const names = [...new Set([...tree.keys(), ...known.keys(), ...index.unmerged()])].sort()
  const specs = pathspecs(workspace, paths)
  for (const spec of specs)
    if (!(into.overlay && source !== undefined ? [...tree.keys()] : names).some(spec.matches))
      throw new Fatal(`error: pathspec '${spec.given}' did not match any file(s) known to git`, 1)
  const work = await workTree(workspace)
  let count = 0
  for (const path of names.filter(among(specs))) {
    const state = tree.get(path)
    if (!state && into.overlay) continue
    const there = work.get(path)
    const differs = there?.oid !== state?.oid || there?.mode !== state?.mode
    const staged = known.get(path)
    if (into.index && (staged?.oid !== state?.oid || staged?.mode !== state?.mode || index.unmerged().includes(path))) {
      if (state) index.set(path, state.oid, state.mode)
      else index.remove(path)
    }
    if (into.work && differs) await writeWork(workspace, path, state)
    if (into.work && (into.index || source === undefined)) await noteWork(workspace, path, state)
    if (differs || into.index) count += differs || staged?.oid !== state?.oid ? 1 : 0
  }
  await index.save()
  return count
}

async function named(workspace: Workspace, source: string): Promise<string> {
  const [, from, to] = /^(.*?)\.\.\.(.*)$/.exec(source) ?? []
  const { mergeBases } = await import('./walk.ts')
  if (from !== undefined) {
    const [a, b] = [await workspace.resolve(from || 'HEAD'), await workspace.resolve(to || 'HEAD')]
    const base = a && b ? (await mergeBases(workspace.objects, a, b))[0] : undefined
    if (base) return base
  }
  const oid = await workspace.resolve(source)
  if (!oid) throw new Fatal(`fatal: could not resolve ${source}`)
  return oid
}

export const switchBranch: GitCommand = async (workspace, argv) => {
  const words = new Words(
    'switch',
    argv.map((word) => (word === '-t' ? '--track' : word)),
    {
      values: ['c', 'C', 'create', 'force-create', 'orphan', 'conflict'],
      flags: FLAGS,
      usage: 'usage: git switch [<options>] [<branch>]',
    },
  )
  const fresh = words.get('c', 'create', 'C', 'force-create')
  const [name] = words.operands
  if (fresh !== undefined) return create(workspace, words, fresh, name, words.has('C', 'force-create'))
  const root = words.get('orphan')
  if (root !== undefined) return orphan(workspace, root, true, words.has('q', 'quiet'))
  if (name === undefined && !words.has('d', 'detach')) throw new Fatal('fatal: missing branch or commit argument')
  const given = name === undefined ? 'HEAD' : name === '-' ? '@{-1}' : name
  const target = (await workspace.revisions.branchName(given)) ?? given
  if (words.has('track')) return create(workspace, words, target.replace(/^[^/]+\//, ''), target, false)
  if (
    !words.has('d', 'detach') &&
    !(await workspace.refs.read(`refs/heads/${target}`)) &&
    !(await remoteBranch(workspace, target))
  ) {
    if (!(await workspace.resolve(target))) throw new Fatal(`fatal: invalid reference: ${name}`)
    const full = await workspace.revisions.ref(target)
    const kind = full?.startsWith('refs/tags/') ? 'tag' : full?.startsWith('refs/remotes/') ? 'remote branch' : 'commit'
    throw new Fatal(
      `fatal: a branch is expected, got ${kind} '${name}'\nhint: If you want to detach HEAD at the commit, try again with the --detach option.`,
    )
  }
  return switchTo(workspace, words, name ?? 'HEAD', words.has('d', 'detach'))
}

export const restore: GitCommand = async (workspace, argv) => {
  const words = new Words('restore', argv, {
    values: ['s', 'source', 'conflict'],
    flags: [
      'S',
      'staged',
      'W',
      'worktree',
      'q',
      'quiet',
      'p',
      'patch',
      'ours',
      'theirs',
      'm',
      'merge',
      'overlay',
      'no-overlay',
      'progress',
      'ignore-unmerged',
    ],
    usage: 'usage: git restore [<options>] [--source=<branch>] <file>...',
  })
  if (words.has('p', 'patch')) return addPatch(workspace, words.has('S', 'staged') ? 'reset' : 'checkout', words.rest)
  if (words.rest.length === 0) throw new Fatal('fatal: you must specify path(s) to restore')
  const index = words.has('S', 'staged')
  const given = words.get('s', 'source')
  const head = await workspace.head()
  const source = given ?? (index && head ? 'HEAD' : undefined)
  if (!index && given === undefined) {
    const open = new Set((await workspace.index()).unmerged())
    if (open.size > 0 && (await checkoutSides(workspace, words, words.rest, open)) !== undefined) return 0
  }
  if (index && !head && given === undefined) throw new Fatal('fatal: could not resolve HEAD')
  await restorePaths(workspace, words.rest, source, {
    index,
    work: !index || words.has('W', 'worktree'),
    overlay: words.has('overlay'),
  })
  return 0
}
