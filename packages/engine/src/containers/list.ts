import type { ContainerSummary, Port, PortMap } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { Filters, matchesName } from '../filters.ts'
import { invalid, notFound, systemProblem } from '../problem.ts'
import { parseTime } from '../timestamps.ts'
import type { Container } from './container.ts'
import { mountPoint, sizesOf } from './inspect.ts'
import { aliasOf } from './link-environment.ts'
import { statusText } from './status-text.ts'

export interface ListOptions {
  readonly all: boolean
  readonly limit: number
  readonly size: boolean
  readonly filters: Filters
}

const STATUSES: readonly string[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']
const HEALTH: readonly string[] = ['none', 'starting', 'healthy', 'unhealthy']

export const CONTAINER_FILTERS: readonly string[] =
  'ancestor before exited expose health id is-task isolation label name network publish since status volume'.split(' ')

/** GET /containers/json, newest first. @throws Problem invalid, not found */
export function listContainers(parts: DaemonParts, options: ListOptions): ContainerSummary[] {
  const { filters } = options
  checkValues(filters)
  const everything = parts.containers.all()
  const wanted = everything.filter(
    (container) => isShown(container, options) && MATCHERS.every((matches) => matches(parts, container, filters)),
  )
  const between = wanted.filter((container) => isBetween(parts, container, filters))
  const limited = options.limit > 0 ? between.slice(0, options.limit) : between
  const linking = everything.filter(({ hostConfig }) => hostConfig.Links?.length)
  return limited.map((container) => summarize(parts, container, linking, options.size))
}

function checkValues(filters: Filters): void {
  for (const status of filters.get('status'))
    if (!STATUSES.includes(status)) throw invalid(`invalid filter 'status=${status}'`)
  for (const health of filters.get('health'))
    if (!HEALTH.includes(health)) throw invalid(`unrecognised filter value for health: ${health}`)
  for (const code of filters.get('exited'))
    if (!/^[+-]?\d+$/.test(code)) throw systemProblem(`strconv.Atoi: parsing ${JSON.stringify(code)}: invalid syntax`)
  filters.flag('is-task')
  for (const kind of ['publish', 'expose']) for (const port of filters.get(kind)) checkPortFilter(kind, port)
}

function isShown(container: Container, { all, limit, filters }: ListOptions): boolean {
  if (all || limit > 0 || ['status', 'exited', 'before', 'since'].some((name) => filters.has(name))) return true
  return container.running || container.record.State.Restarting
}

/** `80`, `80-90/udp`. @throws Problem invalid */
function checkPortFilter(kind: string, text: string): void {
  const [range = ''] = text.split('/')
  const bad = range.split('-').find((each) => !/^\d+$/.test(each))
  if (bad === undefined) return
  throw invalid(
    `error while looking up for ${kind} ${text}: strconv.ParseUint: parsing ${JSON.stringify(bad)}: invalid syntax`,
  )
}

type Matcher = (parts: DaemonParts, container: Container, filters: Filters) => boolean

const MATCHERS: readonly Matcher[] = [
  (_parts, { id }, filters) => filters.any('id', (value) => id.startsWith(value)),
  (_parts, { name }, filters) =>
    filters.any('name', (value) => matchesName(value, name) || matchesName(value, `/${name}`)),
  (_parts, { record }, filters) => filters.labels(record.Config.Labels),
  (_parts, { status }, filters) => filters.any('status', (value) => value === status),
  (_parts, { record }, filters) => {
    const wanted = filters.flag('is-task')
    return wanted === undefined || wanted === (record.Config.Labels?.['com.docker.swarm.task.id'] !== undefined)
  },
  (_parts, { record, status }, filters) =>
    filters.any('exited', (value) => status === 'exited' && record.State.ExitCode === Number(value)),
  (_parts, { record }, filters) => filters.any('health', (value) => (record.State.Health?.Status ?? 'none') === value),
  (parts, { record }, filters) =>
    filters.any('network', (value) =>
      Object.entries(record.Networks).some(
        ([name, { NetworkID }]) => name === value || (value !== '' && NetworkID?.startsWith(value)),
      ),
    ),
  (_parts, { record }, filters) =>
    filters.any('volume', (value) =>
      record.Mounts.some(({ name, destination, source }) => [name, destination, source].includes(value)),
    ),
  (parts, container, filters) => filters.any('ancestor', (value) => isDescendant(parts, container, value)),
  (_parts, container, filters) =>
    filters.any('publish', (value) => portsOf(container.record.Ports).some((port) => publishes(port, value))),
  (_parts, container, filters) =>
    filters.any('expose', (value) => portsOf(container.record.Ports).some((port) => exposes(port, value))),
]

function isDescendant({ images }: DaemonParts, { record }: Container, value: string): boolean {
  const ancestor = images.find(value)
  const own = images.get(record.Image)
  if (!ancestor || !own) return false
  const wanted = ancestor.document.rootfs.diff_ids
  return ancestor.id === own.id || wanted.every((diffId, i) => own.document.rootfs.diff_ids[i] === diffId)
}

/** `80`, `80/tcp` or `8000-8080/tcp`. */
function inRange(number: number | undefined, type: string, value: string): boolean {
  const [range = '', proto = 'tcp'] = value.split('/')
  const [first = 0, last = first] = range.split('-').map(Number)
  return number !== undefined && type === proto && number >= first && number <= last
}
const publishes = ({ PublicPort, Type }: Port, value: string): boolean => inRange(PublicPort, Type, value)
const exposes = ({ PrivatePort, Type }: Port, value: string): boolean => inRange(PrivatePort, Type, value)

function isBetween({ containers }: DaemonParts, container: Container, filters: Filters): boolean {
  const created = (reference: string): string => {
    const other = containers.peek(reference)
    if (!other) throw notFound(`No such container ${reference}`)
    return other.record.Created
  }
  return (
    filters.get('before').every((value) => container.record.Created < created(value)) &&
    filters.get('since').every((value) => container.record.Created > created(value))
  )
}

/** @param linking those that have links to others */
function summarize(
  parts: DaemonParts,
  container: Container,
  linking: readonly Container[],
  size: boolean,
): ContainerSummary {
  const { record, hostConfig } = container
  return {
    Id: record.ID,
    Names: [record.Name, ...namesByLink(linking, container)],
    Image: imageName(parts, container),
    ImageID: record.Image,
    Command: [record.Path, ...record.Args.map(quoteWord)].join(' '),
    Created: Math.floor(parseTime(record.Created) / 1000),
    Ports: portsOf(record.Ports),
    ...(size ? sizesOf(parts, container) : {}),
    Labels: record.Config.Labels ?? {},
    State: container.status,
    Status: statusText(record.State, parts.sys.clock.now()),
    HostConfig: { NetworkMode: hostConfig.NetworkMode ?? 'bridge' },
    NetworkSettings: { Networks: record.Networks },
    Mounts: record.Mounts.filter(({ type }) => type !== 'tmpfs').map(mountPoint),
  }
}

/** Containers that know it by --link on the default bridge call it theirs: `/web/db`. */
const namesByLink = (linking: readonly Container[], { name, id }: Container): string[] =>
  linking.flatMap(({ hostConfig, name: other }) =>
    (hostConfig.Links ?? [])
      .filter((link) => [name, id].includes(link.split(':', 1)[0] ?? ''))
      .map((link) => `/${other}/${aliasOf(link)}`),
  )

/** Arguments with blanks are shown in single quotes. */
const quoteWord = (word: string): string => (word.includes(' ') ? `'${word}'` : word)

/** What the user called it, as long as that still means the same image; otherwise the id. */
function imageName({ images }: DaemonParts, { record }: Container): string {
  const name = record.Config.Image ?? ''
  const now = /^(sha256:)?[0-9a-f]{12,64}$/.test(name) ? images.get(record.Image) : images.find(name)
  return now?.id === record.Image ? name : record.Image
}

/** PortMap as the list shows it: one row a binding. */
export function portsOf(ports: PortMap): Port[] {
  return Object.entries(ports).flatMap(([port, bindings]): Port[] => {
    const [number = '0', Type = 'tcp'] = port.split('/')
    const PrivatePort = Number(number)
    if (!bindings || bindings.length === 0) return [{ PrivatePort, Type }]
    return bindings.map(({ HostIp = '0.0.0.0', HostPort = '0' }) => ({
      IP: HostIp,
      PrivatePort,
      PublicPort: Number(HostPort),
      Type,
    }))
  })
}
