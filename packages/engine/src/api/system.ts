import { fetchUrl, RegistryClient } from '@drydock/distribution'
import type { AuthConfig, BuildCacheItem, ImageSummary, SystemInfo, Version, Volume } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { commitContainer } from '../containers/commit.ts'
import { listContainers } from '../containers/list.ts'
import type { DaemonConfig } from '../config/daemon-config.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import type { CacheUse } from '../builder/buildkit/build-cache.ts'
import { layersOfImages } from '../builder/buildkit/prune.ts'
import { LOG_DRIVERS } from '../logs/log-options.ts'
import { Filters } from '../filters.ts'
import { summarizeImage } from '../images/describe.ts'
import { invalid, Problem } from '../problem.ts'
import { ifExists, readText } from '../state/files.ts'
import { timestamp } from '../timestamps.ts'
import {
  API_VERSION,
  BUILD_TIME,
  CONTAINERD,
  ENGINE_VERSION,
  GIT_COMMIT,
  GO_VERSION,
  INIT,
  MIN_API_VERSION,
  RUNC,
} from '../version.ts'
import { asSpoken, speaksBefore } from './api-version.ts'
import { streamEvents } from './events.ts'
import { BUILD_CACHE_CHANGES, IMAGE_LIST_CHANGES, INFO_CHANGES } from './older-answers.ts'
import { AUTH, CONTAINER_CONFIG } from './body-shapes.ts'
import { type Call, json, readJson, requireJson, type Route, route } from './route.ts'
import { usersOf } from './volumes.ts'

const ping = ({ parts }: Call): ServerResponse => ({
  status: 200,
  headers: {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Builder-Version': '1',
    Swarm: swarmHeader(parts.swarm),
  },
  body: 'OK',
})

const swarmHeader = ({ localState, isManager }: Call['parts']['swarm']): string =>
  localState === 'active' ? `active/${isManager ? 'manager' : 'worker'}` : localState

function version({ parts }: Call): ServerResponse {
  const { config } = parts
  const { release } = parts.sys.uname()
  const engine = {
    ApiVersion: API_VERSION,
    Arch: 'amd64',
    BuildTime: BUILD_TIME,
    Experimental: String(config.experimental),
    GitCommit: GIT_COMMIT,
  }
  const more = { GoVersion: GO_VERSION, KernelVersion: release, MinAPIVersion: MIN_API_VERSION, Os: 'linux' }
  const answer: Version = {
    Platform: { Name: 'Docker Engine - Community' },
    Components: [
      { Name: 'Engine', Version: ENGINE_VERSION, Details: { ...engine, ...more } },
      { Name: 'containerd', Version: CONTAINERD.version, Details: { GitCommit: CONTAINERD.commit } },
      { Name: 'runc', Version: RUNC.version, Details: { GitCommit: RUNC.commit } },
      { Name: 'docker-init', Version: INIT.version, Details: { GitCommit: INIT.commit } },
    ],
    Version: ENGINE_VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: GIT_COMMIT,
    GoVersion: GO_VERSION,
    Os: 'linux',
    Arch: 'amd64',
    KernelVersion: release,
    BuildTime: BUILD_TIME,
  }
  return json(answer)
}

const osName = ({ sys }: DaemonParts): string =>
  /^PRETTY_NAME="?([^"\n]*)/m.exec(ifExists(() => readText(sys, '/etc/os-release')) ?? '')?.[1] ?? 'Linux'

/** Registries that are spoken to without TLS: names as they are, ranges of addresses apart. */
function registryConfig({ insecureRegistries, registryMirrors }: DaemonConfig): SystemInfo['RegistryConfig'] {
  const ranges = insecureRegistries.filter((each) => each.includes('/'))
  const names = insecureRegistries.filter((each) => !each.includes('/'))
  const mirrors = [...registryMirrors]
  const hub = { Name: 'docker.io', Mirrors: mirrors, Secure: true, Official: true }
  const others = names.map((Name) => [Name, { Name, Mirrors: [], Secure: false, Official: false }] as const)
  return {
    InsecureRegistryCIDRs: [...ranges, '::1/128', '127.0.0.0/8'],
    IndexConfigs: Object.fromEntries([['docker.io', hub], ...others]),
    Mirrors: mirrors,
  }
}

/** Without the credentials of its address. */
const masked = (proxy: string): string => proxy.replace(/^(\w+:\/\/)[^@/]*@/, '$1xxxxx:xxxxx@')

function info(call: Call): ServerResponse {
  const { parts } = call
  const { sys, containers, images, places } = parts
  const { totalMemory, cpus } = sys.sysinfo()
  const { release, nodename } = sys.uname()
  const all = containers.all()
  const count = (status: string): number => all.filter((container) => container.status === status).length
  const running = count('running')
  const paused = count('paused')
  const answer: SystemInfo = {
    ID: parts.engineId,
    Containers: all.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: all.length - running - paused,
    Images: images.all().length,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'extfs'],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'null', 'overlay'],
      Authorization: null,
      Log: [...LOG_DRIVERS],
    },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    Debug: parts.config.debug,
    NFd: sys.openFds().length,
    OomKillDisable: false,
    NGoroutines: 40 + 4 * running,
    SystemTime: timestamp(sys.clock),
    LoggingDriver: parts.config.log.Type,
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    NEventsListener: parts.events.listenerCount,
    KernelVersion: release,
    OperatingSystem: osName(parts),
    OSVersion: '',
    OSType: 'linux',
    Architecture: 'x86_64',
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: registryConfig(parts.config),
    NCPU: cpus,
    MemTotal: totalMemory,
    GenericResources: null,
    DockerRootDir: places.root,
    HttpProxy: masked(parts.config.proxies.http),
    HttpsProxy: masked(parts.config.proxies.https),
    NoProxy: parts.config.proxies.none,
    Name: nodename,
    Labels: [...parts.config.labels],
    ExperimentalBuild: parts.config.experimental,
    ServerVersion: ENGINE_VERSION,
    Runtimes: { 'io.containerd.runc.v2': { path: 'runc' }, runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: parts.swarm.info(),
    LiveRestoreEnabled: parts.config.liveRestore,
    Isolation: '',
    InitBinary: 'docker-init',
    Containerd: {
      Address: '/run/containerd/containerd.sock',
      Namespaces: { Containers: 'moby', Plugins: 'plugins.moby' },
    },
    ContainerdCommit: { ID: CONTAINERD.commit },
    RuncCommit: { ID: RUNC.commit },
    InitCommit: { ID: INIT.commit },
    SecurityOptions: [
      ...['name=seccomp,profile=builtin', 'name=cgroupns'],
      ...(parts.config.noNewPrivileges ? ['name=no-new-privileges'] : []),
    ],
    FirewallBackend: { Driver: 'iptables' },
    CDISpecDirs: ['/etc/cdi', '/var/run/cdi'],
    Warnings: null,
  }
  return json(asSpoken(call, INFO_CHANGES, answer))
}

const cacheItem = (record: CacheUse): BuildCacheItem => ({
  ID: record.id,
  Parents: [...record.parents],
  Type: record.type,
  Description: record.description,
  InUse: record.inUse,
  Shared: record.shared,
  Size: record.size,
  CreatedAt: record.createdAt,
  LastUsedAt: record.lastUsedAt,
  UsageCount: record.usageCount,
})

const OBJECTS: readonly string[] = ['container', 'image', 'volume', 'build-cache']

/** What is asked for: everything, or some by `type`. @throws Problem invalid */
function objectsOf(call: Call): ReadonlySet<string> {
  const types = call.query.getAll('type')
  if (types.length === 0 || speaksBefore(call, '1.42')) return new Set(OBJECTS)
  const unknown = types.find((type) => !OBJECTS.includes(type))
  if (unknown !== undefined) throw invalid(`unknown object type: ${unknown}`)
  return new Set(types)
}

function diskUsage(call: Call): ServerResponse {
  const { parts } = call
  const objects = objectsOf(call)
  const of = <T>(object: string, list: () => T[]): T[] | null => (objects.has(object) ? list() : null)
  const cache = of('build-cache', () => parts.buildCache.list(layersOfImages(parts)).map(cacheItem))
  const everything = { all: true, limit: 0, size: true, filters: new Filters(new Map()) }
  return json({
    LayersSize: objects.has('image') ? sizeOfLayers(parts) : 0,
    Images: of('image', () => imagesOnDisk(call)),
    Containers: of('container', () => listContainers(parts, everything)),
    Volumes: of('volume', () => volumesOnDisk(parts)),
    BuildCache: cache?.map((item) => asSpoken(call, BUILD_CACHE_CHANGES, item)) ?? null,
    ...(speaksBefore(call, '1.42') ? { BuilderSize: cache?.reduce((sum, { Size }) => sum + Size, 0) } : {}),
  })
}

function sizeOfLayers({ images }: DaemonParts): number {
  const layers = images.all().flatMap((image) => images.layersOf(image))
  const sizes = new Map(layers.map(({ chainId, size }) => [chainId, size]))
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

function imagesOnDisk(call: Call): ImageSummary[] {
  const { parts } = call
  const { images } = parts
  return images.all().map((image) => {
    const summary = summarizeImage(parts, image)
    const shared = images
      .layersOf(image)
      .filter((layer) => images.all().some((other) => other !== image && images.layersOf(other).includes(layer)))
    return asSpoken(call, IMAGE_LIST_CHANGES, {
      ...summary,
      Containers: Math.max(0, summary.Containers),
      SharedSize: shared.reduce((sum, { size }) => sum + size, 0),
    })
  })
}

const volumesOnDisk = (parts: DaemonParts): Volume[] =>
  parts.volumes.all().map((volume) => ({
    ...volume,
    UsageData: { RefCount: usersOf(parts, volume.Name).length, Size: parts.volumes.size(volume.Name) },
  }))

/** The registry says whether name and password are right. */
async function auth(call: Call): Promise<ServerResponse> {
  const wish = await requireJson<AuthConfig>(call, AUTH)
  const server = (wish.serveraddress ?? '').replace(/^https?:\/\//, '').split('/')[0] ?? ''
  if (['', 'index.docker.io', 'docker.io', 'registry-1.docker.io'].includes(server)) await loginToHub(call, wish)
  else await loginToRegistry(call, server, wish)
  return json({ IdentityToken: '', Status: 'Login Succeeded' })
}

async function loginToHub(call: Call, { username = '', password = '' }: AuthConfig): Promise<void> {
  const answer = await fetchUrl(call.parts.sys, 'https://hub.docker.com/v2/users/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  if (answer.status >= 400 || username === '')
    throw new Problem(
      'unauthorized',
      'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
    )
}

/** One that asks for nothing lets everybody in. */
async function loginToRegistry(call: Call, server: string, wish: AuthConfig): Promise<void> {
  const client = new RegistryClient(call.parts, server, wish)
  const { status } = await client.send({ method: 'GET', path: '/v2/' })
  if (status === 200) return
  const words = status === 401 ? 'Unauthorized' : (REASONS.get(status) ?? '')
  throw new Problem(
    status === 401 ? 'unauthorized' : 'system',
    `login attempt to ${await client.url()}/v2/ failed with status: ${status} ${words}`.trimEnd(),
  )
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [500, 'Internal Server Error'],
])

async function commit(call: Call): Promise<ServerResponse> {
  const { parts, query } = call
  const container = parts.containers.find(query.get('container') ?? '')
  const changes = query
    .getAll('changes')
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.trim() !== '')
  const repo = query.get('repo') ?? ''
  const tag = query.get('tag') ?? ''
  const id = await commitContainer(parts, container, {
    reference: repo === '' ? '' : tag === '' ? repo : `${repo}:${tag}`,
    comment: query.get('comment') ?? '',
    author: query.get('author') ?? '',
    changes,
    config: await readJson(call, CONTAINER_CONFIG),
  })
  return json({ Id: id }, 201)
}

export const systemRoutes: readonly Route[] = [
  route('GET', '/_ping', ping),
  route('HEAD', '/_ping', ping),
  route('GET', '/version', version),
  route('GET', '/info', info),
  route('GET', '/system/df', diskUsage),
  route('GET', '/events', streamEvents),
  route('POST', '/auth', auth),
  route('POST', '/commit', commit),
]
