import type { BuildPruneReport } from '@drydock/docker-api'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Filters } from '../../filters.ts'
import { parseTime } from '../../timestamps.ts'
import { parseUntil } from '../../until.ts'
import type { CacheUse } from './build-cache.ts'

/** Chain ids that images have. */
export const layersOfImages = ({ images }: DaemonParts): ReadonlySet<string> =>
  new Set(images.all().flatMap((image) => images.layersOf(image).map(({ chainId }) => chainId)))

/**
 * POST /build/prune: forgets what no build holds.
 * @param all also what images share
 * @param keepBytes so much of what was used last stays
 */
export function pruneCache(parts: DaemonParts, filters: Filters, all: boolean, keepBytes: number): BuildPruneReport {
  const until = parseUntil(filters, parts.sys.clock.now())
  const doomed = parts.buildCache
    .list(layersOfImages(parts))
    .filter((record) => !record.inUse && (all || !record.shared) && matches(record, filters))
    .filter(({ lastUsedAt }) => until === undefined || parseTime(lastUsedAt) <= until)
    .toSorted((a, b) => parseTime(b.lastUsedAt) - parseTime(a.lastUsedAt))
  let [kept, space] = [0, 0]
  const ids: string[] = []
  for (const record of doomed) {
    if (kept + record.size <= keepBytes && keepBytes > 0) {
      kept += record.size
      continue
    }
    space += record.shared ? 0 : record.size
    ids.push(record.id)
    forget(parts, record)
  }
  parts.buildCache.save()
  return { CachesDeleted: ids.length > 0 ? ids : null, SpaceReclaimed: space }
}

const matches = (record: CacheUse, filters: Filters): boolean =>
  filters.any('id', (value) => record.id.startsWith(value)) &&
  filters.any('type', (value) => record.type === value) &&
  filters.any('description', (value) => record.description.includes(value))

function forget(parts: DaemonParts, { key }: CacheUse): void {
  const used = layersOfImages(parts)
  for (const layer of parts.buildCache.remove(key)) if (!used.has(layer.chainId)) parts.images.layers.remove(layer)
}
