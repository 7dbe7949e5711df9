import type { Range } from './addresses.ts'
import type { Buffer, Line } from './buffer.ts'
import { Scanner } from './scanner.ts'

/** `s` with what stands behind it. */
export interface Substitution {
  readonly pattern: RegExp
  readonly replacement: string
  readonly count: number
  readonly global: boolean
}

export function hits(pattern: RegExp, line: Line | undefined): boolean {
  pattern.lastIndex = 0
  return line !== undefined && pattern.test(line.text)
}

/** @returns undefined when there is nothing to replace */
function replaced(text: string, { pattern, replacement, count, global }: Substitution): string | undefined {
  pattern.lastIndex = 0
  let seen = 0
  let out = ''
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (++seen < count) continue
    out += text.slice(end, match.index) + filled(replacement, match)
    end = match.index + match[0].length
    if (!global) break
  }
  return seen < count ? undefined : out + text.slice(end)
}

/** `&` and `\1` in a replacement; a backslash takes the meaning of the others. */
const filled = (replacement: string, match: RegExpMatchArray): string =>
  replacement.replace(/\\([1-9])|\\([^])|&/g, (all: string, group?: string, char?: string) =>
    group !== undefined ? (match[Number(group)] ?? '') : (char ?? (all === '&' ? match[0] : all)),
  )

/** The text to put in place, which goes on behind a line that ends in a backslash. */
export async function readReplacement(
  scanner: Scanner,
  delimiter: string,
  nextLine: () => Promise<string | undefined>,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  let { text, closed } = scanner.upTo(delimiter)
  while (!closed && text.endsWith('\\')) {
    const line = await nextLine()
    if (line === undefined) break
    const more = new Scanner(line).upTo(delimiter)
    text += `\n${more.text}`
    closed = more.closed
    if (closed) scanner.at = scanner.text.length
  }
  return { text, closed }
}

/** @returns whether any line was changed; the last one that was is the current one */
export function substituteLines(buffer: Buffer, { from, to }: Range, how: Substitution): boolean {
  let changed = false
  let end = to
  for (let number = from; number <= end; number++) {
    const line = buffer.line(number)
    const text = line && replaced(line.text, how)
    if (!line || text === undefined) continue
    const [first = '', ...rest] = text.split('\n')
    line.text = first
    buffer.current = number
    buffer.insert(number, rest)
    buffer.modified = true
    number += rest.length
    end += rest.length
    changed = true
  }
  return changed
}
