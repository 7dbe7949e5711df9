/**
 * Where GNU fmt breaks lines: the breaks of least cost over the whole paragraph, after Knuth and Plass, "Breaking
 * paragraphs into lines" (1981). Costs are squares of "how many columns would it be worth".
 */
export interface FmtWord {
  readonly text: string
  /** Bytes. */
  readonly length: number
  /** Blanks that follow within a line. */
  readonly space: number
  /** Starts with an opening bracket or quote. */
  readonly paren: boolean
  /** Ends with `.`, `?` or `!`, closing brackets and quotes aside. */
  readonly period: boolean
  readonly punct: boolean
  /** Ends a sentence. */
  readonly final: boolean
}

const square = (n: number): number => n * n
const LINE = square(70)
const SENTENCE_BONUS = square(50)
const NO_BREAK = square(600)
const PAREN_BONUS = square(40)
const PUNCT_BONUS = square(40)
const short = (columns: number): number => square(columns * 10)
const ragged = (columns: number): number => short(columns) / 2
const widow = (length: number): number => Math.floor(square(200) / (length + 2))
const orphan = (length: number): number => Math.floor(square(150) / (length + 2))

/** What it costs to begin a line with word `at`. */
function beginCost(words: readonly FmtWord[], at: number): number {
  let cost = LINE
  const before = words[at - 1]
  const word = words[at]
  if (before?.period) cost += before.final ? -SENTENCE_BONUS : NO_BREAK
  else if (before?.punct) cost -= PUNCT_BONUS
  else if (before && words[at - 2]?.final) cost += widow(before.length)
  if (word?.paren) cost -= PAREN_BONUS
  else if (word?.final) cost += orphan(word.length)
  return cost
}

interface Choice {
  readonly cost: number
  /** Index of the first word of the next line. */
  readonly next: number
  readonly lineLength: number
}

/** @returns for each line the index of the word after its last */
export function breakParagraph(
  words: readonly FmtWord[],
  indents: { readonly first: number; readonly other: number },
  max: number,
  goal: number,
): number[] {
  const choices: Choice[] = []
  choices[words.length] = { cost: 0, next: words.length, lineLength: 0 }
  for (let start = words.length - 1; start >= 0; start--) {
    let best: Choice = { cost: Infinity, next: words.length, lineLength: 0 }
    let length = (start === 0 ? indents.first : indents.other) + (words[start]?.length ?? 0)
    for (let end = start + 1; ; end++) {
      const cost = lineCost(choices, words.length, end, length, goal) + (choices[end]?.cost ?? 0)
      if (cost < best.cost) best = { cost, next: end, lineLength: length }
      if (end === words.length) break
      length += (words[end - 1]?.space ?? 1) + (words[end]?.length ?? 0)
      if (length >= max) break
    }
    choices[start] = { ...best, cost: best.cost + beginCost(words, start) }
  }
  const ends: number[] = []
  for (let at = 0; at < words.length; at = ends.at(-1) ?? words.length) ends.push(choices[at]?.next ?? words.length)
  return ends
}

/** The last line may be as short as it is; others should meet the goal and the length of the line that follows. */
function lineCost(choices: readonly Choice[], count: number, next: number, length: number, goal: number): number {
  if (next === count) return 0
  const following = choices[next]
  const uneven = following && following.next !== count ? ragged(length - following.lineLength) : 0
  return short(goal - length) + uneven
}
