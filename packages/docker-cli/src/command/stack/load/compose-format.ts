import type { Tree } from '@drydock/cli-plugin/compose-file'
import { shortForm } from '../../service/port-configs.ts'
import {
  anything,
  bytes,
  duration,
  either,
  enumOf,
  flag,
  hosts,
  integer,
  type Kind,
  listOf,
  logOptions,
  mapOf,
  mapped,
  mapping,
  number,
  numberOrText,
  options,
  pairs,
  pairsOrNull,
  shell,
  since,
  struct,
  type Struct,
  text,
  textOrNull,
  textOrTexts,
  texts,
} from './kinds.ts'
import { parseVolume } from './volume-spec.ts'

/** The Compose file format, versions 3.0 to 3.13: docker/cli's schemas in one table, fields in the order they are printed. */

const NAME = /^[a-zA-Z0-9._-]+$/

const updateConfig = struct({
  parallelism: integer,
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: number,
  order: since(4, enumOf('start-first', 'stop-first')),
})

const deploy = struct(
  {
    mode: text,
    replicas: integer,
    labels: pairs,
    update_config: updateConfig,
    rollback_config: since(7, updateConfig),
    resources: struct({
      limits: struct({ cpus: text, memory: bytes, pids: since(9, integer) }),
      reservations: struct({
        cpus: text,
        memory: bytes,
        generic_resources: since(5, listOf(struct({ discrete_resource_spec: struct({ kind: text, value: number }) }))),
      }),
    }),
    restart_policy: struct({ condition: text, delay: duration, max_attempts: integer, window: duration }),
    placement: struct({
      constraints: listOf(text),
      preferences: since(3, listOf(struct({ spread: text }))),
      max_replicas_per_node: since(8, integer),
    }),
    endpoint_mode: since(2, text),
  },
  { nullable: true },
)

const fileReference = either(
  mapped(text, (source): { source?: string; target?: string; uid?: string; gid?: string; mode?: number } => ({
    source,
  })),
  struct({ source: text, target: text, uid: text, gid: text, mode: number }, { open: true }),
)

export interface PortEntry {
  readonly mode?: string
  readonly target?: number
  readonly published?: number
  readonly protocol?: string
}
const PORTS = /^(?:[\d.:[\]a-fA-F]+:)?(?:\d+(?:-\d+)?:)?\d+(?:-\d+)?(?:\/\w+)?$|^\d+(?:-\d+)?:\d+(?:-\d+)?(?:\/\w+)?$/
const shortPorts: Kind<PortEntry[]> = {
  check: (value, path) => {
    const isPort = typeof value === 'number' || (typeof value === 'string' && PORTS.test(value))
    if (isPort) return []
    const isType = typeof value !== 'string'
    return [{ path, words: isType ? 'must be a number' : "Does not match format 'ports'", isType }]
  },
  read: (value) =>
    shortForm(String(value))
      .toSorted((a, b) => (`${a.TargetPort}/${a.Protocol}` < `${b.TargetPort}/${b.Protocol}` ? -1 : 1))
      .map(({ PublishMode = '', TargetPort = 0, PublishedPort, Protocol = '' }) => ({
        mode: PublishMode,
        target: TargetPort,
        ...(PublishedPort ? { published: PublishedPort } : {}),
        protocol: Protocol,
      })),
}
const longPort = struct({ mode: text, target: integer, published: integer, protocol: text })
const ports = mapped(
  listOf(
    either<PortEntry[]>(
      shortPorts,
      mapped(longPort, (entry) => [entry as PortEntry]),
    ),
    { unique: true },
  ),
  (entries) => entries.flat(),
)

export interface VolumeEntry {
  type?: string
  source?: string
  target?: string
  read_only?: boolean
  consistency?: string
  bind?: { propagation?: string }
  volume?: { nocopy?: boolean }
  tmpfs?: { size?: number }
}
const longVolume = struct(
  {
    type: text,
    source: text,
    target: text,
    read_only: flag,
    consistency: text,
    bind: struct({ propagation: text }, { open: true }),
    volume: struct({ nocopy: flag, subpath: text }, { open: true }),
    tmpfs: since(6, struct({ size: integer }, { open: true })),
  },
  { required: ['type'] },
)
const volume: Kind<VolumeEntry> = either<VolumeEntry>(
  mapped(text, parseVolume),
  mapped(longVolume, (entry) => entry as VolumeEntry),
)

const ulimit = either<{ single?: number; soft?: number; hard?: number }>(
  mapped(integer, (single) => ({ single })),
  mapped(struct({ soft: integer, hard: integer }, { required: ['soft', 'hard'] }), (each) => each),
)

const serviceNetwork = struct(
  { aliases: texts, driver_opts: since(13, options), ipv4_address: text, ipv6_address: text },
  { nullable: true },
)
export type ServiceNetwork = { aliases?: string[]; driver_opts?: Map<string, string> } | null
const serviceNetworks: Kind<Map<string, ServiceNetwork>> = either<Map<string, ServiceNetwork>>(
  mapped(texts, (names) => new Map(names.map((name) => [name, null]))),
  mapOf(
    {
      check: serviceNetwork.check,
      read: (value: Tree) => (value === null ? null : (serviceNetwork.read(value) as ServiceNetwork)),
    },
    NAME,
  ),
)

const service = struct(
  {
    build: either<unknown>(text, mapping),
    cap_add: texts,
    cap_drop: texts,
    cgroupns_mode: since(9, text),
    cgroup_parent: text,
    command: shell,
    configs: since(3, listOf(fileReference)),
    container_name: text,
    credential_spec: since(3, struct({ config: since(8, text), file: text, registry: text })),
    depends_on: texts,
    deploy,
    devices: texts,
    dns: textOrTexts,
    dns_search: textOrTexts,
    domainname: text,
    entrypoint: shell,
    environment: pairsOrNull,
    env_file: textOrTexts,
    expose: listOf(numberOrText, { unique: true }),
    external_links: texts,
    extra_hosts: hosts,
    hostname: text,
    healthcheck: struct({
      test: either<string[]>(
        mapped(text, (command) => ['CMD-SHELL', command]),
        listOf(text),
      ),
      timeout: duration,
      interval: duration,
      retries: number,
      start_period: since(4, duration),
      start_interval: since(12, duration),
      disable: flag,
    }),
    image: text,
    init: since(7, flag),
    ipc: text,
    isolation: since(5, text),
    labels: pairs,
    links: texts,
    logging: struct({ driver: text, options: logOptions }),
    mac_address: text,
    network_mode: text,
    networks: serviceNetworks,
    pid: textOrNull,
    ports,
    privileged: flag,
    read_only: flag,
    restart: text,
    secrets: since(1, listOf(fileReference)),
    security_opt: texts,
    shm_size: numberOrText,
    stdin_open: flag,
    stop_grace_period: duration,
    stop_signal: text,
    sysctls: pairs,
    tmpfs: textOrTexts,
    tty: flag,
    ulimits: mapOf(ulimit, /^[a-z]+$/),
    user: text,
    oom_score_adj: since(13, integer),
    userns_mode: text,
    volumes: listOf(volume),
    working_dir: text,
  },
  { extensions: 7 },
)

const external = either<{ name?: string; external?: boolean }>(
  mapped(flag, (value) => (value ? { external: true } : {})),
  mapped(struct({ name: text }, { open: true }), (each) => ({ ...each, external: true })),
)

const network = struct(
  {
    name: since(5, text),
    driver: text,
    driver_opts: options,
    ipam: struct({ driver: text, config: listOf(struct({ subnet: text })) }),
    external,
    internal: flag,
    attachable: since(2, flag),
    labels: pairs,
  },
  { nullable: true, extensions: 7 },
)
const namedVolume = struct(
  { name: since(4, text), driver: text, driver_opts: options, external, labels: pairs, 'x-cluster-spec': anything },
  { nullable: true, extensions: 7 },
)
const fileObject = struct(
  {
    name: since(5, text),
    file: text,
    external,
    labels: pairs,
    driver: since(8, text),
    driver_opts: since(8, options),
    template_driver: since(8, text),
  },
  { extensions: 7 },
)

export const composeFile = struct(
  {
    version: text,
    services: mapOf(service, NAME),
    networks: mapOf(network, NAME),
    volumes: mapOf(namedVolume, NAME),
    secrets: since(1, mapOf(fileObject, NAME)),
    configs: since(3, mapOf(fileObject, NAME)),
  },
  { extensions: 4 },
)

type Read<K> = K extends Kind<infer T> ? T : never
export type StackService = Read<typeof service>
export type StackNetwork = Read<typeof network>
export type StackVolume = Read<typeof namedVolume>
export type StackFileObject = Read<typeof fileObject>
export type FileReferenceEntry = Read<typeof fileReference>
export type StackDeploy = Read<typeof deploy>
export type StackUpdateConfig = Read<typeof updateConfig>
export type StackFile = Struct<Record<never, never>> & Read<typeof composeFile>
