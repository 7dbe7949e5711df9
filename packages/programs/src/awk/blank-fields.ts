const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10

/**
 * The fields of a text between runs of blanks, for FS=" ". Where they begin and end is found at once, since NF may be
 * asked for; a text is made only of those that are looked at, which are few of most records.
 */
export class BlankFields {
  private text = ''
  /** Begin and end of each field in turns; the list is used again for the next text. */
  private readonly bounds: number[] = []
  private count = 0

  /** @returns how many fields there are */
  split(text: string): number {
    const { bounds } = this
    const { length } = text
    this.text = text
    let found = 0
    for (let at = 0; ; ) {
      while (at < length && isBlank(text.charCodeAt(at))) at++
      if (at >= length) return (this.count = found / 2)
      bounds[found++] = at
      while (at < length && !isBlank(text.charCodeAt(at))) at++
      bounds[found++] = at
    }
  }

  /** Forgets fields beyond so many. */
  keep(count: number): void {
    this.count = Math.min(this.count, count)
  }

  at(index: number): string | undefined {
    return index < this.count ? this.text.slice(this.bounds[2 * index], this.bounds[2 * index + 1]) : undefined
  }

  all(): string[] {
    return Array.from({ length: this.count }, (_, index) => this.at(index) ?? '')
  }
}
