/** Three texts become one: xdl_merge of git, which keeps what both sides say alike out of the conflict. */
import { type Hunk, lineDiff, linesOf } from './line-diff.ts'

export interface MergeLabels {
  readonly ours: string
  readonly theirs: string
  readonly base: string
}
export interface MergeOptions {
  readonly labels: MergeLabels
  readonly style: 'diff3' | 'merge' | 'zdiff3'
  readonly favour?: 'ours' | 'theirs' | 'union' | undefined
  readonly markerSize?: number
}

/** Where the three texts differ. Mode 0 a conflict, 1 ours, 2 theirs, 3 both, 4 the same. */
interface Region {
  mode: number
  from0: number
  count0: number
  from1: number
  count1: number
  from2: number
  count2: number
}

function append(regions: Region[], next: Region): void {
  const last = regions.at(-1)
  if (!last || (next.from1 > last.from1 + last.count1 && next.from2 > last.from2 + last.count2))
    return void regions.push(next)
  if (last.mode !== next.mode) last.mode = 0
  last.count0 = next.from0 + next.count0 - last.from0
  last.count1 = next.from1 + next.count1 - last.from1
  last.count2 = next.from2 + next.count2 - last.from2
}

const sizeA = ({ aFrom, aTo }: Hunk): number => aTo - aFrom
const sizeB = ({ bFrom, bTo }: Hunk): number => bTo - bFrom

function regionsOf(base: readonly string[], ours: readonly string[], theirs: readonly string[]): Region[] {
  const [one, two] = [lineDiff(base, ours), lineDiff(base, theirs)]
  const regions: Region[] = []
  let [i, j] = [0, 0]
  const only1 = (x: Hunk, shift: number): void =>
    append(regions, {
      mode: 1,
      from0: x.aFrom,
      count0: sizeA(x),
      from1: x.bFrom,
      count1: sizeB(x),
      from2: x.aFrom + shift,
      count2: sizeA(x),
    })
  const only2 = (y: Hunk, shift: number): void =>
    append(regions, {
      mode: 2,
      from0: y.aFrom,
      count0: sizeA(y),
      from1: y.aFrom + shift,
      count1: sizeA(y),
      from2: y.bFrom,
      count2: sizeB(y),
    })
  for (let [x, y] = [one[i], two[j]]; x && y; [x, y] = [one[i], two[j]]) {
    if (x.aTo < y.aFrom) {
      only1(x, y.bFrom - y.aFrom)
      i++
      continue
    }
    if (y.aTo < x.aFrom) {
      only2(y, x.bFrom - x.aFrom)
      j++
      continue
    }
    const same =
      x.aFrom === y.aFrom &&
      x.aTo === y.aTo &&
      sizeB(x) === sizeB(y) &&
      ours.slice(x.bFrom, x.bTo).every((line, at) => line === theirs[y.bFrom + at])
    if (!same) append(regions, overlap(x, y))
    if (x.aTo >= y.aTo) j++
    if (y.aTo >= x.aTo) i++
  }
  for (let x = one[i]; x; x = one[++i]) only1(x, theirs.length - base.length)
  for (let y = two[j]; y; y = two[++j]) only2(y, ours.length - base.length)
  return regions
}

function overlap(x: Hunk, y: Hunk): Region {
  const off = x.aFrom - y.aFrom
  const end = off + sizeA(x) - sizeA(y)
  const from0 = x.aFrom - Math.max(0, off)
  const from1 = x.bFrom - Math.max(0, off)
  const from2 = y.bFrom + Math.min(0, off)
  const more = Math.max(0, -end)
  return {
    mode: 0,
    from0,
    count0: x.aTo - from0 + more,
    from1,
    count1: x.bTo - from1 + more,
    from2,
    count2: y.bTo - from2 + Math.max(0, end),
  }
}

/** Lines that both sides of a conflict have are no conflict. */
function refined(regions: readonly Region[], ours: readonly string[], theirs: readonly string[]): Region[] {
  return regions.flatMap((region): Region[] => {
    if (region.mode !== 0 || region.count1 === 0 || region.count2 === 0) return [region]
    const [a, b] = [
      ours.slice(region.from1, region.from1 + region.count1),
      theirs.slice(region.from2, region.from2 + region.count2),
    ]
    const hunks = lineDiff(a, b)
    if (hunks.length === 0) return [{ ...region, mode: 4 }]
    return hunks.map((hunk) => ({
      ...region,
      from1: region.from1 + hunk.aFrom,
      count1: sizeA(hunk),
      from2: region.from2 + hunk.bFrom,
      count2: sizeB(hunk),
    }))
  })
}

/** Conflicts with three lines or fewer between them are one. */
function simplified(regions: readonly Region[]): Region[] {
  const out: Region[] = []
  for (const region of regions) {
    const last = out.at(-1)
    if (last && last.mode === 0 && region.mode === 0 && region.from1 - (last.from1 + last.count1) <= 3) {
      last.count1 = region.from1 + region.count1 - last.from1
      last.count2 = region.from2 + region.count2 - last.from2
    } else out.push({ ...region })
  }
  return out
}

const FAVOURS = { ours: 1, theirs: 2, union: 3 } as const
const ended = (lines: readonly string[]): string => {
  const text = lines.join('')
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

export interface Merged {
  readonly text: string
  readonly conflicts: number
}

export function mergeTexts(
  base: string,
  ours: string,
  theirs: string,
  { labels, style, favour, markerSize = 7 }: MergeOptions,
): Merged {
  const [o, a, b] = [linesOf(base), linesOf(ours), linesOf(theirs)]
  const raw = regionsOf(o, a, b)
  const regions = style === 'merge' ? simplified(refined(raw, a, b)) : raw
  const mark = (char: string, label: string): string => `${char.repeat(markerSize)}${label ? ` ${label}` : ''}\n`
  let out = ''
  let at = 0
  let conflicts = 0
  for (const region of regions) {
    const mode = region.mode === 0 && favour ? FAVOURS[favour] : region.mode
    if (mode === 4) continue
    out += a.slice(at, region.from1).join('')
    at = region.from1 + region.count1
    const [mine, yours] = [a.slice(region.from1, at), b.slice(region.from2, region.from2 + region.count2)]
    if (mode & 1) out += mode === 3 ? ended(mine) : mine.join('')
    if (mode & 2) out += yours.join('')
    if (mode !== 0) continue
    conflicts++
    const middle =
      style === 'merge' ? '' : mark('|', labels.base) + ended(o.slice(region.from0, region.from0 + region.count0))
    out += mark('<', labels.ours) + ended(mine) + middle + mark('=', '') + ended(yours) + mark('>', labels.theirs)
  }
  return { text: out + a.slice(at).join(''), conflicts }
}
