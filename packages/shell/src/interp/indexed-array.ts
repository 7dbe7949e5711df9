/** An indexed array, sparse, which knows its highest subscript: `a+=(x)` asks for it each time. */
export class IndexedArray extends Map<number, string> {
  private highest = -1
  /** The highest element was removed since. */
  private stale = false

  constructor(entries: Iterable<readonly [number, string]> = []) {
    super()
    for (const [index, value] of entries) this.set(index, value)
  }

  override set(index: number, value: string): this {
    if (index > this.highest) this.highest = index
    return super.set(index, value)
  }

  override delete(index: number): boolean {
    if (index === this.highest) this.stale = true
    return super.delete(index)
  }

  override clear(): void {
    this.highest = -1
    this.stale = false
    super.clear()
  }

  /** One more than the highest subscript. */
  get end(): number {
    if (this.stale) {
      this.highest = -1
      for (const index of this.keys()) if (index > this.highest) this.highest = index
      this.stale = false
    }
    return this.highest + 1
  }
}
