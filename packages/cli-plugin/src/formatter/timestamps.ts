import { parseDuration } from '../cobra/flag.ts'
import { CliError } from '../session/cli-error.ts'

const FORM = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?)?(Z|[+-]\d\d:\d\d)?$/

/**
 * What --since and --until take: `10m` ago, a date, or seconds since the epoch; as the API wants it.
 * @param nowMs milliseconds since the epoch
 * @param flag named in the error
 */
export function parseTimestamp(text: string, nowMs: number, flag = ''): string {
  if (/^\d+(\.\d+)?$/.test(text)) return text
  const ago = durationOf(text)
  if (ago !== undefined) return String(Math.trunc((nowMs - ago / 1e6) / 1000))
  const match = FORM.exec(text)
  const ms = match ? Date.parse(`${match[1]}T${withSeconds(match[2])}${match[3] ?? 'Z'}`) : Number.NaN
  if (Number.isNaN(ms))
    throw new CliError(
      `${flag === '' ? '' : `invalid value for "${flag}": `}failed to parse value as time or duration: ${JSON.stringify(text)}`,
    )
  const fraction = (/\.(\d+)/.exec(match?.[2] ?? '')?.[1] ?? '').padEnd(9, '0').slice(0, 9)
  return `${Math.floor(ms / 1000)}.${fraction}`
}

const withSeconds = (clock: string | undefined): string =>
  clock === undefined ? '00:00:00' : clock.length === 5 ? `${clock}:00` : clock

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text)
  } catch {
    return undefined
  }
}
