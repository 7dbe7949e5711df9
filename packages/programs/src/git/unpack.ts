/** Takes index and work tree from one state to another without losing what nobody has committed. */
import { isDirectory } from '@drydock/abi'
import { Fatal } from './fatal.ts'
import { Ignore } from './ignore.ts'
import type { Sides, TreeMerge } from './merge-trees.ts'
import { lstatOr } from './paths.ts'
import type { Workspace } from './repository.ts'
import { compare, type FileState, indexTree, noteWork, type Tree, workFile, writeWork } from './trees.ts'

export type Operation = 'checkout' | 'cherry-pick' | 'merge' | 'rebase' | 'reset' | 'revert'

const LOCAL: Readonly<Record<string, string>> = {
  checkout: 'Please commit your changes or stash them before you switch branches.\nAborting',
  merge: 'Please commit your changes or stash them before you merge.\nAborting',
}
const UNTRACKED: Readonly<Record<string, string>> = {
  checkout: 'Please move or remove them before you switch branches.\nAborting',
  merge: 'Please move or remove them before you merge.\nAborting',
}
const rows = (paths: readonly string[]): string => paths.map((path) => `\t${path}\n`).join('')

export const localChanges = (paths: readonly string[], what: string): string =>
  `error: Your local changes to the following files would be overwritten by ${what}:\n${rows(paths)}${LOCAL[what] ?? LOCAL['merge']}`
export const untrackedInWay = (paths: readonly string[], what: string): string =>
  `error: The following untracked working tree files would be overwritten by ${what}:\n${rows(paths)}${UNTRACKED[what] ?? UNTRACKED['merge']}`

const equal = (a: FileState | undefined, b: FileState | undefined): boolean => a?.oid === b?.oid && a?.mode === b?.mode

/** Paths that stand in the way of a change. */
export async function inTheWay(
  workspace: Workspace,
  from: Tree,
  to: Tree,
): Promise<{ local: string[]; untracked: string[] }> {
  const index = await indexTree(workspace)
  const entries = await workspace.index()
  const ignore = await Ignore.open(workspace)
  const [local, untracked]: [string[], string[]] = [[], []]
  for (const { path, after } of compare(from, to)) {
    const known = index.get(path)
    if (!equal(known, from.get(path)) && !equal(known, after)) {
      local.push(path)
      continue
    }
    const work = await workFile(workspace, path, entries.get(path))
    if (known) {
      if (work && !equal(work, known) && !equal(known, after)) local.push(path)
    } else if (after && !equal(known, after)) {
      const stat = lstatOr(workspace.sys, `${workspace.dir}/${path}`)
      if (stat && !isDirectory(stat.mode) && work?.oid !== after.oid && !(await ignore.ignores(path, false)))
        untracked.push(path)
    }
  }
  return { local, untracked }
}

/** @throws Fatal when something would be lost */
export async function refuseLoss(workspace: Workspace, from: Tree, to: Tree, what: string): Promise<void> {
  const { local, untracked } = await inTheWay(workspace, from, to)
  const words = [
    ...(local.length > 0 ? [localChanges(local, what)] : []),
    ...(untracked.length > 0 ? [untrackedInWay(untracked, what)] : []),
  ]
  if (words.length > 0)
    throw new Fatal(words.length > 1 ? words.join('\n').replace('\nAborting\n', '\n') : (words[0] ?? ''), 1)
}

/** Writes what differs; local changes elsewhere stay. Files that go are taken away first, so that folders can take their place. */
export async function moveTo(workspace: Workspace, from: Tree, to: Tree): Promise<void> {
  const index = await workspace.index()
  const current = await indexTree(workspace)
  const changes = compare(from, to).filter(({ path, after }) => !equal(current.get(path), after))
  for (const { path, after } of changes)
    if (!after) {
      await writeWork(workspace, path, undefined)
      index.remove(path)
    }
  for (const { path, after } of changes)
    if (after) {
      await writeWork(workspace, path, after)
      await noteWork(workspace, path, after)
    }
  await index.save()
}

export async function switchTree(workspace: Workspace, from: Tree, to: Tree, what: string): Promise<void> {
  await refuseLoss(workspace, from, to, what)
  await moveTo(workspace, from, to)
}

/** Index and work tree become this, whatever was there: reset --hard. */
export async function forceTree(workspace: Workspace, to: Tree): Promise<void> {
  const index = await workspace.index()
  const known = new Set(index.all().map(({ path }) => path))
  for (const path of known) if (!to.has(path)) await writeWork(workspace, path, undefined)
  for (const [path, state] of to) {
    const work = await workFile(workspace, path, index.get(path))
    if (!equal(work, state)) await writeWork(workspace, path, state)
  }
  index.clear()
  for (const [path, state] of to) await noteWork(workspace, path, state)
  await index.save()
}

/** Puts the outcome of a merge into index and work tree. @throws Fatal when something would be lost */
export async function applyMerge(workspace: Workspace, head: Tree, merge: TreeMerge, what: string): Promise<void> {
  await switchTree(workspace, head, merge.tree, what)
  const index = await workspace.index()
  for (const [path, sides] of merge.conflicts) {
    index.remove(path)
    stages(sides).forEach((state, at) => state && index.setStage(path, at + 1, state.oid, state.mode))
  }
  index.changed = true
  await index.save()
}
const stages = ({ base, ours, theirs }: Sides): (FileState | undefined)[] => [base, ours, theirs]
