/** Space, tab and newline: what POSIX calls IFS white space. */
const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 10

/** Fields; the last takes the rest of the line. POSIX, read. */
export function splitRead(text: string, quoted: ReadonlySet<number>, ifs: string, most: number): string[] {
  const separators = new Separators(text, quoted, ifs)
  let end = text.length
  while (end > 0 && separators.blankAt(end - 1)) end--
  let at = separators.skipBlanks(0, end)
  const fields: string[] = []
  while (at < end) {
    const stop = separators.next(at, end)
    if (fields.length === most - 1) {
      // One separator at the end of the rest is dropped when nothing else follows it.
      fields.push(text.slice(at, separators.skipOne(stop, end) >= end ? stop : end))
      return fields
    }
    fields.push(text.slice(at, stop))
    at = separators.skipOne(stop, end)
  }
  return fields
}

/** Where characters of IFS stand in a text that no backslash protected. */
class Separators {
  private readonly text: string
  /** Undefined: none. */
  private readonly quoted: ReadonlySet<number> | undefined
  /** A bit for each of the first 64 characters, which hold nearly every IFS there is. */
  private readonly low: number
  private readonly high: number
  private readonly others: string

  constructor(text: string, quoted: ReadonlySet<number>, ifs: string) {
    this.text = text
    this.quoted = quoted.size > 0 ? quoted : undefined
    let [low, high, others] = [0, 0, '']
    for (let at = 0; at < ifs.length; at++) {
      const code = ifs.charCodeAt(at)
      if (code < 32) low |= 1 << code
      else if (code < 64) high |= 1 << (code - 32)
      else others += ifs.charAt(at)
    }
    this.low = low
    this.high = high
    this.others = others
  }

  /** The first separator from a place on, or `end`. */
  next(from: number, end: number): number {
    const { text, low, high, others } = this
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at)
      const found =
        code < 32
          ? (low >>> code) & 1
          : code < 64
            ? (high >>> (code - 32)) & 1
            : others !== '' && others.includes(text.charAt(at))
      if (found && !this.quoted?.has(at)) return at
    }
    return end
  }

  blankAt(at: number): boolean {
    return isBlank(this.text.charCodeAt(at)) && this.next(at, at + 1) === at
  }

  skipBlanks(from: number, end: number): number {
    let at = from
    while (at < end && this.blankAt(at)) at++
    return at
  }

  /** Over one separator, with the blanks around it. */
  skipOne(from: number, end: number): number {
    const at = this.skipBlanks(from, end)
    return at < end && this.next(at, at + 1) === at ? this.skipBlanks(at + 1, end) : at
  }
}
