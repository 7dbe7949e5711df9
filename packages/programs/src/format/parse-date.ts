import { timeZone, UTC, type Zone } from './strftime.ts'

/** Dates in the words of `date -d`: ISO, RFC 2822, `@SECONDS`, names of days and months, relative steps. */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MONTH_NAMES =
  /^(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\.?$/
const DAY_NAMES = /^(sun(day)?|mon(day)?|tue(s(day)?)?|wed(nes(day)?)?|thu(r(s(day)?)?)?|fri(day)?|sat(ur(day)?)?)\.?$/
const ORDINALS = new Map([
  ['last', -1],
  ['this', 0],
  ['next', 1],
  ['first', 1],
  ['third', 3],
  ['fourth', 4],
  ['fifth', 5],
  ['sixth', 6],
  ['seventh', 7],
  ['eighth', 8],
  ['ninth', 9],
  ['tenth', 10],
  ['eleventh', 11],
  ['twelfth', 12],
  ['a', 1],
  ['an', 1],
])
const UNIT = /^(sec(ond)?|min(ute)?|hour|day|week|fortnight|month|year)s?$/
const FIXED_UNITS_MS = new Map([
  ['sec', 1000],
  ['second', 1000],
  ['min', 60_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
])

/** What has been read so far: calendar fields, a clock, steps. */
interface Reading {
  year: number
  month: number
  day: number
  clock: { hour: number; minute: number; second: number } | undefined
  dated: boolean
  weekday: number | undefined
  weekdayStep: number
  offsetMinutes: number | undefined
  addMs: number
  addDays: number
  addMonths: number
}

type Rule = readonly [RegExp, (match: RegExpExecArray, reading: Reading) => boolean | undefined]

const clockOf = (reading: Reading, hour: string, minute = '0', second = '0', half?: string): boolean => {
  const h = half ? (Number(hour) % 12) + (half.startsWith('p') ? 12 : 0) : Number(hour)
  reading.clock = { hour: h, minute: Number(minute), second: Number(second.replace(',', '.')) }
  return h < 24 && Number(minute) < 60 && Number(second.replace(',', '.')) < 61
}
const dateOf = (reading: Reading, year: number, month: number, day: number): boolean => {
  Object.assign(reading, { year, month: month - 1, day, dated: true })
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}
const monthOf = (name: string): number => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
const fullYear = (text: string): number =>
  text.length <= 2 ? Number(text) + (Number(text) < 69 ? 2000 : 1900) : Number(text)

function step(reading: Reading, count: number, unit: string): boolean {
  const name = unit.replace(/s$/, '')
  const fixed = FIXED_UNITS_MS.get(name)
  if (fixed !== undefined) reading.addMs += count * fixed
  else if (name === 'month') reading.addMonths += count
  else if (name === 'year') reading.addMonths += 12 * count
  else reading.addDays += count * (name === 'week' ? 7 : name === 'fortnight' ? 14 : 1)
  return true
}

/** Abbreviations that GNU date knows, as hours east of Greenwich; military letters are not among them. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['wet', 0],
  ['west', 1],
  ['bst', 1],
  ['cet', 1],
  ['met', 1],
  ['cest', 2],
  ['mest', 2],
  ['eet', 2],
  ['eest', 3],
  ['msk', 3],
  ['ist', 5.5],
  ['jst', 9],
  ['est', -5],
  ['edt', -4],
  ['cst', -6],
  ['cdt', -5],
  ['mst', -7],
  ['mdt', -6],
  ['pst', -8],
  ['pdt', -7],
])

const MONTH_WORD = '[a-z]{3,9}\\.?'
const RULES: readonly Rule[] = [
  [/^(\d{4})-(\d\d?)-(\d\d?)(?=$|[\st])/, ([, y = '', m, d], r) => dateOf(r, Number(y), Number(m), Number(d))],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{2,4})/, ([, m, d, y = ''], r) => dateOf(r, fullYear(y), Number(m), Number(d))],
  [/^(\d{1,2})\/(\d{1,2})(?!\d|\/)/, ([, m, d], r) => dateOf(r, r.year, Number(m), Number(d))],
  [
    /^t?(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d+)?))?\s*([ap]\.?m\.?)?/,
    ([, h = '', m, s, half], r) => clockOf(r, h, m, s, half),
  ],
  [/^(\d{1,2})\s*([ap]\.?m\.?)\b/, ([, h = '', half], r) => clockOf(r, h, '0', '0', half)],
  [
    new RegExp(`^(\\d{1,2})[\\s-]*(${MONTH_WORD})[\\s,-]*(\\d{4})(?!:)`),
    ([, d, m = '', y], r) => MONTH_NAMES.test(m) && dateOf(r, Number(y), monthOf(m), Number(d)),
  ],
  [
    new RegExp(`^(\\d{1,2})[\\s-]+(${MONTH_WORD})(?![a-z])`),
    ([, d, m = ''], r) => MONTH_NAMES.test(m) && dateOf(r, r.year, monthOf(m), Number(d)),
  ],
  [
    new RegExp(`^(${MONTH_WORD})\\s+(\\d{1,2}),?\\s+(\\d{4})(?!:)`),
    ([, m = '', d, y], r) => MONTH_NAMES.test(m) && dateOf(r, Number(y), monthOf(m), Number(d)),
  ],
  [
    new RegExp(`^(${MONTH_WORD})\\s+(\\d{1,2})(?![\\d:])`),
    ([, m = '', d], r) => MONTH_NAMES.test(m) && dateOf(r, r.year, monthOf(m), Number(d)),
  ],
  [/^(\d{4})(\d\d)(\d\d)(?!\d)/, ([, y, m, d], r) => dateOf(r, Number(y), Number(m), Number(d))],
  [/^(?:z|utc|gmt|ut)(?![a-z])/, (_, r) => ((r.offsetMinutes = 0), true)],
  [
    /^([+-])(\d\d):?(\d\d)(?!\d)/,
    ([, s, h, m], r) =>
      r.clock !== undefined &&
      r.offsetMinutes === undefined &&
      ((r.offsetMinutes = (Number(h) * 60 + Number(m)) * (s === '-' ? -1 : 1)), true),
  ],
  [
    /^([+-]?)\s*(\d+)\s*([a-z]+)(\s+ago)?(?![a-z])/,
    ([, s, n, unit = '', ago], r) =>
      UNIT.test(unit) && step(r, Number(n) * (s === '-' ? -1 : 1) * (ago ? -1 : 1), unit),
  ],
  [
    /^(last|this|next|an?|first|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)\s+([a-z]+)(\s+ago)?/,
    ([, word = '', unit = '', ago], r) => ordinal(r, word, unit, ago !== undefined),
  ],
  [/^([a-z]+)\s+ago/, ([, unit = ''], r) => UNIT.test(unit) && step(r, -1, unit)],
  [/^(now|today)(?![a-z])/, ([, word], r) => ((r.dated = r.dated || word === 'today'), true)],
  [/^(yesterday)(?![a-z])/, (_, r) => step(r, -1, 'day')],
  [/^(tomorrow)(?![a-z])/, (_, r) => step(r, 1, 'day')],
  [
    /^([a-z]{1,5})(?![a-z])/,
    ([, name = ''], r) => {
      const hours = ZONES.get(name)
      if (hours === undefined || r.clock === undefined || r.offsetMinutes !== undefined) return false
      r.offsetMinutes = hours * 60
      return true
    },
  ],
  [
    /^([a-z]+)\.?,?/,
    ([, word = ''], r) => DAY_NAMES.test(word) && ((r.weekday = DAYS.indexOf(word.slice(0, 3))), true),
  ],
  [/^([a-z]+)/, ([, word = ''], r) => UNIT.test(word) && step(r, 1, word)],
]

function ordinal(reading: Reading, word: string, unit: string, ago: boolean): boolean {
  const count = (ORDINALS.get(word) ?? 0) * (ago ? -1 : 1)
  if (UNIT.test(unit)) return step(reading, count, unit)
  if (!DAY_NAMES.test(unit)) return false
  reading.weekday = DAYS.indexOf(unit.slice(0, 3))
  reading.weekdayStep = count
  return true
}

function read(text: string, reading: Reading): boolean {
  let rest = text.trim().toLowerCase()
  while (rest !== '') {
    let used = 0
    for (const [pattern, apply] of RULES) {
      const match = pattern.exec(rest)
      if (match && apply(match, reading)) {
        used = match[0].length
        break
      }
    }
    if (used === 0) return false
    rest = rest.slice(used).replace(/^[\s,]+/, '')
  }
  return true
}

/** Calendar fields of the local clock at `ms`. */
const localDate = (ms: number, zone: Zone): Date => new Date(ms + zone.offsetMinutes(ms) * 60_000)
/** The moment when the local clock shows `wallMs` (counted as if it were UTC). */
const fromLocal = (wallMs: number, zone: Zone): number => {
  const guess = wallMs - zone.offsetMinutes(wallMs) * 60_000
  return wallMs - zone.offsetMinutes(guess) * 60_000
}

function resolve(reading: Reading, now: number, zone: Zone): number {
  const wall = localDate(now, zone)
  const relative = reading.addMs !== 0 || reading.addDays !== 0 || reading.addMonths !== 0
  const midnight = (reading.dated || reading.weekday !== undefined) && !(relative && !reading.dated)
  const clock = reading.clock ?? (midnight ? { hour: 0, minute: 0, second: 0 } : undefined)
  let day = reading.day + reading.addDays
  if (reading.weekday !== undefined && !reading.dated) {
    const ahead = (reading.weekday - wall.getUTCDay() + 7) % 7
    day += ahead + 7 * (reading.weekdayStep - (reading.weekdayStep > 0 && ahead > 0 ? 1 : 0))
  }
  const local = clock
    ? Date.UTC(reading.year, reading.month + reading.addMonths, day, clock.hour, clock.minute) + clock.second * 1000
    : Date.UTC(reading.year, reading.month + reading.addMonths, day) +
      (wall.getTime() - Math.floor(wall.getTime() / 86_400_000) * 86_400_000)
  const at = reading.offsetMinutes === undefined ? fromLocal(local, zone) : local - reading.offsetMinutes * 60_000
  return at + reading.addMs
}

/** @returns milliseconds since the epoch; undefined when the words make no date */
export function parseDate(text: string, now: number, zone: Zone = UTC): number | undefined {
  const zoned = /^\s*TZ="([^"]*)"\s*([^]*)$/.exec(text)
  if (zoned) return parseDate(zoned[2] ?? '', now, timeZone(new Map([['TZ', zoned[1] ?? '']])))
  const seconds = /^\s*@(-?\d+(?:\.\d+)?)\s*$/.exec(text)
  if (seconds) return Number(seconds[1]) * 1000
  const wall = localDate(now, zone)
  const reading: Reading = {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth(),
    day: wall.getUTCDate(),
    clock: undefined,
    dated: text.trim() === '',
    weekday: undefined,
    weekdayStep: 0,
    offsetMinutes: undefined,
    addMs: 0,
    addDays: 0,
    addMonths: 0,
  }
  if (!read(text.replace(/\btoday\b/gi, ' now '), reading)) return undefined
  const at = resolve(reading, now, zone)
  return Number.isNaN(at) ? undefined : at
}

/** `[[CC]YY]MMDDhhmm[.ss]`, as touch -t takes it. */
export function parseTouchStamp(text: string, now: number, zone: Zone = UTC): number | undefined {
  const match = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text)
  if (!match) return undefined
  const [, a, b, month, day, hour, minute, second = '0'] = match
  const year = a && b ? Number(a + b) : a ? fullYear(a) : localDate(now, zone).getUTCFullYear()
  if (Number(month) < 1 || Number(month) > 12 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59)
    return undefined
  return fromLocal(Date.UTC(year, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)), zone)
}
