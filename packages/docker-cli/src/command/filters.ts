import type { Filters } from '@drydock/docker-api'

/** `["name=a", "name=b"]` as the API's `{"name": ["a", "b"]}`. */
export function toFilters(words: readonly string[]): Filters {
  const filters = new Map<string, string[]>()
  for (const word of words) {
    const at = word.indexOf('=')
    const name = word.slice(0, at)
    filters.set(name, [...(filters.get(name) ?? []), word.slice(at + 1)])
  }
  return Object.fromEntries(filters)
}
