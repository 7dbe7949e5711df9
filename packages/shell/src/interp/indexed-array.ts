/** Subscripts that may be left out at once before an array counts as sparse. */
const MOST_SKIPPED = 64

/**
 * The elements of an indexed array by their subscripts, in ascending order. As long as few subscripts are left out it is
 * a list, which costs a fraction of a map's memory and knows its end: `a+=(x)` asks for that each time.
 */
export class IndexedArray implements Iterable<[number, string]> {
  private list: (string | undefined)[] = []
  /** Of a sparse array: everything, in any order. */
  private sparse: Map<number, string> | undefined
  private count = 0

  constructor(entries: Iterable<readonly [number, string]> = []) {
    for (const [index, value] of entries) this.set(index, value)
  }

  copy(): IndexedArray {
    const copy = new IndexedArray()
    copy.list = this.list.slice()
    copy.sparse = this.sparse && new Map(this.sparse)
    copy.count = this.count
    return copy
  }

  get size(): number {
    return this.sparse ? this.sparse.size : this.count
  }

  get(index: number): string | undefined {
    if (this.sparse) return this.sparse.get(index)
    return index >= 0 && index < this.list.length ? this.list[index] : undefined
  }

  has(index: number): boolean {
    return this.get(index) !== undefined
  }

  set(index: number, value: string): void {
    const { list } = this
    if (this.sparse) return void this.sparse.set(index, value)
    if (index < 0 || index > list.length + MOST_SKIPPED) return void this.scatter().set(index, value)
    while (list.length < index) list.push(undefined)
    if (index === list.length) list.push(value)
    else if (list[index] === undefined) list[index] = value
    else return void (list[index] = value)
    this.count++
  }

  delete(index: number): void {
    if (this.sparse) return void this.sparse.delete(index)
    const { list } = this
    if (!this.has(index)) return
    list[index] = undefined
    this.count--
    while (list.length > 0 && list.at(-1) === undefined) list.pop()
  }

  clear(): void {
    this.list = []
    this.sparse = undefined
    this.count = 0
  }

  /** One more than the highest subscript. */
  get end(): number {
    if (!this.sparse) return this.list.length
    let highest = -1
    for (const index of this.sparse.keys()) if (index > highest) highest = index
    return highest + 1
  }

  keys(): number[] {
    if (this.sparse) return [...this.sparse.keys()].sort((a, b) => a - b)
    const keys: number[] = []
    for (let at = 0; at < this.list.length; at++) if (this.list[at] !== undefined) keys.push(at)
    return keys
  }

  values(): string[] {
    const { sparse, list } = this
    if (sparse) return this.keys().map((key) => sparse.get(key) ?? '')
    return this.count === list.length ? (list.slice() as string[]) : list.filter((value) => value !== undefined)
  }

  *[Symbol.iterator](): IterableIterator<[number, string]> {
    for (const key of this.keys()) yield [key, this.get(key) ?? '']
  }

  private scatter(): Map<number, string> {
    const sparse = new Map<number, string>()
    for (const [at, value] of this.list.entries()) if (value !== undefined) sparse.set(at, value)
    this.list = []
    return (this.sparse = sparse)
  }
}
