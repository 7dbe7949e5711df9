/** Changes taken hunk by hunk: add -p, checkout -p, restore -p, reset -p. git-add(1), "INTERACTIVE MODE". */
import { textOf } from './content.ts'
import { coloursOf, newDiffOptions, patchOptions } from './diff-options.ts'
import { hunkGroups, patchText, textHunks } from './diff-text.ts'
import { type Hunk, lineDiff, linesOf } from './line-diff.ts'
import { among, pathspecs } from './pathspec.ts'
import { plainPair } from './renames.ts'
import type { Workspace } from './repository.ts'
import { readAnswer } from './terminal.ts'
import { type Change, compare, type FileState, indexTree, noteWork, treeOf, workTree, writeWork } from './trees.ts'

export type PatchMode = 'checkout' | 'reset' | 'stage'
const QUESTIONS: Readonly<Record<PatchMode, string>> = { stage: 'Stage', checkout: 'Discard', reset: 'Unstage' }
const TAILS: Readonly<Record<PatchMode, string>> = { stage: '', checkout: ' from worktree', reset: '' }

const HELP = (mode: PatchMode): string => {
  const verb = QUESTIONS[mode].toLowerCase()
  return `y - ${verb} this hunk
n - do not ${verb} this hunk
q - quit; do not ${verb} this hunk or any of the remaining ones
a - ${verb} this hunk and all later hunks in the file
d - do not ${verb} this hunk or any of the later hunks in the file
g - select a hunk to go to
/ - search for a hunk matching the given regex
j - leave this hunk undecided, see next undecided hunk
J - leave this hunk undecided, see next hunk
k - leave this hunk undecided, see previous undecided hunk
K - leave this hunk undecided, see previous hunk
s - split the current hunk into smaller hunks
e - manually edit the current hunk
? - print help
`
}

/** What is left when only some changes are made. */
function patched(a: readonly string[], b: readonly string[], chosen: readonly Hunk[]): string {
  let out = ''
  let at = 0
  for (const { aFrom, aTo, bFrom, bTo } of chosen) {
    out += a.slice(at, aFrom).join('') + b.slice(bFrom, bTo).join('')
    at = aTo
  }
  return out + a.slice(at).join('')
}

interface Part {
  readonly hunks: readonly Hunk[]
  taken: boolean | undefined
}

export async function addPatch(workspace: Workspace, mode: PatchMode, given: readonly string[]): Promise<number> {
  const fits = among(pathspecs(workspace, given))
  const [index, work] = [await indexTree(workspace), await workTree(workspace)]
  const changes =
    mode === 'reset'
      ? compare(await treeOf(workspace, await workspace.head()), index, fits)
      : compare(index, work, fits)
  const usable = changes.filter(({ before, after }) => before && after && before.oid !== after.oid)
  if (usable.length === 0) {
    await workspace.io.print('No changes.\n')
    return 0
  }
  for (const change of usable) if (!(await oneFile(workspace, mode, change))) break
  await (await workspace.index()).save()
  return 0
}

/** @returns false when the user wants no more */
async function oneFile(workspace: Workspace, mode: PatchMode, change: Change): Promise<boolean> {
  const o = newDiffOptions()
  const options = patchOptions(workspace, o)
  const [a, b] = [linesOf(await textOf(workspace, change.before)), linesOf(await textOf(workspace, change.after))]
  const parts: Part[] = hunkGroups(lineDiff(a, b), 3).map((hunks) => ({ hunks, taken: undefined }))
  const head = (await patchText(workspace, plainPair(change), options)).split(/^(?=(?:\x1b\[36m)?@@ )/m)[0] ?? ''
  await workspace.io.print(head)
  const goesOn = await askAll(workspace, mode, parts, (part) => showPart(a, b, part, workspace))
  const chosen = parts.filter(({ taken }) => taken === true).flatMap(({ hunks }) => hunks)
  if (chosen.length > 0) await take(workspace, mode, change, a, b, chosen)
  await workspace.io.print('\n')
  return goesOn
}

function showPart(a: readonly string[], b: readonly string[], part: Part, workspace: Workspace): string {
  const first = part.hunks[0]
  const all = textHunks(a, b, {
    ...patchOptions(workspace, newDiffOptions()),
    colours: coloursOf(workspace, newDiffOptions()),
  })
  const groups = hunkGroups(lineDiff(a, b), 3)
  const at = groups.findIndex((group) =>
    group.some((hunk) => hunk.aFrom === first?.aFrom && hunk.bFrom === first.bFrom),
  )
  if (groups[at]?.length === part.hunks.length) return all.split(/^(?=(?:\x1b\[36m)?@@ )/m)[at] ?? ''
  const only = new Set(part.hunks.map(({ aFrom }) => aFrom))
  const half = patched(
    a,
    b,
    lineDiff(a, b).filter(({ aFrom }) => only.has(aFrom)),
  )
  return textHunks(a, linesOf(half), patchOptions(workspace, newDiffOptions()))
}

const canSplit = ({ hunks }: Part): boolean => hunks.length > 1

function letters(parts: readonly Part[], at: number): string {
  const later = parts.slice(at + 1)
  const earlier = parts.slice(0, at)
  const part = parts[at]
  return [
    ...(earlier.some(({ taken }) => taken === undefined) ? ['k'] : []),
    ...(earlier.length > 0 ? ['K'] : []),
    ...(later.some(({ taken }) => taken === undefined) ? ['j'] : []),
    ...(later.length > 0 ? ['J'] : []),
    ...(parts.length > 1 ? ['g', '/'] : []),
    ...(part && canSplit(part) ? ['s'] : []),
    'e',
    '?',
  ].join(',')
}

async function askAll(
  workspace: Workspace,
  mode: PatchMode,
  parts: Part[],
  show: (part: Part) => string,
): Promise<boolean> {
  const { io } = workspace
  for (let at = 0; at < parts.length; ) {
    const part = parts[at]
    if (!part || part.taken !== undefined) {
      at++
      continue
    }
    await io.print(
      `${show(part)}(${at + 1}/${parts.length}) ${QUESTIONS[mode]} this hunk${TAILS[mode]} [y,n,q,a,d,${letters(parts, at)}]? `,
    )
    await io.out.flush()
    const answer = (await readAnswer(workspace))?.trim()
    if (answer === undefined) return false
    const letter = answer.charAt(0)
    if (letter === 'y') part.taken = true
    else if (letter === 'n') part.taken = false
    else if (letter === 'q') return false
    else if (letter === 'a' || letter === 'd') for (const each of parts.slice(at)) each.taken ??= letter === 'a'
    else if (letter === 's' && canSplit(part)) {
      parts.splice(at, 1, ...part.hunks.map((hunk): Part => ({ hunks: [hunk], taken: undefined })))
      await io.print(`Split into ${part.hunks.length} hunks.\n`)
    } else if ((letter === 'j' || letter === 'J') && at + 1 < parts.length) at++
    else if ((letter === 'k' || letter === 'K') && at > 0) at--
    else if (letter === 'e') await io.print('Sorry, cannot edit this hunk\n')
    else await io.print(HELP(mode))
    if (part.taken !== undefined) at++
  }
  return true
}

async function take(
  workspace: Workspace,
  mode: PatchMode,
  { path, before, after }: Change,
  a: readonly string[],
  b: readonly string[],
  chosen: readonly Hunk[],
): Promise<void> {
  const mirrored = chosen.map(
    ({ aFrom, aTo, bFrom, bTo }): Hunk => ({ aFrom: bFrom, aTo: bTo, bFrom: aFrom, bTo: aTo }),
  )
  const text = mode === 'stage' ? patched(a, b, chosen) : patched(b, a, mirrored)
  const oid = await workspace.objects.write('blob', text)
  const state: FileState = { oid, mode: (mode === 'stage' ? before : after)?.mode ?? '100644' }
  if (mode === 'checkout') await writeWork(workspace, path, state)
  else await noteWork(workspace, path, state)
  if (mode !== 'checkout') (await workspace.index()).set(path, oid, state.mode)
}
