import type { DaemonParts } from '../daemon-parts.ts'
import type { Container } from './container.ts'

/** An event of a container with the attributes every one of them has: image, name and labels. */
export function publishContainer(
  { events }: Pick<DaemonParts, 'events'>,
  container: Container,
  action: string,
  more: Record<string, string> = {},
): void {
  const { Labels, Image = '' } = container.record.Config
  events.publish('container', action, container.id, { ...Labels, ...more, image: Image, name: container.name })
}
