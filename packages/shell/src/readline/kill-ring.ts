const MOST = 10

/** What was cut out of lines, the newest last. readline(3), "Killing and Yanking". */
export class KillRing {
  private readonly texts: string[] = []
  private turned = 0
  /** Whether the command before this one cut something too: then both are one text. */
  joining = false
  /** Whether this command cut something. */
  cut = false

  get newest(): string {
    return this.texts.at(-1) ?? ''
  }

  /** The one that `rotate` came to. */
  get current(): string {
    return this.texts.at(-1 - this.turned) ?? ''
  }

  /** @param before  it stood before what was cut last */
  add(text: string, before: boolean): void {
    if (text === '') return
    this.cut = true
    this.turned = 0
    if (this.joining && this.texts.length > 0) {
      const last = this.texts.pop() ?? ''
      this.texts.push(before ? text + last : last + text)
      return
    }
    this.joining = true
    this.texts.push(text)
    if (this.texts.length > MOST) this.texts.shift()
  }

  rotate(): void {
    if (this.texts.length > 0) this.turned = (this.turned + 1) % this.texts.length
  }

  /** A new command begins. @returns nothing; what it cuts joins what the one before cut */
  next(): void {
    this.joining = this.cut
    this.cut = false
  }
}
