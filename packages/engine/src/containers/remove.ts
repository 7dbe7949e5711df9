import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, noSuchContainer } from '../problem.ts'
import { dropTaskFiles } from '../swarm/task-files.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { removeRootfs, unmountRootfs } from './rootfs.ts'
import { killAndWait } from './stop.ts'

export interface RemoveOptions {
  readonly force?: boolean
  /** Anonymous volumes go too. */
  readonly volumes?: boolean
}

/** @throws Problem conflict when it runs and is not forced */
export async function removeContainer(parts: DaemonParts, container: Container, options: RemoveOptions): Promise<void> {
  if (container.removed) throw noSuchContainer(container.name)
  if (container.record.State.RemovalInProgress)
    throw conflict(`removal of container ${container.id} is already in progress`)
  if ((container.process || container.record.State.Restarting) && !options.force)
    throw conflict(stillRunning(container))
  container.record.HasBeenManuallyStopped = true
  container.cancelRestart?.()
  container.record.State.Restarting = false
  if (container.process) await killAndWait(parts, container)
  await container.exclusively(async () => {
    if (!container.removed) await removeNow(parts, container, options)
  })
}

function stillRunning({ name, record }: Container): string {
  if (record.State.Paused) return `cannot remove container "${name}": container is paused and must be unpaused first`
  return `cannot remove container "${name}": container is running: stop the container before removing or force remove`
}

/** For a container that does not run. */
export async function removeNow(parts: DaemonParts, container: Container, { volumes }: RemoveOptions): Promise<void> {
  const { sys, places, containers, execs } = parts
  container.record.State.RemovalInProgress = true
  unmountRootfs(sys, places, container.id)
  removeRootfs(sys, places, container.id)
  execs.forget(container.execs)
  dropTaskFiles(parts, container)
  containers.delete(container)
  if (volumes) removeAnonymous(parts, container)
  publishContainer(parts, container, 'destroy')
  container.waiters.gone()
}

function removeAnonymous({ containers, volumes }: DaemonParts, { record }: Container): void {
  const used = new Set(containers.all().flatMap((other) => other.record.Mounts.map(({ name }) => name)))
  for (const { name, anonymous } of record.Mounts)
    if (anonymous && name !== undefined && !used.has(name)) volumes.remove(name, [], true)
}
