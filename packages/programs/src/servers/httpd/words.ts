/**
 * The words of a line of configuration: whole in quotes, where a backslash hides the quote and itself; else up to the next
 * blank. ap_getword_conf.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = []
  for (let rest = line.trimStart(); rest !== ''; ) {
    const [word, left] = nextWord(rest)
    words.push(word)
    rest = left.trimStart()
  }
  return words
}

/** @param line without blanks before the word @returns the word, and what follows it */
export function nextWord(line: string): readonly [word: string, rest: string] {
  const quote = line[0]
  if (quote !== '"' && quote !== "'") {
    const [bare = ''] = /^\S*/.exec(line) ?? []
    return [bare, line.slice(bare.length)]
  }
  let word = ''
  let at = 1
  for (; at < line.length && line[at] !== quote; at++) {
    const next = line[at + 1]
    if (line[at] === '\\' && (next === '\\' || next === quote)) at++
    word += line[at] ?? ''
  }
  return [word, line.slice(at + 1)]
}
