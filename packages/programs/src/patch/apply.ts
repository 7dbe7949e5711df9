import { contextOf, type Hunk, oldLines, reversed } from './hunk.ts'

/** Where a hunk went in. */
export interface Placed {
  readonly hunk: Hunk
  /** The line it was found at in the old file, from 1; undefined when it was not. */
  readonly where: number | undefined
  readonly fuzz: number
  /** How far that is from where it should be. */
  readonly offset: number
  /** The line in the new file. */
  readonly shown: number
}

export interface ApplyOptions {
  /** Lines of context that may differ. */
  readonly mostFuzz: number
  /** Runs of blanks are all alike. */
  readonly ignoreBlanks: boolean
}

const squeezed = (line: string): string => line.replace(/\s+$/, '').replace(/[ \t]+/g, ' ')

/** Puts hunks into the lines of a file, one after the other, each at the nearest place where it fits. */
export class Applier {
  readonly placed: Placed[] = []
  private readonly input: readonly string[]
  private readonly options: ApplyOptions
  private readonly output: string[] = []
  /** Lines of the input that are done with. */
  private done = 0
  private lastOffset = 0

  constructor(input: readonly string[], options: ApplyOptions) {
    this.input = input
    this.options = options
  }

  /** @returns the new lines */
  finish(): string[] {
    return [...this.output, ...this.input.slice(this.done)]
  }

  apply(hunk: Hunk): Placed {
    const found = this.locate(hunk)
    const first = this.first(hunk)
    const grown = this.output.length - this.done
    if (!found) {
      const failed = { hunk, where: undefined, fuzz: 0, offset: 0, shown: first + grown }
      this.placed.push(failed)
      return failed
    }
    const { where, fuzz } = found
    this.lastOffset = where - first
    const placed = { hunk, where, fuzz, offset: where - first, shown: where + grown }
    this.output.push(...this.input.slice(this.done, where - 1), ...this.kept(hunk, where))
    this.done = where - 1 + oldLines(hunk).length
    this.placed.push(placed)
    return placed
  }

  /** Context comes from the file: with fuzz it may be another one. */
  private kept(hunk: Hunk, where: number): string[] {
    let at = where - 1
    const lines: string[] = []
    for (const { kind, text } of hunk.lines) {
      if (kind === ' ') lines.push(this.input[at] ?? text)
      if (kind === '+') lines.push(text)
      if (kind !== '+') at++
    }
    return lines
  }

  /** Where the hunk says that it belongs: behind the line named when it only adds. */
  private first(hunk: Hunk): number {
    return oldLines(hunk).length === 0 ? hunk.oldStart + 1 : hunk.oldStart
  }

  private locate(hunk: Hunk): { where: number; fuzz: number } | undefined {
    const { before, after } = contextOf(hunk)
    const most = Math.min(this.options.mostFuzz, Math.max(before, after))
    for (let fuzz = 0; fuzz <= most; fuzz++) {
      const where = this.search(hunk, fuzz)
      if (where !== undefined) return { where, fuzz }
    }
    return undefined
  }

  private search(hunk: Hunk, fuzz: number): number | undefined {
    const pattern = oldLines(hunk)
    const guess = this.first(hunk) + this.lastOffset
    if (pattern.length === 0) return Math.min(guess, this.input.length + 1)
    const { before, after } = contextOf(hunk)
    const context = Math.max(before, after)
    const [prefix, suffix] = [fuzz + before - context, fuzz + after - context]
    const fits = (where: number): boolean => this.fits(pattern, where, Math.max(0, prefix), Math.max(0, suffix))
    // Less context on one side than on the other: it touches the beginning or the end of the file.
    if (suffix < 0) {
      const where = this.input.length - pattern.length + 1
      return fits(where) ? where : undefined
    }
    if (prefix < 0 && hunk.oldStart <= 1) return fits(1) ? 1 : undefined
    for (let offset = 0; offset <= this.input.length; offset++) {
      if (fits(guess + offset)) return guess + offset
      if (offset > 0 && fits(guess - offset)) return guess - offset
    }
    return undefined
  }

  private fits(pattern: readonly string[], where: number, prefix: number, suffix: number): boolean {
    const from = where - 1
    if (from < this.done || from + pattern.length - suffix > this.input.length) return false
    for (let at = prefix; at < pattern.length - suffix; at++)
      if (!this.same(pattern[at] ?? '', this.input[from + at])) return false
    return true
  }

  private same(wanted: string, found: string | undefined): boolean {
    if (wanted === found) return true
    return this.options.ignoreBlanks && found !== undefined && squeezed(wanted) === squeezed(found)
  }
}

/** Whether the hunk looks as if it had been applied before: it does not fit, and the other way round it does. */
export function looksReversed(input: readonly string[], hunk: Hunk, options: ApplyOptions): boolean {
  if (new Applier(input, options).apply(hunk).where !== undefined) return false
  const back = reversed(hunk)
  if (oldLines(back).length === 0) return false
  return new Applier(input, options).apply(back).where !== undefined
}
