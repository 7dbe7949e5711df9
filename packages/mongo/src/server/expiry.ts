import { valuesAt } from '../store/value-key.ts'
import type { Server } from './server.ts'

/** Documents whose time, by an index with expireAfterSeconds, is over. docs: TTL Indexes */
export function expire({ catalog, sys }: Server): void {
  const now = sys.clock.now()
  for (const database of catalog.databases())
    for (const collection of catalog.of(database))
      for (const { key, expireAfterSeconds } of collection.indexes) {
        if (expireAfterSeconds === undefined) continue
        const path = (Object.keys(key)[0] ?? '').split('.')
        const isOver = (value: unknown): boolean =>
          value instanceof Date && value.getTime() + expireAfterSeconds * 1000 <= now
        for (const { document } of [...collection.all()])
          if (valuesAt(document, path).some(isOver)) collection.delete(document._id)
      }
}
