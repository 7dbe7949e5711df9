import type { Value } from '../protocol.ts'

type Call = (...args: Value[]) => Value

const text = (value: Value | undefined): string => String(value ?? '')
const number = (value: Value | undefined): number => Number(value ?? 0)
const two = (value: number): string => String(value).padStart(2, '0')
const strict =
  (call: Call): Call =>
  (...args) =>
    args.some((arg) => arg === null) ? null : call(...args)

const DAY_MS = 86_400_000
/** Days from the year 0 to 1970, as TO_DAYS counts them. */
const EPOCH_DAYS = 719_528

/** `-12:30:00`, `1 10:00:00`, `103000`: seconds; undefined for what is no time. */
function secondsOf(value: Value | undefined): number | undefined {
  const found = /^(-?)(?:(\d+) )?(\d+):(\d\d)(?::(\d\d)(\.\d+)?)?$/.exec(text(value).trim())
  if (found) {
    const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = found
    const sum = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(fraction)
    return sign ? -sum : sum
  }
  if (!/^\d{1,6}$/.test(text(value))) return undefined
  const digits = text(value).padStart(6, '0')
  return Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4))
}

function timeText(seconds: number): string {
  const whole = Math.abs(Math.trunc(seconds))
  return `${seconds < 0 ? '-' : ''}${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

const dateMs = (value: Value | undefined): number => Date.parse(`${text(value).replace(' ', 'T').slice(0, 19)}Z`)
const isDate = (value: Value | undefined): boolean => /^\d{4}-\d\d-\d\d/.test(text(value))
const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const fullText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
const stamp = (value: Value | undefined): number =>
  dateMs(text(value).length === 10 ? `${text(value)} 00:00:00` : (value ?? ''))

/** A moment or a time, moved by a time. */
function shifted(value: Value | undefined, by: Value | undefined, sign: number): Value {
  const seconds = secondsOf(by)
  if (seconds === undefined) return null
  if (isDate(value)) return fullText(stamp(value) + sign * seconds * 1000)
  const from = secondsOf(value)
  return from === undefined ? null : timeText(from + sign * seconds)
}

function timeDifference(a: Value | undefined, b: Value | undefined): Value {
  if (isDate(a) && isDate(b)) return timeText((stamp(a) - stamp(b)) / 1000)
  const [left, right] = [secondsOf(a), secondsOf(b)]
  return left === undefined || right === undefined ? null : timeText(left - right)
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** What each letter of STR_TO_DATE reads. */
const READ: Readonly<Record<string, readonly [pattern: string, part: string]>> = {
  Y: ['(\\d{4})', 'year'],
  y: ['(\\d{2})', 'short'],
  m: ['(\\d{1,2})', 'month'],
  c: ['(\\d{1,2})', 'month'],
  M: ['([A-Za-z]+)', 'named'],
  b: ['([A-Za-z]{3})', 'named'],
  d: ['(\\d{1,2})', 'day'],
  e: ['(\\d{1,2})', 'day'],
  H: ['(\\d{1,2})', 'hour'],
  k: ['(\\d{1,2})', 'hour'],
  h: ['(\\d{1,2})', 'hour'],
  i: ['(\\d{1,2})', 'minute'],
  s: ['(\\d{1,2})', 'second'],
  S: ['(\\d{1,2})', 'second'],
  p: ['(AM|PM)', 'half'],
  T: ['(\\d{1,2}:\\d{2}:\\d{2})', 'time'],
}

/** STR_TO_DATE; null for what does not fit. */
function parsedDate(value: string, format: string): Value {
  const parts: string[] = []
  const pattern = format.replaceAll(/%(.)|([.*+?^${}()|[\]\\])/g, (_whole, letter: string, special: string) => {
    if (special !== undefined) return `\\${special}`
    const [read = '', part = ''] = READ[letter] ?? ['.*?', '']
    if (part !== '') parts.push(part)
    return read
  })
  const found = new RegExp(`^${pattern}`, 'i').exec(value.trim())
  if (!found) return null
  const given = new Map(parts.map((part, i) => [part, found[i + 1] ?? '']))
  const [hour = '0', minute = '0', second = '0'] = given.get('time')?.split(':') ?? [
    given.get('hour'),
    given.get('minute'),
    given.get('second'),
  ]
  const half = given.get('half')?.toUpperCase()
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  const clock = `${two(hours)}:${two(Number(minute))}:${two(Number(second))}`
  const month = given.has('named')
    ? MONTHS.indexOf((given.get('named') ?? '').slice(0, 3).toLowerCase()) + 1
    : Number(given.get('month') ?? 0)
  const year = given.get('year') ?? (given.has('short') ? `20${given.get('short')}` : undefined)
  const hasClock = ['hour', 'minute', 'second', 'time'].some((part) => given.has(part))
  if (year === undefined) return hasClock ? clock : null
  const day = `${year}-${two(month)}-${two(Number(given.get('day') ?? 0))}`
  if (Number.isNaN(Date.parse(day)) || dateText(Date.parse(day)) !== day) return null
  return hasClock ? `${day} ${clock}` : day
}

/** Months of a period `YYYYMM`. */
const monthsOf = (period: number): number => Math.floor(period / 100) * 12 + (period % 100) - 1
const periodOf = (months: number): number => Math.floor(months / 12) * 100 + (months % 12) + 1

/** Offset of a zone like `+01:00`, in milliseconds; undefined for a name. */
function offsetOf(zone: string): number | undefined {
  if (/^(utc|system)$/i.test(zone)) return 0
  const found = /^([+-])(\d{1,2}):(\d\d)$/.exec(zone)
  return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000 : undefined
}

/** Functions of dates and times beyond those of `functions.ts`. Reference Manual, "Date and Time Functions". */
export const TIME_FUNCTIONS: readonly (readonly [string, Call])[] = [
  ['addtime', strict((value, by) => shifted(value, by, 1))],
  ['subtime', strict((value, by) => shifted(value, by, -1))],
  ['timediff', strict(timeDifference)],
  ['time_to_sec', strict((value) => secondsOf(isDate(value) ? text(value).slice(11) : (value ?? null)) ?? null)],
  ['sec_to_time', strict((value) => timeText(number(value)))],
  ['maketime', strict((h, m, s) => timeText(number(h) * 3600 + number(m) * 60 + number(s)))],
  ['makedate', strict((year, day) => (number(day) < 1 ? null : dateText(Date.UTC(number(year), 0, number(day)))))],
  ['str_to_date', strict((value, format) => parsedDate(text(value), text(format)))],
  ['to_days', strict((value) => (isDate(value) ? Math.floor(stamp(value) / DAY_MS) + EPOCH_DAYS : null))],
  ['from_days', strict((days) => dateText((number(days) - EPOCH_DAYS) * DAY_MS))],
  ['period_add', strict((period, months) => periodOf(monthsOf(number(period)) + number(months)))],
  ['period_diff', strict((a, b) => monthsOf(number(a)) - monthsOf(number(b)))],
  [
    'convert_tz',
    strict((value, from, to) => {
      const [old, wanted] = [offsetOf(text(from)), offsetOf(text(to))]
      return old === undefined || wanted === undefined || !isDate(value) ? null : fullText(stamp(value) - old + wanted)
    }),
  ],
]
