/** What `h` explains. */
export class EdError extends Error {}

/** A command as it is read from left to right. */
export class Scanner {
  at = 0
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get rest(): string {
    return this.text.slice(this.at)
  }

  peek(): string {
    return this.text.charAt(this.at)
  }

  take(pattern: RegExp): string | undefined {
    const match = new RegExp(pattern.source, 'y')
    match.lastIndex = this.at
    const found = match.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  skipBlanks(): void {
    this.take(/[ \t]*/)
  }

  /** Text up to the delimiter, which is eaten; brackets and backslashes protect it. */
  upTo(delimiter: string): { readonly text: string; readonly closed: boolean } {
    let text = ''
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at++)
      if (char === delimiter) return { text, closed: true }
      if (char === '\\' && this.at < this.text.length) {
        const next = this.text.charAt(this.at++)
        text += next === delimiter && delimiter !== '.' ? next : char + next
      } else text += char
    }
    return { text, closed: false }
  }
}
