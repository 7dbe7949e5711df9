import { GoBytes, GoTime } from '@drydock/cli-plugin'

/** Fields that are time.Time in Go. */
const TIMES = new Set(['CreatedAt', 'UpdatedAt', 'StartedAt', 'CompletedAt', 'Timestamp', 'LastExecution'])
/** Maps by the user's own names, which Go writes in order. */
const MAPS = new Set(['Labels', 'Options', 'Sysctls', 'DriverOpts'])

/** A swarm's object as the real client holds it: times are times, content is bytes, maps are in order. */
export const asGoStruct = (value: unknown, name = ''): unknown => {
  if (typeof value === 'string')
    return TIMES.has(name) ? new GoTime(value) : name === 'Data' ? new GoBytes(value) : value
  if (Array.isArray(value)) return value.map((each) => asGoStruct(each))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (MAPS.has(name)) return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return Object.fromEntries(entries.map(([key, each]) => [key, asGoStruct(each, key)]))
}
