import type { HistoryItem } from '@drydock/docker-api'

/** `/bin/sh -c #(nop)  CMD ["sh"]` and BuildKit's words, as the Dockerfile had them. */
export const instructionOf = (createdBy: string): string =>
  createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/ # buildkit$/, '')

type Guess = (item: HistoryItem) => boolean

const begins =
  (words: RegExp): Guess =>
  ({ Size, CreatedBy }) =>
    Size > 0 || words.test(instructionOf(CreatedBy))

/** A step without bytes may have a layer all the same: a RUN that changed nothing. The history does not say which. */
const GUESSES: readonly Guess[] = [
  begins(/^(RUN|COPY|ADD|WORKDIR)\b/),
  begins(/^(RUN|COPY|ADD)\b/),
  begins(/^RUN\b/),
  ({ Size }) => Size > 0,
]

/**
 * The layer of each step.
 * @param history the newest first
 * @param layers digests from the ground up
 */
export function layersOf(history: readonly HistoryItem[], layers: readonly string[]): (string | undefined)[] {
  const fits = GUESSES.find((guess) => history.filter(guess).length === layers.length) ?? GUESSES.at(-1)
  let depth = layers.length
  return history.map((item) => (fits?.(item) ? layers[--depth] : undefined))
}
