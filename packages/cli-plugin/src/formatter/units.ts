/** Sizes and spans of time in docker's words. github.com/docker/go-units. */

/** C's %.{precision}g. */
function general(value: number, precision: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(precision - 1).split('e')[1])
  if (exponent < -4 || exponent >= precision) {
    const [digits = '', power = '0'] = value.toExponential(precision - 1).split('e')
    const mantissa = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
    return `${mantissa}e${power.startsWith('-') ? '-' : '+'}${power.replace(/^[+-]/, '').padStart(2, '0')}`
  }
  return String(Number(value.toPrecision(precision)))
}

function scaled(bytes: number, base: number, units: readonly string[], precision: number): string {
  let size = bytes
  let unit = 0
  while (size >= base && unit < units.length - 1) {
    size /= base
    unit++
  }
  return general(size, precision) + (units[unit] ?? '')
}

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']

/** `1.99MB`: powers of a thousand. */
export const humanSize = (bytes: number, precision = 4): string => scaled(bytes, 1000, DECIMAL, precision)
/** `7.656GiB`: powers of 1024. */
export const bytesSize = (bytes: number): string => scaled(bytes, 1024, BINARY, 4)

const HOUR = 3600
/** `About a minute`, `3 weeks`. @param seconds how long */
export function humanDuration(seconds: number): string {
  const whole = Math.trunc(seconds)
  const hours = Math.trunc(seconds / HOUR + 0.5)
  const rules: readonly (readonly [boolean, string])[] = [
    [whole < 1, 'Less than a second'],
    [whole === 1, '1 second'],
    [whole < 60, `${whole} seconds`],
    [whole < 120, 'About a minute'],
    [whole < HOUR, `${Math.trunc(seconds / 60)} minutes`],
    [hours === 1, 'About an hour'],
    [hours < 48, `${hours} hours`],
    [hours < 24 * 14, `${Math.trunc(hours / 24)} days`],
    [hours < 24 * 60, `${Math.trunc(hours / 24 / 7)} weeks`],
    [hours < 24 * 730, `${Math.trunc(hours / 24 / 30)} months`],
  ]
  return rules.find(([applies]) => applies)?.[1] ?? `${Math.trunc(hours / 24 / 365)} years`
}

export const shortId = (id: string): string => {
  const bare = id.includes(':') ? id.slice(id.indexOf(':') + 1) : id
  return bare.slice(0, 12)
}

/** At most `width` characters, the last one an ellipsis when something was cut. */
export function ellipsis(text: string, width: number): string {
  const letters = Array.from(text)
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join('')}…`
}

/** strconv.Quote. */
export const quoted = (text: string): string => JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1')

const two = (n: number): string => String(n).padStart(2, '0')
/** `2026-11-24 03:24:15 +0000 UTC`, Go's time.Time as text. @param seconds since the epoch */
export function goTime(seconds: number): string {
  const at = new Date(seconds * 1000)
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000 UTC`
}

/** RFC 3339 in UTC to seconds since the epoch. */
export const secondsOf = (rfc3339: string): number => Date.parse(rfc3339) / 1000

/** Go's time.Duration.String. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s'
  const sign = nanoseconds < 0 ? '-' : ''
  const total = Math.abs(nanoseconds)
  if (total < 1e3) return `${sign}${total}ns`
  if (total < 1e6) return `${sign}${trim(total / 1e3)}µs`
  if (total < 1e9) return `${sign}${trim(total / 1e6)}ms`
  const seconds = total / 1e9
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = trim(seconds - Math.floor(seconds / 60) * 60)
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`
}
const trim = (value: number): string => String(Number(value.toFixed(9)))
