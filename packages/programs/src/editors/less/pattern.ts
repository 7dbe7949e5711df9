/** Search patterns of pagers: extended regular expressions as less(1) takes them. */
import { decodeText, encodeText } from '../../text/encoding.ts'

export interface CaseRule {
  /** -i: case does not matter unless the pattern has capitals; -I: never. */
  readonly ignore: 'no' | 'smart' | 'always'
}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', '\\p{L}'],
  ['digit', '0-9'],
  ['alnum', '\\p{L}0-9'],
  ['upper', '\\p{Lu}'],
  ['lower', '\\p{Ll}'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['xdigit', '0-9A-Fa-f'],
])

const foldsCase = (pattern: string, rule: CaseRule['ignore']): boolean =>
  rule === 'always' || (rule === 'smart' && !/\p{Lu}/u.test(pattern))

/** @returns undefined for a pattern that is no regular expression */
export function compilePattern(pattern: string, rule: CaseRule['ignore']): RegExp | undefined {
  const source = decodeText(encodeText(pattern)).replace(
    /\[:(\w+):\]/g,
    (whole, name: string) => CLASSES.get(name) ?? whole,
  )
  try {
    return new RegExp(source, `g${source.includes('\\p{') ? 'u' : ''}${foldsCase(pattern, rule) ? 'i' : ''}`)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** [start, end) of each match. */
export function matchesOf(line: string, regexp: RegExp): [number, number][] {
  regexp.lastIndex = 0
  const spans: [number, number][] = []
  for (const match of line.matchAll(regexp))
    if (match[0] !== '') spans.push([match.index, match.index + match[0].length])
  return spans
}
