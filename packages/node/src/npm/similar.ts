/** How many letters are to be changed, put in or left out to make one word of the other. Levenshtein, 1966 */
export function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, own] of [...other].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === own ? 0 : 1)))
    row = next
  }
  return row[other.length] ?? 0
}

/** Words that may have been meant. npm, lib/utils/did-you-mean.js */
export const similar = (word: string, words: readonly string[]): readonly string[] =>
  words.filter((each) => distance(word, each) < Math.min(word.length, each.length) * 0.4)
