/** git stash: the index and the work tree put aside as commits below refs/stash. git-stash(1), DISCUSSION. */
import { removeAll } from './add.ts'
import { type GitCommand, short, Words } from './command.ts'
import { newDiffOptions, pairsOf, printPairs, takeDiffOption } from './diff-options.ts'
import { Fatal } from './fatal.ts'
import { mergeTrees } from './merge-trees.ts'
import { NO_OID } from './objects.ts'
import { among, pathspecs } from './pathspec.ts'
import { subjectOf } from './pretty.ts'
import type { Workspace } from './repository.ts'
import { readState, statusText } from './status.ts'
import { page } from './terminal.ts'
import {
  compare,
  type FileState,
  indexTree,
  noteWork,
  sortedTree,
  type Tree,
  treeOf,
  untracked,
  workFile,
  workTree,
  writeTree,
  writeWork,
} from './trees.ts'
import { applyMerge, forceTree, inTheWay, localChanges, untrackedInWay } from './unpack.ts'

const REF = 'refs/stash'

async function refuseUnmerged(workspace: Workspace): Promise<boolean> {
  const open = (await workspace.index()).unmerged()
  await workspace.io.print(open.map((path) => `${path}: needs merge\n`).join(''))
  return open.length > 0
}

/** The commits of a stash, which nobody has put anywhere yet. @returns undefined where nothing changed */
export async function createStash(
  workspace: Workspace,
  given: string | undefined,
  options: { wanted?: (path: string) => boolean; others?: 'all' | 'untracked' | undefined; staged?: boolean } = {},
): Promise<string | undefined> {
  const { objects } = workspace
  const head = await workspace.head()
  if (!head) throw new Fatal('You do not have the initial commit yet', 1)
  const wanted = options.wanted ?? ((): boolean => true)
  const [tree, index] = [await treeOf(workspace, head), await indexTree(workspace)]
  const work = new Map(index)
  const current = options.staged ? index : await workTree(workspace)
  for (const path of new Set([...tree.keys(), ...index.keys()])) {
    if (!wanted(path)) continue
    const state = current.get(path)
    if (state?.bytes) await objects.write('blob', state.bytes)
    if (state) work.set(path, { oid: state.oid, mode: state.mode })
    else work.delete(path)
  }
  const others = options.others
    ? (await untracked(workspace, { whole: true, everything: options.others === 'all' })).filter(wanted)
    : []
  if (compare(tree, work).length + compare(tree, index, wanted).length + others.length === 0) return undefined
  const who = await workspace.identity('COMMITTER')
  const branch = (await workspace.currentBranch()) ?? '(no branch)'
  const about = `${branch}: ${short(head)} ${subjectOf((await objects.commit(head)).message)}`
  const commit = async (files: Tree, parents: readonly string[], message: string): Promise<string> =>
    objects.writeCommit({
      tree: await writeTree(objects, sortedTree(files)),
      parents,
      author: who,
      committer: who,
      message,
    })
  const staged = await commit(index, [head], `index on ${about}\n`)
  const parents = [head, staged]
  if (others.length > 0) {
    const files = new Map<string, FileState>()
    for (const path of others) {
      const state = await workFile(workspace, path)
      if (state?.bytes) files.set(path, { oid: await objects.write('blob', state.bytes), mode: state.mode })
    }
    parents.push(await commit(files, [], `untracked files on ${about}\n`))
  }
  return commit(
    work,
    parents,
    given === undefined ? `WIP on ${about}` : given === 'autostash' ? 'autostash' : `On ${branch}: ${given}`,
  )
}

export async function keepStash(workspace: Workspace, oid: string, message: string): Promise<void> {
  const before = (await workspace.refs.read(REF)) ?? NO_OID
  await workspace.refs.put(REF, oid)
  await workspace.refs.append(REF, before, oid, await workspace.identity('COMMITTER', true), message)
}

async function push(workspace: Workspace, argv: readonly string[], saves: boolean): Promise<number> {
  const words = new Words('stash push', argv, {
    values: ['m', 'message'],
    flags: [
      'u',
      'include-untracked',
      'no-include-untracked',
      'a',
      'all',
      'k',
      'keep-index',
      'no-keep-index',
      'q',
      'quiet',
      'p',
      'patch',
      'S',
      'staged',
    ],
    usage: 'usage: git stash [push [-p | --patch] [-S | --staged] [-k | --[no-]keep-index] [-q | --quiet]',
  })
  if (await refuseUnmerged(workspace)) return 1
  const message = saves && words.operands.length > 0 ? words.operands.join(' ') : words.get('m', 'message')
  const specs = saves ? [] : pathspecs(workspace, words.rest)
  const wanted = among(specs)
  const known = [...(await indexTree(workspace)).keys(), ...(await treeOf(workspace, await workspace.head())).keys()]
  const others = words.has('a', 'all') ? 'all' : words.has('u', 'include-untracked') ? 'untracked' : undefined
  const fresh = others ? await untracked(workspace, { whole: true }) : []
  for (const spec of specs)
    if (![...known, ...fresh].some(spec.matches))
      throw new Fatal(
        `error: pathspec ':(prefix:0)${spec.path}' did not match any file(s) known to git\nDid you forget to 'git add'?`,
        1,
      )
  const staged = words.has('S', 'staged')
  const oid = await createStash(workspace, message, { wanted, others, staged })
  if (oid === undefined) {
    if (!words.has('q', 'quiet')) await workspace.io.print('No local changes to save\n')
    return 0
  }
  const text = (await workspace.objects.commit(oid)).message
  await keepStash(workspace, oid, text)
  if (!words.has('q', 'quiet')) await workspace.io.print(`Saved working directory and index state ${text}\n`)
  await goBack(workspace, wanted, specs.length > 0, words.has('k', 'keep-index') || false, staged)
  const third = (await workspace.objects.commit(oid)).parents[2]
  if (third) for (const path of (await treeOf(workspace, third)).keys()) await writeWork(workspace, path, undefined)
  if (third)
    for (const path of await untracked(workspace))
      if (path.endsWith('/')) removeAll(workspace, `${workspace.dir}/${path.slice(0, -1)}`)
  return 0
}

/** The work tree as HEAD, or the index, has it. */
async function goBack(
  workspace: Workspace,
  wanted: (path: string) => boolean,
  partial: boolean,
  keepsIndex: boolean,
  staged: boolean,
): Promise<void> {
  const head = await treeOf(workspace, await workspace.head())
  const index = await indexTree(workspace)
  if (!partial && !staged) return forceTree(workspace, keepsIndex ? index : head)
  const target = keepsIndex ? index : head
  const entries = await workspace.index()
  for (const path of new Set([...head.keys(), ...index.keys()])) {
    if (!wanted(path) || (staged && head.get(path)?.oid === index.get(path)?.oid)) continue
    const state = target.get(path)
    await writeWork(workspace, path, state)
    await noteWork(workspace, path, state)
  }
  await entries.save()
}

interface Entry {
  readonly oid: string
  readonly name: string
  readonly at: number
}

async function entryOf(workspace: Workspace, given: string | undefined): Promise<Entry> {
  const log = await workspace.refs.log(REF)
  if (log.length === 0 && (given === undefined || /^(stash@\{)?\d+\}?$/.test(given)))
    throw new Fatal('No stash entries found.', 1)
  const [, number] = /^(?:(?:refs\/)?stash@\{)?(\d+)\}?$/.exec(given ?? '0') ?? []
  if (number === undefined) {
    const oid = given === 'stash' || given === REF ? log[0]?.after : await workspace.resolve(given ?? '')
    if (!oid || ((await workspace.objects.findCommit(oid))?.parents.length ?? 0) < 2)
      throw new Fatal(
        oid ? `fatal: '${given}' is not a stash-like commit` : `error: ${given} is not a valid reference`,
        oid ? 128 : 1,
      )
    return { oid, name: given ?? '', at: log.findIndex(({ after }) => after === oid) }
  }
  const at = Number(number)
  const oid = log[at]?.after
  if (!oid) throw new Fatal(`fatal: log for 'stash' only has ${log.length} entries`)
  return { oid, name: given === undefined ? `${REF}@{${at}}` : /^\d+$/.test(given) ? `${REF}@{${at}}` : given, at }
}

/** @returns whether there are conflicts */
export async function applyStash(workspace: Workspace, oid: string, withIndex: boolean): Promise<boolean> {
  const { objects } = workspace
  const commit = await objects.commit(oid)
  const [base, stage, others] = commit.parents
  const current = await indexTree(workspace)
  const from = await treeOf(workspace, base)
  const labels = { ours: 'Updated upstream', theirs: 'Stashed changes', base: 'Stash base' }
  const merged = await mergeTrees(workspace, from, current, await treeOf(workspace, commit.tree), { labels })
  const { local, untracked: inWay } = await inTheWay(workspace, current, merged.tree)
  if (local.length + inWay.length > 0)
    throw new Fatal(
      [
        ...(local.length > 0 ? [localChanges(local, 'merge')] : []),
        ...(inWay.length > 0 ? [untrackedInWay(inWay, 'merge')] : []),
      ].join('\n'),
      1,
    )
  if (others) await restoreOthers(workspace, others)
  await applyMerge(workspace, current, merged, 'merge')
  await workspace.io.print(merged.messages.map((row) => `${row}\n`).join(''))
  const conflicted = merged.conflicts.size > 0
  const index = await workspace.index()
  if (!conflicted) {
    const staged =
      withIndex && stage
        ? await mergeTrees(workspace, from, current, await treeOf(workspace, stage), { labels })
        : undefined
    const target = staged?.tree ?? current
    for (const { path, before, after } of compare(merged.tree, target)) {
      // What the stash added stays in the index, so that it is not lost as untracked.
      if (before && !after && !staged) continue
      if (after) index.set(path, after.oid, after.mode)
      else index.remove(path)
    }
  } else if (withIndex) await workspace.io.print('Index was not unstashed.\n')
  await index.save()
  return conflicted
}

async function restoreOthers(workspace: Workspace, oid: string): Promise<void> {
  const files = await treeOf(workspace, oid)
  const inWay = [...files.keys()].filter((path) => workspace.exists(`${workspace.dir}/${path}`))
  if (inWay.length > 0)
    throw new Fatal(
      `${inWay.map((path) => `${path} already exists, no checkout\n`).join('')}error: could not restore untracked files from stash`,
      1,
    )
  for (const [path, state] of files) await writeWork(workspace, path, state)
}

async function drop(workspace: Workspace, { oid, name, at }: Entry, quiet: boolean): Promise<void> {
  const log = await workspace.refs.log(REF)
  const left = log.filter((_, each) => each !== at)
  if (left.length === 0) await workspace.refs.remove(REF)
  else {
    const chained = left.map((entry, each) => ({ ...entry, before: left[each + 1]?.after ?? NO_OID }))
    await workspace.refs.writeLog(REF, chained)
    await workspace.refs.put(REF, left[0]?.after ?? '')
  }
  if (!quiet) await workspace.io.print(`Dropped ${name} (${oid})\n`)
}

async function apply(workspace: Workspace, argv: readonly string[], pops: boolean): Promise<number> {
  const words = new Words(`stash ${pops ? 'pop' : 'apply'}`, argv, { flags: ['index', 'q', 'quiet'] })
  const quiet = words.has('q', 'quiet')
  const entry = await entryOf(workspace, words.operands[0])
  if ((await workspace.index()).unmerged().length > 0) {
    await refuseUnmerged(workspace)
    if (pops) await workspace.io.print('The stash entry is kept in case you need it again.\n')
    return 1
  }
  let conflicted = true
  let failure: Fatal | undefined
  try {
    conflicted = await applyStash(workspace, entry.oid, words.has('index'))
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    failure = error
  }
  await workspace.io.out.flush()
  if (failure) await workspace.io.warn(`${failure.message}\n`)
  if (!quiet) await workspace.io.print(await statusText(workspace, await readState(workspace)))
  if (pops && !conflicted) await drop(workspace, entry, quiet)
  else if (pops) await workspace.io.print('The stash entry is kept in case you need it again.\n')
  return conflicted ? 1 : 0
}

async function show(workspace: Workspace, argv: readonly string[]): Promise<number> {
  const o = newDiffOptions()
  const operands: string[] = []
  let others = false
  for (let at = 0; at < argv.length; ) {
    const word = argv[at] ?? ''
    const taken = word.startsWith('-')
      ? word === '-u' || word === '--include-untracked'
        ? 1
        : takeDiffOption(o, word, argv[at + 1])
      : 0
    if (word === '-u' || word === '--include-untracked') others = true
    if (taken === 0) operands.push(word)
    at += Math.max(1, taken)
  }
  if (o.forms.size === 0) o.forms.add('stat')
  const { oid } = await entryOf(workspace, operands[0])
  const commit = await workspace.objects.commit(oid)
  const after = new Map(await treeOf(workspace, commit.tree))
  if (others && commit.parents[2])
    for (const [path, state] of await treeOf(workspace, commit.parents[2])) after.set(path, state)
  const pairs = await pairsOf(workspace, compare(await treeOf(workspace, commit.parents[0]), sortedTree(after)), o)
  await page(workspace, (await printPairs(workspace, pairs, o)).text)
  return 0
}

const VERBS: ReadonlyMap<string, (workspace: Workspace, argv: readonly string[]) => Promise<number>> = new Map([
  ['push', (workspace, argv) => push(workspace, argv, false)],
  ['save', (workspace, argv) => push(workspace, argv, true)],
  ['apply', (workspace, argv) => apply(workspace, argv, false)],
  ['pop', (workspace, argv) => apply(workspace, argv, true)],
  ['show', show],
  [
    'list',
    async (workspace, argv) => {
      if (!(await workspace.refs.read(REF))) return 0
      if (argv.length > 0)
        return (await import('./log.ts')).log(workspace, [
          '--format=%gd: %gs',
          '-g',
          '--first-parent',
          '-m',
          ...argv,
          REF,
          '--',
        ])
      for (const [at, { message }] of (await workspace.refs.log(REF)).entries())
        await workspace.io.print(`stash@{${at}}: ${message}\n`)
      return 0
    },
  ],
  [
    'drop',
    async (workspace, argv) => {
      const words = new Words('stash drop', argv, { flags: ['q', 'quiet'] })
      await drop(workspace, await entryOf(workspace, words.operands[0]), words.has('q', 'quiet'))
      return 0
    },
  ],
  [
    'clear',
    async (workspace) => {
      await workspace.refs.remove(REF)
      return 0
    },
  ],
  [
    'branch',
    async (workspace, argv) => {
      const [name, given] = argv
      if (name === undefined) throw new Fatal('No branch name specified', 1)
      const entry = await entryOf(workspace, given)
      const { checkout } = await import('./checkout.ts')
      const status = await checkout(workspace, [
        '-b',
        name,
        (await workspace.objects.commit(entry.oid)).parents[0] ?? '',
      ])
      if (status !== 0) return status
      const conflicted = await applyStash(workspace, entry.oid, true)
      await workspace.io.print(await statusText(workspace, await readState(workspace)))
      if (!conflicted) await drop(workspace, entry, false)
      return conflicted ? 1 : 0
    },
  ],
  [
    'create',
    async (workspace, argv) => {
      const oid = await createStash(workspace, argv[0])
      if (oid) await workspace.io.print(`${oid}\n`)
      return 0
    },
  ],
  [
    'store',
    async (workspace, argv) => {
      const words = new Words('stash store', argv, { values: ['m', 'message'], flags: ['q', 'quiet'] })
      const oid = await workspace.resolve(words.operands[0] ?? '')
      if (!oid) throw new Fatal(`Cannot update ${REF} with ${words.operands[0]}`, 1)
      await keepStash(workspace, oid, words.get('m', 'message') ?? 'Created via "git stash store".')
      return 0
    },
  ],
])

export const stash: GitCommand = async (workspace, argv) => {
  if (!workspace.inRepository) throw new Fatal((await import('./repository.ts')).NOT_A_REPOSITORY)
  const [verb, ...rest] = argv
  const run = verb === undefined || verb.startsWith('-') ? undefined : VERBS.get(verb)
  if (run) return run(workspace, rest)
  if (verb === undefined || verb.startsWith('-')) return push(workspace, argv, false)
  throw new Fatal(`fatal: subcommand wasn't specified; 'push' can't be assumed due to unexpected token '${verb}'`)
}
