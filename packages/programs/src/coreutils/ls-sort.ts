import type { Entry } from './ls-format.ts'

type TimeKey = 'atimeMs' | 'mtimeMs' | 'ctimeMs'
export type Compare = (a: Entry, b: Entry, time: TimeKey) => number

/** By code point, as strcmp(3) in the C locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
export const compareNames = (a: Entry, b: Entry): number => compareText(a.name, b.name)

const extension = (name: string): string => (name.lastIndexOf('.') > 0 ? name.slice(name.lastIndexOf('.')) : '')

/** Runs of digits by their value, the rest by character; filevercmp in small. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/\d+|\D+/g) ?? []
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]]
    const numeric = /^\d/.test(x) && /^\d/.test(y)
    const order = numeric ? Number(x) - Number(y) || compareText(x, y) : compareText(x, y)
    if (order !== 0) return order
  }
  return 0
}

const bySize: Compare = (a, b) => b.stat.size - a.stat.size
const byTime: Compare = (a, b, time) => b.stat[time] - a.stat[time]
const byVersion: Compare = (a, b) => compareVersions(a.name, b.name)
const byExtension: Compare = (a, b) => compareText(extension(a.name), extension(b.name))
const byWidth: Compare = (a, b) => a.name.length - b.name.length

/** By the option's name in ls, and by the word of --sort. */
export const sorters: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['name', compareNames],
  ['bySize', bySize],
  ['byTime', byTime],
  ['byVersion', byVersion],
  ['byExtension', byExtension],
  ['sort=size', bySize],
  ['sort=time', byTime],
  ['sort=version', byVersion],
  ['sort=extension', byExtension],
  ['sort=width', byWidth],
])
