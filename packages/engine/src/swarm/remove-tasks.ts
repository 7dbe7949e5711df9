import { removeContainer } from '../containers/remove.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { Problem } from '../problem.ts'
import { NODE_LABEL } from './task-container.ts'

/** Whoever leaves a swarm has none of its tasks left when he hears that he has left, those that were ending among them. */
export async function removeTaskContainers(parts: DaemonParts, nodeId: string): Promise<void> {
  const tasks = parts.containers.all().filter(({ record }) => record.Config.Labels?.[NODE_LABEL] === nodeId)
  await Promise.all(
    tasks.map((container) =>
      removeContainer(parts, container, { force: true, volumes: true }).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error
      }),
    ),
  )
}
