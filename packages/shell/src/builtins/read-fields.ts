/** Space, tab and newline: what POSIX calls IFS white space. */
const BLANKS: ReadonlySet<number> = new Set([32, 9, 10])

function highestCode(text: string): number {
  let highest = -1
  for (let at = 0; at < text.length; at++) highest = Math.max(highest, text.charCodeAt(at))
  return highest
}

/** Fields; the last takes the rest of the line. POSIX, read. */
export function splitRead(text: string, quoted: ReadonlySet<number>, ifs: string, most: number): string[] {
  const plain = quoted.size === 0
  const highest = highestCode(ifs)
  // Most characters come behind all of IFS: nothing has to be looked up for them.
  const separator = (at: number): boolean =>
    text.charCodeAt(at) <= highest && ifs.includes(text.charAt(at)) && (plain || !quoted.has(at))
  const blank = (at: number): boolean => BLANKS.has(text.charCodeAt(at)) && separator(at)
  let end = text.length
  while (end > 0 && blank(end - 1)) end--
  let at = 0
  while (at < end && blank(at)) at++
  const fields: string[] = []
  while (at < end) {
    let stop = at
    while (stop < end && !separator(stop)) stop++
    if (fields.length === most - 1) {
      fields.push(
        last(
          text.slice(at, end),
          stop - at,
          end - at,
          (place) => separator(at + place),
          (place) => blank(at + place),
        ),
      )
      return fields
    }
    fields.push(text.slice(at, stop))
    at = stop
    while (at < end && blank(at)) at++
    if (at < end && separator(at)) at++
    while (at < end && blank(at)) at++
  }
  return fields
}

/** The rest: one separator at its end is dropped when nothing else follows it. */
function last(
  rest: string,
  stop: number,
  length: number,
  separator: (at: number) => boolean,
  blank: (at: number) => boolean,
): string {
  let after = stop
  while (after < length && blank(after)) after++
  if (after < length && separator(after)) after++
  while (after < length && blank(after)) after++
  return after >= length ? rest.slice(0, stop) : rest
}
