import {
  bool,
  type Codec,
  command,
  custom,
  dictionary,
  duration,
  environment,
  float,
  hosts,
  inline,
  int,
  labels,
  list,
  maybeBool,
  maybeInt,
  optOut,
  shownBool,
  struct,
  text,
  unitBytes,
  words,
} from './codec.ts'
import { ComposeError, isList, isMapping, sprint, type Tree } from '@drydock/cli-plugin/compose-file'

/** Fields of the model in the order of compose-go's structs (types/types.go), which its output and hash have. */
type Of<C> = C extends Codec<infer T> ? T : never

/** An octal mode, printed as text. */
const fileMode: Codec<string> = custom((value) =>
  value === null
    ? undefined
    : `0${(typeof value === 'number' ? value : Number.parseInt(String(value), 8)).toString(8)}`,
)
const fileReference = struct({ source: text, target: text, uid: text, gid: text, mode: fileMode })

interface Ulimit {
  readonly single?: number
  readonly soft?: number
  readonly hard?: number
}
/** One number for both limits, or both. */
const ulimit: Codec<number | { soft: number; hard: number }> = custom((value) => {
  if (isMapping(value)) return { soft: Number(value.get('soft') ?? 0), hard: Number(value.get('hard') ?? 0) }
  return value === null ? undefined : Number(value)
})
const ulimits = dictionary(ulimit, 0)

const deviceCount: Codec<number> = custom((value, path) => {
  if (value === null) return undefined
  if (typeof value === 'number') return value === 0 ? undefined : value
  if (String(value).toLowerCase() === 'all') return -1
  if (/^-?\d+$/.test(String(value))) return Number(value)
  throw new ComposeError(`invalid value ${JSON.stringify(value)}, the only value allowed is 'all' or a number`, path)
})
const deviceRequest = struct({
  capabilities: words,
  driver: text,
  count: deviceCount,
  device_ids: words,
  options: labels,
})

const hook = struct({
  command,
  image: text,
  user: text,
  privileged: bool,
  working_dir: text,
  environment,
  per_replica: bool,
})

const build = struct({
  context: text,
  dockerfile: text,
  dockerfile_inline: text,
  entitlements: words,
  args: environment,
  provenance: text,
  sbom: text,
  ssh: labels,
  labels,
  cache_from: words,
  cache_to: words,
  no_cache: bool,
  no_cache_filter: words,
  additional_contexts: labels,
  pull: bool,
  extra_hosts: hosts,
  isolation: text,
  network: text,
  target: text,
  secrets: list(fileReference),
  shm_size: unitBytes,
  tags: words,
  ulimits,
  platforms: words,
  privileged: bool,
})

const watchTrigger = struct({
  path: text,
  action: text,
  target: text,
  exec: inline(hook),
  include: words,
  ignore: words,
  initial_sync: bool,
})

const updateConfig = struct({
  parallelism: maybeInt,
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: float,
  order: text,
})
const resource = struct({
  cpus: float,
  memory: unitBytes,
  pids: int,
  devices: list(deviceRequest),
  generic_resources: list(struct({ discrete_resource_spec: struct({ kind: text, value: int }) })),
})
const placement = struct({
  constraints: words,
  preferences: list(struct({ spread: text })),
  max_replicas_per_node: int,
})
const deploy = struct({
  mode: text,
  replicas: maybeInt,
  labels,
  update_config: updateConfig,
  rollback_config: updateConfig,
  resources: inline(struct({ limits: resource, reservations: resource })),
  restart_policy: struct({ condition: text, delay: duration, max_attempts: maybeInt, window: duration }),
  placement: inline(placement),
  endpoint_mode: text,
})

const healthTest: Codec<string[]> = custom((value) => {
  if (value === null) return undefined
  return isList(value) ? value.map(sprint) : ['CMD-SHELL', sprint(value)]
})
const healthcheck = struct({
  test: healthTest,
  timeout: duration,
  interval: duration,
  retries: maybeInt,
  start_period: duration,
  start_interval: duration,
  disable: bool,
})

const port = struct({
  name: text,
  mode: text,
  host_ip: text,
  target: int,
  published: text,
  protocol: text,
  app_protocol: text,
})
const volumeMount = struct({
  type: text,
  source: text,
  target: text,
  read_only: bool,
  consistency: text,
  bind: struct({ selinux: text, propagation: text, create_host_path: bool, recursive: text }),
  volume: struct({ labels, nocopy: bool, subpath: text }),
  tmpfs: struct({ size: unitBytes, mode: int }),
  image: struct({ subpath: text }),
})
const endpoint = struct({
  aliases: words,
  driver_opts: labels,
  gw_priority: int,
  interface_name: text,
  ipv4_address: text,
  ipv6_address: text,
  link_local_ips: words,
  mac_address: text,
  priority: int,
})
const throttle = struct({ path: text, rate: unitBytes })

const device: Codec<{ source?: string; target?: string; permissions?: string }> = struct({
  source: text,
  target: text,
  permissions: text,
})

export const serviceFields = {
  profiles: words,
  annotations: labels,
  attach: maybeBool,
  build,
  develop: struct({ watch: list(watchTrigger) }),
  blkio_config: struct({
    weight: int,
    weight_device: list(struct({ path: text, weight: int })),
    device_read_bps: list(throttle),
    device_read_iops: list(throttle),
    device_write_bps: list(throttle),
    device_write_iops: list(throttle),
  }),
  cap_add: words,
  cap_drop: words,
  cgroup_parent: text,
  cgroup: text,
  cpu_count: int,
  cpu_percent: float,
  cpu_period: int,
  cpu_quota: int,
  cpu_rt_period: int,
  cpu_rt_runtime: int,
  cpus: float,
  cpuset: text,
  cpu_shares: int,
  command,
  configs: list(fileReference),
  container_name: text,
  credential_spec: struct({ config: text, file: text, registry: text }),
  depends_on: dictionary(struct({ condition: text, restart: bool, required: shownBool }), {}),
  deploy,
  device_cgroup_rules: words,
  devices: list(device),
  dns: words,
  dns_opt: words,
  dns_search: words,
  domainname: text,
  entrypoint: command,
  provider: struct({ type: text, options: custom((value: Tree) => value) }),
  environment,
  env_file: list(struct({ path: text, required: optOut, format: text })),
  expose: words,
  extends: struct({ file: text, service: text }),
  external_links: words,
  extra_hosts: hosts,
  group_add: words,
  gpus: list(deviceRequest),
  hostname: text,
  healthcheck,
  image: text,
  init: maybeBool,
  ipc: text,
  isolation: text,
  labels,
  label_file: words,
  links: words,
  logging: struct({ driver: text, options: labels }),
  mem_limit: unitBytes,
  mem_reservation: unitBytes,
  memswap_limit: unitBytes,
  mem_swappiness: unitBytes,
  mac_address: text,
  models: dictionary(struct({ endpoint_var: text, model_var: text }), null as never),
  network_mode: text,
  networks: dictionary<Of<typeof endpoint> | null>(endpoint, null),
  oom_kill_disable: bool,
  oom_score_adj: int,
  pid: text,
  pids_limit: int,
  platform: text,
  ports: list(port),
  privileged: bool,
  pull_policy: text,
  read_only: bool,
  restart: text,
  runtime: text,
  scale: maybeInt,
  secrets: list(fileReference),
  security_opt: words,
  shm_size: unitBytes,
  stdin_open: bool,
  stop_grace_period: duration,
  stop_signal: text,
  storage_opt: labels,
  sysctls: labels,
  tmpfs: words,
  tty: bool,
  ulimits,
  use_api_socket: bool,
  user: text,
  userns_mode: text,
  uts: text,
  volumes: list(volumeMount),
  volumes_from: words,
  working_dir: text,
  pre_start: list(hook),
  post_start: list(hook),
  pre_stop: list(hook),
} as const
export const serviceCodec = struct(serviceFields)

const ipam = struct({
  driver: text,
  config: list(struct({ subnet: text, gateway: text, ip_range: text, aux_addresses: labels })),
  options: labels,
})
export const networkCodec = struct({
  name: text,
  driver: text,
  driver_opts: labels,
  ipam: inline(ipam),
  external: bool,
  internal: bool,
  attachable: bool,
  labels,
  enable_ipv4: maybeBool,
  enable_ipv6: maybeBool,
})
export const volumeCodec = struct({ name: text, driver: text, driver_opts: labels, external: bool, labels })
export const fileObjectCodec = struct({
  name: text,
  file: text,
  environment: text,
  content: text,
  external: bool,
  labels,
  driver: text,
  driver_opts: labels,
  template_driver: text,
})
export const modelCodec = struct({ name: text, model: text, context_size: int, runtime_flags: words })

export type Service = Of<typeof serviceCodec>
export type Build = Of<typeof build>
export type Hook = Of<typeof hook>
export type Healthcheck = Of<typeof healthcheck>
export type PublishedPort = Of<typeof port>
export type VolumeMount = Of<typeof volumeMount>
export type ServiceEndpoint = Of<typeof endpoint>
export type WatchTrigger = Of<typeof watchTrigger>
export type DeviceRequestSpec = Of<typeof deviceRequest>
export type FileReference = Of<typeof fileReference>
export type ResourceSpec = Of<typeof resource>
export type Dependency = { condition?: string; restart?: boolean; required?: boolean }
export type NetworkSpec = Of<typeof networkCodec>
export type VolumeSpec = Of<typeof volumeCodec>
export type FileObject = Of<typeof fileObjectCodec>
export type ModelSpec = Of<typeof modelCodec>
export type UlimitSpec = number | Ulimit
