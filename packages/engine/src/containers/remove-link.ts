import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, noSuchContainer } from '../problem.ts'
import { aliasOf } from './link-environment.ts'
import { rewriteHosts } from './start.ts'

/**
 * Takes a link of the default bridge away: `/parent/alias`. Neither container is touched. moby daemon.rmLink
 * @throws Problem conflict for a container's own name, not found
 */
export function removeLink(parts: DaemonParts, reference: string): void {
  const name = reference.replace(/^\/+/, '')
  const [parent = '', alias] = name.split('/')
  if (alias === undefined) throw conflict('Conflict, cannot remove the default link name of the container')
  const container = parts.containers.peek(parent)
  const links = container?.hostConfig.Links ?? []
  if (!container || !links.some((link) => aliasOf(link) === alias)) throw noSuchContainer(name)
  container.hostConfig = { ...container.hostConfig, Links: links.filter((link) => aliasOf(link) !== alias) }
  parts.containers.save(container)
  if (container.process) rewriteHosts(parts, container)
}
