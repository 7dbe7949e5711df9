/** How far off a word may be to be taken for another: letters to change, add, drop or swap. */
const FARTHEST = 2

/** The known word that is nearest to the one typed; undefined when none is near, or when the word is too short to tell. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, distance: distance(word, other) }))
    .filter(({ distance, other }) => distance <= FARTHEST && distance < other.length / 2)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.other
}

/** Damerau's distance, neighbours swapped counting once. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1)
      row[j] = best
    }
  }
  return at(a.length, b.length)
}
