import { strftime, type Zone } from '../format/strftime.ts'

/** When a job runs: values of the five fields, or at the daemon's start. crontab(5). */
export interface Schedule {
  readonly reboot: boolean
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** A field of days that begins with a star: then both have to fit, otherwise either. */
  readonly starDay: boolean
  readonly starWeekday: boolean
}

/** Thrown with what is wrong: `bad minute`. */
export class BadSchedule extends Error {}

interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly names: readonly string[]
}
const FIELDS: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day-of-month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day-of-week', low: 0, high: 7, names: 'sun mon tue wed thu fri sat sun'.split(' ') },
]

const WORDS: ReadonlyMap<string, string> = new Map([
  ['yearly', '0 0 1 1 *'],
  ['annually', '0 0 1 1 *'],
  ['monthly', '0 0 1 * *'],
  ['weekly', '0 0 * * 0'],
  ['daily', '0 0 * * *'],
  ['midnight', '0 0 * * *'],
  ['hourly', '0 * * * *'],
])

const NEVER: ReadonlySet<number> = new Set()
const AT_START: Schedule = {
  reboot: true,
  minutes: NEVER,
  hours: NEVER,
  days: NEVER,
  months: NEVER,
  weekdays: NEVER,
  starDay: false,
  starWeekday: false,
}

/**
 * Reads the time that a line begins with.
 * @returns the schedule, and what follows it
 * @throws BadSchedule
 */
export function readSchedule(line: string): { readonly schedule: Schedule; readonly rest: string } {
  const [word, name = ''] = /^@(\S*)/.exec(line) ?? []
  if (word === undefined) return readFields(line)
  const rest = line.slice(word.length).trimStart()
  if (name === 'reboot') return { schedule: AT_START, rest }
  const fields = WORDS.get(name)
  if (fields === undefined) throw new BadSchedule('bad time specifier')
  return { schedule: readFields(fields).schedule, rest }
}

function readFields(line: string): { readonly schedule: Schedule; readonly rest: string } {
  let rest = line
  const texts: string[] = []
  const [minutes = NEVER, hours = NEVER, days = NEVER, months = NEVER, weekdays = NEVER] = FIELDS.map((field) => {
    const [text] = /^\S+/.exec(rest) ?? ['']
    rest = rest.slice(text.length).trimStart()
    texts.push(text)
    return readField(text, field)
  })
  const [starDay, starWeekday] = [texts[2] ?? '', texts[4] ?? ''].map((text) => text.startsWith('*'))
  const fitting = weekdays.has(7) ? new Set([...weekdays, 0]) : weekdays
  return {
    schedule: {
      reboot: false,
      minutes,
      hours,
      days,
      months,
      weekdays: fitting,
      starDay: starDay ?? false,
      starWeekday: starWeekday ?? false,
    },
    rest,
  }
}

/** `1-5`, `*\/10`, `mon,fri`, `2,4-8/2`. */
function readField(text: string, field: Field): ReadonlySet<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
    const [from, to] = readRange(range, field)
    if (from === undefined || to === undefined || from > to || step === '0') throw new BadSchedule(`bad ${field.name}`)
    if (step !== undefined && !/[*-]/.test(range)) throw new BadSchedule(`bad ${field.name}`)
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value)
  }
  return values
}

function readRange(text: string, field: Field): [from: number | undefined, to: number | undefined] {
  if (text === '*') return [field.low, field.high]
  const ends = text.split('-')
  if (ends.length > 2) return [undefined, undefined]
  const [from, to] = ends.map((end) => readValue(end, field))
  return [from, ends.length === 1 ? from : to]
}

function readValue(text: string, { low, high, names }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase())
  if (named >= 0) return named + low
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= low && value <= high ? value : undefined
}

/** Is it due in the minute of this time? @param ms  since the epoch */
export function isDue(schedule: Schedule, ms: number, zone: Zone): boolean {
  const [minute = 0, hour = 0, day = 0, month = 0, weekday = 0] = strftime('%M %H %d %m %w', ms, zone)
    .split(' ')
    .map(Number)
  if (!schedule.minutes.has(minute) || !schedule.hours.has(hour) || !schedule.months.has(month)) return false
  const [byDay, byWeekday] = [schedule.days.has(day), schedule.weekdays.has(weekday)]
  return schedule.starDay || schedule.starWeekday ? byDay && byWeekday : byDay || byWeekday
}
