/** Three trees become one, as the strategy `ort` does it: git-merge(1), "MERGE STRATEGIES". */
import { contentOf, isBinary } from './content.ts'
import { type MergeLabels, mergeTexts } from './merge-lines.ts'
import { withRenames } from './renames.ts'
import type { Workspace } from './repository.ts'
import { compare, type FileState, sortedTree, type Tree } from './trees.ts'

export interface Sides {
  readonly base: FileState | undefined
  readonly ours: FileState | undefined
  readonly theirs: FileState | undefined
}
export interface TreeMerge {
  /** What is in the work tree afterwards, conflicts with their markers. */
  readonly tree: Tree
  readonly conflicts: ReadonlyMap<string, Sides>
  /** In the order of paths. */
  readonly messages: readonly string[]
}
export interface TreeMergeOptions {
  readonly labels: MergeLabels
  readonly favour?: 'ours' | 'theirs' | undefined
  readonly renames?: boolean
}

const decoder = new TextDecoder()
const same = (a: FileState | undefined, b: FileState | undefined): boolean => a?.oid === b?.oid && a?.mode === b?.mode

async function renamesOf(workspace: Workspace, base: Tree, side: Tree): Promise<Map<string, string>> {
  const pairs = await withRenames(workspace, compare(base, side), { renames: true })
  return new Map(pairs.flatMap(({ status, from, path }): [string, string][] => (status === 'R' ? [[from, path]] : [])))
}

class Merger {
  private readonly workspace: Workspace
  private readonly options: TreeMergeOptions
  private readonly result = new Map<string, FileState>()
  private readonly conflicts = new Map<string, Sides>()
  private readonly messages: { readonly path: string; readonly text: string }[] = []
  private readonly style: 'diff3' | 'merge' | 'zdiff3'

  constructor(workspace: Workspace, options: TreeMergeOptions, style: 'diff3' | 'merge' | 'zdiff3') {
    this.workspace = workspace
    this.options = options
    this.style = style
  }

  private say(path: string, text: string): void {
    this.messages.push({ path, text })
  }

  async run(base: Tree, ours: Tree, theirs: Tree): Promise<TreeMerge> {
    const [b, o, t] = [new Map(base), new Map(ours), new Map(theirs)]
    if (this.options.renames !== false) await this.followRenames(b, o, t)
    for (const path of [...new Set([...b.keys(), ...o.keys(), ...t.keys()])].sort())
      await this.path(path, { base: b.get(path), ours: o.get(path), theirs: t.get(path) })
    const messages = this.messages
      .sort((x, y) => (x.path < y.path ? -1 : x.path > y.path ? 1 : 0))
      .map(({ text }) => text)
    return { tree: sortedTree(this.result), conflicts: this.conflicts, messages }
  }

  /** What one side renamed, the other changed under its old name. */
  private async followRenames(
    base: Map<string, FileState>,
    ours: Map<string, FileState>,
    theirs: Map<string, FileState>,
  ): Promise<void> {
    const [one, two] = [await renamesOf(this.workspace, base, ours), await renamesOf(this.workspace, base, theirs)]
    const { labels } = this.options
    for (const [from, to] of one) {
      const other = two.get(from)
      if (other !== undefined && other !== to)
        this.say(
          from,
          `CONFLICT (rename/rename): ${from} renamed to ${to} in ${labels.ours} and to ${other} in ${labels.theirs}.`,
        )
      else if (!theirs.has(from) && other === undefined)
        this.say(
          to,
          `CONFLICT (rename/delete): ${from} renamed to ${to} in ${labels.ours}, but deleted in ${labels.theirs}.`,
        )
      this.move(base, from, to)
      if (other === undefined) this.move(theirs, from, to)
    }
    for (const [from, to] of two) {
      if (one.has(from)) continue
      if (!ours.has(from))
        this.say(
          to,
          `CONFLICT (rename/delete): ${from} renamed to ${to} in ${labels.theirs}, but deleted in ${labels.ours}.`,
        )
      this.move(base, from, to)
      this.move(ours, from, to)
    }
  }

  private move(tree: Map<string, FileState>, from: string, to: string): void {
    const state = tree.get(from)
    if (!state || tree.has(to)) return
    tree.delete(from)
    tree.set(to, state)
  }

  private async path(path: string, sides: Sides): Promise<void> {
    const { base, ours, theirs } = sides
    if (same(ours, theirs) || same(base, theirs)) return this.put(path, ours)
    if (same(base, ours)) return this.put(path, theirs)
    if (!ours || !theirs) return this.deleted(path, sides)
    await this.contents(path, sides, ours, theirs)
  }

  private put(path: string, state: FileState | undefined): void {
    if (state) this.result.set(path, state)
  }

  private deleted(path: string, sides: Sides): void {
    const { labels } = this.options
    const [kept, left] = sides.ours ? [labels.ours, labels.theirs] : [labels.theirs, labels.ours]
    this.say(
      path,
      `CONFLICT (modify/delete): ${path} deleted in ${left} and modified in ${kept}.  Version ${kept} of ${path} left in tree.`,
    )
    this.conflicts.set(path, sides)
    this.put(path, sides.ours ?? sides.theirs)
  }

  private async contents(path: string, sides: Sides, ours: FileState, theirs: FileState): Promise<void> {
    const { base } = sides
    const mode = base && ours.mode === base.mode ? theirs.mode : ours.mode
    const { labels, favour } = this.options
    if (ours.oid === theirs.oid) return this.put(path, { ...ours, mode })
    this.say(path, `Auto-merging ${path}`)
    const [o, a, b] = [
      await contentOf(this.workspace, base),
      await contentOf(this.workspace, ours),
      await contentOf(this.workspace, theirs),
    ]
    if ([o, a, b].some(isBinary) || ours.mode.slice(0, 3) !== theirs.mode.slice(0, 3) || ours.mode.startsWith('120')) {
      if (favour) return this.put(path, favour === 'ours' ? ours : theirs)
      this.messages.unshift({
        path: '',
        text: `warning: Cannot merge binary files: ${path} (${labels.ours} vs. ${labels.theirs})`,
      })
      this.say(path, `CONFLICT (${base ? 'content' : 'add/add'}): Merge conflict in ${path}`)
      this.conflicts.set(path, sides)
      return this.put(path, ours)
    }
    const merged = mergeTexts(decoder.decode(o), decoder.decode(a), decoder.decode(b), {
      labels,
      style: this.style,
      favour,
    })
    const oid = await this.workspace.objects.write('blob', merged.text)
    this.put(path, { oid, mode })
    if (merged.conflicts === 0) return
    this.say(path, `CONFLICT (${base ? 'content' : 'add/add'}): Merge conflict in ${path}`)
    this.conflicts.set(path, sides)
  }
}

export async function mergeTrees(
  workspace: Workspace,
  base: Tree,
  ours: Tree,
  theirs: Tree,
  options: TreeMergeOptions,
): Promise<TreeMerge> {
  const style = await workspace.config.get('merge.conflictstyle')
  return new Merger(workspace, options, style === 'diff3' || style === 'zdiff3' ? style : 'merge').run(
    base,
    ours,
    theirs,
  )
}
