/** Lines that differ between two files: `a` lines [aFrom, aTo) became `b` lines [bFrom, bTo). */
export interface Hunk {
  readonly aFrom: number
  readonly aTo: number
  readonly bFrom: number
  readonly bTo: number
}

/** Myers' shortest edit script (An O(ND) Difference Algorithm, 1986) over numbered lines. */
export function editScript(a: readonly string[], b: readonly string[]): Hunk[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [aEnd, bEnd] = [a.length, b.length]
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--
    bEnd--
  }
  const trace = search(a.slice(start, aEnd), b.slice(start, bEnd))
  return merge(
    trace.map(([x, y, deletes]) =>
      deletes
        ? { aFrom: x + start, aTo: x + start + 1, bFrom: y + start, bTo: y + start }
        : { aFrom: x + start, aTo: x + start, bFrom: y + start, bTo: y + start + 1 },
    ),
  )
}

type Step = readonly [x: number, y: number, deletes: boolean]

function search(a: readonly string[], b: readonly string[]): Step[] {
  const max = a.length + b.length
  let v = new Map<number, number>([[1, 0]])
  const history: Map<number, number>[] = []
  for (let d = 0; d <= max; d++) {
    history.push(new Map(v))
    const next = new Map(v)
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1))
      let x = down ? (v.get(k + 1) ?? 0) : (v.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++
        y++
      }
      next.set(k, x)
      v.set(k, x)
      if (x >= a.length && y >= b.length) return backtrack(history, a.length, b.length)
    }
    v = next
  }
  return []
}

function backtrack(history: readonly Map<number, number>[], aLength: number, bLength: number): Step[] {
  const steps: Step[] = []
  let [x, y] = [aLength, bLength]
  for (let d = history.length - 1; d > 0; d--) {
    const v = history[d] ?? new Map<number, number>()
    const k = x - y
    const down = k === -d || (k !== d && (v.get(k - 1) ?? -1) < (v.get(k + 1) ?? -1))
    const previous = down ? k + 1 : k - 1
    const px = v.get(previous) ?? 0
    const py = px - previous
    steps.push(down ? [px, py, false] : [px, py, true])
    ;[x, y] = [px, py]
  }
  return steps.reverse()
}

function merge(steps: readonly Hunk[]): Hunk[] {
  const hunks: Hunk[] = []
  for (const step of steps) {
    const last = hunks.at(-1)
    if (last && last.aTo === step.aFrom && last.bTo === step.bFrom)
      hunks[hunks.length - 1] = { ...last, aTo: step.aTo, bTo: step.bTo }
    else hunks.push(step)
  }
  return hunks
}
