/**
 * Which lines changed: Myers' algorithm in linear space, then changes slid to where they read best. As in git's xdiff
 * with diff.algorithm=myers and
 * diff.indentHeuristic=true.
 */
export interface Hunk {
  readonly aFrom: number
  readonly aTo: number
  readonly bFrom: number
  readonly bTo: number
}

interface Side {
  /** Lines by number: equal lines have equal numbers. */
  readonly ids: readonly number[]
  readonly indents: readonly number[]
  readonly changed: Uint8Array
}

const MAX_INDENT = 200
const MAX_BLANKS = 20

/** Columns before the first letter; -1 for a blank line. */
function indentOf(line: string): number {
  let columns = 0
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i)
    if (char === ' ') columns++
    else if (char === '\t') columns += 8 - (columns % 8)
    else if (!/\s/.test(char)) return columns
    if (columns >= MAX_INDENT) return MAX_INDENT
  }
  return -1
}

/** @param key  lines with equal keys count as equal */
export function lineDiff(
  a: readonly string[],
  b: readonly string[],
  key: (line: string) => string = (line) => line,
): Hunk[] {
  const numbers = new Map<string, number>()
  const number = (line: string): number => {
    const text = key(line)
    const known = numbers.get(text) ?? numbers.size
    if (known === numbers.size) numbers.set(text, known)
    return known
  }
  const side = (lines: readonly string[]): Side => ({
    ids: lines.map(number),
    indents: lines.map(indentOf),
    changed: new Uint8Array(lines.length + 2),
  })
  const [one, other] = [side(a), side(b)]
  mark(one, other)
  compact(one, other)
  compact(other, one)
  return hunksOf(one, other)
}

/** Lines that the other side has not at all are changed whatever happens; the rest is compared. */
function mark(one: Side, other: Side): void {
  let start = 0
  let [aEnd, bEnd] = [one.ids.length, other.ids.length]
  while (start < aEnd && start < bEnd && one.ids[start] === other.ids[start]) start++
  while (aEnd > start && bEnd > start && one.ids[aEnd - 1] === other.ids[bEnd - 1]) {
    aEnd--
    bEnd--
  }
  const keep = (side: Side, end: number, there: Side, thereEnd: number): number[] => {
    const known = new Set(there.ids.slice(start, thereEnd))
    const kept: number[] = []
    for (let at = start; at < end; at++)
      if (known.has(side.ids[at] ?? -1)) kept.push(at)
      else side.changed[at + 1] = 1
    return kept
  }
  const [aKept, bKept] = [keep(one, aEnd, other, bEnd), keep(other, bEnd, one, aEnd)]
  const compared = {
    a: aKept.map((at) => one.ids[at] ?? -1),
    b: bKept.map((at) => other.ids[at] ?? -1),
    removed: (at: number) => void (one.changed[(aKept[at] ?? 0) + 1] = 1),
    added: (at: number) => void (other.changed[(bKept[at] ?? 0) + 1] = 1),
  }
  divide(compared, 0, compared.a.length, 0, compared.b.length)
}

interface Compared {
  readonly a: readonly number[]
  readonly b: readonly number[]
  removed(at: number): void
  added(at: number): void
}

function divide(c: Compared, aFrom: number, aTo: number, bFrom: number, bTo: number): void {
  while (aFrom < aTo && bFrom < bTo && c.a[aFrom] === c.b[bFrom]) {
    aFrom++
    bFrom++
  }
  while (aFrom < aTo && bFrom < bTo && c.a[aTo - 1] === c.b[bTo - 1]) {
    aTo--
    bTo--
  }
  if (aFrom === aTo) for (let at = bFrom; at < bTo; at++) c.added(at)
  else if (bFrom === bTo) for (let at = aFrom; at < aTo; at++) c.removed(at)
  else {
    const [x, y] = middle(c, aFrom, aTo, bFrom, bTo)
    divide(c, aFrom, x, bFrom, y)
    divide(c, x, aTo, y, bTo)
  }
}

/** Where paths from both ends meet. */
function middle({ a, b }: Compared, aFrom: number, aTo: number, bFrom: number, bTo: number): [number, number] {
  const [lowest, highest] = [aFrom - bTo, aTo - bFrom]
  const [forward, backward] = [aFrom - bFrom, aTo - bTo]
  const odd = ((forward - backward) & 1) !== 0
  const size = highest - lowest + 3
  const shift = 1 - lowest
  const down = new Int32Array(size).fill(-1)
  const up = new Int32Array(size).fill(0x7fffffff)
  let [fmin, fmax, bmin, bmax] = [forward, forward, backward, backward]
  const get = (side: Int32Array, k: number): number => side[k + shift] ?? 0
  down[forward + shift] = aFrom
  up[backward + shift] = aTo
  for (;;) {
    if (fmin > lowest) down[--fmin - 1 + shift] = -1
    else ++fmin
    if (fmax < highest) down[++fmax + 1 + shift] = -1
    else --fmax
    for (let d = fmax; d >= fmin; d -= 2) {
      let x = get(down, d - 1) >= get(down, d + 1) ? get(down, d - 1) + 1 : get(down, d + 1)
      let y = x - d
      while (x < aTo && y < bTo && a[x] === b[y]) {
        x++
        y++
      }
      down[d + shift] = x
      if (odd && bmin <= d && d <= bmax && get(up, d) <= x) return [x, y]
    }
    if (bmin > lowest) up[--bmin - 1 + shift] = 0x7fffffff
    else ++bmin
    if (bmax < highest) up[++bmax + 1 + shift] = 0x7fffffff
    else --bmax
    for (let d = bmax; d >= bmin; d -= 2) {
      let x = get(up, d - 1) < get(up, d + 1) ? get(up, d - 1) : get(up, d + 1) - 1
      let y = x - d
      while (x > aFrom && y > bFrom && a[x - 1] === b[y - 1]) {
        x--
        y--
      }
      up[d + shift] = x
      if (!odd && fmin <= d && d <= fmax && x <= get(down, d)) return [x, y]
    }
  }
}

/** A run of changed lines, perhaps empty, between two that are not. */
class Group {
  start = 0
  end = 0
  private readonly side: Side
  constructor(side: Side) {
    this.side = side
    while (this.isChanged(this.end)) this.end++
  }
  private isChanged(at: number): boolean {
    return this.side.changed[at + 1] === 1
  }
  private put(at: number, changed: boolean): void {
    this.side.changed[at + 1] = changed ? 1 : 0
  }
  next(): boolean {
    if (this.end === this.side.ids.length) return false
    this.start = this.end + 1
    this.end = this.start
    while (this.isChanged(this.end)) this.end++
    return true
  }
  previous(): boolean {
    if (this.start === 0) return false
    this.end = this.start - 1
    this.start = this.end
    while (this.start > 0 && this.isChanged(this.start - 1)) this.start--
    return true
  }
  slideDown(): boolean {
    if (this.end >= this.side.ids.length || this.side.ids[this.start] !== this.side.ids[this.end]) return false
    this.put(this.start++, false)
    this.put(this.end++, true)
    while (this.isChanged(this.end)) this.end++
    return true
  }
  slideUp(): boolean {
    if (this.start === 0 || this.side.ids[this.start - 1] !== this.side.ids[this.end - 1]) return false
    this.put(--this.start, true)
    this.put(--this.end, false)
    while (this.start > 0 && this.isChanged(this.start - 1)) this.start--
    return true
  }
}

function compact(side: Side, other: Side): void {
  const [group, there] = [new Group(side), new Group(other)]
  for (;;) {
    if (group.end !== group.start) place(side, group, there)
    if (!group.next()) return
    there.next()
  }
}

function place(side: Side, group: Group, there: Group): void {
  let size: number
  let earliest: number
  let matching: number
  do {
    size = group.end - group.start
    matching = -1
    while (group.slideUp()) there.previous()
    earliest = group.end
    if (there.end > there.start) matching = group.end
    while (group.slideDown()) {
      there.next()
      if (there.end > there.start) matching = group.end
    }
  } while (size !== group.end - group.start)
  if (group.end === earliest) return
  if (matching !== -1)
    while (there.end === there.start) {
      group.slideUp()
      there.previous()
    }
  else {
    const best = bestShift(side, group, size, earliest)
    while (group.end > best) {
      group.slideUp()
      there.previous()
    }
  }
}

function bestShift(side: Side, group: Group, size: number, earliest: number): number {
  let best = -1
  let score = { indent: 0, penalty: 0 }
  for (let shift = Math.max(earliest, group.end - size - 1, group.end - 100); shift <= group.end; shift++) {
    const next = add(splitScore(side, shift), splitScore(side, shift - size))
    const worse = 60 * Math.sign(next.indent - score.indent) + (next.penalty - score.penalty)
    if (best !== -1 && worse > 0) continue
    best = shift
    score = next
  }
  return best
}

interface Score {
  readonly indent: number
  readonly penalty: number
}
const add = (a: Score, b: Score): Score => ({ indent: a.indent + b.indent, penalty: a.penalty + b.penalty })

/** How badly a change begins or ends before a line; numbers as in xdiff/xdiffi.c, found there by trial on real code. */
function splitScore({ indents }: Side, split: number): Score {
  const end = split >= indents.length
  const own = end ? -1 : (indents[split] ?? -1)
  const before = around(indents, split - 1, -1)
  const after = around(indents, split + 1, 1)
  const postBlank = own === -1 ? 1 + after.blanks : 0
  const blanks = before.blanks + postBlank
  let penalty = (before.indent === -1 && before.blanks === 0 ? 1 : 0) + (end ? 21 : 0) - 30 * blanks + 6 * postBlank
  const indent = own === -1 ? after.indent : own
  if (indent !== -1 && before.indent !== -1 && indent !== before.indent) {
    if (indent > before.indent) penalty += blanks ? 10 : -4
    else if (after.indent > indent) penalty += blanks ? 17 : 24
    else penalty += blanks ? 17 : 23
  }
  return { indent, penalty }
}

function around(indents: readonly number[], from: number, step: 1 | -1): { indent: number; blanks: number } {
  let blanks = 0
  for (let at = from; at >= 0 && at < indents.length; at += step) {
    const indent = indents[at] ?? -1
    if (indent !== -1) return { indent, blanks }
    if (++blanks === MAX_BLANKS) return { indent: 0, blanks }
  }
  return { indent: -1, blanks }
}

function hunksOf(one: Side, other: Side): Hunk[] {
  const hunks: Hunk[] = []
  let [x, y] = [0, 0]
  while (x < one.ids.length || y < other.ids.length) {
    const [aFrom, bFrom] = [x, y]
    while (one.changed[x + 1]) x++
    while (other.changed[y + 1]) y++
    if (x > aFrom || y > bFrom) hunks.push({ aFrom, aTo: x, bFrom, bTo: y })
    else {
      x++
      y++
    }
  }
  return hunks
}

/** Lines with their ends; the last may have none. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
