/** The commits that options choose, with history simplified to paths. git-log(1), "History Simplification". */
import { lineDiff } from './line-diff.ts'
import type { LogOptions } from './log-options.ts'
import type { Commit } from './objects.ts'
import { among, pathspecs } from './pathspec.ts'
import { pairsOf } from './diff-options.ts'
import { decorations } from './pretty.ts'
import { withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { type Change, compare, treeOf } from './trees.ts'
import { reachable, walk } from './walk.ts'

export interface Chosen {
  readonly commits: readonly Commit[]
  /** Marks of --left-right. */
  readonly marks: ReadonlyMap<string, string>
  /** The name a followed file had at each commit. */
  readonly followed: ReadonlyMap<string, string>
  /** All that history holds here, whoever is shown of it. */
  readonly walked: ReadonlySet<string>
}

const pattern = (text: string, o: LogOptions): RegExp =>
  new RegExp(o.fixed ? text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : text, o.ignoreCase ? 'im' : 'm')

function filterOf(o: LogOptions): (commit: Commit) => boolean {
  const [authors, committers, greps] = [o.authors, o.committers, o.greps].map((list) =>
    list.map((text) => pattern(text, o)),
  )
  const person = ({ name, email }: { name: string; email: string }): string => `${name} <${email}>`
  return ({ author, committer, message, parents }) => {
    if (parents.length < o.minParents || parents.length > o.maxParents) return false
    if (o.since !== undefined && committer.seconds < o.since) return false
    if (o.until !== undefined && committer.seconds > o.until) return false
    if (authors?.length && !authors.some((each) => each.test(person(author)))) return false
    if (committers?.length && !committers.some((each) => each.test(person(committer)))) return false
    if (!greps?.length) return true
    const found = o.allMatch ? greps.every((each) => each.test(message)) : greps.some((each) => each.test(message))
    return found !== o.invert
  }
}

export async function changesOf(
  workspace: Workspace,
  commit: Commit,
  wanted: (path: string) => boolean,
  parent = commit.parents[0],
): Promise<Change[]> {
  const before = parent === undefined ? undefined : (await workspace.objects.commit(parent)).tree
  return compare(await treeOf(workspace, before), await treeOf(workspace, commit.tree), wanted)
}

/** Follows the parent that is the same on the paths, and leaves out commits that changed nothing there. */
async function simplified(
  workspace: Workspace,
  commits: readonly Commit[],
  o: LogOptions,
  wanted: (path: string) => boolean,
): Promise<Commit[]> {
  const byId = new Map(commits.map((commit) => [commit.oid, commit]))
  const kept = new Map<string, Commit>()
  const through = new Map<string, readonly string[]>()
  const needed = new Set(o.starts)
  for (const commit of commits) {
    if (!needed.has(commit.oid)) continue
    const parents = o.firstParent ? commit.parents.slice(0, 1) : commit.parents
    const same: string[] = []
    for (const parent of parents)
      if ((await changesOf(workspace, commit, wanted, parent)).length === 0) same.push(parent)
    const root = parents.length === 0 && (await changesOf(workspace, commit, wanted)).length === 0
    const follow = same.length > 0 && !o.fullHistory ? same.slice(0, 1) : parents
    for (const parent of follow) needed.add(parent)
    if (same.length > 0 || root) through.set(commit.oid, follow)
    else kept.set(commit.oid, commit)
  }
  const real = (oid: string, depth = 0): string[] =>
    kept.has(oid)
      ? [oid]
      : depth > 10_000
        ? []
        : (through.get(oid) ?? []).flatMap((each) => (byId.has(each) ? real(each, depth + 1) : []))
  return [...kept.values()].map((commit) => ({
    ...commit,
    parents: o.graph || o.parents ? [...new Set(commit.parents.flatMap((each) => real(each)))] : commit.parents,
  }))
}

/** --follow: one file, under the names it had. */
async function follow(
  workspace: Workspace,
  commits: readonly Commit[],
  path: string,
): Promise<{ commits: Commit[]; followed: Map<string, string> }> {
  const followed = new Map<string, string>()
  const kept: Commit[] = []
  let name = path
  for (const commit of commits) {
    if (commit.parents.length > 1) continue
    const changes = await changesOf(workspace, commit, () => true)
    const own = changes.find((each) => each.path === name)
    if (!own) continue
    kept.push(commit)
    followed.set(commit.oid, name)
    if (own.before) continue
    const pair = (await withRenames(workspace, changes, { renames: true, copies: false })).find(
      (each) => each.path === name,
    )
    if (pair?.status === 'R') name = pair.from
  }
  return { commits: kept, followed }
}

const patchKey = async (workspace: Workspace, commit: Commit): Promise<string> => {
  const changes = await changesOf(workspace, commit, () => true)
  const parts: string[] = []
  const { textOf } = await import('./content.ts')
  const { linesOf } = await import('./line-diff.ts')
  for (const { path, before, after } of changes) {
    const [a, b] = [linesOf(await textOf(workspace, before)), linesOf(await textOf(workspace, after))]
    parts.push(
      path,
      ...lineDiff(a, b).map((hunk) => JSON.stringify([a.slice(hunk.aFrom, hunk.aTo), b.slice(hunk.bFrom, hunk.bTo)])),
    )
  }
  return parts.join('\n')
}
export { patchKey }

async function sides(workspace: Workspace, o: LogOptions): Promise<Map<string, string>> {
  const marks = new Map<string, string>()
  if (o.left.length === 0) return marks
  const left = await reachable(workspace.objects, o.left)
  const right = await reachable(
    workspace.objects,
    o.starts.filter((oid) => !o.left.includes(oid)),
  )
  for (const oid of left) if (!right.has(oid)) marks.set(oid, '<')
  for (const oid of right) marks.set(oid, '>')
  return marks
}

/** The commits of both sides of a merge that has conflicts. */
async function startMerge(workspace: Workspace, o: LogOptions): Promise<void> {
  const other = await workspace.refs.read('MERGE_HEAD')
  const head = await workspace.head()
  if (!other || !head) return
  const { mergeBases } = await import('./walk.ts')
  o.starts.push(head, other)
  o.without.push(...(await mergeBases(workspace.objects, head, other)))
  o.paths.push(...(await workspace.index()).unmerged().map((path) => `:/${path}`))
}

export async function chooseCommits(workspace: Workspace, o: LogOptions): Promise<Chosen> {
  if (o.merge) await startMerge(workspace, o)
  const { objects } = workspace
  const specs = pathspecs(workspace, o.paths)
  const topological = o.topological || o.graph
  let commits = await walk(objects, { starts: o.starts, without: o.without, firstParent: o.firstParent, topological })
  let followed: ReadonlyMap<string, string> = new Map()
  if (o.follow && specs.length === 1) ({ commits, followed } = await follow(workspace, commits, specs[0]?.path ?? ''))
  else if (specs.length > 0) commits = await simplified(workspace, commits, o, among(specs))
  if (o.simplifyByDecoration) commits = await decoratedOnly(workspace, commits)
  const marks = await sides(workspace, o)
  const walked = new Set(commits.map(({ oid }) => oid))
  commits = commits.filter(filterOf(o))
  if (o.onlySide) commits = commits.filter(({ oid }) => marks.get(oid) === (o.onlySide === 'left' ? '<' : '>'))
  if (o.cherry) commits = await withoutTwins(workspace, commits, marks)
  if (o.diff.pickaxe || o.diff.filter) commits = await withPairs(workspace, commits, o)
  commits = commits.slice(o.skip, o.most === undefined || o.most < 0 ? undefined : o.skip + o.most)
  if (o.reverse) commits.reverse()
  return { commits, marks, followed, walked }
}

async function withPairs(workspace: Workspace, commits: readonly Commit[], o: LogOptions): Promise<Commit[]> {
  const wanted = among(pathspecs(workspace, o.paths))
  const kept: Commit[] = []
  for (const commit of commits)
    if (
      commit.parents.length < 2 &&
      (await pairsOf(workspace, await changesOf(workspace, commit, wanted), o.diff)).length > 0
    )
      kept.push(commit)
  return kept
}

async function withoutTwins(
  workspace: Workspace,
  commits: readonly Commit[],
  marks: ReadonlyMap<string, string>,
): Promise<Commit[]> {
  const keys = new Map<string, Set<string>>()
  const own = new Map<string, string>()
  for (const commit of commits) {
    const key = await patchKey(workspace, commit)
    own.set(commit.oid, key)
    keys.set(key, (keys.get(key) ?? new Set()).add(marks.get(commit.oid) ?? '>'))
  }
  return commits.filter(({ oid }) => (keys.get(own.get(oid) ?? '')?.size ?? 0) < 2)
}

async function decoratedOnly(workspace: Workspace, commits: readonly Commit[]): Promise<Commit[]> {
  const names = await decorations(workspace)
  const byId = new Map(commits.map((commit) => [commit.oid, commit]))
  const keeps = ({ oid, parents }: Commit): boolean => names.has(oid) || parents.length === 0
  const real = (oid: string): string[] => {
    const commit = byId.get(oid)
    return !commit ? [] : keeps(commit) ? [oid] : commit.parents.flatMap(real)
  }
  return commits.filter(keeps).map((commit) => ({ ...commit, parents: [...new Set(commit.parents.flatMap(real))] }))
}
