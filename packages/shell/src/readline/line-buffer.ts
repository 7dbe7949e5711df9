import { KillRing } from './kill-ring.ts'

const NO_WORD = /[^\p{L}\p{N}]/u
const MOST_UNDONE = 200

interface Snapshot {
  readonly chars: readonly string[]
  readonly cursor: number
}

/** The line that is being edited: characters, a cursor, a mark, what was killed, and what can be undone. */
export class LineBuffer {
  chars: string[] = []
  cursor = 0
  mark = 0
  readonly ring: KillRing
  private readonly undone: Snapshot[] = []

  constructor(ring = new KillRing()) {
    this.ring = ring
  }

  get text(): string {
    return this.chars.join('')
  }

  set(text: string, cursor?: number): void {
    this.chars = [...text]
    this.cursor = cursor ?? this.chars.length
    this.mark = Math.min(this.mark, this.chars.length)
  }

  snapshot(): Snapshot {
    return { chars: [...this.chars], cursor: this.cursor }
  }

  remember(snapshot = this.snapshot()): void {
    this.undone.push(snapshot)
    if (this.undone.length > MOST_UNDONE) this.undone.shift()
  }

  rememberIfChanged(before: Snapshot): void {
    const same = before.chars.length === this.chars.length && before.chars.every((char, at) => char === this.chars[at])
    if (!same) this.remember(before)
  }

  /** @returns whether there was something to take back */
  undo(): boolean {
    const last = this.undone.pop()
    if (!last) return false
    this.chars = [...last.chars]
    this.cursor = last.cursor
    return true
  }

  undoAll(): void {
    while (this.undo());
  }

  insert(text: string): void {
    const added = [...text]
    this.chars.splice(this.cursor, 0, ...added)
    this.cursor += added.length
  }

  /** Puts a text over what stands there. */
  overwrite(text: string): void {
    const added = [...text]
    this.chars.splice(this.cursor, added.length, ...added)
    this.cursor += added.length
  }

  /** Takes out a range, in either order; kept for C-y when `kill`. */
  remove(from: number, to: number, kill = true): void {
    const start = Math.max(0, Math.min(from, to))
    const before = Math.max(from, to) === this.cursor && start !== this.cursor
    const gone = this.chars.splice(start, Math.max(from, to) - start).join('')
    if (kill) this.ring.add(gone, before)
    this.cursor = start
  }

  slice(from: number, to: number): string {
    return this.chars.slice(Math.min(from, to), Math.max(from, to)).join('')
  }

  wordLeft(at = this.cursor, blank = NO_WORD): number {
    let to = at
    while (to > 0 && blank.test(this.chars[to - 1] ?? '')) to--
    while (to > 0 && !blank.test(this.chars[to - 1] ?? '')) to--
    return to
  }

  wordRight(at = this.cursor, blank = NO_WORD): number {
    let to = at
    while (to < this.chars.length && blank.test(this.chars[to] ?? '')) to++
    while (to < this.chars.length && !blank.test(this.chars[to] ?? '')) to++
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
  transposeWords(blank = NO_WORD): void {
    const end = this.wordRight(this.cursor, blank)
    const start = this.wordLeft(end, blank)
    const before = this.wordLeft(start, blank)
    let beforeEnd = before
    while (beforeEnd < start && !blank.test(this.chars[beforeEnd] ?? '')) beforeEnd++
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
    this.changeTo(this.wordRight(), change)
  }

  /** Changes what is between the cursor and `end`, and goes there. */
  changeTo(end: number, change: (text: string) => string): void {
    const changed = [...change(this.chars.slice(this.cursor, end).join(''))]
    this.chars.splice(this.cursor, end - this.cursor, ...changed)
    this.cursor += changed.length
  }
}
