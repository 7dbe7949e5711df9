/**
 * The offset of a time zone, as tzset(3) reads it from TZ: a name of the zone database, else UTC.
 * @returns minutes behind UTC at a time in seconds, as Date's getTimezoneOffset() has it
 */
export function zoneOffset(zone: string | undefined): (timeSeconds: number) => number {
  const format = zone ? formatOf(zone.replace(/^:/, '')) : undefined
  if (!format) return () => 0
  return (timeSeconds) => {
    const parts = new Map(format.formatToParts(timeSeconds * 1000).map(({ type, value }) => [type, Number(value)]))
    const [year, month, day, hour, minute, second] = FIELDS.map((name) => parts.get(name) ?? 0)
    const local = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)
    return Math.round(timeSeconds / 60 - local / 60_000)
  }
}

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const numeric = Object.fromEntries(FIELDS.map((name) => [name, 'numeric']))
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', calendar: 'gregory', ...numeric })
  } catch {
    return undefined
  }
}
