import { toBase64 } from '@drydock/codec'
import { timeZone, type Zone } from '@drydock/libc'

const [FIRST_YEAR, LAST_YEAR] = [1970, 2060]
const STEP_MS = 30 * 86_400_000

interface Period {
  /** Seconds since the epoch. */
  readonly since: number
  readonly offsetSeconds: number
  readonly name: string
  readonly summer: boolean
}

/** @returns a zone of the database as a TZif file in base64, made of what the host's tables tell; null for no zone. RFC 9636 */
export function zoneFile(name: string): string | null {
  if (!isZone(name)) return null
  const zone = timeZone(new Map([['TZ', name]]))
  const periods = periodsOf(zone)
  return toBase64(Uint8Array.from([...header(0, 1, 1), ...[0, 0, 0, 0, 0, 0, 0], ...body(periods), 10, 10]))
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z][\w+\-/]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function periodsOf(zone: Zone): Period[] {
  const first = Date.UTC(FIRST_YEAR, 0, 1)
  const last = Date.UTC(LAST_YEAR, 0, 1)
  const periods = [periodAt(zone, first)]
  for (let at = first; at < last; at += STEP_MS) {
    const offset = zone.offsetMinutes(at)
    if (zone.offsetMinutes(at + STEP_MS) !== offset) periods.push(periodAt(zone, changeIn(zone, at, offset)))
  }
  return periods
}

/** The second, between `from` and a step later, from which on the offset is another. */
function changeIn(zone: Zone, from: number, offset: number): number {
  let [before, after] = [from / 1000, (from + STEP_MS) / 1000]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (zone.offsetMinutes(middle * 1000) === offset) before = middle
    else after = middle
  }
  return after * 1000
}

function periodAt(zone: Zone, ms: number): Period {
  const year = new Date(ms).getUTCFullYear()
  const sides = [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)].map((each) => zone.offsetMinutes(each))
  const offset = zone.offsetMinutes(ms)
  return {
    since: ms / 1000,
    offsetSeconds: offset * 60,
    name: zone.abbreviation(ms),
    summer: offset > Math.min(...sides),
  }
}

const MAGIC = [...'TZif2'].map((letter) => letter.charCodeAt(0))
const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >> shift) & 255)
const i64 = (value: number): number[] => [...u32(Math.floor(value / 2 ** 32)), ...u32(value >>> 0)]

const header = (times: number, types: number, letters: number): number[] => [
  ...MAGIC,
  ...Array.from({ length: 15 }, () => 0),
  ...[0, 0, 0, times, types, letters].flatMap(u32),
]

function body(periods: readonly Period[]): number[] {
  const kinds: Period[] = []
  const kindOf = (period: Period): number => {
    const same = (each: Period): boolean => each.offsetSeconds === period.offsetSeconds && each.name === period.name
    const found = kinds.findIndex(same)
    return found >= 0 ? found : kinds.push(period) - 1
  }
  const which = periods.map(kindOf)
  const names = kinds.map(({ name }) => `${name}\0`)
  const places = names.map((_, i) => names.slice(0, i).join('').length)
  const letters = [...names.join('')].map((letter) => letter.charCodeAt(0))
  return [
    ...header(periods.length, kinds.length, letters.length),
    ...periods.flatMap(({ since }) => i64(since)),
    ...which,
    ...kinds.flatMap(({ offsetSeconds, summer }, i) => [...u32(offsetSeconds), Number(summer), places[i] ?? 0]),
    ...letters,
  ]
}
