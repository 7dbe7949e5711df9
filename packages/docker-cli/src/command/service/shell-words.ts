import { FlagValueError } from '@drydock/cli-plugin'

/** Words as google/shlex parts them: quotes of both kinds, backslashes, and comments from a `#` on. @throws FlagValueError */
export function shellWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if (letter === '\\' && quote !== "'") {
      if (++at >= text.length) throw new FlagValueError('EOF found after escape character')
      word = (word ?? '') + text.charAt(at)
    } else if (quote !== '') {
      if (letter === quote) quote = ''
      else word = (word ?? '') + letter
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (letter === '#' && word === undefined) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else word = (word ?? '') + letter
  }
  if (quote !== '') throw new FlagValueError('EOF found when expecting closing quote')
  return word === undefined ? words : [...words, word]
}
