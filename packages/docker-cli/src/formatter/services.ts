import { type ListFormat, row, type Row, shortId } from '@drydock/cli-plugin'
import type { PortConfig, Service } from '@drydock/docker-api'
import { imageWithoutDigest } from './tasks.ts'

/** `docker service ls` and `docker stack services`. */
export const serviceFormat: ListFormat = {
  table: '{{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}',
  raw: 'id: {{.ID}}\nname: {{.Name}}\nmode: {{.Mode}}\nreplicas: {{.Replicas}}\nimage: {{.Image}}\nports: {{.Ports}}\n',
  rawQuiet: 'id: {{.ID}}',
  headers: { ID: 'ID', Name: 'NAME', Mode: 'MODE', Replicas: 'REPLICAS', Image: 'IMAGE', Ports: 'PORTS' },
  typeName: '*service.serviceContext',
}

const MODES = [
  ['Global', 'global'],
  ['Replicated', 'replicated'],
  ['ReplicatedJob', 'replicated job'],
  ['GlobalJob', 'global job'],
] as const
const modeOf = ({ Spec }: Service): string => MODES.find(([field]) => Spec.Mode?.[field])?.[1] ?? ''

function replicas({ Spec, ServiceStatus }: Service): string {
  const { RunningTasks: running = 0, DesiredTasks: desired = 0, CompletedTasks: done = 0 } = ServiceStatus ?? {}
  const { ReplicatedJob, GlobalJob, Replicated } = Spec.Mode ?? {}
  if (ReplicatedJob) return `${running}/${desired} (${done}/${ReplicatedJob.TotalCompletions ?? 0} completed)`
  if (GlobalJob) return `${running}/${desired} (${done}/${desired + done} completed)`
  const most = (Replicated && Spec.TaskTemplate.Placement?.MaxReplicas) || 0
  return most > 0 ? `${running}/${desired} (max ${most} per node)` : `${running}/${desired}`
}

interface Range {
  readonly protocol: string
  readonly published: readonly [number, number]
  readonly target: readonly [number, number]
}
const span = ([first, last]: readonly [number, number]): string => (last > first ? `${first}-${last}` : String(first))

/** Neighbours of the routing mesh are folded to a range. */
function displayPorts(ports: readonly PortConfig[]): string {
  const ranges: Range[] = []
  for (const { Protocol: protocol = '', PublishedPort: outer = 0, TargetPort: inner = 0 } of sorted(ports)) {
    const last = ranges.at(-1)
    if (last && continues(last, protocol, outer, inner))
      ranges[ranges.length - 1] = { ...last, published: [last.published[0], outer], target: [last.target[0], inner] }
    else ranges.push({ protocol, published: [outer, outer], target: [inner, inner] })
  }
  return ranges
    .filter(({ published }) => published[0] > 0)
    .map(({ protocol, published, target }) => `*:${span(published)}->${span(target)}/${protocol}`)
    .join(', ')
}
const sorted = (ports: readonly PortConfig[]): PortConfig[] =>
  ports
    .filter(({ PublishMode }) => PublishMode === 'ingress')
    .toSorted(
      (a, b) => (a.Protocol ?? '').localeCompare(b.Protocol ?? '') || (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0),
    )
/** One target published at several ports is a range, too; but a range of targets goes only upwards. */
function continues({ protocol, published, target }: Range, other: string, outer: number, inner: number): boolean {
  const step = inner - target[1]
  const isRange = target[1] !== target[0]
  return protocol === other && outer - published[1] <= 1 && step >= 0 && step <= 1 && !(isRange && step <= 0)
}

export const serviceRow = (service: Service): Row =>
  row({
    ID: shortId(service.ID),
    Image: imageWithoutDigest(service.Spec.TaskTemplate.ContainerSpec?.Image ?? ''),
    Mode: modeOf(service),
    Name: service.Spec.Name ?? '',
    Ports: displayPorts(service.Endpoint?.Ports ?? []),
    Replicas: replicas(service),
  })
