import { Fatal } from './fatal.ts'

/** `3,6`, `3,+2`, `/five/,+1`, `:name` of -L. @returns from and to, from 1 */
export function lineRange(text: string, lines: readonly string[], path: string): readonly [number, number] {
  const [, first = '', second = ''] = /^(\/(?:\\.|[^/])*\/|:[^,]*|[^,]*)(?:,(.*))?$/.exec(text) ?? []
  const count = lines.length
  const search = (pattern: string, from: number): number => {
    const at = lines.findIndex((line, each) => each >= from && new RegExp(pattern).test(line))
    if (at < 0) throw new Fatal(`fatal: -L parameter '${pattern}' starting at line ${from + 1}: no match`)
    return at + 1
  }
  if (first.startsWith(':')) {
    const from = search(first.slice(1), 0)
    const next = lines.findIndex((line, at) => at >= from && /^[A-Za-z_$]/.test(line))
    return [from, next < 0 ? count : next]
  }
  const from = first.startsWith('/') ? search(first.slice(1, -1), 0) : Number(first || 1)
  if (from > count) throw new Fatal(`fatal: file ${path} has only ${count} line${count === 1 ? '' : 's'}`)
  if (second === '') return [from, text.includes(',') || first.startsWith('/') || /^\d+$/.test(text) ? count : from]
  if (second.startsWith('+')) return [from, Math.min(count, from + Number(second.slice(1)) - 1)]
  if (second.startsWith('-')) return [Math.max(1, from - Number(second.slice(1)) + 1), from]
  return [from, Math.min(count, second.startsWith('/') ? search(second.slice(1, -1), from) : Number(second))]
}
