import { type ContainerInspect, type DockerClient, type Stats, StdDemultiplexer } from '@drydock/docker-api'
import { escapeHtml, table, type WebRequest } from '../web-app.ts'

export interface View {
  readonly title: string
  /** The link at the side which it belongs to. */
  readonly under: string
  draw(engine: DockerClient, asked: WebRequest): Promise<string>
}

const SHOWN_LINES = 200
const GOOD_STATES: ReadonlySet<string> = new Set(['running', 'ready', 'active'])
const BAD_STATES: ReadonlySet<string> = new Set(['dead', 'unhealthy', 'failed', 'rejected', 'down'])

const badge = (state: string): string =>
  `<span class="badge${GOOD_STATES.has(state) ? ' good' : BAD_STATES.has(state) ? ' bad' : ''}">${escapeHtml(state)}</span>`
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

const button = (noun: string, id: string, verb: string, back: string): string =>
  `<form method="post" action="/act/${noun}/${encodeURIComponent(id)}/${verb}"><input type="hidden" name="back" value="${escapeHtml(back)}"><button>${verb}</button></form> `
const VERBS: Readonly<Record<string, readonly string[]>> = {
  running: ['stop', 'restart', 'pause', 'kill'],
  paused: ['unpause', 'kill'],
}
const buttons = (id: string, state: string, back: string): string =>
  (VERBS[state] ?? ['start', 'remove']).map((verb) => button('containers', id, verb, back)).join('')

/** What a button does, by `<noun>/<verb>`. */
export const acts: Readonly<Record<string, (engine: DockerClient, id: string) => Promise<unknown>>> = {
  'containers/start': ({ containers }, id) => containers.start(id),
  'containers/stop': ({ containers }, id) => containers.stop(id),
  'containers/restart': ({ containers }, id) => containers.restart(id),
  'containers/pause': ({ containers }, id) => containers.pause(id),
  'containers/unpause': ({ containers }, id) => containers.unpause(id),
  'containers/kill': ({ containers }, id) => containers.kill(id, 'SIGKILL'),
  'containers/remove': ({ containers }, id) => containers.remove(id),
  'images/remove': ({ images }, id) => images.remove(id),
  'volumes/remove': ({ volumes }, id) => volumes.remove(id),
  'networks/remove': ({ networks }, id) => networks.remove(id),
}

async function dashboard({ system, volumes, networks }: DockerClient): Promise<string> {
  const [info, { Volumes }, nets] = await Promise.all([system.info(), volumes.list(), networks.list()])
  const cards: readonly (readonly [what: string, href: string, count: unknown, more: string])[] = [
    [
      'containers',
      '/containers',
      info.Containers,
      `${info.ContainersRunning} running, ${info.ContainersStopped} stopped`,
    ],
    ['images', '/images', info.Images, ''],
    ['volumes', '/volumes', (Volumes ?? []).length, ''],
    ['networks', '/networks', nets.length, ''],
  ]
  const drawn = cards.map(
    ([what, href, count, more]) =>
      `<a href="${href}"><b>${escapeHtml(count)}</b>${what}<br><small class="muted">${more}&nbsp;</small></a>`,
  )
  const facts: readonly (readonly [string, unknown])[] = [
    ['Environment', `local, ${info.Name}`],
    ['Docker', info.ServerVersion],
    ['Operating system', `${info.OperatingSystem} (${info.OSType}/${info.Architecture})`],
    ['Processors and memory', `${info.NCPU} CPUs, ${(info.MemTotal / 1e9).toFixed(1)} GB`],
    ['Swarm', info.Swarm?.LocalNodeState ?? 'inactive'],
  ]
  return `<div class="cards">${drawn.join('')}</div><h2>Environment</h2><div class="card">${list(facts)}</div>`
}

const list = (facts: readonly (readonly [string, unknown])[]): string =>
  `<dl>${facts.map(([what, value]) => `<dt>${escapeHtml(what)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`

async function containerRows({ containers }: DockerClient): Promise<string> {
  const found = await containers.list({ all: true })
  const rows = found.map(({ Id, Names, Image, State, Status, Ports, Labels, NetworkSettings }) => {
    const published = Ports.filter(({ PublicPort }) => PublicPort).map(
      ({ PublicPort, PrivatePort }) => `${PublicPort}:${PrivatePort}`,
    )
    return [
      `<a href="/containers/${Id}">${escapeHtml((Names[0] ?? '').slice(1))}</a>`,
      `${badge(State)}<br><small class="muted">${escapeHtml(Status)}</small>`,
      escapeHtml(Labels?.['com.docker.compose.project'] ?? '-'),
      escapeHtml(Image),
      escapeHtml(Object.values(NetworkSettings?.Networks ?? {})[0]?.IPAddress ?? ''),
      escapeHtml([...new Set(published)].join(' ')),
      buttons(Id, State, '/containers'),
    ]
  })
  return table(['Name', 'State', 'Stack', 'Image', 'IP address', 'Published ports', 'Actions'], rows)
}

async function oneContainer({ containers }: DockerClient, { path }: WebRequest): Promise<string> {
  const container = await containers.inspect(path.split('/')[2] ?? '')
  const { Id, Created, Config, State, NetworkSettings, Mounts } = container
  const facts: readonly (readonly [string, unknown])[] = [
    ['ID', Id.slice(0, 12)],
    ['Image', Config.Image],
    ['Created', time(Date.parse(Created))],
    ['Command', [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])].join(' ')],
    [
      'Networks',
      Object.entries(NetworkSettings.Networks ?? {})
        .map(([name, { IPAddress }]) => `${name} ${IPAddress}`)
        .join(', '),
    ],
    ['Mounts', Mounts.map(({ Source, Destination }) => `${Source} → ${Destination}`).join(', ') || '-'],
  ]
  const figures = State.Running ? figuresOf(await firstOf(containers.stats(Id, { stream: false, oneShot: false }))) : ''
  return `<h2>${escapeHtml(container.Name.slice(1))} ${badge(State.Status)}</h2><div class="acts">${buttons(Id, State.Status, `/containers/${Id}`)}</div><br>${figures}<div class="card">${list(facts)}</div><h2>Environment</h2><pre>${escapeHtml((Config.Env ?? []).join('\n'))}</pre><h2>Logs</h2><pre>${escapeHtml(await logsOf(containers, container))}</pre>`
}

const firstOf = async <T>(found: AsyncIterable<T>): Promise<T | undefined> => {
  for await (const each of found) return each
  return undefined
}

function figuresOf(stats: Stats | undefined): string {
  if (!stats) return ''
  const { cpu_stats: now, precpu_stats: before, memory_stats, pids_stats } = stats
  const span = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0)
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const share = span > 0 ? (used / span) * (now.online_cpus ?? 1) * 100 : 0
  const cards: readonly (readonly [string, string])[] = [
    ['CPU', `${share.toFixed(1)}%`],
    ['memory', megabytes(memory_stats.usage ?? 0)],
    ['processes', String(pids_stats?.current ?? 0)],
  ]
  return `<div class="cards">${cards.map(([what, value]) => `<div><b>${escapeHtml(value)}</b>${what}</div>`).join('')}</div><br>`
}

async function logsOf(containers: DockerClient['containers'], { Id, Config }: ContainerInspect): Promise<string> {
  const text = new TextDecoder()
  let said = ''
  const frames = new StdDemultiplexer()
  const query = { stdout: true, stderr: true, tail: String(SHOWN_LINES) }
  for await (const bytes of containers.logs(Id, query))
    for (const part of Config.Tty ? [bytes] : frames.push(bytes).map(({ payload }) => payload))
      said += text.decode(part, { stream: true })
  return said === '' ? 'No logs' : said
}

async function imageRows({ images, containers }: DockerClient): Promise<string> {
  const [found, running] = await Promise.all([images.list(), containers.list({ all: true })])
  const used = new Set(running.map(({ ImageID }) => ImageID))
  return table(
    ['Tags', 'Id', 'Created', 'Size', ''],
    found.map(({ Id, RepoTags, Size, Created }) => [
      (RepoTags ?? ['<none>']).map((tag) => escapeHtml(tag)).join('<br>'),
      `<code>${Id.slice(7, 19)}</code>`,
      time(Created * 1000),
      megabytes(Size),
      used.has(Id) ? '<span class="badge">in use</span>' : button('images', Id, 'remove', '/images'),
    ]),
  )
}

const volumeRows = async ({ volumes }: DockerClient): Promise<string> =>
  table(
    ['Name', 'Driver', 'Mount point', ''],
    ((await volumes.list()).Volumes ?? []).map(({ Name, Driver, Mountpoint }) => [
      escapeHtml(Name),
      escapeHtml(Driver),
      `<code>${escapeHtml(Mountpoint)}</code>`,
      button('volumes', Name, 'remove', '/volumes'),
    ]),
  )

const OWN_NETWORKS: ReadonlySet<string> = new Set(['bridge', 'host', 'none', 'ingress', 'docker_gwbridge'])
const networkRows = async ({ networks }: DockerClient): Promise<string> =>
  table(
    ['Name', 'Driver', 'Scope', 'Subnet', 'Gateway', ''],
    (await networks.list()).map(({ Id, Name, Driver, Scope, IPAM }) => [
      escapeHtml(Name),
      escapeHtml(Driver),
      escapeHtml(Scope),
      escapeHtml((IPAM.Config ?? []).map(({ Subnet }) => Subnet).join(' ')),
      escapeHtml((IPAM.Config ?? []).map(({ Gateway }) => Gateway ?? '').join(' ')),
      OWN_NETWORKS.has(Name) ? '<span class="badge">system</span>' : button('networks', Id, 'remove', '/networks'),
    ]),
  )

async function serviceRows({ services, system }: DockerClient): Promise<string> {
  const { Swarm } = await system.info()
  if (!Swarm?.ControlAvailable)
    return '<p class="muted">This node is no manager of a swarm: <code>docker swarm init</code> makes it one.</p>'
  return table(
    ['Name', 'Image', 'Mode', 'Replicas', 'Published ports'],
    (await services.list({ status: true })).map(({ Spec, Endpoint, ServiceStatus }) => [
      escapeHtml(Spec.Name),
      escapeHtml((Spec.TaskTemplate?.ContainerSpec?.Image ?? '').split('@')[0]),
      Spec.Mode?.Global ? 'global' : 'replicated',
      `${ServiceStatus?.RunningTasks ?? 0} / ${ServiceStatus?.DesiredTasks ?? 0}`,
      escapeHtml(
        (Endpoint?.Ports ?? []).map(({ PublishedPort, TargetPort }) => `${PublishedPort}:${TargetPort}`).join(' '),
      ),
    ]),
  )
}

const EVENTS_OF_S = 3600
async function eventRows({ system }: DockerClient): Promise<string> {
  const now = Date.parse((await system.info()).SystemTime ?? '') / 1000
  const rows: string[][] = []
  for await (const { time: at, Type, Action, Actor } of system.events({
    since: String(Math.floor(now - EVENTS_OF_S)),
    until: String(Math.floor(now)),
  }))
    rows.unshift([
      time(at * 1000),
      escapeHtml(Type),
      escapeHtml(Action),
      escapeHtml(Actor.Attributes?.['name'] ?? Actor.ID.slice(0, 12)),
    ])
  return rows.length === 0
    ? '<p class="muted">Nothing in the last hour.</p>'
    : table(['Time', 'Type', 'Action', 'What'], rows)
}

/** Each page, by its path. */
export const views: Readonly<Record<string, View>> = {
  '/': { title: 'Dashboard', under: '/', draw: dashboard },
  '/containers': { title: 'Containers', under: '/containers', draw: containerRows },
  '/containers/*': { title: 'Container', under: '/containers', draw: oneContainer },
  '/images': { title: 'Images', under: '/images', draw: imageRows },
  '/volumes': { title: 'Volumes', under: '/volumes', draw: volumeRows },
  '/networks': { title: 'Networks', under: '/networks', draw: networkRows },
  '/services': { title: 'Services', under: '/services', draw: serviceRows },
  '/events': { title: 'Events', under: '/events', draw: eventRows },
}
