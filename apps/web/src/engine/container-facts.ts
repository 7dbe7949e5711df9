import type { ContainerSummary } from '@drydock/docker-api'

/** The first name, without its slash. */
export const nameOf = ({ Names, Id }: ContainerSummary): string => (Names[0] ?? Id.slice(0, 12)).replace(/^\//, '')

export type Tone = 'good' | 'warn' | 'danger' | 'quiet'

/** How a container is, as a colour says it. */
export function stateTone({ State, Status }: ContainerSummary): Tone {
  if (State === 'running')
    return Status.includes('unhealthy') ? 'danger' : Status.includes('starting)') ? 'warn' : 'good'
  if (State === 'paused' || State === 'restarting') return 'warn'
  if (State === 'dead') return 'danger'
  const exit = /^Exited \((\d+)\)/.exec(Status)?.[1]
  return exit === undefined || exit === '0' || exit === '143' || exit === '137' ? 'quiet' : 'danger'
}

export const isLive = ({ State }: ContainerSummary): boolean =>
  State === 'running' || State === 'paused' || State === 'restarting'

/** Compose's project, if the container belongs to one. */
export const projectOf = ({ Labels }: ContainerSummary): string | undefined => Labels?.['com.docker.compose.project']

/** Published ports, each once: a port bound on IPv4 and IPv6 is one port. */
export function publishedPorts({
  Ports,
}: ContainerSummary): readonly { readonly host: number; readonly inside: number }[] {
  const seen = new Map<number, number>()
  for (const { PublicPort, PrivatePort, Type } of Ports)
    if (PublicPort !== undefined && Type === 'tcp') seen.set(PublicPort, PrivatePort)
  return [...seen].map(([host, inside]) => ({ host, inside })).sort((a, b) => a.host - b.host)
}
