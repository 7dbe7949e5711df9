import type { MaybePromise } from '@drydock/abi'

/** Which of two lines comes first, by their numbers: negative, zero or positive. */
export type LineOrder = (a: number, b: number) => number

/** Runs of so many are put in order by insertion. */
const RUN = 8
/** A radix sort looks at so many bits at a time. */
const DIGIT_BITS = 11
const DIGITS = 1 << DIGIT_BITS

/**
 * Line numbers in order, equal lines as they stood. Most lines are told apart by a number each: a radix sort puts those in
 * order without comparing; lines of equal rank are merged.
 * @param ranks one for each line, in the order that is wanted
 * @param ties for lines of equal rank
 * @param pause called between steps that take long
 */
export async function sortedOrder(
  ranks: Float64Array,
  ties: LineOrder | undefined,
  pause: () => MaybePromise<void>,
): Promise<Uint32Array> {
  if (isAscending(ranks)) return linesOf(ranks)
  const order = await orderByRank(ranks, pause)
  if (!ties) return order
  for (let start = 0; start < order.length; ) {
    const rank = rankAt(ranks, order, start)
    let end = start + 1
    while (end < order.length && rankAt(ranks, order, end) === rank) end++
    if (end - start > 1) await sortRun(order.subarray(start, end), ties, pause)
    start = end
  }
  return order
}

const rankAt = (ranks: Float64Array, order: Uint32Array, at: number): number | undefined => ranks[order[at] ?? 0]

/** Whether no two are equal, and all stand in order already. */
function isAscending(ranks: Float64Array): boolean {
  for (let line = 1; line < ranks.length; line++) if (!((ranks[line - 1] ?? 0) < (ranks[line] ?? 0))) return false
  return true
}

function linesOf(ranks: Float64Array): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(ranks.length)
  for (let line = 0; line < order.length; line++) order[line] = line
  return order
}

async function orderByRank(ranks: Float64Array, pause: () => MaybePromise<void>): Promise<Uint32Array> {
  let order = linesOf(ranks)
  let spare = new Uint32Array(ranks.length)
  const whole = distances(ranks)
  for (const words of whole ? [whole] : sortableWords(ranks))
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      if (!distribute(order, spare, words, shift)) continue
      ;[order, spare] = [spare, order]
      await pause()
    }
  return order
}

/** How far whole numbers are above the least of them; undefined where a rank is no such number, or too far. */
function distances(ranks: Float64Array): Uint32Array | undefined {
  let least = ranks[0] ?? 0
  for (let line = 1; line < ranks.length; line++) {
    const rank = ranks[line] ?? 0
    if (rank < least) least = rank
  }
  const words = new Uint32Array(ranks.length)
  for (let line = 0; line < words.length; line++) {
    const distance = (ranks[line] ?? 0) - least
    words[line] = distance
    if (words[line] !== distance) return undefined
  }
  return words
}

/** The bits of doubles, so that they compare as whole numbers: IEEE 754 has the sign apart. */
function sortableWords(ranks: Float64Array): [low: Uint32Array, high: Uint32Array] {
  // Adding zero makes -0 the same as 0.
  const words = new Uint32Array(ranks.map((rank) => rank + 0).buffer)
  const low = new Uint32Array(ranks.length)
  const high = new Uint32Array(ranks.length)
  for (let line = 0; line < low.length; line++) {
    const top = words[2 * line + 1] ?? 0
    const flipped = top >>> 31 === 1 ? -1 : 0
    low[line] = (words[2 * line] ?? 0) ^ flipped
    high[line] = top ^ (flipped | 0x80000000)
  }
  return [low, high]
}

/** One pass by one digit. @returns whether it was needed: not when all lines have the same */
function distribute(order: Uint32Array, into: Uint32Array, words: Uint32Array, shift: number): boolean {
  const places = countDigits(words, shift)
  if (places[((words[0] ?? 0) >>> shift) & (DIGITS - 1)] === words.length) return false
  addUp(places)
  place(order, into, words, shift, places)
  return true
}

// A loop each, with nothing behind it: as long as it runs for the first time the engine has seen nothing of that.

function countDigits(words: Uint32Array, shift: number): Uint32Array {
  const counts = new Uint32Array(DIGITS)
  for (let line = 0; line < words.length; line++) {
    const digit = ((words[line] ?? 0) >>> shift) & (DIGITS - 1)
    counts[digit] = (counts[digit] ?? 0) + 1
  }
  return counts
}

/** Counts become the places where each digit begins. */
function addUp(places: Uint32Array): void {
  for (let digit = 0, next = 0; digit < DIGITS; digit++) {
    const count = places[digit] ?? 0
    places[digit] = next
    next += count
  }
}

function place(order: Uint32Array, into: Uint32Array, words: Uint32Array, shift: number, places: Uint32Array): void {
  for (let at = 0; at < order.length; at++) {
    const line = order[at] ?? 0
    const digit = ((words[line] ?? 0) >>> shift) & (DIGITS - 1)
    const next = places[digit] ?? 0
    places[digit] = next + 1
    into[next] = line
  }
}

/** A stable merge sort in place. */
async function sortRun(run: Uint32Array, compare: LineOrder, pause: () => MaybePromise<void>): Promise<void> {
  if (isInOrder(run, compare)) return
  let order = run
  for (let start = 0; start < order.length; start += RUN)
    insertionSort(order, start, Math.min(start + RUN, order.length), compare)
  let spare: Uint32Array = new Uint32Array(run.length)
  for (let width = RUN; width < order.length; width *= 2) {
    for (let start = 0; start < order.length; start += 2 * width) {
      merge(order, spare, start, width, compare)
      const waits = pause()
      if (waits) await waits
    }
    ;[order, spare] = [spare, order]
  }
  if (order !== run) run.set(order)
}

function isInOrder(run: Uint32Array, compare: LineOrder): boolean {
  for (let at = 1; at < run.length; at++) if (compare(run[at - 1] ?? 0, run[at] ?? 0) > 0) return false
  return true
}

function insertionSort(order: Uint32Array, start: number, end: number, compare: LineOrder): void {
  for (let at = start + 1; at < end; at++) {
    const line = order[at] ?? 0
    let to = at
    for (; to > start; to--) {
      const before = order[to - 1] ?? 0
      if (compare(before, line) <= 0) break
      order[to] = before
    }
    order[to] = line
  }
}

/** Two neighbouring runs become one. */
function merge(from: Uint32Array, into: Uint32Array, start: number, width: number, compare: LineOrder): void {
  const middle = Math.min(start + width, from.length)
  const end = Math.min(start + 2 * width, from.length)
  let [left, right, at] = [start, middle, start]
  while (left < middle && right < end) {
    const [a, b] = [from[left] ?? 0, from[right] ?? 0]
    if (compare(a, b) <= 0) {
      into[at++] = a
      left++
    } else {
      into[at++] = b
      right++
    }
  }
  into.set(left < middle ? from.subarray(left, middle) : from.subarray(right, end), at)
}
