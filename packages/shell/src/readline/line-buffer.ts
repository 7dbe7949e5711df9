/** The line that is being edited: characters, a cursor, what was killed, and what can be undone. */
export class LineBuffer {
  chars: string[] = []
  cursor = 0
  killed = ''
  private readonly undone: { chars: string[]; cursor: number }[] = []

  get text(): string {
    return this.chars.join('')
  }

  set(text: string, cursor?: number): void {
    this.chars = [...text]
    this.cursor = cursor ?? this.chars.length
  }

  remember(): void {
    this.undone.push({ chars: [...this.chars], cursor: this.cursor })
    if (this.undone.length > 200) this.undone.shift()
  }

  undo(): void {
    const last = this.undone.pop()
    if (last) Object.assign(this, last)
  }

  insert(text: string): void {
    const added = [...text]
    this.chars.splice(this.cursor, 0, ...added)
    this.cursor += added.length
  }

  /** Takes out a range; kept for C-y when `kill`. */
  remove(from: number, to: number, kill = true): void {
    const start = Math.max(0, from)
    const gone = this.chars.splice(start, to - start).join('')
    if (kill && gone !== '') this.killed = gone
    this.cursor = start
  }

  wordLeft(at = this.cursor, blank = /[^\p{L}\p{N}]/u): number {
    let to = at
    while (to > 0 && blank.test(this.chars[to - 1] ?? '')) to--
    while (to > 0 && !blank.test(this.chars[to - 1] ?? '')) to--
    return to
  }

  wordRight(at = this.cursor): number {
    const other = /[^\p{L}\p{N}]/u
    let to = at
    while (to < this.chars.length && other.test(this.chars[to] ?? '')) to++
    while (to < this.chars.length && !other.test(this.chars[to] ?? '')) to++
    return to
  }

  transpose(): void {
    if (this.cursor === 0 || this.chars.length < 2) return
    const at = Math.min(this.cursor, this.chars.length - 1)
    const [a = '', b = ''] = this.chars.slice(at - 1, at + 1)
    this.chars.splice(at - 1, 2, b, a)
    this.cursor = at + 1
  }

  /** M-t: the word at the cursor and the one before it change places. */
  transposeWords(): void {
    const end = this.wordRight()
    const start = this.wordLeft(end)
    const before = this.wordLeft(start)
    let beforeEnd = before
    while (beforeEnd < start && /[\p{L}\p{N}]/u.test(this.chars[beforeEnd] ?? '')) beforeEnd++
    if (before === start) return
    const [first, between, second] = [
      this.chars.slice(before, beforeEnd),
      this.chars.slice(beforeEnd, start),
      this.chars.slice(start, end),
    ]
    this.chars.splice(before, end - before, ...second, ...between, ...first)
    this.cursor = end
  }

  /** M-\: the blanks around the cursor. */
  deleteBlanks(): void {
    let from = this.cursor
    let to = this.cursor
    while (from > 0 && /\s/.test(this.chars[from - 1] ?? '')) from--
    while (to < this.chars.length && /\s/.test(this.chars[to] ?? '')) to++
    this.remove(from, to, false)
  }

  changeWord(change: (word: string) => string): void {
    const end = this.wordRight()
    const changed = [...change(this.chars.slice(this.cursor, end).join(''))]
    this.chars.splice(this.cursor, end - this.cursor, ...changed)
    this.cursor = end
  }
}
