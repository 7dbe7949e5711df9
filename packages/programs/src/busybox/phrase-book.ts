/** A phrase in both tongues. `%s` stands for a part; in the second, the parts come in order, or by number as `%2$s`. */
export type Phrase = readonly [gnu: string, busybox: string]

interface Entry {
  readonly pattern: RegExp
  readonly words: string
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const entryOf = ([gnu, words]: Phrase): Entry => ({
  pattern: new RegExp(`^${gnu.split('%s').map(literal).join('([^]*?)')}$`),
  words,
})

function filled(words: string, parts: readonly string[]): string {
  let next = 0
  return words.replace(/%(?:(\d)\$)?s/g, (_, number?: string) => parts[number ? Number(number) - 1 : next++] ?? '')
}

/** The messages of one program as another says them: a message catalogue in the sense of gettext(3). */
export class PhraseBook {
  private readonly entries: readonly Entry[]

  constructor(phrases: readonly Phrase[]) {
    this.entries = phrases.map(entryOf)
  }

  /** @param message  without the program's name @returns undefined for one that is not in the book */
  translate(message: string): string | undefined {
    for (const { pattern, words } of this.entries) {
      const match = pattern.exec(message)
      if (match) return filled(words, match.slice(1))
    }
    return undefined
  }
}
