/** What a character of a line is: text, a separator that is blank (several count as one), or another separator. */
const TEXT = 0
const BLANK = 1
const SEPARATOR = 2

/** The characters of IFS, in a table. POSIX, 2.6.5. */
export class Separators {
  readonly ifs: string
  /** The kind of each ASCII character. */
  readonly kinds = new Uint8Array(128)
  private readonly others: string

  constructor(ifs: string) {
    this.ifs = ifs
    let others = ''
    for (let at = 0; at < ifs.length; at++) {
      const code = ifs.charCodeAt(at)
      if (code < 128) this.kinds[code] = code === 32 || code === 9 || code === 10 ? BLANK : SEPARATOR
      else others += ifs.charAt(at)
    }
    this.others = others
  }

  /** @param quoted places of characters that a backslash protected */
  kindAt(text: string, at: number, quoted: ReadonlySet<number> | undefined): number {
    if (quoted?.has(at)) return TEXT
    const code = text.charCodeAt(at)
    if (code < 128) return this.kinds[code] ?? TEXT
    return this.others.includes(text.charAt(at)) ? SEPARATOR : TEXT
  }
}

/** Fields; the last takes the rest of the line. POSIX, read. */
export function splitRead(
  text: string,
  protectedAt: ReadonlySet<number>,
  separators: Separators,
  most: number,
): string[] {
  const quoted = protectedAt.size > 0 ? protectedAt : undefined
  const { kinds } = separators
  const fields: string[] = []
  let end = text.length
  while (end > 0 && separators.kindAt(text, end - 1, quoted) === BLANK) end--
  let at = skipBlanks(text, quoted, separators, 0, end)
  while (at < end) {
    let stop = at
    for (; stop < end; stop++) {
      const code = text.charCodeAt(stop)
      if ((code >= 128 || kinds[code] !== TEXT) && separators.kindAt(text, stop, quoted) !== TEXT) break
    }
    let next = skipBlanks(text, quoted, separators, stop, end)
    if (next < end && separators.kindAt(text, next, quoted) === SEPARATOR)
      next = skipBlanks(text, quoted, separators, next + 1, end)
    if (fields.length === most - 1) {
      // One separator at the end of the rest is dropped when nothing else follows it.
      fields.push(text.slice(at, next >= end ? stop : end))
      return fields
    }
    fields.push(text.slice(at, stop))
    at = next
  }
  return fields
}

function skipBlanks(
  text: string,
  quoted: ReadonlySet<number> | undefined,
  separators: Separators,
  from: number,
  end: number,
): number {
  let at = from
  while (at < end && separators.kindAt(text, at, quoted) === BLANK) at++
  return at
}
