/** Levenshtein's distance: edits of one character that lead from `a` to `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

const FARTHEST = 3

/** The option nearest to what was written; undefined when it is there or nothing is near. BuildKit util/suggest */
export function suggest(written: string, options: Iterable<string>, caseSensitive: boolean): string | undefined {
  const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase())
  const wanted = fold(written)
  let best: string | undefined
  let least = FARTHEST
  for (const option of options) {
    const known = fold(option)
    if (known === wanted) return undefined
    const far = distance(wanted, known)
    if (far < least) {
      least = far
      best = option
    }
  }
  return best
}
