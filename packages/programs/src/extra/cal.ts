import { defineProgram, flag, UsageError } from '@drydock/libc'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Su Mo Tu We Th Fr Sa'.split(' ')
const DAY_MS = 86_400_000
const WIDTH = 20

const center = (text: string): string => {
  const left = Math.floor((WIDTH - text.length) / 2)
  return `${' '.repeat(Math.max(0, left))}${text}`.padEnd(WIDTH)
}

/** @param month from 0 */
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  return date
}

/** Eight lines of 20 columns. */
function monthLines(year: number, month: number, monday: boolean, title: string): string[] {
  const first = monday ? 1 : 0
  const days = Math.round((utc(year, month + 1, 1).getTime() - utc(year, month, 1).getTime()) / DAY_MS)
  const lead = (utc(year, month, 1).getUTCDay() - first + 7) % 7
  const cells = Array.from({ length: 42 }, (_, i) => {
    const day = i - lead + 1
    return day >= 1 && day <= days ? String(day).padStart(2) : '  '
  })
  const weeks = Array.from({ length: 6 }, (_, i) => cells.slice(i * 7, i * 7 + 7).join(' '))
  const names = DAYS.map((_, i) => DAYS[(i + first) % 7] ?? '').join(' ')
  return [center(title), names, ...weeks]
}

const beside = (months: readonly (readonly string[])[]): string =>
  Array.from({ length: 8 }, (_, line) => months.map((each) => each[line] ?? '').join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')

function yearText(year: number, monday: boolean): string {
  const rows = [0, 3, 6, 9].map((from) =>
    beside([0, 1, 2].map((i) => monthLines(year, from + i, monday, MONTHS[from + i] ?? ''))),
  )
  return `${' '.repeat(Math.floor((60 - String(year).length) / 2))}${year}\n${rows.join('\n')}`
}

function numberIn(text: string | undefined, low: number, high: number, what: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text ?? '') || number < low || number > high)
    throw new UsageError(`illegal ${what} value: use ${low}-${high}`)
  return number
}
function monthNumber(text: string): number {
  const named = MONTHS.findIndex((name) => text.length >= 3 && name.toLowerCase().startsWith(text.toLowerCase()))
  return named >= 0 ? named : numberIn(text, 1, 12, 'month') - 1
}

/** cal: the calendar of a month or year, Gregorian for all time. cal(1). */
export const cal = defineProgram({
  name: 'util-linux/cal',
  paths: ['/usr/bin/cal'],
  covers: 'partial',
  lacks: ['the Julian calendar before 1752', '-j, -w, -n', 'today in reverse video'],
  summary: 'display a calendar',
  sizeBytes: 59_928,
  usage: 'cal [options] [[[day] month] year]',
  options: {
    one: flag('1', 'one'),
    three: flag('3', 'three'),
    year: flag('y', 'year'),
    monday: flag('m', 'monday'),
    sunday: flag('s', 'sunday'),
  },
  async main({ options: o, operands, sys, io }) {
    const now = new Date(sys.clock.now())
    const words = operands.slice(-2)
    const year = words.length ? numberIn(words.at(-1), 1, 9999, 'year') : now.getUTCFullYear()
    const monday = o.monday > 0
    if (o.year > 0 || words.length === 1) {
      await io.print(yearText(year, monday))
      return 0
    }
    const month = words.length === 2 ? monthNumber(words[0] ?? '') : now.getUTCMonth()
    const shown = (o.three ? [-1, 0, 1] : [0]).map((offset) => {
      const date = utc(year, month + offset, 1)
      const [y, m] = [date.getUTCFullYear(), date.getUTCMonth()]
      return monthLines(y, m, monday, `${MONTHS[m]} ${y}`)
    })
    await io.print(beside(shown))
    return 0
  },
})
