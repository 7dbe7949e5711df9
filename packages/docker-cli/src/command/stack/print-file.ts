import { goDuration } from '@drydock/cli-plugin'
import { writeYaml } from '@drydock/cli-plugin/compose-file'
import type { StackFile } from './load/compose-format.ts'

/** Values that Go's YAML writes in other words than they are kept in. */
const DURATIONS = new Set([
  'delay',
  'monitor',
  'window',
  'interval',
  'timeout',
  'start_period',
  'start_interval',
  'stop_grace_period',
])
type Shown = (value: unknown) => unknown
const external: Shown = (value) => (value as { external?: boolean }).external ?? false
const ulimits: Shown = (value) =>
  new Map(
    Array.from(value as Map<string, { single?: number }>, ([name, { single, ...range }]) => [
      name,
      single ?? shown(range),
    ]),
  )
const SPECIAL: ReadonlyMap<string, Shown> = new Map<string, Shown>([
  ['memory', String],
  ['external', external],
  ['ulimits', ulimits],
])

/** The file as `stack config` prints it: nothing empty, maps by name, structs in the order of the format. */
export function printStackFile(file: StackFile): string {
  const { version, services, networks, volumes, secrets, configs, ...extra } = file
  const sections = { networks, volumes, secrets, configs }
  const filled = Object.entries(sections).filter(([, section]) => section && section.size > 0)
  const named = filled.map(([name, section]): [string, unknown] => [
    name,
    byName(section as Map<string, unknown>, keep),
  ])
  return writeYaml(
    new Map<string, unknown>([
      ['version', version],
      ['services', byName(services ?? new Map(), shown)],
      ...named,
      ...Object.entries(extra),
    ]),
  )
}

const byName = (map: ReadonlyMap<string, unknown>, show: Shown): Map<string, unknown> =>
  new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, show(value)] as const))
/** Even an empty one is there. */
const keep: Shown = (value) => shown(value) ?? new Map()

function shown(value: unknown): unknown {
  if (value instanceof Map) return byName(value as Map<string, unknown>, (each) => (each === null ? null : keep(each)))
  if (Array.isArray(value)) return value.map((each) => keep(each))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
    .map(([name, each]): [string, unknown] => [name, name.startsWith('x-') ? each : field(name, each)])
    .filter(([name, each]) => name.startsWith('x-') || !isEmpty(each))
  return new Map(fields)
}

function field(name: string, value: unknown): unknown {
  if (DURATIONS.has(name) && typeof value === 'number') return goDuration(value)
  return (SPECIAL.get(name) ?? shown)(value)
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (value instanceof Map && value.size === 0)
