import { invalid } from './problem.ts'
import type { Filters } from './filters.ts'
import { parseApiTime } from './timestamps.ts'

const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Go's time.ParseDuration: `1h30m`. @returns milliseconds; undefined when it is none */
export function parseDuration(text: string): number | undefined {
  if (!/^([\d.]+(ns|us|ms|s|m|h))+$/.test(text)) return undefined
  const parts = text.matchAll(/([\d.]+)(ns|us|ms|s|m|h)/g)
  return [...parts].reduce((sum, [, value, unit]) => sum + Number(value) * (UNITS[unit ?? ''] ?? 0), 0)
}

/** The `until` filter of prune: a time, or a span before now. @returns milliseconds since the epoch @throws Problem invalid */
export function parseUntil(filters: Filters, nowMs: number): number | undefined {
  const [text] = filters.get('until')
  if (text === undefined) return undefined
  const span = parseDuration(text)
  const time = span === undefined ? parseApiTime(text) : nowMs - span
  if (time === undefined) throw invalid(`failed to parse value as time or duration: ${JSON.stringify(text)}`)
  return time
}
