import type { DeviceRequest, HostConfig, PortMap, Resources, RestartPolicy, Ulimit } from '@drydock/docker-api'
import type { Duration } from '../model/codec.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import type { DeviceRequestSpec, Service } from '../model/types.ts'

/** What the engine is asked for on a service's behalf, without networks and mounts. */
export function hostConfig(service: Service): HostConfig {
  const config: HostConfig = { ...resources(service) }
  const set = <K extends keyof HostConfig>(key: K, value: HostConfig[K] | undefined): void => {
    if (value !== undefined) config[key] = value
  }
  set('Annotations', service.annotations && Object.fromEntries(service.annotations))
  set('CapAdd', service.cap_add)
  set('CapDrop', service.cap_drop)
  set('Init', service.init)
  set('IpcMode', service.ipc)
  set('CgroupnsMode', service.cgroup)
  set('ReadonlyRootfs', service.read_only)
  set('RestartPolicy', restartPolicy(service))
  set('ShmSize', service.shm_size?.value)
  set('Sysctls', service.sysctls && Object.fromEntries(service.sysctls))
  set('PortBindings', portBindings(service))
  set('VolumesFrom', service.volumes_from)
  set('Dns', service.dns)
  set('DnsSearch', service.dns_search)
  set('DnsOptions', service.dns_opt)
  set(
    'ExtraHosts',
    service.extra_hosts?.map((word) => word.replace('=', ':')),
  )
  set('StorageOpt', service.storage_opt && Object.fromEntries(service.storage_opt))
  set('UsernsMode', service.userns_mode)
  set('UTSMode', service.uts)
  set('Privileged', service.privileged)
  set('PidMode', service.pid)
  set('Tmpfs', service.tmpfs && Object.fromEntries(service.tmpfs.map(cutTmpfs)))
  set('Isolation', service.isolation)
  set('Runtime', service.runtime)
  set('GroupAdd', service.group_add)
  set('OomScoreAdj', service.oom_score_adj)
  if (service.logging)
    config.LogConfig = { Type: service.logging.driver ?? '', Config: Object.fromEntries(service.logging.options ?? []) }
  return { ...config, ...securityOptions(service) }
}

function cutTmpfs(word: string): [string, string] {
  const at = word.indexOf(':')
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}

function securityOptions(service: Service): Pick<HostConfig, 'SecurityOpt' | 'MaskedPaths' | 'ReadonlyPaths'> {
  if (!service.security_opt) return {}
  const options = service.security_opt.filter((option) => option !== 'systempaths=unconfined')
  for (const option of options)
    if (!/[=:]/.test(option) && option !== 'no-new-privileges')
      throw new ComposeError(`invalid security-opt: ${JSON.stringify(option)}`)
  const open = options.length < service.security_opt.length
  return { SecurityOpt: options, ...(open ? { MaskedPaths: [], ReadonlyPaths: [] } : {}) }
}

/** Conditions of `deploy.restart_policy` in the engine's words. */
const POLICIES: Readonly<Record<string, string>> = { none: 'no', no: 'no', any: 'always', '': '' }
function restartPolicy({ restart, deploy }: Service): RestartPolicy | undefined {
  const policy = deploy?.restart_policy
  if (policy) return named(policy.condition ?? '', policy.max_attempts)
  if (restart === undefined) return undefined
  const [name = '', attempts] = restart.split(':')
  return named(name, attempts === undefined ? undefined : Number(attempts))
}
const named = (name: string, attempts = 0): RestartPolicy => ({
  Name: POLICIES[name] ?? name,
  ...(attempts > 0 ? { MaximumRetryCount: attempts } : {}),
})

export function exposedPorts(service: Service): Record<string, object> | undefined {
  const ports: Record<string, object> = {}
  for (const { target, protocol = 'tcp' } of service.ports ?? []) ports[`${target}/${protocol}`] = {}
  for (const word of service.expose ?? []) {
    const [range = '', protocol = 'tcp'] = word.split('/')
    const [from = 0, to = from] = range.split('-').map(Number)
    for (let port = from; port <= to; port++) ports[`${port}/${protocol}`] = {}
  }
  return Object.keys(ports).length === 0 ? undefined : ports
}

function portBindings(service: Service): PortMap | undefined {
  if (!service.ports) return undefined
  const bindings: PortMap = {}
  for (const { target, protocol = 'tcp', host_ip: ip = '', published = '' } of service.ports) {
    const key = `${target}/${protocol}`
    bindings[key] = [...(bindings[key] ?? []), { HostIp: ip, HostPort: published }]
  }
  return bindings
}

function resources(service: Service): Resources {
  const { limits, reservations } = service.deploy?.resources ?? {}
  const config: Resources = {}
  const set = <K extends keyof Resources>(key: K, value: Resources[K] | undefined): void => {
    if (value !== undefined) config[key] = value
  }
  set('CgroupParent', service.cgroup_parent)
  set('Memory', limits?.memory?.value ?? service.mem_limit?.value)
  set('MemorySwap', service.memswap_limit?.value)
  set('MemorySwappiness', service.mem_swappiness?.value)
  set('MemoryReservation', reservations?.memory?.value ?? service.mem_reservation?.value)
  set('OomKillDisable', service.oom_kill_disable)
  set('CpuCount', service.cpu_count)
  set('CpuPeriod', service.cpu_period)
  set('CpuQuota', service.cpu_quota)
  set('CpuRealtimePeriod', service.cpu_rt_period)
  set('CpuRealtimeRuntime', service.cpu_rt_runtime)
  set('CpuShares', service.cpu_shares)
  const cpus = limits?.cpus ?? service.cpus
  set('NanoCpus', cpus === undefined ? undefined : Math.round(cpus * 1e9))
  set('CpuPercent', service.cpu_percent)
  set('CpusetCpus', service.cpuset)
  set('DeviceCgroupRules', service.device_cgroup_rules)
  set('PidsLimit', limits?.pids ?? service.pids_limit)
  set('Ulimits', ulimits(service))
  set(
    'Devices',
    service.devices?.map(({ source = '', target = source, permissions = 'rwm' }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions,
    })),
  )
  const requests = [...(service.gpus ?? []).map(gpuRequest), ...(reservations?.devices ?? []).map(deviceRequest)]
  if (requests.length > 0) config.DeviceRequests = requests
  return { ...config, ...blockIo(service) }
}

const deviceRequest = (spec: DeviceRequestSpec): DeviceRequest => ({
  Driver: spec.driver ?? '',
  Count: spec.count ?? 0,
  DeviceIDs: spec.device_ids ?? null,
  Capabilities: [spec.capabilities ?? []],
  Options: Object.fromEntries(spec.options ?? []),
})
const gpuRequest = (spec: DeviceRequestSpec): DeviceRequest => ({
  ...deviceRequest(spec),
  Capabilities: [[...(spec.capabilities ?? []).filter((each) => each !== 'gpu'), 'gpu']],
})

function ulimits(service: Service): Ulimit[] | undefined {
  return (
    service.ulimits &&
    [...service.ulimits].map(([name, limit]) =>
      typeof limit === 'number'
        ? { Name: name, Soft: limit, Hard: limit }
        : { Name: name, Soft: limit.soft, Hard: limit.hard },
    )
  )
}

function blockIo({ blkio_config: io }: Service): Resources {
  if (!io) return {}
  type Throttles = NonNullable<typeof io.device_read_bps>
  const throttles = (rows: Throttles | undefined) =>
    rows?.map(({ path = '', rate }) => ({ Path: path, Rate: rate?.value ?? 0 })) ?? null
  return {
    BlkioWeight: io.weight ?? 0,
    BlkioWeightDevice: io.weight_device?.map(({ path = '', weight = 0 }) => ({ Path: path, Weight: weight })) ?? null,
    BlkioDeviceReadBps: throttles(io.device_read_bps),
    BlkioDeviceReadIOps: throttles(io.device_read_iops),
    BlkioDeviceWriteBps: throttles(io.device_write_bps),
    BlkioDeviceWriteIOps: throttles(io.device_write_iops),
  }
}

/** Whole seconds. */
export const seconds = (duration: Duration | undefined): number | undefined =>
  duration && Math.floor(duration.nanoseconds / 1e9)
