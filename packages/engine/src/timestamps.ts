import type { Clock } from '@drydock/abi'
import { invalid } from './problem.ts'

/** Go's zero time: "never". */
export const NEVER = '0001-01-01T00:00:00Z'

/** RFC 3339 with up to nine digits of a second, without trailing zeros, as Go's time.RFC3339Nano. */
export function formatTime(ms: number, nanoseconds = 0): string {
  const whole = new Date(Math.floor(ms)).toISOString()
  const fraction = (whole.slice(20, 23) + String(nanoseconds).padStart(6, '0')).replace(/0+$/, '')
  return `${whole.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** Now. The digits below a millisecond come from the monotonic clock. */
export const timestamp = (clock: Clock): string => formatTime(clock.now(), Math.floor((clock.monotonic() % 1) * 1e6))

/** Milliseconds since the epoch of an RFC 3339 time; nanoseconds are cut. */
export const parseTime = (text: string): number => Date.parse(text.replace(/(\.\d{3})\d+/, '$1'))

/**
 * A `since` or `until` of the API: seconds since the epoch with a fraction (`1700000000.5`), or RFC 3339.
 * @returns milliseconds since the epoch; undefined when absent or zero
 * @throws Problem invalid
 */
export function parseApiTime(text: string | null): number | undefined {
  if (text === null || text === '' || text === '0') return undefined
  const ms = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseTime(text)
  if (Number.isNaN(ms)) throw invalid(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return ms
}
