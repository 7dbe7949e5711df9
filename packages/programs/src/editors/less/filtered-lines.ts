import type { LineSource, Lines } from './line-source.ts'

/** Whether a line shows, with the one that showed before it. */
export type Filter = (line: string, before: string | undefined) => boolean

/** -s: of several blank lines the first. */
export const squeezed: Filter = (line, before) => line !== '' || before !== ''

/** The lines of a source that a filter lets through; they keep their numbers. less(1), `&pattern`. */
export class FilteredLines implements Lines {
  readonly lines: string[] = []
  private readonly base: LineSource
  private readonly filter: Filter
  /** Places in the source of the lines that show. */
  private readonly places: number[] = []
  /** Lines of the source that were looked at. */
  private seen = 0

  constructor(base: LineSource, filter: Filter) {
    this.base = base
    this.filter = filter
  }

  get complete(): boolean {
    return this.base.complete && this.seen >= this.base.lines.length
  }

  get bytes(): number {
    return this.base.bytes
  }

  async ensure(index: number): Promise<boolean> {
    while (this.lines.length <= index) {
      if (this.seen >= this.base.lines.length) {
        if (this.base.complete) return true
        if (!(await this.base.ensure(this.seen))) return false
        if (this.seen >= this.base.lines.length) return true
      }
      this.look(this.base.lines[this.seen] ?? '')
    }
    return true
  }

  private look(line: string): void {
    if (this.filter(line, this.lines.at(-1))) {
      this.lines.push(line)
      this.places.push(this.seen)
    }
    this.seen++
  }

  async more(): Promise<boolean> {
    const before = this.base.lines.length
    const grown = await this.base.more()
    // Its last line may be another one now.
    if (this.seen === before && this.places.at(-1) === before - 1) {
      this.places.pop()
      this.lines.pop()
      this.seen--
    }
    await this.ensure(Number.POSITIVE_INFINITY)
    return grown
  }

  offset(index: number): number {
    return this.base.offset(this.places[index] ?? this.base.lines.length)
  }

  numberOf(index: number): number {
    return (this.places[index] ?? index) + 1
  }

  close(): void {
    this.base.close()
  }
}
