/** Numbers and words of a version; `~` sorts before its end. */
const partsOf = (version: string): string[] => version.match(/\d+|[a-z]+|~/gi) ?? []

const rank = (part: string | undefined): number =>
  part === '~' ? 0 : part === undefined ? 1 : /^\d/.test(part) ? 3 : 2

/** As Debian's, Alpine's and npm's comparisons agree on what the advisories name: epoch first, then part by part. */
export function isBelow(version: string, fixed: string): boolean {
  const epoch = (text: string): number => Number(/^(\d+):/.exec(text)?.[1] ?? 0)
  if (epoch(version) !== epoch(fixed)) return epoch(version) < epoch(fixed)
  const [a, b] = [version, fixed].map((text) => partsOf(text.replace(/^\d+:/, '')))
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
    const [left, right] = [a?.[i], b?.[i]]
    if (left === right) continue
    if (rank(left) === 3 && rank(right) === 3) {
      if (Number(left) !== Number(right)) return Number(left) < Number(right)
      continue
    }
    if (rank(left) !== rank(right)) return rank(left) < rank(right)
    return (left ?? '') < (right ?? '')
  }
  return false
}
