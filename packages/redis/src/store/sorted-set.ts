export interface Scored {
  readonly member: string
  readonly score: number
}

const before = (a: Scored, b: Scored): boolean => a.score < b.score || (a.score === b.score && a.member < b.member)

/** Members in the order of their scores, those of equal score in the order of their bytes. */
export class SortedSet {
  readonly scores = new Map<string, number>()
  /** In order. */
  readonly items: Scored[] = []

  get size(): number {
    return this.items.length
  }

  score(member: string): number | undefined {
    return this.scores.get(member)
  }

  /** @returns whether the member is new */
  set(member: string, score: number): boolean {
    const known = this.scores.get(member)
    if (known === score) return false
    if (known !== undefined) this.items.splice(this.position({ member, score: known }), 1)
    const item = { member, score }
    this.items.splice(this.position(item), 0, item)
    this.scores.set(member, score)
    return known === undefined
  }

  delete(member: string): boolean {
    const score = this.scores.get(member)
    if (score === undefined) return false
    this.items.splice(this.position({ member, score }), 1)
    this.scores.delete(member)
    return true
  }

  /** @returns -1 for who is no member */
  rank(member: string): number {
    const score = this.scores.get(member)
    return score === undefined ? -1 : this.position({ member, score })
  }

  /** The index of the first item for which `reached` holds; it holds for all behind it as well. */
  first(reached: (item: Scored) => boolean): number {
    let [low, high] = [0, this.items.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const item = this.items[middle]
      if (item && !reached(item)) low = middle + 1
      else high = middle
    }
    return low
  }

  private position(wanted: Scored): number {
    return this.first((item) => !before(item, wanted))
  }
}
