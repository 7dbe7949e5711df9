/** The value of an option that takes one, in any of its forms. */
export function optionOf(words: readonly string[], short: string, long: string): string | undefined {
  for (const [at, word] of words.entries()) {
    if (word === short || word === long) return words[at + 1]
    if (word.startsWith(`${long}=`)) return word.slice(long.length + 1)
  }
  return undefined
}
