import type { StoredValue } from '@drydock/abi'

/** What leads from one complete state of a store to the next. No key is in both. */
export interface Change {
  readonly puts: ReadonlyMap<string, StoredValue>
  readonly deletes: readonly string[]
}

export const NO_CHANGE: Change = { puts: new Map(), deletes: [] }

/** One change that does what the given ones do one after the other. */
export function merged(changes: readonly Change[]): Change {
  const puts = new Map<string, StoredValue>()
  const deletes = new Set<string>()
  for (const change of changes) {
    for (const [key, value] of change.puts) {
      puts.set(key, value)
      deletes.delete(key)
    }
    for (const key of change.deletes) {
      puts.delete(key)
      deletes.add(key)
    }
  }
  return { puts, deletes: [...deletes] }
}

/** The same change to keys that begin with `prefix`. */
export function below(prefix: string, { puts, deletes }: Change): Change {
  return {
    puts: new Map(Array.from(puts, ([key, value]) => [prefix + key, value])),
    deletes: deletes.map((key) => prefix + key),
  }
}

export const isEmpty = ({ puts, deletes }: Change): boolean => puts.size === 0 && deletes.length === 0
