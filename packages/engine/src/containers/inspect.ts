import type { ContainerInspect, ContainerState, MountPoint, NetworkSettings } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import { treeSize } from '../state/files.ts'
import type { Container } from './container.ts'
import { aliasOf } from './link-environment.ts'
import type { MountRecord } from './record.ts'
import { sandboxKey } from './sandbox-file.ts'
import { layerOf, overlayData } from './rootfs.ts'

/** GET /containers/{id}/json. */
export function inspectContainer(parts: DaemonParts, container: Container, withSize: boolean): ContainerInspect {
  const { record } = container
  return {
    Id: record.ID,
    Created: record.Created,
    Path: record.Path,
    Args: record.Args,
    State: stateOf(container),
    Image: record.Image,
    ResolvConfPath: record.HasBeenStartedBefore ? record.ResolvConfPath : '',
    HostnamePath: record.HasBeenStartedBefore ? record.HostnamePath : '',
    HostsPath: record.HasBeenStartedBefore ? record.HostsPath : '',
    LogPath: record.LogPath,
    Name: record.Name,
    RestartCount: record.RestartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: execIds(parts, container),
    HostConfig: withFullLinks(container),
    GraphDriver: { Data: overlayData(parts.places, parts.images, container), Name: 'overlay2' },
    ...(withSize ? sizesOf(parts, container) : {}),
    Mounts: record.Mounts.filter(({ type }) => type !== 'tmpfs').map(mountPoint),
    Config: configOf(container),
    NetworkSettings: networkSettings(container),
  }
}

export interface InspectWish {
  readonly size: boolean
  /** Of the API: the answer as that version has it is what `asSaid` gives. */
  readonly dialect: number
  readonly asSaid: (shown: ContainerInspect) => ContainerInspect
}

/** The same as JSON, made anew when something of it has changed. */
export function inspectJson(parts: DaemonParts, container: Container, wish: InspectWish): Uint8Array | string {
  const make = (): string => `${JSON.stringify(wish.asSaid(inspectContainer(parts, container, wish.size)))}\n`
  return wish.size ? make() : container.inspected.of([wish.dialect, ...shownOf(parts, container)], make)
}

/** What the answer without sizes is made from. Lists and settings are replaced as a whole when they change. */
function shownOf(parts: DaemonParts, container: Container): readonly unknown[] {
  const { record, hostConfig } = container
  const { State, Networks } = record
  const shown: unknown[] = [hostConfig, parts.images.get(record.Image), execIds(parts, container)?.join()]
  for (const fields of [record, State, State.Health ?? {}, ...Object.values(Networks)])
    shown.push(...Object.values(fields))
  return shown
}

/** The daemon tells whose link it is: `/redis:/webapp/db`. */
const withFullLinks = ({ hostConfig, name }: Container): ContainerInspect['HostConfig'] =>
  hostConfig.Links?.length
    ? { ...hostConfig, Links: hostConfig.Links.map((link) => `/${link.split(':', 1)[0]}:/${name}/${aliasOf(link)}`) }
    : hostConfig

const configOf = ({ record: { Config } }: Container): ContainerInspect['Config'] => ({
  Hostname: Config.Hostname ?? '',
  Domainname: Config.Domainname ?? '',
  User: Config.User ?? '',
  AttachStdin: Config.AttachStdin ?? false,
  AttachStdout: Config.AttachStdout ?? false,
  AttachStderr: Config.AttachStderr ?? false,
  ...(Config.ExposedPorts ? { ExposedPorts: Config.ExposedPorts } : {}),
  Tty: Config.Tty ?? false,
  OpenStdin: Config.OpenStdin ?? false,
  StdinOnce: Config.StdinOnce ?? false,
  Env: Config.Env ?? [],
  Cmd: Config.Cmd ?? null,
  ...(Config.Healthcheck ? { Healthcheck: Config.Healthcheck } : {}),
  Image: Config.Image ?? '',
  Volumes: Config.Volumes ?? null,
  WorkingDir: Config.WorkingDir ?? '',
  Entrypoint: Config.Entrypoint ?? null,
  OnBuild: Config.OnBuild ?? null,
  Labels: Config.Labels ?? {},
  ...(Config.StopSignal ? { StopSignal: Config.StopSignal } : {}),
  ...(Config.StopTimeout !== undefined ? { StopTimeout: Config.StopTimeout } : {}),
  ...(Config.Shell ? { Shell: Config.Shell } : {}),
})

function stateOf({ record: { State }, status }: Container): ContainerState {
  const { Paused, Restarting, OOMKilled, Dead, Pid, ExitCode, Error: error, StartedAt, FinishedAt, Health } = State
  return {
    Status: status,
    Running: State.Running || Restarting,
    Paused,
    Restarting,
    OOMKilled,
    Dead,
    Pid,
    ExitCode,
    Error: error,
    StartedAt,
    FinishedAt,
    ...(Health ? { Health } : {}),
  }
}

function execIds({ execs }: DaemonParts, container: Container): string[] | null {
  const running = [...container.execs].filter((id) => execs.find(id).running)
  return running.length > 0 ? running : null
}

export function sizesOf(
  { sys, places, images }: DaemonParts,
  container: Container,
): { SizeRw: number; SizeRootFs: number } {
  const rw = treeSize(sys, `${layerOf(places, container.id)}/diff`)
  const image = images.get(container.record.Image)
  return { SizeRw: rw, SizeRootFs: rw + (image ? images.size(image) : 0) }
}

export const mountPoint = ({
  type,
  name,
  source,
  destination,
  driver,
  mode,
  rw,
  propagation,
}: MountRecord): MountPoint => ({
  Type: type,
  ...(name !== undefined ? { Name: name } : {}),
  Source: source,
  Destination: destination,
  ...(driver !== undefined ? { Driver: driver } : {}),
  Mode: mode,
  RW: rw,
  Propagation: type === 'bind' ? (propagation ?? 'rprivate') : '',
})

/** The legacy fields repeat the default bridge's endpoint. */
function networkSettings({ record, running }: Container): NetworkSettings {
  const bridge = record.Networks['bridge']
  return {
    Bridge: '',
    SandboxID: running ? record.SandboxID : '',
    SandboxKey: running ? sandboxKey(record) : '',
    Ports: record.Ports,
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: bridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: bridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: bridge?.IPv6Gateway ?? '',
    MacAddress: bridge?.MacAddress ?? '',
    Networks: Object.fromEntries(Object.entries(record.Networks).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
