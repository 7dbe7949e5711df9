import type { DaemonParts } from '../daemon-parts.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { startContainer } from './start.ts'
import { stopContainer, type StopOptions } from './stop.ts'

/** Stops it if it runs, and starts it. @throws Problem */
export async function restartContainer(parts: DaemonParts, container: Container, options: StopOptions): Promise<void> {
  if (container.process || container.record.State.Restarting) await stopContainer(parts, container, options)
  await container.exclusively(async () => undefined)
  await startContainer(parts, container)
  publishContainer(parts, container, 'restart')
}
