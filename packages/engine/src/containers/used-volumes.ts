import type { Volume } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { Container } from './container.ts'

const volumesOf = ({ volumes }: DaemonParts, { record }: Container): Volume[] =>
  record.Mounts.flatMap(({ name }) => (name === undefined ? [] : (volumes.find(name) ?? [])))

/** Mounts what the container's volumes need. @throws Problem system */
export function acquireVolumes(parts: DaemonParts, container: Container): void {
  for (const volume of volumesOf(parts, container)) parts.volumes.mounted.acquire(volume, container.id)
}

export function releaseVolumes(parts: DaemonParts, container: Container): void {
  for (const volume of volumesOf(parts, container)) parts.volumes.mounted.release(volume, container.id)
}
