import { defaultCollation } from '../sql/flavour.ts'
import { JSON_TEXT_FUNCTIONS } from './json-functions.ts'
import { MORE_FUNCTIONS } from './more-functions.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import { Hash, toHex } from '@drydock/codec'
import { DAYS, MONTHS } from '@drydock/libc'
import type { Value } from '../protocol.ts'
import { bytesOf, type Call, number, strict, text } from './call.ts'

/** What functions know of the session that asks. */
export interface FunctionHost {
  nowMs(): number
  random(length: number): Uint8Array
  readonly database: string
  readonly user: string
  readonly connectionId: number
  readonly lastInsertId: number
  readonly rowCount: number
  readonly foundRows: number
  readonly version: string
}

const two = (value: number): string => String(value).padStart(2, '0')
const UNITS: Readonly<Record<string, number>> = {
  MICROSECOND: 0.001,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
}
const IN_MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 }
/** `2026-01-31`, `2026-01-31 10:00:00[.5]`, `20260131`. @returns undefined for what is no date */
function dateOf(value: Value | undefined): Date | undefined {
  const found = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?/.exec(String(value ?? ''))
  if (!found) return undefined
  const [, y, m, d, h = 0, i = 0, s = 0, ms = 0] = found
  return new Date(
    Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(i), Number(s), Number(String(ms).padEnd(3, '0'))),
  )
}
const dateText = (date: Date): string => date.toISOString().slice(0, 10)
const timeText = (date: Date): string => date.toISOString().slice(11, 19)
const fullText = (date: Date): string => `${dateText(date)} ${timeText(date)}`
const hasTime = (value: Value | undefined): boolean => /\d:\d/.test(String(value))

/** A moment that is moved by so many units; a date stays a date unless it is moved by less than a day. */
function moved(value: Value | undefined, amount: Value | undefined, unit: Value | undefined, sign: 1 | -1): Value {
  const date = dateOf(value)
  if (!date || amount === null || amount === undefined) return null
  const name = String(unit).toUpperCase()
  const count = Number(amount) * sign
  const months = IN_MONTHS[name]
  if (months === undefined) date.setTime(date.getTime() + count * (UNITS[name] ?? 0))
  else {
    const day = date.getUTCDate()
    date.setUTCDate(1)
    date.setUTCMonth(date.getUTCMonth() + count * months)
    date.setUTCDate(Math.min(day, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()))
  }
  return hasTime(value) || (UNITS[name] ?? 86_400_000) < 86_400_000 ? fullText(date) : dateText(date)
}

const startOfYear = (date: Date): number => Date.UTC(date.getUTCFullYear(), 0, 1)
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - startOfYear(date)) / 86_400_000) + 1

/** Parts of a moment by the names of their functions and of EXTRACT's units. */
const PARTS: Readonly<Record<string, (date: Date) => number | string>> = {
  YEAR: (date) => date.getUTCFullYear(),
  QUARTER: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  MONTH: (date) => date.getUTCMonth() + 1,
  WEEK: (date) => Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7),
  DAY: (date) => date.getUTCDate(),
  DAYOFMONTH: (date) => date.getUTCDate(),
  DAYOFWEEK: (date) => date.getUTCDay() + 1,
  DAYOFYEAR: dayOfYear,
  WEEKDAY: (date) => (date.getUTCDay() + 6) % 7,
  HOUR: (date) => date.getUTCHours(),
  MINUTE: (date) => date.getUTCMinutes(),
  SECOND: (date) => date.getUTCSeconds(),
  DAYNAME: (date) => DAYS[date.getUTCDay()] ?? '',
  MONTHNAME: (date) => MONTHS[date.getUTCMonth()] ?? '',
}

/** DATE_FORMAT's letters. */
const LETTERS: Readonly<Record<string, (date: Date) => string | number>> = {
  Y: (date) => date.getUTCFullYear(),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  c: (date) => date.getUTCMonth() + 1,
  d: (date) => two(date.getUTCDate()),
  e: (date) => date.getUTCDate(),
  H: (date) => two(date.getUTCHours()),
  k: (date) => date.getUTCHours(),
  h: (date) => two(date.getUTCHours() % 12 || 12),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  l: (date) => date.getUTCHours() % 12 || 12,
  i: (date) => two(date.getUTCMinutes()),
  s: (date) => two(date.getUTCSeconds()),
  S: (date) => two(date.getUTCSeconds()),
  f: (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000`,
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  W: (date) => DAYS[date.getUTCDay()] ?? '',
  a: (date) => (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
  M: (date) => MONTHS[date.getUTCMonth()] ?? '',
  b: (date) => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  w: (date) => date.getUTCDay(),
  T: timeText,
  r: (date) =>
    `${two(date.getUTCHours() % 12 || 12)}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`,
  D: (date) =>
    `${date.getUTCDate()}${['th', 'st', 'nd', 'rd'][date.getUTCDate() % 10 > 3 || Math.floor(date.getUTCDate() / 10) === 1 ? 0 : date.getUTCDate() % 10]}`,
}

const hashed = (name: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512', value: Value | undefined): Value =>
  value === null || value === undefined ? null : toHex(new Hash(name).update(bytesOf(value)).digest())

function uuid(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return toHex(bytes).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const difference = (unit: Value | undefined, from: Date, to: Date): number => {
  const name = text(unit)
  const months = IN_MONTHS[name]
  if (months === undefined) return Math.trunc((to.getTime() - from.getTime()) / (UNITS[name] ?? 1000))
  const whole = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth()
  return Math.trunc((whole - (to.getUTCDate() < from.getUTCDate() ? 1 : 0)) / months)
}

/** Functions of MySQL that SQLite has not, or has otherwise, by the names that `render` gives them. */
export function functionsOf(host: FunctionHost): ReadonlyMap<string, Call> {
  const now = (): Date => new Date(host.nowMs())
  const rows: readonly (readonly [string, Call])[] = [
    ['now', () => fullText(now())],
    ['curdate', () => dateText(now())],
    ['curtime', () => timeText(now())],
    ['utc_timestamp', () => fullText(now())],
    ['utc_date', () => dateText(now())],
    ['utc_time', () => timeText(now())],
    [
      'unix_timestamp',
      (value) => Math.floor((value === undefined ? now() : (dateOf(value) ?? new Date(0))).getTime() / 1000),
    ],
    ['from_unixtime', strict((value, format) => formatted(new Date(number(value) * 1000), format))],
    ['date_add', (value, amount, unit) => moved(value, amount, unit, 1)],
    ['date_sub', (value, amount, unit) => moved(value, amount, unit, -1)],
    ['timestampadd', (unit, amount, value) => moved(value, amount, unit, 1)],
    ['date_format', strict((value, format) => (dateOf(value) ? formatted(dateOf(value) as Date, format) : null))],
    [
      'datediff',
      strict((a, b) => Math.round((Date.parse(text(a).slice(0, 10)) - Date.parse(text(b).slice(0, 10))) / 86_400_000)),
    ],
    [
      'timestampdiff',
      (unit, a, b) => (dateOf(a) && dateOf(b) ? difference(unit, dateOf(a) as Date, dateOf(b) as Date) : null),
    ],
    ['mysql_date', strict((value) => (dateOf(value) ? dateText(dateOf(value) as Date) : null))],
    ['mysql_time', strict((value) => /\d\d:\d\d(:\d\d)?/.exec(text(value))?.[0] ?? null)],
    [
      'last_day',
      strict((value) => {
        const date = dateOf(value)
        return date ? dateText(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0))) : null
      }),
    ],
    [
      'extract_part',
      (unit, value) => {
        const date = dateOf(value)
        return date ? (PARTS[text(unit)]?.(date) ?? null) : null
      },
    ],
    ...Object.entries(PARTS).map(([name, part]): [string, Call] => [
      name.toLowerCase(),
      (value) => {
        const date = dateOf(value)
        return date ? part(date) : null
      },
    ]),
    ['mysql_concat', strict((...parts) => parts.map(text).join(''))],
    [
      'concat_ws',
      (separator, ...parts) =>
        separator === null
          ? null
          : parts
              .filter((part) => part !== null)
              .map(text)
              .join(text(separator)),
    ],
    ['mysql_left', strict((value, count) => text(value).slice(0, Math.max(0, number(count))))],
    ['mysql_right', strict((value, count) => (number(count) > 0 ? text(value).slice(-number(count)) : ''))],
    [
      'lpad',
      strict((value, length, fill) => text(value).slice(0, number(length)).padStart(number(length), text(fill))),
    ],
    ['rpad', strict((value, length, fill) => text(value).slice(0, number(length)).padEnd(number(length), text(fill)))],
    ['repeat', strict((value, count) => text(value).repeat(Math.max(0, number(count))))],
    ['reverse', strict((value) => [...text(value)].reverse().join(''))],
    ['space', strict((count) => ' '.repeat(Math.max(0, number(count))))],
    [
      'locate',
      strict(
        (part, value, from) =>
          text(value)
            .toLowerCase()
            .indexOf(text(part).toLowerCase(), Math.max(0, number(from ?? 1) - 1)) + 1,
      ),
    ],
    [
      'substring_index',
      strict((value, mark, count) => {
        const parts = text(value).split(text(mark))
        return (number(count) > 0 ? parts.slice(0, number(count)) : parts.slice(number(count))).join(text(mark))
      }),
    ],
    ['field', (value, ...list) => list.findIndex((each) => text(each).toLowerCase() === text(value).toLowerCase()) + 1],
    ['elt', (at, ...list) => list[number(at) - 1] ?? null],
    ['find_in_set', strict((value, list) => text(list).split(',').indexOf(text(value)) + 1)],
    [
      'strcmp',
      strict((a, b) => {
        const [left, right] = [text(a).toLowerCase(), text(b).toLowerCase()]
        return left < right ? -1 : left > right ? 1 : 0
      }),
    ],
    ['ascii', strict((value) => bytesOf(value ?? '')[0] ?? 0)],
    [
      'conv',
      strict((value, from, to) => Number.parseInt(text(value), number(from)).toString(number(to)).toUpperCase()),
    ],
    ['bin', strict((value) => number(value).toString(2))],
    [
      'mysql_format',
      strict((value, digits) =>
        number(value).toLocaleString('en-US', {
          minimumFractionDigits: number(digits),
          maximumFractionDigits: number(digits),
        }),
      ),
    ],
    ['truncate', strict((value, digits) => Math.trunc(number(value) * 10 ** number(digits)) / 10 ** number(digits))],
    ['mysql_mod', strict((a, b) => (number(b) === 0 ? null : number(a) % number(b)))],
    ['regexp', strict((pattern, value) => (new RegExp(text(pattern), 'iu').test(text(value)) ? 1 : 0))],
    ['regexp_like', strict((value, pattern) => (new RegExp(text(pattern), 'iu').test(text(value)) ? 1 : 0))],
    ['regexp_replace', strict((value, pattern, by) => text(value).replace(new RegExp(text(pattern), 'giu'), text(by)))],
    [
      'rand',
      () => {
        const [a = 0, b = 0, c = 0, d = 0] = host.random(4)
        return (((a << 24) >>> 0) + (b << 16) + (c << 8) + d) / 2 ** 32
      },
    ],
    ['uuid', () => uuid(host.random(16).slice())],
    ['md5', (value) => hashed('md5', value)],
    ['sha1', (value) => hashed('sha1', value)],
    ['sha', (value) => hashed('sha1', value)],
    ['sha2', strict((value, bits) => hashed(`sha${number(bits) || 256}` as 'sha256', value))],
    ['to_base64', strict((value) => btoa(String.fromCharCode(...bytesOf(value ?? ''))))],
    [
      'inet_aton',
      strict((value) =>
        text(value)
          .split('.')
          .reduce((sum, part) => sum * 256 + Number(part), 0),
      ),
    ],
    [
      'inet_ntoa',
      strict((value) => [24, 16, 8, 0].map((shift) => Math.floor(number(value) / 2 ** shift) % 256).join('.')),
    ],
    [
      'json_unquote',
      strict((value) => (text(value).startsWith('"') ? (JSON.parse(text(value)) as string) : text(value))),
    ],
    ['current_schema', () => (host.database === '' ? null : host.database)],
    ['user', () => host.user],
    ['current_user', () => host.user.replace(/@.*/, '@%')],
    ['version', () => host.version],
    ['connection_id', () => host.connectionId],
    ['last_insert_id', () => host.lastInsertId],
    ['row_count', () => host.rowCount],
    ['found_rows', () => host.foundRows],
    ['get_lock', () => 1],
    ['release_lock', () => 1],
    ['sleep', () => 0],
    ['isnull', (value) => (value === null ? 1 : 0)],
    ['charset', () => 'utf8mb4'],
    ['collation', () => defaultCollation(host.version)],
    ['uuid_short', () => host.nowMs()],
    ['any_value', (value) => value ?? null],
    ...TIME_FUNCTIONS,
    ...MORE_FUNCTIONS,
    ...JSON_TEXT_FUNCTIONS,
  ]
  return new Map(rows)
}

function formatted(date: Date, format: Value | undefined): string {
  if (format === undefined) return fullText(date)
  return text(format).replaceAll(/%(.)/g, (_whole, letter: string) => String(LETTERS[letter]?.(date) ?? letter))
}
