import type { StackFile, StackService } from './compose-format.ts'

/** Several files as one: what comes later wins, lists grow, and what has a key of its own is merged by it. */
export function mergeFiles(files: readonly StackFile[]): StackFile {
  const [first = {}, ...others] = files
  return others.reduce<StackFile>((base, file) => mergeTwo(base, file), first)
}

const SECTIONS = ['networks', 'volumes', 'secrets', 'configs'] as const

function mergeTwo(base: StackFile, file: StackFile): StackFile {
  const sections = SECTIONS.filter((name) => base[name] || file[name]).map((name) => [
    name,
    new Map<string, unknown>([...(base[name] ?? []), ...(file[name] ?? [])]),
  ])
  const services = new Map(base.services)
  for (const [name, service] of file.services ?? []) {
    const before = services.get(name)
    services.set(name, before ? (merge(before, service, []) as StackService) : service)
  }
  const inOrder = [...services].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { ...base, ...Object.fromEntries(sections), services: new Map(inOrder) }
}

type Merge = (before: unknown, after: unknown) => unknown
/** Items that are the same when a field of theirs is; the list is in order of it. */
const byField =
  (field: string): Merge =>
  (before, after) => {
    const key = (item: unknown): unknown => (item as Record<string, unknown>)[field] ?? ''
    const items = new Map([...(before as unknown[]), ...(after as unknown[])].map((item) => [key(item), item]))
    return [...items].toSorted(([a], [b]) => compare(a, b)).map(([, item]) => item)
  }
const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1
const later: Merge = (_before, after) => after

/** Options of another driver are no options of this one. */
const logging: Merge = (before, after) => {
  const [a, b] = [before, after] as { driver?: string; options?: Map<string, string> }[]
  if (a?.driver && b?.driver && a.driver !== b.driver) return b
  const driver = a?.driver || b?.driver
  return { ...(driver ? { driver } : {}), options: new Map([...(a?.options ?? []), ...(b?.options ?? [])]) }
}

const SPECIAL: ReadonlyMap<string, Merge> = new Map([
  ['ports', byField('published')],
  ['secrets', byField('source')],
  ['configs', byField('source')],
  ['volumes', byField('target')],
  ['command', later],
  ['entrypoint', later],
  ['logging', logging],
  ['ulimits.*', later],
  ['networks.*', (before, after) => (after === null ? before : { ...(before as object), ...(after as object) })],
])

function merge(before: unknown, after: unknown, path: readonly string[]): unknown {
  if (before === undefined || before === null) return after
  if (after === undefined) return before
  const special = SPECIAL.get(path.join('.')) ?? SPECIAL.get([...path.slice(0, -1), '*'].join('.'))
  if (special) return special(before, after)
  if (Array.isArray(before) && Array.isArray(after)) return [...(before as unknown[]), ...(after as unknown[])]
  if (before instanceof Map && after instanceof Map) return mergeMaps(before, after, path)
  if (isPlain(before) && isPlain(after))
    return Object.fromEntries(mergeMaps(new Map(Object.entries(before)), new Map(Object.entries(after)), path))
  // Go can't tell what is empty from what was not said.
  return after === '' || after === 0 || after === false ? before : after
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)

function mergeMaps(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  path: readonly string[],
): Map<string, unknown> {
  const merged = new Map(before)
  for (const [name, value] of after) merged.set(name, merge(merged.get(name), value, [...path, name]))
  return merged
}
