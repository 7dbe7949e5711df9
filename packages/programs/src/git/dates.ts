/** Dates as git reads and shows them. git-commit(1), "DATE FORMATS"; git-log(1), "--date". */
import { DAYS, MONTHS, strftime, type Zone } from '@drydock/libc'
import type { Person } from './objects.ts'

export interface Moment {
  readonly seconds: number
  readonly zone: string
}
const two = (n: number): string => String(n).padStart(2, '0')

export function zoneText(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}
export function zoneMinutes(zone: string): number {
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))
  return zone.startsWith('-') ? -size : size
}

const MONTH_NAMES = MONTHS.map((name) => name.slice(0, 3))
const DAY_NAMES = DAYS.map((name) => name.slice(0, 3))

function parts({ seconds, zone }: Moment): { date: Date; day: string; month: string; clock: string; ymd: string } {
  const date = new Date((seconds + zoneMinutes(zone) * 60) * 1000)
  const text = date.toISOString()
  return {
    date,
    day: DAY_NAMES[date.getUTCDay()] ?? '',
    month: MONTH_NAMES[date.getUTCMonth()] ?? '',
    clock: text.slice(11, 19),
    ymd: text.slice(0, 10),
  }
}

const isoZone = (zone: string): string => `${zone.slice(0, 3)}:${zone.slice(3)}`

/** What --date and the placeholders of dates ask for. */
const STYLES: ReadonlyMap<string, (moment: Moment, local: boolean, now: number) => string> = new Map([
  [
    'default',
    (m, local) => {
      const { date, day, month, clock } = parts(m)
      return `${day} ${month} ${date.getUTCDate()} ${clock} ${date.getUTCFullYear()}${local ? '' : ` ${m.zone}`}`
    },
  ],
  ['iso', (m) => `${parts(m).ymd} ${parts(m).clock} ${m.zone}`],
  ['iso8601', (m) => `${parts(m).ymd} ${parts(m).clock} ${m.zone}`],
  ['iso-strict', (m) => `${parts(m).ymd}T${parts(m).clock}${isoZone(m.zone)}`],
  ['iso8601-strict', (m) => `${parts(m).ymd}T${parts(m).clock}${isoZone(m.zone)}`],
  ['rfc', (m) => rfc(m)],
  ['rfc2822', (m) => rfc(m)],
  ['short', (m) => parts(m).ymd],
  ['raw', (m) => `${m.seconds} ${m.zone}`],
  ['unix', (m) => String(m.seconds)],
  ['relative', (m, _, now) => ago(now, m.seconds)],
  ['human', (m, _, now) => human(m, now)],
])

function rfc(moment: Moment): string {
  const { date, day, month, clock } = parts(moment)
  return `${day}, ${date.getUTCDate()} ${month} ${date.getUTCFullYear()} ${clock} ${moment.zone}`
}

function human(moment: Moment, now: number): string {
  const { date, day, month, clock } = parts(moment)
  const today = parts({ seconds: now, zone: moment.zone }).date
  const time = clock.slice(0, 5)
  if (today.getUTCFullYear() !== date.getUTCFullYear()) return `${month} ${date.getUTCDate()} ${date.getUTCFullYear()}`
  const days = Math.floor(today.getTime() / 86_400_000) - Math.floor(date.getTime() / 86_400_000)
  if (days === 0) return ago(now, moment.seconds)
  return days < 6 ? `${day} ${time}` : `${day} ${month} ${date.getUTCDate()} ${time}`
}

/** @param style  `iso`, `short-local`, `format:%Y`; undefined for git's own */
export function showDate(person: Moment, style: string | undefined, now: number, here: Zone): string {
  const [, name = 'default', ending] =
    /^(.*?)(-local)?$/s.exec(style === 'local' ? 'default-local' : (style ?? 'default')) ?? []
  const local = ending !== undefined
  const moment = local ? { ...person, zone: zoneText(here.offsetMinutes(person.seconds * 1000)) } : person
  if (name.startsWith('format:')) {
    const minutes = zoneMinutes(moment.zone)
    return strftime(name.slice(7), moment.seconds * 1000, { offsetMinutes: () => minutes, abbreviation: () => '' })
  }
  return (STYLES.get(name) ?? STYLES.get('default'))?.(moment, local, now) ?? ''
}
export const isDateStyle = (style: string): boolean =>
  style === 'local' || style.startsWith('format:') || STYLES.has(style.replace(/-local$/, ''))

/** `3 days ago`. */
export function ago(now: number, then: number): string {
  if (now < then) return 'in the future'
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  const half = (n: number, size: number): number => Math.floor((n + Math.floor(size / 2)) / size)
  let left = now - then
  if (left < 90) return `${many(left, 'second')} ago`
  left = half(left, 60)
  if (left < 90) return `${many(left, 'minute')} ago`
  left = half(left, 60)
  if (left < 36) return `${many(left, 'hour')} ago`
  left = half(left, 24)
  if (left < 14) return `${many(left, 'day')} ago`
  if (left < 70) return `${many(half(left, 7), 'week')} ago`
  if (left < 365) return `${many(half(left, 30), 'month')} ago`
  if (left < 1825) {
    const months = Math.floor((left * 12 * 2 + 365) / (365 * 2))
    const [years, rest] = [Math.floor(months / 12), months % 12]
    return rest ? `${many(years, 'year')}, ${many(rest, 'month')} ago` : `${many(years, 'year')} ago`
  }
  return `${many(half(left, 365), 'year')} ago`
}

const UNITS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_629_746,
  year: 31_556_952,
}
const WORD_NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  ten: 10,
  last: 1,
}

function relativeDate(text: string, now: number): number | undefined {
  if (text === 'now') return now
  if (text === 'today') return now
  if (text === 'yesterday') return now - 86_400
  if (text === 'never') return 0
  const words = [...text.matchAll(/(\d+|[a-z]+)[ .]+(second|minute|hour|day|week|month|year)s?/g)]
  if (words.length === 0) return undefined
  return words.reduce(
    (at, [, count = '1', unit = 'day']) => at - (WORD_NUMBERS[count] ?? (Number(count) || 0)) * (UNITS[unit] ?? 0),
    now,
  )
}

/** @returns undefined for what is no date */
export function parseDate(given: string, now: number, here: Zone): Moment | undefined {
  const text = given.trim()
  const local = (seconds: number): string => zoneText(here.offsetMinutes(seconds * 1000))
  const [, raw, rawZone] = /^@?(\d{5,})(?:\s+([-+]\d{4}))?$/.exec(text) ?? []
  if (raw !== undefined)
    return { seconds: Number(raw), zone: rawZone ?? (text.startsWith('@') ? '+0000' : local(Number(raw))) }
  const relative = relativeDate(text.toLowerCase(), now)
  if (relative !== undefined) return { seconds: Math.floor(relative), zone: local(relative) }
  return absoluteDate(text, now, local)
}

function absoluteDate(text: string, now: number, local: (seconds: number) => string): Moment | undefined {
  const [, clock, hour, minute, second] = /(?:^|[T\s])((\d{1,2}):(\d\d)(?::(\d\d))?)/.exec(text) ?? []
  const today = new Date(now * 1000)
  const day = dayOf(text)
  if (!day && clock === undefined) return undefined
  const [year, month, date] = day ?? [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()]
  const [h, m, s] =
    clock === undefined
      ? [today.getUTCHours(), today.getUTCMinutes(), today.getUTCSeconds()]
      : [hour, minute, second ?? 0].map(Number)
  const naive = Date.UTC(year, month, date, h, m, s) / 1000
  const [, utc, sign] = /(?:\d|\s)(?:(Z|UTC|GMT)|([-+]\d\d:?\d\d))$/.exec(text) ?? []
  const zone = utc ? '+0000' : sign && clock !== undefined ? sign.replace(':', '') : local(naive)
  return { seconds: naive - zoneMinutes(zone) * 60, zone }
}

function dayOf(text: string): [number, number, number] | undefined {
  const iso = /(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})/.exec(text)
  if (iso) return [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])]
  const monthAt = (name: string): number =>
    MONTH_NAMES.findIndex((each) => each.toLowerCase() === name.slice(0, 3).toLowerCase())
  const first = /(\d{1,2})\s+([A-Z][a-z]{2,})\w*,?\s+(\d{4})/.exec(text)
  if (first && monthAt(first[2] ?? '') >= 0) return [Number(first[3]), monthAt(first[2] ?? ''), Number(first[1])]
  const second = /([A-Z][a-z]{2,})\s+(\d{1,2})\b.*?(\d{4})(?!\d)(?::)?/.exec(text)
  if (second && monthAt(second[1] ?? '') >= 0) return [Number(second[3]), monthAt(second[1] ?? ''), Number(second[2])]
  const slashes = /(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(text)
  return slashes ? [Number(slashes[3]), Number(slashes[1]) - 1, Number(slashes[2])] : undefined
}

export const momentOf = ({ seconds, zone }: Person): Moment => ({ seconds, zone })
