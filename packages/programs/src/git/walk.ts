/** History, newest first. git-rev-list(1), "Commit Ordering". */
import type { Commit, Objects } from './objects.ts'

export interface WalkOptions {
  readonly starts: readonly string[]
  /** What can be reached from these is left out. */
  readonly without?: readonly string[]
  readonly firstParent?: boolean
  /** No parent before all of its children. */
  readonly topological?: boolean
  /** Ends the walk early. */
  readonly until?: (commit: Commit) => boolean
}

/** A queue by date; those that came first go first among equals. */
class ByDate {
  private readonly items: Commit[] = []
  push(commit: Commit): void {
    let at = this.items.length
    while (at > 0 && (this.items[at - 1]?.committer.seconds ?? 0) < commit.committer.seconds) at--
    this.items.splice(at, 0, commit)
  }
  shift(): Commit | undefined {
    return this.items.shift()
  }
}

export async function reachable(
  objects: Objects,
  starts: readonly string[],
  stop?: ReadonlySet<string>,
): Promise<Set<string>> {
  const seen = new Set<string>()
  const queue = [...starts]
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid) || stop?.has(oid)) continue
    const commit = await objects.findCommit(oid)
    if (!commit) continue
    seen.add(oid)
    queue.push(...commit.parents)
  }
  return seen
}

export async function walk(objects: Objects, options: WalkOptions): Promise<Commit[]> {
  const { starts, without = [], firstParent = false, topological = false, until } = options
  const hidden = await reachable(objects, without)
  const queue = new ByDate()
  const seen = new Set<string>()
  const add = async (oid: string): Promise<void> => {
    if (seen.has(oid) || hidden.has(oid)) return
    seen.add(oid)
    const commit = await objects.findCommit(oid)
    if (commit) queue.push(commit)
  }
  for (const oid of starts) await add(oid)
  const found: Commit[] = []
  for (let commit = queue.shift(); commit; commit = queue.shift()) {
    found.push(commit)
    if (until?.(commit)) break
    for (const parent of firstParent ? commit.parents.slice(0, 1) : commit.parents) await add(parent)
  }
  return topological ? topologically(found) : found
}

/** Lines of history are kept together: --topo-order. */
function topologically(commits: readonly Commit[]): Commit[] {
  const byId = new Map(commits.map((commit) => [commit.oid, commit]))
  const children = new Map<string, number>()
  for (const { parents } of commits) for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1)
  const ready = commits.filter(({ oid }) => !children.get(oid)).reverse()
  const out: Commit[] = []
  for (let commit = ready.pop(); commit; commit = ready.pop()) {
    out.push(commit)
    for (const parent of commit.parents) {
      const left = (children.get(parent) ?? 0) - 1
      children.set(parent, left)
      const next = byId.get(parent)
      if (left === 0 && next) ready.push(next)
    }
  }
  return out
}

/** Commits that both reach, none of which reaches another of them. */
export async function mergeBases(objects: Objects, a: string, b: string): Promise<string[]> {
  if (a === b) return [a]
  const [one, other] = [await reachable(objects, [a]), await reachable(objects, [b])]
  const shared = [...one].filter((oid) => other.has(oid))
  const above = new Set<string>()
  for (const oid of shared) for (const parent of (await objects.commit(oid)).parents) above.add(parent)
  const heads = shared.filter((oid) => !above.has(oid))
  const dated = await Promise.all(heads.map((oid) => objects.commit(oid)))
  return dated.sort((x, y) => y.committer.seconds - x.committer.seconds).map(({ oid }) => oid)
}

export const isAncestor = async (objects: Objects, ancestor: string, of: string): Promise<boolean> =>
  ancestor === of || (await reachable(objects, [of])).has(ancestor)

export async function aheadBehind(
  objects: Objects,
  ours: string,
  theirs: string,
): Promise<{ ahead: number; behind: number }> {
  const [a, b] = [await reachable(objects, [ours]), await reachable(objects, [theirs])]
  return { ahead: [...a].filter((oid) => !b.has(oid)).length, behind: [...b].filter((oid) => !a.has(oid)).length }
}
