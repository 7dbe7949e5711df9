import type { Line } from './buffer.ts'

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
export function replaced(text: string, { pattern, replacement, count, global }: Substitution): string | undefined {
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
