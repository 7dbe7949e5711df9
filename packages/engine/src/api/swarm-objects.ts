import type { SwarmObject } from '@drydock/docker-api'
import { type TableName, type Tables } from '@drydock/swarm'
import type { Filters } from '../filters.ts'
import { invalid, notFound, systemProblem } from '../problem.ts'
import { type Call, param } from './route.ts'

type Named = SwarmObject & { Spec?: { Name?: string } }

/** By id, name, or the beginning of an id. moby daemon/cluster/helpers.go @throws Problem */
export function findObject<Name extends TableName>(call: Call, table: Name, text = param(call, 'id')): Tables[Name] {
  const { store } = call.parts.swarm.requireManager()
  const all = store.all(table)
  const exact = store.get(table, text) ?? all.find((each) => nameOf(table, each) === text)
  if (exact) return exact
  const matches = all.filter(({ ID }) => ID.startsWith(text))
  if (matches.length > 1) throw systemProblem(`${table} ${text} is ambiguous (${matches.length} matches found)`)
  if (!matches[0] || text === '') throw notFound(`${table} ${text} not found`)
  return matches[0]
}

export function nameOf(table: TableName, object: SwarmObject): string {
  if (table === 'node') return (object as Tables['node']).Description.Hostname ?? ''
  return (object as Named).Spec?.Name ?? ''
}

/** Ids and names may be given by their beginnings. */
export const fitsIdAndName = (filters: Filters, id: string, name: string): boolean =>
  filters.any('id', (value) => id.startsWith(value)) && filters.any('name', (value) => name.startsWith(value))

/** `?version=` of an update. @throws Problem invalid */
export function versionOf({ query }: Call, what: string): number {
  const text = query.get('version') ?? ''
  if (/^\d+$/.test(text)) return Number(text)
  throw invalid(`invalid ${what} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
}
