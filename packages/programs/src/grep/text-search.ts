/** A text of whole lines, and what is found in it. */
export interface Selection {
  /** Lines that were selected. */
  readonly count: number
  /** They themselves, one behind the other, each with its end; empty unless asked for. */
  readonly text: string
  /** Lines of the text, where they were to be numbered; 0 otherwise. */
  readonly lines: number
}

const END = '\n'

/** Where from there on a line matches: any place in it, its end included; -1 where none does. */
export type Finder = (text: string, from: number) => number

/** What an expression that never leaves a line finds. @param expression has the flag g */
export const findExpression =
  (expression: RegExp): Finder =>
  (text, from) => {
    expression.lastIndex = from
    return expression.test(text) ? expression.lastIndex : -1
  }

/** What a text finds that stands for itself. */
export const findLiteral =
  (literal: string): Finder =>
  (text, from) =>
    text.indexOf(literal, from)

interface Wanted {
  readonly invert: boolean
  /** Lines are to be given, not only counted. */
  readonly text: boolean
  /** Stands before each line. */
  readonly head: string
  /** The number of the text's first line, when lines are to be numbered. */
  readonly firstNumber: number | undefined
}

/**
 * Lines of a text in which something is found, without a string for each line.
 * @param text all its lines end with a newline
 */
export function selectLines(text: string, find: Finder, wanted: Wanted): Selection {
  const picker = new Picker(text, wanted)
  let end = 0
  for (let match = find(text, 0); match >= 0; match = find(text, end)) {
    const start = match === 0 ? 0 : text.lastIndexOf(END, match - 1) + 1
    if (start >= text.length) break
    end = text.indexOf(END, match) + 1
    picker.matched(start, end)
  }
  return picker.finish()
}

class Picker {
  private readonly source: string
  private readonly wanted: Wanted
  private readonly asIs: boolean
  private count = 0
  private out = ''
  /** Up to here lines were looked at. */
  private at = 0
  private number: number
  /** Lines that follow one another are copied together. */
  private runStart = 0
  private runEnd = 0

  constructor(source: string, wanted: Wanted) {
    this.source = source
    this.wanted = wanted
    this.asIs = wanted.head === '' && wanted.firstNumber === undefined
    this.number = wanted.firstNumber ?? 0
  }

  matched(start: number, end: number): void {
    if (this.wanted.invert) {
      this.each(this.at, start)
      this.skip(start, end)
    } else {
      this.skip(this.at, start)
      this.select(start, end)
    }
    this.at = end
  }

  finish(): Selection {
    const { source, wanted } = this
    if (wanted.invert) this.each(this.at, source.length)
    else this.skip(this.at, source.length)
    this.endRun()
    return { count: this.count, text: this.out, lines: this.number - (wanted.firstNumber ?? 0) }
  }

  private skip(from: number, to: number): void {
    if (this.wanted.firstNumber !== undefined) this.number += this.linesIn(from, to)
  }

  private each(from: number, to: number): void {
    if (this.asIs) return this.selectAll(from, to)
    for (let at = from; at < to; ) {
      const end = this.source.indexOf(END, at) + 1
      this.select(at, end)
      at = end
    }
  }

  private selectAll(from: number, to: number): void {
    this.count += this.linesIn(from, to)
    this.copy(from, to)
  }

  private select(start: number, end: number): void {
    this.count++
    if (this.asIs) return this.copy(start, end)
    const { firstNumber, head, text } = this.wanted
    if (text) this.out += head + (firstNumber === undefined ? '' : `${this.number}:`) + this.source.slice(start, end)
    this.number++
  }

  private copy(from: number, to: number): void {
    if (!this.wanted.text || from === to) return
    if (from !== this.runEnd) {
      this.endRun()
      this.runStart = from
    }
    this.runEnd = to
  }

  private endRun(): void {
    if (this.runEnd > this.runStart) this.out += this.source.slice(this.runStart, this.runEnd)
    this.runStart = this.runEnd
  }

  private linesIn(from: number, to: number): number {
    let lines = 0
    for (let at = from; at < to; at = this.source.indexOf(END, at) + 1) lines++
    return lines
  }
}
