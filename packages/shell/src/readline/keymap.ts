/** What a sequence of keys does. */
export type Binding =
  | { readonly kind: 'function'; readonly name: string }
  /** Keys that come instead. */
  | { readonly kind: 'macro'; readonly text: string }
  /** A shell command: `bind -x`. */
  | { readonly kind: 'command'; readonly text: string }

/** Sequences of keys and what they do. readline(3), "Keymaps". */
export class Keymap {
  private readonly bindings = new Map<string, Binding>()
  /** Beginnings of sequences, with how many begin so. */
  private readonly beginnings = new Map<string, number>()

  /** @param rows  name of a function and its sequences, with blanks between */
  static of(rows: readonly (readonly [name: string, sequences: readonly string[]])[]): Keymap {
    const keymap = new Keymap()
    for (const [name, sequences] of rows) for (const keys of sequences) keymap.bind(keys, { kind: 'function', name })
    return keymap
  }

  copy(): Keymap {
    const copy = new Keymap()
    for (const [keys, binding] of this.bindings) copy.bind(keys, binding)
    return copy
  }

  get(keys: string): Binding | undefined {
    return this.bindings.get(keys)
  }

  /** Whether longer sequences begin so. */
  begins(keys: string): boolean {
    return this.beginnings.has(keys)
  }

  bind(keys: string, binding: Binding): void {
    if (!this.bindings.has(keys)) this.count(keys, 1)
    this.bindings.set(keys, binding)
  }

  unbind(keys: string): void {
    if (this.bindings.delete(keys)) this.count(keys, -1)
  }

  /** All sequences, in the order of their keys. */
  entries(): [keys: string, binding: Binding][] {
    return [...this.bindings].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  private count(keys: string, by: number): void {
    for (let length = 1; length < keys.length; length++) {
      const beginning = keys.slice(0, length)
      const left = (this.beginnings.get(beginning) ?? 0) + by
      if (left > 0) this.beginnings.set(beginning, left)
      else this.beginnings.delete(beginning)
    }
  }
}
