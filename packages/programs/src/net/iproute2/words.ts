import { IpProblem } from './problem.ts'

/** The words of an ip command, read from the front. */
export class Words {
  private at = 0
  private readonly words: readonly string[]

  constructor(words: readonly string[]) {
    this.words = words
  }

  get done(): boolean {
    return this.at >= this.words.length
  }

  next(): string {
    const word = this.words[this.at]
    if (word === undefined) throw new IpProblem('Command line is not complete. Try option "help"', 255)
    this.at++
    return word
  }

  /** Whether the next word is the beginning of `full`, as iproute2's abbreviations are. */
  takes(full: string): boolean {
    const word = this.words[this.at]
    if (word === undefined || word === '' || !full.startsWith(word)) return false
    this.at++
    return true
  }
}

/** The first of `names` that begins with `word`. */
export const abbreviated = (word: string, names: readonly string[]): string | undefined =>
  names.find((name) => name.startsWith(word))
