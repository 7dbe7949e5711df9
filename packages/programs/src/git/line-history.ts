/** git log -L: the history of some lines of one file. */
import { chooseCommits } from './commits.ts'
import { textOf } from './content.ts'
import { type Hunk, lineDiff, linesOf } from './line-diff.ts'
import { lineRange } from './line-range.ts'
import type { LogOptions } from './log-options.ts'
import type { Commit } from './objects.ts'
import type { Workspace } from './repository.ts'
import { treeOf } from './trees.ts'

/** Where lines of the new file were in the old one. */
function before(hunks: readonly Hunk[], from: number, to: number): [number, number] {
  let [start, end] = [from, to]
  for (const { aFrom, aTo, bFrom, bTo } of hunks) {
    const shift = aTo - aFrom - (bTo - bFrom)
    if (bTo <= from) start += shift
    else if (bFrom < from) start = aFrom + (start - from)
    if (bTo <= to) end += shift
  }
  return [start, end]
}

const span = (from: number, to: number): string => `${to === from ? from : from + 1},${to - from}`

/** Writes a commit's head. */
interface Printer {
  out: string
  print(commit: Commit): Promise<void>
}

export async function lineHistory(workspace: Workspace, o: LogOptions, printer: Printer): Promise<string> {
  if (!o.lines) return ''
  const path = workspace.inside(o.lines.path)
  const { commits } = await chooseCommits(workspace, { ...o, lines: undefined })
  let range: [number, number] | undefined
  for (const commit of commits) {
    const fresh = linesOf(await textOf(workspace, (await treeOf(workspace, commit.tree)).get(path)))
    if (!range) {
      const [from, to] = lineRange(`${o.lines.from},${o.lines.to}`, fresh, path)
      range = [from - 1, to]
    }
    const [from, to] = range
    if (commit.parents.length > 1) continue
    const parent = commit.parents[0]
    const state = parent === undefined ? undefined : (await treeOf(workspace, parent)).get(path)
    const old = linesOf(await textOf(workspace, state))
    const hunks = lineDiff(old, fresh)
    const [oldFrom, oldTo]: [number, number] = state ? before(hunks, from, to) : [0, 0]
    range = [oldFrom, oldTo]
    const touched = hunks.filter(
      ({ bFrom, bTo, aFrom, aTo }) =>
        (bTo > from && bFrom < to) || (bFrom === bTo && bFrom >= from && bFrom < to && aTo > aFrom),
    )
    if (touched.length === 0) continue
    await printer.print(commit)
    printer.out += `\ndiff --git a/${path} b/${path}\n--- ${state ? `a/${path}` : '/dev/null'}\n+++ b/${path}\n@@ -${span(oldFrom, oldTo)} +${span(from, to)} @@\n`
    let line = from
    for (const { aFrom, aTo, bFrom, bTo } of touched) {
      for (; line < bFrom; line++) printer.out += ` ${fresh[line] ?? ''}`
      printer.out += old
        .slice(Math.max(aFrom, oldFrom), Math.min(aTo, Math.max(oldTo, aFrom)))
        .map((each) => `-${each}`)
        .join('')
      printer.out += fresh
        .slice(Math.max(bFrom, from), Math.min(bTo, to))
        .map((each) => `+${each}`)
        .join('')
      line = Math.min(bTo, to)
    }
    for (; line < to; line++) printer.out += ` ${fresh[line] ?? ''}`
    if (!state) break
  }
  return printer.out
}
