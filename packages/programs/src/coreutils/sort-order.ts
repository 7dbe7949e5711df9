import type { MaybePromise } from '@drydock/abi'

/** Which of two lines comes first, by their numbers: negative, zero or positive. */
export type LineOrder = (a: number, b: number) => number

/** Runs of so many are put in order by insertion. */
const RUN = 8

/**
 * Line numbers in order: a stable merge sort. Most lines are told apart by a number each, at hand without a call.
 * @param ranks one for each line, in the order that is wanted
 * @param ties for lines of equal rank
 * @param pause called between merges
 */
export async function sortedOrder(
  ranks: Float64Array,
  ties: LineOrder | undefined,
  pause: () => MaybePromise<void>,
): Promise<Uint32Array> {
  let order = new Uint32Array(ranks.length)
  for (let line = 0; line < order.length; line++) order[line] = line
  for (let start = 0; start < order.length; start += RUN)
    insertionSort(order, start, Math.min(start + RUN, order.length), ranks, ties)
  let spare = new Uint32Array(ranks.length)
  for (let width = RUN; width < order.length; width *= 2) {
    for (let start = 0; start < order.length; start += 2 * width) {
      merge(order, spare, start, width, ranks, ties)
      const waits = pause()
      if (waits) await waits
    }
    ;[order, spare] = [spare, order]
  }
  return order
}

function insertionSort(order: Uint32Array, start: number, end: number, ranks: Float64Array, ties?: LineOrder): void {
  for (let at = start + 1; at < end; at++) {
    const line = order[at] ?? 0
    const rank = ranks[line] ?? 0
    let to = at
    for (; to > start; to--) {
      const before = order[to - 1] ?? 0
      const other = ranks[before] ?? 0
      if (other < rank || (other === rank && (!ties || ties(before, line) <= 0))) break
      order[to] = before
    }
    order[to] = line
  }
}

/** Two neighbouring runs become one. */
function merge(
  from: Uint32Array,
  into: Uint32Array,
  start: number,
  width: number,
  ranks: Float64Array,
  ties?: LineOrder,
): void {
  const middle = Math.min(start + width, from.length)
  const end = Math.min(start + 2 * width, from.length)
  let [left, right, at] = [start, middle, start]
  while (left < middle && right < end) {
    const [a, b] = [from[left] ?? 0, from[right] ?? 0]
    const [rank, other] = [ranks[a] ?? 0, ranks[b] ?? 0]
    if (rank < other || (rank === other && (!ties || ties(a, b) <= 0))) {
      into[at++] = a
      left++
    } else {
      into[at++] = b
      right++
    }
  }
  into.set(left < middle ? from.subarray(left, middle) : from.subarray(right, end), at)
}
