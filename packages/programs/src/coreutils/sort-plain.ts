import { compareText } from './ls-sort.ts'
import { leadingNumber, type SortFlags } from './sort-keys.ts'

/** Whether whole lines are compared, as texts or as numbers, and nothing in them is passed over. */
export const isPlain = ({ blanks, dictionary, foldCase, printable, kind }: SortFlags): boolean =>
  !blanks && !dictionary && !foldCase && !printable && (kind === '' || kind === 'n')

/** @param lastResort equal numbers are put in the order of their lines */
export function sortPlain(lines: string[], { kind, reverse }: SortFlags, lastResort: boolean): void {
  if (kind === 'n') sortNumbers(lines, reverse, lastResort)
  else sortTexts(lines, reverse)
}

/** The order of UTF-16 units is that of code points as long as there are no surrogates. */
function sortTexts(lines: string[], reverse: boolean): void {
  if (lines.some((line) => /[\ud800-\udfff]/.test(line)))
    lines.sort(reverse ? (a, b) => compareText(b, a) : compareText)
  else {
    lines.sort()
    if (reverse) lines.reverse()
  }
}

interface Numbered {
  readonly line: string
  readonly value: number
}

/** Each line's number is read once. */
function sortNumbers(lines: string[], reverse: boolean, lastResort: boolean): void {
  const sign = reverse ? -1 : 1
  const rows = lines.map((line): Numbered => ({ line, value: leadingNumber(line) }))
  rows.sort((a, b) => {
    if (a.value !== b.value) return a.value < b.value ? -sign : sign
    return lastResort ? sign * compareText(a.line, b.line) : 0
  })
  for (let at = 0; at < rows.length; at++) lines[at] = rows[at]?.line ?? ''
}
