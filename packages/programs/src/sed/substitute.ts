import type { ReplacementPart, Substitution } from './script.ts'

const FOLDS = new Map<string, (text: string) => string>([
  ['U', (text) => text.toUpperCase()],
  ['L', (text) => text.toLowerCase()],
])

/** What stands in the place of a match. */
type Replacement = (match: RegExpExecArray) => string

/** `s`, ready to be used on one line after another. */
export class Substituter {
  private readonly global: boolean
  private readonly nth: number
  private readonly replacement: Replacement

  constructor({ parts, global, nth }: Substitution) {
    this.global = global
    this.nth = nth
    this.replacement = replacementOf(parts)
  }

  /** @param regex with the flag g @returns undefined where nothing matched */
  apply(regex: RegExp, space: string): string | undefined {
    regex.lastIndex = 0
    let [count, at, lastEnd, out] = [0, 0, -1, '']
    let changed = false
    for (let match = regex.exec(space); match; match = regex.exec(space)) {
      const length = match[0].length
      // An empty match right behind the last one does not count.
      if (length > 0 || match.index !== lastEnd) {
        count++
        if (count >= this.nth) {
          out += space.slice(at, match.index) + this.replacement(match)
          at = match.index + length
          changed = true
          if (!this.global) break
        }
      }
      lastEnd = match.index + length
      if (length === 0) regex.lastIndex += 1
      if (regex.lastIndex > space.length) break
    }
    return changed ? out + space.slice(at) : undefined
  }
}

function replacementOf(parts: readonly ReplacementPart[]): Replacement {
  const [only] = parts
  if (only === undefined) return () => ''
  if (parts.length === 1 && typeof only === 'string') return () => only
  if (parts.some((part) => typeof part !== 'string' && 'fold' in part)) return (match) => folded(parts, match)
  return (match) => {
    let out = ''
    for (const part of parts) out += typeof part === 'string' ? part : 'group' in part ? (match[part.group] ?? '') : ''
    return out
  }
}

/** With \U \L \u \l \E. */
function folded(parts: readonly ReplacementPart[], match: RegExpExecArray): string {
  let out = ''
  let fold = ''
  let once = ''
  for (const part of parts) {
    if (typeof part !== 'string' && 'fold' in part) {
      if ('ul'.includes(part.fold)) once = part.fold.toUpperCase()
      else fold = part.fold
      continue
    }
    const text = typeof part === 'string' ? part : (match[part.group] ?? '')
    const all = FOLDS.get(fold)?.(text) ?? text
    out += once && all ? (FOLDS.get(once)?.(all.charAt(0)) ?? '') + all.slice(1) : all
    if (all) once = ''
  }
  return out
}
