import type { ContainersPruneReport } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { Filters } from '../filters.ts'
import { parseUntil } from '../until.ts'
import { parseTime } from '../timestamps.ts'
import { sizesOf } from './inspect.ts'
import { removeContainer } from './remove.ts'

/** Removes every container that does not run. */
export async function pruneContainers(parts: DaemonParts, filters: Filters): Promise<ContainersPruneReport> {
  const until = parseUntil(filters, parts.sys.clock.now())
  const deleted: string[] = []
  let space = 0
  for (const container of parts.containers.all()) {
    const { record } = container
    if (container.process || record.State.Restarting || !filters.labels(record.Config.Labels)) continue
    if (until !== undefined && parseTime(record.Created) > until) continue
    space += sizesOf(parts, container).SizeRw
    await removeContainer(parts, container, {})
    deleted.push(container.id)
  }
  parts.events.publish('container', 'prune', '', { reclaimed: String(space) })
  return { ContainersDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: space }
}
