/** Dates in words. strftime(3), C locale, with the flags and widths of GNU date. */
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A time zone: how far local time is ahead of UTC at a moment, and its name then. */
export interface Zone {
  offsetMinutes(ms: number): number
  abbreviation(ms: number): string
}

export const UTC: Zone = { offsetMinutes: () => 0, abbreviation: () => 'UTC' }

/** Each calls by their letters only the zones of its own part of the world. */
const NAMING = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'ja']

/** The wall clock of a zone given by name, asked of the host's tables. */
function namedZone(name: string): Zone | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    const offsetMinutes = (ms: number): number => {
      const at = new Map(parts.formatToParts(ms).map((part) => [part.type, Number(part.value)]))
      const get = (type: Intl.DateTimeFormatPartTypes): number => at.get(type) ?? 0
      const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
      return Math.round((local - Math.floor(ms / 1000) * 1000) / 60000)
    }
    const abbreviation = (ms: number): string => {
      for (const locale of NAMING) {
        const text = new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' })
          .formatToParts(ms)
          .find(({ type }) => type === 'timeZoneName')?.value
        if (text !== undefined && !/^(GMT|UTC)./.test(text)) return text
      }
      const [text] = offsetText(offsetMinutes(ms), ':').split(':00')
      return (text ?? '').replace(':', '')
    }
    return { offsetMinutes, abbreviation }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The zone of TZ: `UTC`, `Europe/Berlin`, or `EST5` as POSIX writes it (hours west of Greenwich). */
export function timeZone(env: ReadonlyMap<string, string>): Zone {
  const name = (env.get('TZ') ?? '').replace(/^:/, '')
  if (name === '' || /^(UTC0?|GMT0?|Etc\/UTC|Universal|Zulu)$/.test(name))
    return name.startsWith('GMT') ? { ...UTC, abbreviation: () => 'GMT' } : UTC
  const posix = /^(?:<([^>]+)>|([A-Za-z]{3,}))([+-]?)(\d{1,2})(?::(\d\d))?/.exec(name)
  // Those with a summer time are names of the database as well, such as EST5EDT.
  const named = posix && posix[0].length < name.length ? namedZone(name) : undefined
  if (named) return named
  if (posix) {
    const [, quoted, plain, sign, hours, minutes] = posix
    const west = (Number(hours) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1)
    return { offsetMinutes: () => -west, abbreviation: () => quoted ?? plain ?? '' }
  }
  return namedZone(name) ?? { ...UTC, abbreviation: () => name.split('/')[0] ?? name }
}

function offsetText(minutes: number, colon: string): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}${colon}${String(size % 60).padStart(2, '0')}`
}

/** Week and year of ISO 8601. */
function isoWeek(date: Date): { year: number; week: number } {
  const day = (date.getUTCDay() + 6) % 7
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - day + 3)
  const year = new Date(thursday).getUTCFullYear()
  return { year, week: 1 + Math.floor((thursday - Date.UTC(year, 0, 1)) / 604_800_000) }
}
const dayOfYear = (date: Date): number =>
  Math.floor(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
      86_400_000,
  )

interface Moment {
  /** Its UTC fields are the local wall clock. */
  readonly local: Date
  readonly ms: number
  readonly zone: Zone
}
/** A value and how it is filled up when no flag says otherwise. */
type Field = readonly [value: string | number, width?: number, fill?: '0' | ' ']

const hour12 = (hour: number): number => hour % 12 || 12
const nanoseconds = (ms: number): string => String(Math.floor((((ms % 1000) + 1000) % 1000) * 1e6)).padStart(9, '0')

const FIELDS = new Map<string, (moment: Moment) => Field>([
  ['a', ({ local }) => [DAYS[local.getUTCDay()]?.slice(0, 3) ?? '']],
  ['A', ({ local }) => [DAYS[local.getUTCDay()] ?? '']],
  ['b', ({ local }) => [MONTHS[local.getUTCMonth()]?.slice(0, 3) ?? '']],
  ['B', ({ local }) => [MONTHS[local.getUTCMonth()] ?? '']],
  ['C', ({ local }) => [Math.floor(local.getUTCFullYear() / 100), 2]],
  ['d', ({ local }) => [local.getUTCDate(), 2]],
  ['e', ({ local }) => [local.getUTCDate(), 2, ' ']],
  ['g', ({ local }) => [isoWeek(local).year % 100, 2]],
  ['G', ({ local }) => [isoWeek(local).year]],
  ['H', ({ local }) => [local.getUTCHours(), 2]],
  ['I', ({ local }) => [hour12(local.getUTCHours()), 2]],
  ['j', ({ local }) => [dayOfYear(local) + 1, 3]],
  ['k', ({ local }) => [local.getUTCHours(), 2, ' ']],
  ['l', ({ local }) => [hour12(local.getUTCHours()), 2, ' ']],
  ['m', ({ local }) => [local.getUTCMonth() + 1, 2]],
  ['M', ({ local }) => [local.getUTCMinutes(), 2]],
  ['n', () => ['\n']],
  ['N', ({ ms }) => [nanoseconds(ms)]],
  ['p', ({ local }) => [local.getUTCHours() < 12 ? 'AM' : 'PM']],
  ['P', ({ local }) => [local.getUTCHours() < 12 ? 'am' : 'pm']],
  ['q', ({ local }) => [Math.floor(local.getUTCMonth() / 3) + 1]],
  ['s', ({ ms }) => [Math.floor(ms / 1000)]],
  ['S', ({ local }) => [local.getUTCSeconds(), 2]],
  ['t', () => ['\t']],
  ['u', ({ local }) => [local.getUTCDay() || 7]],
  ['U', ({ local }) => [Math.floor((dayOfYear(local) + 7 - local.getUTCDay()) / 7), 2]],
  ['V', ({ local }) => [isoWeek(local).week, 2]],
  ['w', ({ local }) => [local.getUTCDay()]],
  ['W', ({ local }) => [Math.floor((dayOfYear(local) + 7 - ((local.getUTCDay() + 6) % 7)) / 7), 2]],
  ['y', ({ local }) => [local.getUTCFullYear() % 100, 2]],
  ['Y', ({ local }) => [local.getUTCFullYear()]],
  ['z', ({ ms, zone }) => [offsetText(zone.offsetMinutes(ms), '')]],
  [':z', ({ ms, zone }) => [offsetText(zone.offsetMinutes(ms), ':')]],
  ['::z', ({ ms, zone }) => [`${offsetText(zone.offsetMinutes(ms), ':')}:00`]],
  ['Z', ({ ms, zone }) => [zone.abbreviation(ms)]],
  ['%', () => ['%']],
])
const COMPOSED = new Map([
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['D', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['h', '%b'],
  ['r', '%I:%M:%S %p'],
  ['R', '%H:%M'],
  ['T', '%H:%M:%S'],
  ['x', '%m/%d/%y'],
  ['X', '%H:%M:%S'],
  ['+', '%a %b %e %H:%M:%S %Z %Y'],
])

function render(flags: string, width: string, field: Field): string {
  const [value, ownWidth = 0, ownFill = '0'] = field
  let text = String(value)
  const numeric = typeof value === 'number'
  const fill = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : numeric ? ownFill : ' '
  if (!flags.includes('-')) text = text.padStart(width ? Number(width) : ownWidth, fill)
  if (flags.includes('^')) text = text.toUpperCase()
  if (flags.includes('#'))
    text = /[a-z]/.test(text) && text !== text.toLowerCase() ? text.toUpperCase() : text.toLowerCase()
  return text
}

/** @param ms  milliseconds since the epoch */
export function strftime(format: string, ms: number, zone: Zone = UTC): string {
  const moment: Moment = { local: new Date(ms + zone.offsetMinutes(ms) * 60000), ms, zone }
  return format.replace(
    /%([-_0^#]*)(\d*)[EO]?(:{0,3}[a-zA-Z%+])/g,
    (whole, flags: string, width: string, letter: string) => {
      const composed = COMPOSED.get(letter)
      if (composed !== undefined) return render(flags.replace('0', '_'), width, [strftime(composed, ms, zone)])
      if (letter === 'N' && width) return nanoseconds(ms).slice(0, Number(width))
      const field = FIELDS.get(letter)
      return field ? render(flags, width, field(moment)) : whole
    },
  )
}
