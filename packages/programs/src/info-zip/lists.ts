import { globMatcher } from '../text/glob.ts'

/** `-x A B -d C` as `-x A -x B -d C`: such an option takes all words up to the next one. */
export const spreadLists =
  (letters: string) =>
  (words: readonly string[]): readonly string[] => {
    const out: string[] = []
    let open: string | undefined
    let taken = 0
    for (const word of words) {
      if (open !== undefined && word === '@') open = undefined
      else if (word.length === 2 && word.startsWith('-') && letters.includes(word.charAt(1))) {
        open = word
        taken = 0
      } else if (open !== undefined && !word.startsWith('-')) {
        out.push(open, word)
        taken++
      } else {
        if (open !== undefined && taken === 0) out.push(open)
        open = undefined
        out.push(word)
      }
    }
    if (open !== undefined && taken === 0) out.push(open)
    return out
  }

/** Info-ZIP's patterns: `*` goes over slashes. */
export const anyOf = (patterns: readonly string[], ignoreCase = false): ((name: string) => boolean) => {
  const matchers = patterns.map((pattern) => globMatcher(pattern, { ignoreCase }))
  return (name) => matchers.some((matches) => matches(name))
}
