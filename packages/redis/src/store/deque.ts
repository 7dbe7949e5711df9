/** A list with cheap ends: a ring of items. */
export class Deque {
  private ring: string[] = new Array<string>(8)
  private head = 0
  private count = 0

  constructor(items: Iterable<string> = []) {
    for (const item of items) this.pushRight(item)
  }

  get length(): number {
    return this.count
  }

  get(index: number): string | undefined {
    return index < 0 || index >= this.count ? undefined : this.ring[(this.head + index) & (this.ring.length - 1)]
  }

  set(index: number, item: string): void {
    this.ring[(this.head + index) & (this.ring.length - 1)] = item
  }

  pushRight(item: string): void {
    this.grow()
    this.set(this.count++, item)
  }

  pushLeft(item: string): void {
    this.grow()
    this.head = (this.head - 1) & (this.ring.length - 1)
    this.count++
    this.set(0, item)
  }

  popLeft(): string | undefined {
    const item = this.get(0)
    if (item === undefined) return undefined
    this.set(0, '')
    this.head = (this.head + 1) & (this.ring.length - 1)
    this.count--
    return item
  }

  popRight(): string | undefined {
    const item = this.get(this.count - 1)
    if (item === undefined) return undefined
    this.set(--this.count, '')
    return item
  }

  /** @param end exclusive */
  slice(start: number, end: number): string[] {
    return Array.from({ length: Math.max(0, end - start) }, (_, i) => this.get(start + i) ?? '')
  }

  toArray(): string[] {
    return this.slice(0, this.count)
  }

  private grow(): void {
    if (this.count < this.ring.length) return
    const items = this.toArray()
    this.ring = [...items, ...new Array<string>(items.length)]
    this.head = 0
  }
}
