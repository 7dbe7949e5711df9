/** What is deleted here and new there may be one file that moved. gitdiffcore(7). */
import type { Workspace } from './repository.ts'
import type { Change, FileState, Tree } from './trees.ts'
import { contentOf } from './content.ts'

export interface Pair {
  readonly status: 'A' | 'C' | 'D' | 'M' | 'R' | 'T' | 'U'
  /** Before and after; the same but for renames and copies. */
  readonly from: string
  readonly path: string
  readonly before: FileState | undefined
  readonly after: FileState | undefined
  /** Of renames and copies, in percent. */
  readonly similarity: number
}

export interface RenameOptions {
  readonly renames: boolean
  readonly copies?: boolean
  /** Percent, 50 as a rule. */
  readonly least?: number
  /** -C -C: what did not change may be a source as well. */
  readonly all?: Tree | undefined
}

const kindOf = (mode: string): string => mode.slice(0, 3)

export function plainPair({ path, before, after }: Change): Pair {
  const status = !before ? 'A' : !after ? 'D' : kindOf(before.mode) === kindOf(after.mode) ? 'M' : 'T'
  return { status, from: path, path, before, after, similarity: 0 }
}

const LONGEST_CHUNK = 64

/** How many bytes there are of each line, long ones in pieces. */
function chunks(bytes: Uint8Array): Map<string, number> {
  const found = new Map<string, number>()
  for (let at = 0; at < bytes.length; ) {
    let end = at
    while (end < bytes.length && end - at < LONGEST_CHUNK && bytes[end] !== 10) end++
    if (end < bytes.length && bytes[end] === 10 && end - at < LONGEST_CHUNK) end++
    const key = String.fromCharCode(...bytes.subarray(at, end))
    found.set(key, (found.get(key) ?? 0) + end - at)
    at = end
  }
  return found
}

/** In percent of the larger. */
function similarity(a: Uint8Array, b: Uint8Array): number {
  const most = Math.max(a.length, b.length)
  if (a.length === 0 || b.length === 0) return 0
  if (most - Math.min(a.length, b.length) > most / 2) return 0
  const there = chunks(b)
  let copied = 0
  for (const [key, size] of chunks(a)) copied += Math.min(size, there.get(key) ?? 0)
  return Math.floor((Math.floor((copied * 60_000) / most) * 100) / 60_000)
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

interface Source {
  readonly path: string
  readonly state: FileState
  readonly gone: boolean
}

export async function withRenames(
  workspace: Workspace,
  changes: readonly Change[],
  options: RenameOptions,
): Promise<Pair[]> {
  const fresh = changes.flatMap(({ path, before, after }) =>
    !before && after && kindOf(after.mode) !== '160' ? [{ path, state: after }] : [],
  )
  const gone = changes.flatMap(({ path, before, after }): Source[] =>
    before && !after ? [{ path, state: before, gone: true }] : [],
  )
  const kept = options.copies
    ? changes.flatMap(({ path, before, after }): Source[] =>
        before && after ? [{ path, state: before, gone: false }] : [],
      )
    : []
  const others = options.all
    ? [...options.all]
        .filter(([path]) => !changes.some((each) => each.path === path))
        .map(([path, state]): Source => ({ path, state, gone: false }))
    : []
  const sources = [...gone, ...kept, ...others]
  if (!options.renames || fresh.length === 0 || sources.length === 0) return changes.map(plainPair)
  const found = await match(workspace, fresh, sources, options)
  const used = new Set<string>()
  const pairs: Pair[] = []
  for (const change of changes) {
    const source = change.before ? undefined : found.get(change.path)
    if (!source) continue
    const isRename = source.gone && !used.has(source.path)
    if (source.gone) used.add(source.path)
    pairs.push({
      status: isRename ? 'R' : 'C',
      from: source.path,
      path: change.path,
      before: source.state,
      after: change.after,
      similarity: source.similarity,
    })
  }
  const rest = changes.filter(
    ({ path, before, after }) => !(before === undefined && found.has(path)) && !(after === undefined && used.has(path)),
  )
  return [...pairs, ...rest.map(plainPair)].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

async function match(
  workspace: Workspace,
  fresh: readonly { path: string; state: FileState }[],
  sources: readonly Source[],
  { least = 50, copies = false }: RenameOptions,
): Promise<Map<string, Source & { similarity: number }>> {
  const found = new Map<string, Source & { similarity: number }>()
  const used = new Set<Source>()
  const take = (path: string, source: Source, percent: number): void => {
    found.set(path, { ...source, similarity: percent })
    used.add(source)
  }
  for (const { path, state } of fresh) {
    const same = sources.filter(
      (each) =>
        each.state.oid === state.oid && kindOf(each.state.mode) === kindOf(state.mode) && (copies || !used.has(each)),
    )
    const free = same.filter((each) => !used.has(each))
    const source =
      (free.length > 0 ? free : same).find((each) => baseName(each.path) === baseName(path)) ?? free[0] ?? same[0]
    if (source) take(path, source, 100)
  }
  const rows: { path: string; source: Source; percent: number; named: number }[] = []
  for (const { path, state } of fresh) {
    if (found.has(path) || !state.mode.startsWith('100')) continue
    const bytes = await contentOf(workspace, state)
    for (const source of sources) {
      if ((!copies && used.has(source)) || !source.state.mode.startsWith('100')) continue
      const percent = similarity(await contentOf(workspace, source.state), bytes)
      if (percent >= least)
        rows.push({ path, source, percent, named: Number(baseName(path) === baseName(source.path)) })
    }
  }
  for (const { path, source, percent } of rows.sort((a, b) => b.percent - a.percent || b.named - a.named))
    if (!found.has(path) && (copies || !used.has(source))) take(path, source, percent)
  return found
}
