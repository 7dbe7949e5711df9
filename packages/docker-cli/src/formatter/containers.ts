import type { ContainerSummary } from '@drydock/docker-api'
import {
  displayPorts,
  ellipsis,
  goTime,
  humanDuration,
  humanSize,
  labelList,
  labelOf,
  type ListFormat,
  quoted,
  row,
  type Row,
  shortId,
} from '@drydock/cli-plugin'

const TABLE = '{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}'

/** `docker ps`. */
export const containerFormat = (size: boolean): ListFormat => ({
  table: size ? `${TABLE}\t{{.Size}}` : TABLE,
  raw: `container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n${size ? 'size: {{.Size}}\n' : ''}`,
  headers: {
    ID: 'CONTAINER ID',
    Names: 'NAMES',
    Image: 'IMAGE',
    Command: 'COMMAND',
    CreatedAt: 'CREATED AT',
    RunningFor: 'CREATED',
    Ports: 'PORTS',
    State: 'STATE',
    Status: 'STATUS',
    Size: 'SIZE',
    Labels: 'LABELS',
    Mounts: 'MOUNTS',
    LocalVolumes: 'LOCAL VOLUMES',
    Networks: 'NETWORKS',
    Platform: 'PLATFORM',
  },
  typeName: '*formatter.ContainerContext',
})

/** Names without their slash; those given by links (`/a/b`) only when nothing is cut. */
const names = (container: ContainerSummary, truncate: boolean): string =>
  container.Names.map((name) => name.replace(/^\//, ''))
    .filter((name) => !truncate || !name.includes('/'))
    .join(',')

function image(container: ContainerSummary, truncate: boolean): string {
  const { Image, ImageID } = container
  if (Image === '') return '<no image>'
  if (!truncate) return Image
  if (shortId(ImageID) === shortId(Image)) return shortId(ImageID)
  const at = Image.indexOf('@')
  return at < 0 ? Image : Image.slice(0, at)
}

function size(container: ContainerSummary): string {
  const written = humanSize(container.SizeRw ?? 0, 3)
  return container.SizeRootFs ? `${written} (virtual ${humanSize(container.SizeRootFs, 3)})` : written
}

const mounts = (container: ContainerSummary, truncate: boolean): string =>
  container.Mounts.map((mount) => mount.Name || mount.Source)
    .map((name) => (truncate ? ellipsis(name, 15) : name))
    .join(',')

/** @param now seconds since the epoch */
export function containerRow(container: ContainerSummary, truncate: boolean, now: number): Row {
  const command = truncate ? ellipsis(container.Command, 20) : container.Command
  return row({
    Command: quoted(command),
    CreatedAt: goTime(container.Created),
    ID: truncate ? shortId(container.Id) : container.Id,
    Image: image(container, truncate),
    Label: labelOf(container.Labels),
    Labels: labelList(container.Labels),
    LocalVolumes: String(container.Mounts.filter((mount) => mount.Driver === 'local').length),
    Mounts: mounts(container, truncate),
    Names: names(container, truncate),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
    Platform: null,
    Ports: displayPorts(container.Ports),
    RunningFor: `${humanDuration(now - container.Created)} ago`,
    Size: size(container),
    State: container.State,
    Status: container.Status,
  })
}

/** A row without a container behind it. @param now seconds since the epoch */
export const emptyContainerRow = (now: number): Row =>
  containerRow(
    {
      ...{ Id: '', Names: [], Image: '', ImageID: '', Command: '', Created: 0, Ports: [], Labels: null, Status: '' },
      ...{ State: 'created', HostConfig: {}, NetworkSettings: null, Mounts: [] },
    },
    true,
    now,
  )
