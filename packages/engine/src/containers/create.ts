import { isErrno } from '@drydock/abi'
import type {
  ContainerConfig,
  ContainerCreateBody,
  ContainerCreateResponse,
  HostConfig,
  LogConfig,
  NetworkingConfig,
} from '@drydock/docker-api'
import { parsePlatform, platformString } from '@drydock/oci'
import { DEFAULT_SHM_SIZE, type DaemonConfig } from '../config/daemon-config.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { randomId, shortId } from '../identifiers.ts'
import type { Image } from '../images/image-store.ts'
import { invalid, notFound, systemProblem } from '../problem.ts'
import { timestamp } from '../timestamps.ts'
import { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { mergeConfig } from './merge-config.ts'
import { makeMounts } from './make-mounts.ts'
import { generateName, isValidName } from './names.ts'
import { type ContainerRecord, type EndpointRecord, newState } from './record.ts'
import { makeRootfs, removeRootfs } from './rootfs.ts'
import { checkLogConfig } from '../logs/log-options.ts'
import { checkSettings } from './settings/check-settings.ts'
import { checkEndpoints } from './settings/endpoints.ts'

/** @throws Problem not found (image), conflict (name), invalid */
export function createContainer(
  parts: DaemonParts,
  name: string,
  body: ContainerCreateBody,
  platform = '',
): ContainerCreateResponse {
  const { HostConfig, NetworkingConfig: networking, ...user } = body
  if (!user.Image) throw invalid('config cannot be empty in order to create a container')
  if (name !== '' && !isValidName(name))
    throw invalid(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
  checkEndpoints(networking)
  const { host: hostWish, warnings } = checkSettings(user, HostConfig ?? {}, parts.sys.sysinfo())
  const image = parts.images.require(user.Image)
  warnings.push(...checkPlatform(image, user.Image, platform))
  const config = mergeConfig(user, image.document.config ?? {})
  if (!config.Cmd?.length && !config.Entrypoint?.length) throw invalid('no command specified')
  const hostConfig = withDefaults(hostWish, parts.config)
  checkLogConfig(hostConfig.LogConfig ?? { Type: 'json-file' })
  const container = build(parts, name, image, config, hostConfig, networking)
  return place(parts, container, warnings)
}

/** How this host is told of: what runs here besides is WebAssembly, when asked for. */
const HOST_PLATFORM = 'linux/amd64'

/** @returns warnings @throws Problem not found when the image is for another platform than the one asked for */
function checkPlatform({ document }: Image, name: string, wish: string): string[] {
  const actual = platformString(document)
  const wanted = parsePlatform(wish || HOST_PLATFORM)
  if (wanted?.os === document.os && wanted.architecture === document.architecture) return []
  if (wish !== '')
    throw notFound(`image with reference ${name} was found but does not provide the specified platform (${wish})`)
  return [
    `The requested image's platform (${actual}) does not match the detected host platform (${HOST_PLATFORM}/v3) and no specific platform was requested`,
  ]
}

/** The disk is told of as ext4. */
const NO_QUOTA = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"

function place(parts: DaemonParts, container: Container, warnings: string[]): ContainerCreateResponse {
  const { sys, places, containers, images } = parts
  containers.requireFree(container.name)
  if (Object.keys(container.hostConfig.StorageOpt ?? {}).length > 0) throw systemProblem(NO_QUOTA)
  const image = images.get(container.record.Image)
  const layers = image ? images.layersOf(image).reverse() : []
  makeRootfs(
    sys,
    places,
    container.id,
    layers.map(({ cacheId }) => cacheId),
  )
  try {
    container.record.Mounts = makeMounts(parts, container)
    containers.add(container)
  } catch (error) {
    removeRootfs(sys, places, container.id)
    throw error
  }
  publishContainer(parts, container, 'create')
  return { Id: container.id, Warnings: warnings }
}

function build(
  parts: DaemonParts,
  name: string,
  image: Image,
  config: ContainerConfig,
  hostConfig: HostConfig,
  networking: NetworkingConfig | undefined,
): Container {
  const { sys, containers } = parts
  const id = randomId(sys)
  const args = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])]
  const folder = containers.folder(id)
  const record: ContainerRecord = {
    ID: id,
    Created: timestamp(sys.clock),
    Path: args[0] ?? '',
    Args: args.slice(1),
    Config: { ...config, ...hostnameOf(parts, config, hostConfig, id) },
    Image: image.id,
    Name: `/${name || generateName(sys, (each) => containers.isTaken(each))}`,
    RestartCount: 0,
    HasBeenManuallyStopped: false,
    HasBeenStartedBefore: false,
    State: newState(),
    Mounts: [],
    Networks: endpointsOf(parts, hostConfig, networking),
    Ports: {},
    LogPath: '',
    HostnamePath: `${folder}/hostname`,
    HostsPath: `${folder}/hosts`,
    ResolvConfPath: `${folder}/resolv.conf`,
    SandboxID: randomId(sys),
  }
  return new Container(record, hostConfig)
}

function hostnameOf(parts: DaemonParts, config: ContainerConfig, host: HostConfig, id: string): ContainerConfig {
  const shared = host.NetworkMode?.startsWith('container:') ? host.NetworkMode.slice('container:'.length) : undefined
  if (shared !== undefined) return sharedHostname(parts, shared)
  if (config.Hostname) return { Domainname: config.Domainname ?? '' }
  const name = host.NetworkMode === 'host' ? parts.sys.uname().nodename : shortId(id)
  return { Hostname: name, Domainname: config.Domainname ?? '' }
}

const sharedHostname = (parts: DaemonParts, reference: string): ContainerConfig => ({
  Hostname: parts.containers.peek(reference)?.record.Config.Hostname ?? '',
})

function withDefaults(host: HostConfig, config: DaemonConfig): HostConfig {
  const mode = host.NetworkMode && host.NetworkMode !== 'default' ? host.NetworkMode : 'bridge'
  return {
    ...HOST_DEFAULTS,
    ...host,
    NetworkMode: mode,
    RestartPolicy: {
      Name: host.RestartPolicy?.Name || 'no',
      MaximumRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    LogConfig: logConfig(host.LogConfig, config.log),
    ShmSize: host.ShmSize || config.shmSize || DEFAULT_SHM_SIZE,
    IpcMode: host.IpcMode || 'private',
    CgroupnsMode: host.CgroupnsMode || 'private',
    Runtime: host.Runtime || 'runc',
    MemorySwap: host.MemorySwap || (host.Memory ?? 0) * 2,
    MaskedPaths: host.Privileged ? null : (host.MaskedPaths ?? MASKED),
    ReadonlyPaths: host.Privileged ? null : (host.ReadonlyPaths ?? READ_ONLY),
  }
}

/** The daemon's options count where its driver is taken. moby mergeAndVerifyLogConfig */
function logConfig(wish: LogConfig | undefined, { Type, Config }: LogConfig): LogConfig {
  const type = wish?.Type || Type
  return { Type: type, Config: type === Type ? { ...Config, ...wish?.Config } : (wish?.Config ?? {}) }
}

const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
]
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** Fields that inspect shows whether they were set or not. */
const HOST_DEFAULTS: HostConfig = {
  Binds: null,
  ContainerIDFile: '',
  PortBindings: {},
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  ConsoleSize: [0, 0],
  CapAdd: null,
  CapDrop: null,
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: null,
  GroupAdd: null,
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: [],
  BlkioDeviceReadBps: [],
  BlkioDeviceWriteBps: [],
  BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [],
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: [],
  DeviceCgroupRules: null,
  DeviceRequests: null,
  MemoryReservation: 0,
  MemorySwap: 0,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: [],
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
}

/** The endpoints wished for, by the network's name. Containers that share another's network have none. */
function endpointsOf(
  parts: DaemonParts,
  host: HostConfig,
  networking: NetworkingConfig | undefined,
): Record<string, EndpointRecord> {
  const mode = host.NetworkMode ?? 'bridge'
  if (mode.startsWith('container:')) return {}
  const wishes = Object.entries(networking?.EndpointsConfig ?? {})
  const names = new Map<string, EndpointRecord>([[nameOf(parts, mode), {}]])
  for (const [name, wish] of wishes) names.set(nameOf(parts, name), wish ?? {})
  return Object.fromEntries([...names].map(([name, wish]) => [name, { ...EMPTY_ENDPOINT, ...wish }]))
}

/** Networks may be given by id; records go by name. A network that is missing is found missing at the start. */
function nameOf({ networks }: DaemonParts, text: string): string {
  try {
    return networks.find(text).name
  } catch (error) {
    if (error instanceof Error && !isErrno(error)) return text
    throw error
  }
}

export const EMPTY_ENDPOINT: EndpointRecord = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: '',
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
}
