import { strftime as format } from '../format/strftime.ts'

/** strftime(3) in UTC. */
export const strftime = (seconds: number, pattern: string): string => format(pattern, seconds * 1000)

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** What a letter of strptime(3) matches, and which part of the date it is. */
const PARTS: Readonly<Record<string, readonly [pattern: string, part: string]>> = {
  Y: ['(\\d{4})', 'year'],
  m: ['(\\d{1,2})', 'month'],
  d: ['(\\d{1,2})', 'day'],
  e: ['\\s*(\\d{1,2})', 'day'],
  H: ['(\\d{1,2})', 'hours'],
  M: ['(\\d{1,2})', 'minutes'],
  S: ['(\\d{1,2})', 'seconds'],
  b: ['([A-Za-z]{3})[a-z]*', 'name'],
  B: ['([A-Za-z]{3})[a-z]*', 'name'],
  a: ['([A-Za-z]+)', ''],
  A: ['([A-Za-z]+)', ''],
  s: ['(\\d+)', 'epoch'],
  Z: ['([A-Za-z]+)', ''],
  z: ['([+-]\\d\\d:?\\d\\d|Z)', ''],
}

/** @returns seconds since 1970, or undefined when the text does not match */
export function strptime(text: string, pattern: string): number | undefined {
  const expanded = pattern.replaceAll('%T', '%H:%M:%S').replaceAll('%F', '%Y-%m-%d').replaceAll('%D', '%m/%d/%y')
  const names: string[] = []
  const source = expanded.replace(/%(.)|[.*+?^${}()|[\]\\]/g, (found, letter?: string) => {
    if (letter === undefined) return `\\${found}`
    const [part = '%', name = ''] = PARTS[letter] ?? [letter === '%' ? '%' : '(.*?)', '']
    if (part.includes('(')) names.push(name)
    return part
  })
  const match = new RegExp(`^${source}$`).exec(text)
  if (!match) return undefined
  const at = (name: string): string | undefined => (names.includes(name) ? match[names.indexOf(name) + 1] : undefined)
  const epoch = at('epoch')
  if (epoch !== undefined) return Number(epoch)
  const month =
    at('name') === undefined ? Number(at('month') ?? 1) - 1 : MONTHS.indexOf((at('name') ?? '').toLowerCase())
  const [day, hours, minutes, seconds] = [at('day') ?? 1, at('hours') ?? 0, at('minutes') ?? 0, at('seconds') ?? 0].map(
    Number,
  )
  return Date.UTC(Number(at('year') ?? 1900), month, day, hours, minutes, seconds) / 1000
}
